"""Distance to the median, to the best and to chosen peers within one edition."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from analysis.codes import COMPOSITE
from analysis.errors import LantoaError
from analysis.indices import WHOLE_PANEL_COUNT
from analysis.standing.footing import footing, of_component, provinces_scored
from analysis.units import INDEX_VINTAGE

DISTANCE_COLUMNS = ("kind", "province_code", "score", "distance_score", "rank", "rank_of", "provinces_count")


class UnknownPeers(LantoaError):
    """Declared peers that are no provinces of the list."""


def peers_of(regions: pd.DataFrame, province: str, declared: Sequence[str] = ()) -> tuple[str, ...]:
    """Codes of the provinces a province is set beside: those declared, in that order, else the others of its region by code.

    ``regions``: one row a province of the 63. Never holds the province itself; empty where it has no region. Raises ``UnknownPeers``.
    """
    listed = regions[regions["vintage"] == INDEX_VINTAGE].set_index("province_code")["region_vi"]
    if unknown := [code for code in dict.fromkeys(declared) if code not in listed.index]:
        raise UnknownPeers(
            f"Tỉnh so sánh khai báo không có trong danh mục 63 tỉnh, thành: {', '.join(f'“{code}”' for code in unknown)}. "
            f"Chấp nhận các mã: {', '.join(sorted(listed.index))}. Cách xử lý: sửa danh sách peers trong lantoa.toml."
        )
    if declared:
        return tuple(code for code in dict.fromkeys(declared) if code != province)
    if province not in listed.index:
        return ()
    return tuple(sorted(code for code in listed.index[listed == listed[province]] if code != province))


def distances(
    scores: pd.DataFrame,
    index: str,
    year: int,
    province: str,
    peers: Sequence[str],
    *,
    component: str = COMPOSITE,
    components: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How far a province is from others in one edition, in points; one row a thing compared with, empty where it has no score.

    ``kind``: median and best (whole panels only; all that tie for best), peer (one a code, also where it has no score) and
    peers_median. ``distance_score`` is the province's score less theirs. ``rank`` and ``rank_of`` are ours, from a whole panel
    only; ``provinces_count`` says how many scores stand behind a row.
    """
    held = of_component(scores[scores["edition_year"] == year], index, component)
    scored = provinces_scored(held).set_index("province_code")
    if province not in scored.index:
        return pd.DataFrame(columns=list(DISTANCE_COLUMNS))
    ranked = footing(held, components).set_index("province_code")
    rows = [*_whole_rows(scored, ranked), *_peer_rows(scored, ranked, [code for code in peers if code != province])]
    found = pd.DataFrame(rows, columns=list(DISTANCE_COLUMNS))
    found["score"] = found["score"].astype("Float64")
    found["distance_score"] = float(scored.loc[province, "score"]) - found["score"]
    return found.astype({"rank": "Int64", "rank_of": "Int64", "provinces_count": "Int64", "province_code": "string"})


def _whole_rows(scored: pd.DataFrame, ranked: pd.DataFrame) -> Iterator[dict[str, Any]]:
    if len(ranked) < WHOLE_PANEL_COUNT:
        return
    yield {"kind": "median", "score": ranked["median_score"].iloc[0], "provinces_count": len(ranked)}
    for code in sorted(ranked.index[ranked["rank"] == 1]):
        yield _row("best", code, scored, ranked)


def _peer_rows(scored: pd.DataFrame, ranked: pd.DataFrame, peers: Sequence[str]) -> Iterator[dict[str, Any]]:
    yield from (_row("peer", code, scored, ranked) for code in peers)
    held = scored["score"].reindex(list(peers)).dropna()
    if len(held):
        yield {"kind": "peers_median", "score": held.median(), "provinces_count": len(held)}


def _row(kind: str, code: str, scored: pd.DataFrame, ranked: pd.DataFrame) -> dict[str, Any]:
    if code not in scored.index:
        return {"kind": kind, "province_code": code, "provinces_count": 0}
    rank, rank_of = ranked.loc[code, ["rank", "rank_of"]] if code in ranked.index else (pd.NA, pd.NA)
    return {"kind": kind, "province_code": code, "score": scored.loc[code, "score"], "rank": rank, "rank_of": rank_of, "provinces_count": 1}
