"""Blocks that take a standing apart: beside peers, by component, under weights held constant."""

import pandas as pd

from analysis import standing
from analysis import tables as present
from analysis.blocks import Block, Provenance, Sentence, provenance
from analysis.chapters.index_view import IndexView
from analysis.codes import COMPOSITE
from analysis.figures import decomposition as charts
from analysis.indices import component_name, components_of
from analysis.narrative import decomposition as say
from analysis.narrative import standing as distance_words
from analysis.units import INDEX_VINTAGE


def rank_change(index: str, view: IndexView) -> list[Block]:
    """Why the rank changed between the last two editions whose components are held for all provinces; nothing without weights or panels.

    Across an era a finding with its chart and the composites under weights held constant; inside one a sentence, and only where the
    composite's own move is clear.
    """
    tables = view.tables
    kept = standing.constant_weight_standing(view.scores, tables.index_weights, view.editions, index, view.province)
    found = _decomposed(index, view, kept)
    if found is None:
        return _constant_weights(index, view, kept, is_annex=True)
    rests_on, names = _behind(found, index, view), _names(view, index, found.to_year)
    why = say.why_rank_changed(found, index, view.subject.place, names, rests_on, _told_otherwise(found, view.histories[index]))
    move = say.constant_weight_move(found, index, names, rests_on)
    if move is None:
        is_clear = _verdict(index, view, COMPOSITE) == "clear" and found.to_year == view.year
        told: list[Block] = (
            [Sentence(why.text_vi, rests_on, why.evidence_vi), present.rank_decomposition(found, index, names, rests_on)] if is_clear else []
        )
        return [*told, *_constant_weights(index, view, kept, is_annex=True)]
    return [
        why,
        charts.rank_parts(found, index, view.subject.place, rests_on),
        move,
        present.rank_decomposition(found, index, names, rests_on),
        *_constant_weights(index, view, kept, is_annex=False),
    ]


def _told_otherwise(found: standing.RankDecomposition, history: pd.DataFrame) -> dict[int, int]:
    """Years whose rank elsewhere in the report differs from the one recomputed here: ties of rounded composites."""
    ranks = history.set_index("edition_year")["rank"]
    here = {found.from_year: found.from_rank, found.to_year: found.to_rank}
    return {year: int(ranks[year]) for year, rank in here.items() if not pd.isna(ranks.get(year)) and int(ranks[year]) != rank}


def rank_change_in_brief(index: str, view: IndexView) -> Sentence | None:
    """The answer in one sentence where the rank changed across a break of method; None otherwise."""
    tables = view.tables
    kept = standing.constant_weight_standing(view.scores, tables.index_weights, view.editions, index, view.province)
    found = _decomposed(index, view, kept)
    return say.in_brief(found, index, _behind(found, index, view)) if found is not None and found.crosses_era else None


def _decomposed(index: str, view: IndexView, kept: pd.DataFrame) -> standing.RankDecomposition | None:
    """The rank change into the report year or the year before; an older one was told in the report of its year."""
    tables, years = view.tables, _whole_years(kept, view.histories[index])[-2:]
    if len(years) < 2 or years[-1] < view.year - 1:
        return None
    return standing.rank_decomposition(view.scores, tables.index_weights, view.editions, index, view.province, *years)


def _behind(found: standing.RankDecomposition, index: str, view: IndexView) -> Provenance:
    return _panel_sources(view.scores, index, (found.from_year, found.to_year)) | provenance(view.tables.index_weights)


def _whole_years(kept: pd.DataFrame, history: pd.DataFrame) -> list[int]:
    """Editions out by the day of the report whose components are held for all provinces, oldest first."""
    out = history.loc[history["status"] == "published", "edition_year"]
    return sorted(kept.loc[kept["is_published_era"] & kept["rank"].notna() & kept["edition_year"].isin(out), "edition_year"].astype(int))


def _panel_sources(scores: pd.DataFrame, index: str, years: tuple[int, ...]) -> Provenance:
    return provenance(scores[(scores["index"] == index) & scores["edition_year"].isin(years)])


def _names(view: IndexView, index: str, year: int) -> dict[str, str]:
    components = view.tables.index_components
    return {code: component_name(components, index, code, year) for code in components_of(components, index, year)["component"]}


def _constant_weights(index: str, view: IndexView, kept: pd.DataFrame, *, is_annex: bool) -> list[Block]:
    """The last two eras' editions under their own and the newest weights, beside the published score; nothing with one set of weights."""
    tables, history = view.tables, view.histories[index]
    registered = sorted(set(kept["weight_era"]))
    recent = [era for era in dict.fromkeys(history["era"]) if era in registered][-2:]
    eras = list(dict.fromkeys([*recent, *registered[-1:]]))
    of_eras = history.loc[history["era"].isin(recent) & (history["status"] == "published"), "edition_year"]
    found = kept[kept["weight_era"].isin(eras) & kept["edition_year"].isin(of_eras)]
    if len(eras) < 2 or found.empty:
        return []
    own = view.scores[(view.scores["index"] == index) & view.scores["edition_year"].isin(found["edition_year"])]
    rests_on = provenance(own[own["province_code"] == view.province], tables.index_weights)
    return [present.constant_weights(history, found, eras, rests_on, is_annex=is_annex)]


def beside_peers(index: str, view: IndexView) -> list[Block]:
    """The latest edition held for all provinces: distances to median, best and peers, and every component beside them."""
    history = view.histories[index]
    whole = history[history["z_score"].notna()]
    if whole.empty:
        return []
    year, scores = int(whole.iloc[-1]["edition_year"]), view.scores
    rests_on = _panel_sources(scores, index, (year,))
    found = standing.distances(scores, index, year, view.province, view.peers, components=view.tables.index_components)
    beside, peers_vi = _components_beside(index, view, year), _peers_vi(view)
    rests_on |= provenance(view.tables.regions)
    bars = [charts.component_bars(beside, index, year, view.subject.place, peers_vi, rests_on)] if len(beside) else []
    told = (view.tables.units, peers_vi, index, year, rests_on)
    return [distance_words.distances(found, *told), *bars, present.distances(found, *told)]


def _peers_vi(view: IndexView) -> str:
    """What the peers are called: their region, or that the office chose them."""
    regions = view.tables.regions
    own = regions.loc[(regions["province_code"] == view.province) & (regions["vintage"] == INDEX_VINTAGE), "region_vi"]
    is_region = view.peers == standing.peers_of(regions, view.province)
    return f"các tỉnh khác vùng {own.iloc[0]}" if is_region and len(own) else "các tỉnh đơn vị chọn để so"


def _components_beside(index: str, view: IndexView, year: int) -> pd.DataFrame:
    """One row a component of the first level: the province's score beside peers, median and best."""
    tables = view.tables
    scores = view.scores[(view.scores["index"] == index) & (view.scores["edition_year"] == year)]
    of_year = standing.footing(scores, tables.index_components)
    defined = components_of(tables.index_components, index, year)
    first_level = defined.loc[defined["parent_component"] == COMPOSITE, "component"]
    own = of_year[(of_year["province_code"] == view.province) & of_year["component"].isin(first_level)]
    peers = of_year[of_year["province_code"].isin(view.peers)].groupby("component")["score"].median()
    names = _names(view, index, year)
    return own.assign(
        own_score=own["score"],
        peers_score=own["component"].map(peers),
        name_vi=own["component"].map(names),
        order=own["component"].map(component_order),
    ).sort_values("order")


def component_order(component: str) -> tuple[int, str]:
    """Printed order of components: by their number, then by code."""
    digits = "".join(char for char in component if char.isdigit())
    return int(digits or 0), component


def composite_parts(index: str, view: IndexView) -> list[Block]:
    """What each component gave to the composite's change into the report year, inside one era."""
    tables, move = view.tables, view.move_into_year(index)
    if move is None:
        return []
    start, end = int(move["from_year"]), int(move["to_year"])
    registry = (view.editions, tables.index_components, tables.index_weights)
    parts = standing.component_changes(view.scores, *registry, index, view.province, start, end)
    if parts.empty:
        return []
    names = _names(view, index, end)
    verdicts = {code: _verdict(index, view, code) for code in parts["component"]}
    shown = parts.assign(name_vi=parts["component"].map(names), verdict=parts["component"].map(verdicts))
    rests_on = provenance(view.scores[(view.scores["index"] == index) & (view.scores["province_code"] == view.province)])
    rests_on = rests_on | provenance(tables.index_weights[tables.index_weights["index"] == index])
    return [
        say.contributions(shown, index, start, end, rests_on),
        charts.contribution_bars(shown, index, start, end, view.subject.place, rests_on),
    ]


def _verdict(index: str, view: IndexView, component: str) -> str:
    """Whether a component's move into the report year is clear."""
    move = view.move_into_year(index, component)
    return "not_known" if move is None else str(move["verdict"])
