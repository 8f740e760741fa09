"""Blocks of the indices chapter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis import standing
from analysis import tables as present
from analysis.blocks import Block, Finding, Provenance, provenance
from analysis.chapters.footing import beside_peers, composite_parts, rank_change, rank_change_in_brief
from analysis.chapters.subject import Subject
from analysis.codes import INDICES
from analysis.errors import LantoaError
from analysis.figures import standing as charts
from analysis.indices import component_name, components_near_communication, is_composite_circular, is_published
from analysis.narrative import standing as say
from analysis.project import open_project
from analysis.store import Tables
from analysis.units import INDEX_VINTAGE

ALL = "all"
MAX_COMPONENTS = 4


class UnknownIndex(LantoaError):
    """A notebook was asked for an index that is none of the four."""


@dataclass(frozen=True)
class IndexView:
    """What the chapter needs of one province and year: the chosen indices, their histories, peers, and noise by component and era."""

    tables: Tables
    subject: Subject
    province: str
    year: int
    chosen: tuple[str, ...]
    histories: dict[str, pd.DataFrame]
    peers: tuple[str, ...]
    noise: pd.DataFrame

    @property
    def short_names(self) -> dict[str, str]:
        """How a source line calls each registered source."""
        register = self.tables.sources
        return dict(zip(register["source_id"], register["short_vi"], strict=True))


def view_of(tables: Tables, subject: Subject, province: str, year: int, index: str = ALL) -> IndexView:
    """The chapter's view; ``index`` is one of the four or ``all``. Raises ``UnknownIndex``, or for declared peers that are no provinces."""
    if index != ALL and index not in INDICES:
        raise UnknownIndex(f"Không có chỉ số “{index}”; chấp nhận: {', '.join((ALL, *INDICES))}. Hãy sửa tham số index.")
    chosen = tuple(INDICES) if index == ALL else (index,)
    scores, editions = tables.index_scores, tables.index_editions
    histories = histories_of(scores, editions, province, year, subject.as_of)
    peers = standing.peers_of(tables.regions, province, tuple(open_project().settings.peers))
    noise = standing.known_noise(_out_by(scores, editions, subject.as_of), editions, tables.index_noise)
    return IndexView(tables, subject, province, year, chosen, histories, peers, noise)


def _out_by(scores: pd.DataFrame, editions: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Scores of the editions that were out on the day of the report."""
    out = editions[[is_published(edition, as_of) for _, edition in editions.iterrows()]]
    return scores.merge(out[["index", "edition_year"]], on=["index", "edition_year"], how="inner", validate="many_to_one")


def histories_of(scores: pd.DataFrame, editions: pd.DataFrame, province: str, year: int, as_of: date) -> dict[str, pd.DataFrame]:
    """``standing.history`` of the four composites up to the report year, by index."""
    return {index: standing.history(scores, editions, province, index, last_year=year, as_of=as_of) for index in INDICES}


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
    history, editions = view.histories[index], view.tables.index_editions
    rests_on = history_provenance([history], editions)
    moves, why = standing.changes(history, view.noise, sample=editions), rank_change(index, view)
    is_explained = any(isinstance(block, Finding) for block in why)
    blocks: list[Block] = [say.edition(history, index, view.subject.place, view.year, rests_on, is_explained=is_explained)]
    if _has_score(history, view.year) and (move := say.moves(moves, history, index, view.year, rests_on)):
        blocks.append(move)
    blocks += why
    is_firm = (history["basis"] != charts.SECONDARY).fillna(True).astype(bool)
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
    histories, editions = view.histories, view.tables.index_editions
    moves = [standing.changes(histories[index], view.noise, sample=editions) for index in view.chosen]
    moves = [found for found in moves if len(found)]
    if not moves:
        return []
    held = [histories[index] for index in dict.fromkeys(pd.concat(moves)["index"])]
    rests_on = history_provenance(held, editions)
    if all((found["verdict"] == "not_known").all() for found in moves):
        return [say.none_judged(rests_on)]
    rests_on |= provenance(view.tables.index_noise)
    return [say.moves_in_brief(pd.concat(moves), rests_on), present.index_changes(pd.concat(moves), rests_on)]


def near_communication(index: str, view: IndexView) -> list[Block]:
    """The components of an index that communication on procedures could move, if the province has any scores for them."""
    tables = view.tables
    scores, editions, year = tables.index_scores, tables.index_editions, view.year
    codes = components_near_communication(tables.index_components, index, year)[:MAX_COMPONENTS]
    found = {
        code: standing.history(scores, editions, view.province, index, last_year=year, as_of=view.subject.as_of, component=code) for code in codes
    }
    found = {code: history for code, history in found.items() if history["score"].notna().any()}
    if not found:
        return []
    names = {code: component_name(tables.index_components, index, code, year) for code in found}
    moves = {code: standing.changes(history, view.noise, code, sample=editions) for code, history in found.items()}
    return [charts.component_lines(found, names, index, view.subject.place, moves)]


def verdicts_of(view: IndexView) -> dict[str, str]:
    """Whether the move of each composite into the report year is clear, by index, where there is a move."""
    found: dict[str, str] = {}
    for index, history in view.histories.items():
        moves = standing.changes(history, view.noise, sample=view.tables.index_editions)
        into_year = moves[moves["to_year"] == view.year]
        found |= {index: str(into_year.iloc[0]["verdict"])} if len(into_year) else {}
    return found


def overview(view: IndexView) -> list[Block]:
    """The four indices of the report year in one small table, and why a rank changed across a break of method."""
    rests_on = history_provenance(view.histories.values(), view.tables.index_editions)
    why = [brief for index in view.chosen if (brief := rank_change_in_brief(index, view))]
    return [*why, present.standing_overview(view.histories, view.year, rests_on, verdicts_of(view))]


def rank_overview(histories: dict[str, pd.DataFrame], place: str, year: int) -> list[Block]:
    """Where the province ranks in each index of the report year; nothing unless at least two can be set side by side."""
    rows = pd.concat([history[history["edition_year"] == year] for history in histories.values()])
    ranked = rows[rows["rank"].notna() & rows["rank_of"].notna()]
    return [charts.rank_overview(ranked, place, year)] if len(ranked) > 1 else []
