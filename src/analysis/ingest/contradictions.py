"""Editions of a source that are not what it says they are: figures that contradict most of what other sources say of the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.contracts.index_schemas import FIGURE
from analysis.errors import Fault
from analysis.ingest.reconcile import agree, decimals_of
from analysis.text import enumerate_vi

CONTRADICTED = "Số liệu của kỳ trái với các nguồn khác"
LEAST_SHARED = 20  # figures; fewer may differ by chance or by a page's own errors
LEAST_BACKING = 5  # shared figures from which on another source can vouch for an edition
MOST_DIFFERING_SHARE = 0.5
RECOGNISED_SHARE = 0.8

_EDITION = ["index", "edition_year"]
_OF_SOURCE = [*_EDITION, "source_id"]
_PLACE = ["index", "province_code", "vintage", "component"]  # of a figure, whatever the edition


@dataclass(frozen=True)
class _Contradicted:
    index: str
    year: int
    source_id: str
    shared: int
    differing: int
    rivals: tuple[str, ...]


def edition_faults(candidates: pd.DataFrame, names: Mapping[str, str]) -> list[Fault]:
    """Sources whose edition of an index contradicts others: one fault for each (index, edition, source), sorted by that key.

    ``candidates`` have ``SCORE_COLUMNS`` and ``source_id``, as for ``reconcile``; ``names`` says how messages call the file of a source.
    Of an edition, a source is named when it shares at least ``LEAST_SHARED`` scores with others and more than half of them differ
    (``reconcile.agree``). Where sources differ, the one that more sources back over the whole edition is not held to differ; of two that
    stand alone both are named, for nothing tells which is right. A source backs another when they share ``LEAST_BACKING`` figures or more
    and at least half agree. A fault says which other edition the figures agree with, to ``RECOGNISED_SHARE`` or more, where one is known.
    """
    said = _scores(candidates)
    pairs = _pairs(said)
    return [_fault(found, _other_edition(found, said), names) for found in _contradicted(pairs)]


def _scores(candidates: pd.DataFrame) -> pd.DataFrame:
    """What each source says of each score, the finest statement where it has several."""
    rows = candidates.loc[candidates["score"].notna(), [*FIGURE, "source_id", "score"]].astype({"score": "float64", "edition_year": "int64"})
    rows = rows.assign(decimals=decimals_of(rows["score"]))
    rows = rows.sort_values([*FIGURE, "source_id", "decimals", "score"], kind="stable").drop_duplicates([*FIGURE, "source_id"], keep="last")
    return rows.assign(figure=rows.groupby(list(FIGURE), sort=False).ngroup())


def _pairs(said: pd.DataFrame) -> pd.DataFrame:
    """Every two statements of one figure, both ways round, with whether they agree."""
    shared = said[said.duplicated("figure", keep=False)]
    pairs = shared.merge(shared[["figure", "source_id", "score", "decimals"]], on="figure", suffixes=("", "_other"))
    pairs = pairs[pairs["source_id"] != pairs["source_id_other"]]
    agrees = agree(pairs["score"], pairs["score_other"], pairs["decimals"].to_numpy(), pairs["decimals_other"].to_numpy())
    return pairs.assign(agrees=agrees)


def _contradicted(pairs: pd.DataFrame) -> Iterator[_Contradicted]:
    if pairs.empty:
        return
    backing = _backing(pairs)
    own = backing.reindex(pd.MultiIndex.from_frame(pairs[_OF_SOURCE])).to_numpy()
    other = backing.reindex(pd.MultiIndex.from_frame(pairs[[*_EDITION, "source_id_other"]])).to_numpy()
    pairs = pairs.assign(differs=~pairs["agrees"] & (other >= own))
    figures = pairs.groupby([*_OF_SOURCE, "figure"])["differs"].any()
    counts = figures.groupby(_OF_SOURCE).agg(["size", "sum"])
    faulty = counts[(counts["size"] >= LEAST_SHARED) & (counts["sum"] > MOST_DIFFERING_SHARE * counts["size"])]
    for (index, year, source_id), row in faulty.sort_index().iterrows():
        of_source = (pairs["index"] == index) & (pairs["edition_year"] == year) & (pairs["source_id"] == source_id)
        rivals = sorted(set(pairs.loc[of_source & pairs["differs"], "source_id_other"]))
        yield _Contradicted(str(index), int(year), str(source_id), int(row["size"]), int(row["sum"]), tuple(rivals))


def _backing(pairs: pd.DataFrame) -> pd.Series:
    """How many other sources back each source's edition."""
    between = pairs.groupby([*_OF_SOURCE, "source_id_other"])["agrees"].agg(["size", "mean"])
    backs = (between["size"] >= LEAST_BACKING) & (between["mean"] >= 1 - MOST_DIFFERING_SHARE)
    return backs.groupby(_OF_SOURCE).sum()


def _other_edition(found: _Contradicted, said: pd.DataFrame) -> int | None:
    """The edition with which the figures agree best, among those that other sources hold."""
    of_index = said[said["index"] == found.index]
    own = of_index[(of_index["edition_year"] == found.year) & (of_index["source_id"] == found.source_id)]
    others = of_index[(of_index["edition_year"] != found.year) & (of_index["source_id"] != found.source_id)]
    both = own.merge(others, on=_PLACE, suffixes=("", "_other"))
    agrees = agree(both["score"], both["score_other"], both["decimals"].to_numpy(), both["decimals_other"].to_numpy())
    shares = agrees.groupby([both["edition_year_other"], both["source_id_other"]]).agg(["size", "mean"])
    fitting = shares[(shares["size"] >= LEAST_SHARED) & (shares["mean"] >= RECOGNISED_SHARE)]
    return None if fitting.empty else int(fitting["mean"].idxmax()[0])


def _fault(found: _Contradicted, other_year: int | None, names: Mapping[str, str]) -> Fault:
    edition = f"{found.index} {found.year}"
    against = enumerate_vi(sorted(names.get(source_id, source_id) for source_id in found.rivals))
    told = f"{found.differing}/{found.shared} điểm ghi là của {edition} khác với {against}"
    told += f"; có vẻ là số của {found.index} {other_year}" if other_year else ""
    accepted = f"điểm {edition} như các nguồn khác đã ghi, chênh lệch chỉ do làm tròn"
    action = f"chưa nhận số nào; kiểm tra năm của số liệu trong tệp này và trong các tệp kia, đưa đúng tệp {edition}"
    return Fault(CONTRADICTED, f"{names.get(found.source_id, found.source_id)}, kỳ {edition}", told, accepted, action)
