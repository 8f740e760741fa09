"""Blocks of the indices chapter."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from analysis import standing
from analysis import tables as present
from analysis.blocks import Block, Provenance, provenance
from analysis.codes import INDICES
from analysis.figures import standing as charts
from analysis.indices import component_name, components_near_communication
from analysis.narrative import standing as say
from analysis.store import Tables

CIRCULAR_INDEX = "PAR INDEX"
CONSTANT_WEIGHT_INDEX = "PCI"
CONSTANT_WEIGHT_ERAS = ("2013-2021", "2022-2024")
MAX_COMPONENTS = 4


def histories_of(scores: pd.DataFrame, editions: pd.DataFrame, province: str, year: int, as_of: date) -> dict[str, pd.DataFrame]:
    """``standing.history`` of the four composites up to the report year, by index."""
    return {index: standing.history(scores, editions, province, index, last_year=year, as_of=as_of) for index in INDICES}


def one_index(index: str, history: pd.DataFrame, noise: pd.DataFrame, place: str, year: int, editions: pd.DataFrame) -> list[Block]:
    """Where the province stands in one index: the sentence, the line, the judged move."""
    rests_on = history_provenance([history], editions)
    blocks: list[Block] = [say.edition(history, index, place, year, rests_on)]
    if history["score"].notna().any():
        blocks.append(charts.index_line(history, index, place))
    if _has_score(history, year):
        move = say.moves(standing.changes(history, noise), history, index, year, rests_on)
        blocks += [move] if move else []
    if index == CIRCULAR_INDEX:
        blocks.append(say.circularity(index, rests_on))
    blocks.append(present.index_history(history, index, rests_on))
    return blocks


def history_provenance(histories: Iterable[pd.DataFrame], *others: pd.DataFrame) -> Provenance:
    """Sources of the scores in histories and of other frames, such as the edition list, which tells of the gaps."""
    return provenance(*(history[history["source_id"].notna()] for history in histories), *others)


def _has_score(history: pd.DataFrame, year: int) -> bool:
    return bool(history.loc[history["edition_year"] == year, "score"].notna().any())


def all_moves(histories: dict[str, pd.DataFrame], noise: pd.DataFrame, editions: pd.DataFrame) -> list[Block]:
    """Every move inside an era with its verdict, in one table; nothing where there is none."""
    moves = [standing.changes(history, noise) for history in histories.values()]
    moves = [found for found in moves if len(found)]
    if not moves:
        return []
    held = [histories[index] for index in dict.fromkeys(pd.concat(moves)["index"])]
    rests_on = history_provenance(held, editions)
    if all((found["verdict"] == "not_known").all() for found in moves):
        return [say.none_judged(rests_on)]
    return [present.index_changes(pd.concat(moves), rests_on | provenance(noise))]


def near_communication(index: str, tables: Tables, province: str, place: str, year: int, as_of: date) -> list[Block]:
    """The components of an index that communication on procedures could move, if the province has any scores for them."""
    scores, editions = tables.index_scores, tables.index_editions
    codes = components_near_communication(tables.index_components, index, year)[:MAX_COMPONENTS]
    found = {code: standing.history(scores, editions, province, index, last_year=year, as_of=as_of, component=code) for code in codes}
    found = {code: history for code, history in found.items() if history["score"].notna().any()}
    if not found:
        return []
    names = {code: component_name(tables.index_components, index, code, year) for code in found}
    return [charts.component_lines(found, names, index, place)]


def constant_weights(scores: pd.DataFrame, weights: pd.DataFrame, history: pd.DataFrame, province: str) -> list[Block]:
    """PCI under each era's weights beside the published score; nothing where no edition has all its sub-indices."""
    recomputed = {}
    for era in CONSTANT_WEIGHT_ERAS:
        composite = standing.constant_weight_composite(scores, weights, CONSTANT_WEIGHT_INDEX, era)
        own = composite[(composite["province_code"] == province) & composite["edition_year"].isin(history["edition_year"])]
        if len(own):
            recomputed[era] = own
    if not recomputed:
        return []
    own_scores = scores[(scores["index"] == CONSTANT_WEIGHT_INDEX) & (scores["province_code"] == province)]
    return [present.constant_weights(history, recomputed, provenance(own_scores, weights))]


def overview(histories: dict[str, pd.DataFrame], editions: pd.DataFrame, year: int) -> list[Block]:
    """The four indices of the report year in one small table."""
    return [present.standing_overview(histories, year, history_provenance(histories.values(), editions))]


def rank_overview(histories: dict[str, pd.DataFrame], place: str, year: int) -> list[Block]:
    """Where the province ranks in each index of the report year; nothing unless at least two can be set side by side."""
    rows = pd.concat([history[history["edition_year"] == year] for history in histories.values()])
    ranked = rows[rows["rank"].notna() & rows["rank_of"].notna()]
    return [charts.rank_overview(ranked, place, year)] if len(ranked) > 1 else []
