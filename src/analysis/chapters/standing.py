"""Blocks of the indices chapter."""

from collections.abc import Iterable

import pandas as pd

from analysis import tables as present
from analysis.blocks import Block, Finding, Provenance, provenance
from analysis.chapters.footing import beside_peers, composite_parts, rank_change, rank_change_in_brief
from analysis.chapters.index_view import IndexView, histories_of, view_of
from analysis.codes import SECONDARY
from analysis.figures import standing as charts
from analysis.indices import component_name, components_near_communication, is_composite_circular
from analysis.narrative import standing as say
from analysis.units import INDEX_VINTAGE

__all__ = [
    "IndexView",
    "all_moves",
    "histories_of",
    "history_provenance",
    "near_communication",
    "one_index",
    "opening",
    "overview",
    "rank_overview",
    "verdicts_of",
    "view_of",
]

MAX_COMPONENTS = 4


def opening(view: IndexView) -> list[Block]:
    """What must be known before any line is read: whether the province still exists as it was measured."""
    links = view.tables.unit_links
    own = links[(links["from_code"] == view.province) & (links["from_vintage"] == INDEX_VINTAGE)]
    said = say.series_end(own, view.tables.units, view.subject.place, view.subject.as_of, provenance(own))
    return [said] if said else []


def one_index(index: str, view: IndexView) -> list[Block]:
    """Where the province stands in one index: the sentence, why its rank changed, the lines, the parts, the judged move, the table."""
    if index not in view.chosen:
        return []
    history, editions = view.histories[index], view.editions
    rests_on = history_provenance([history], editions)
    moves, why = view.moves(index), rank_change(index, view)
    is_explained = any(isinstance(block, Finding) for block in why)
    blocks: list[Block] = [say.edition(history, index, view.subject.place, view.year, rests_on, is_explained=is_explained)]
    if _has_score(history, view.year) and (move := say.moves(moves, history, index, view.year, rests_on)):
        blocks.append(move)
    blocks += why
    is_firm = (history["basis"] != SECONDARY).fillna(True).astype(bool)
    if (history["score"].notna() & is_firm).any():
        blocks.append(charts.index_line(history, index, view.subject.place, moves))
    if (history["rank"].notna() & is_firm).sum() > 1:
        blocks.append(charts.rank_line(history, index, view.subject.place, moves))
    blocks += [*beside_peers(index, view), *composite_parts(index, view), *near_communication(index, view)]
    if is_composite_circular(view.tables.index_components, index, view.year):
        blocks.append(say.circularity(index, rests_on))
    blocks.append(present.index_history(history, index, rests_on, view.short_names))
    return blocks


def history_provenance(histories: Iterable[pd.DataFrame], *others: pd.DataFrame) -> Provenance:
    """Sources of the scores in histories and of other frames, such as the edition list, which tells of the gaps."""
    return provenance(*(history[history["source_id"].notna()] for history in histories), *others)


def _has_score(history: pd.DataFrame, year: int) -> bool:
    return bool(history.loc[history["edition_year"] == year, "score"].notna().any())


def all_moves(view: IndexView) -> list[Block]:
    """Which moves inside eras are clear, with every one in a table; nothing where there is none."""
    moves = [found for index in view.chosen if len(found := view.moves(index))]
    if not moves:
        return []
    held = [view.histories[index] for index in dict.fromkeys(pd.concat(moves)["index"])]
    rests_on = history_provenance(held, view.editions)
    if all((found["verdict"] == "not_known").all() for found in moves):
        return [say.none_judged(rests_on)]
    rests_on |= provenance(view.tables.index_noise)
    return [say.moves_in_brief(pd.concat(moves), rests_on), present.index_changes(pd.concat(moves), rests_on)]


def near_communication(index: str, view: IndexView) -> list[Block]:
    """The components of an index that communication on procedures could move, if the province has any scores for them."""
    components, year = view.tables.index_components, view.year
    codes = components_near_communication(components, index, year)[:MAX_COMPONENTS]
    found = {code: history for code in codes if (history := view.history(index, code))["score"].notna().any()}
    if not found:
        return []
    names = {code: component_name(components, index, code, year) for code in found}
    moves = {code: view.moves(index, code) for code in found}
    return [charts.component_lines(found, names, index, view.subject.place, moves)]


def verdicts_of(view: IndexView) -> dict[str, str]:
    """Whether the move of each composite into the report year is clear, by index, where there is a move."""
    into_year = {index: view.move_into_year(index) for index in view.histories}
    return {index: str(move["verdict"]) for index, move in into_year.items() if move is not None}


def overview(view: IndexView) -> list[Block]:
    """The four indices of the report year in one small table, and why a rank changed across a break of method."""
    rests_on = history_provenance(view.histories.values(), view.editions)
    why = [brief for index in view.chosen if (brief := rank_change_in_brief(index, view))]
    return [*why, present.standing_overview(view.histories, view.year, rests_on, verdicts_of(view))]


def rank_overview(histories: dict[str, pd.DataFrame], place: str, year: int) -> list[Block]:
    """Where the province ranks in each index of the report year; nothing unless at least two can be set side by side."""
    rows = pd.concat([history[history["edition_year"] == year] for history in histories.values()])
    ranked = rows[rows["rank"].notna() & rows["rank_of"].notna()]
    return [charts.rank_overview(ranked, place, year)] if len(ranked) > 1 else []
