"""Where a province stands on comparable footing: within-year z, rank with its denominator, eras kept apart, noise judged."""

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from analysis.codes import COMPOSITE
from analysis.indices import editions_until, is_published
from analysis.units import COUNTRY_CODE, INDEX_VINTAGE

WHOLE_PANEL_COUNT = 55  # provinces with a score from which an edition counts as wholly held, so that absence means "not published"
NORMAL_95 = 1.96  # PAPI prints 1.645 SE as "95 %"; we judge by 1.96
NOISE_ERA = {"PCI": "2013-2021"}  # the era over which the registry's year-on-year noise was measured

CHANGE_COLUMNS = ("index", "from_year", "to_year", "change_score", "rank_change", "judged_score", "noise_score", "verdict")

Verdict = Literal["clear", "within_noise", "not_known"]
Status = Literal["published", "not_yet", "not_for_province", "not_held"]


def history(
    scores: pd.DataFrame, editions: pd.DataFrame, province: str, index: str, *, last_year: int, as_of: date, component: str = COMPOSITE
) -> pd.DataFrame:
    """Every edition of an index up to ``last_year`` as one province sees it; one row an edition, gaps included.

    Adds to the edition: ``score``, ``rank``, ``rank_of`` (provinces ranked), ``is_rank_computed`` (by us from a whole
    panel), ``z_score``, ``percentile`` and ``median_score`` (within the year, whole panels only), ``standard_error_score``, ``basis``,
    ``status`` (published, not_yet, not_for_province, not_held) and ``source_id``. A gap is NA, never 0.
    """
    chosen = editions_until(editions, index, last_year)
    of_component = scores[(scores["index"] == index) & (scores["component"] == component) & (scores["vintage"] == INDEX_VINTAGE)]
    rows = [_edition_row(edition, of_component, province, as_of) for _, edition in chosen.iterrows()]
    return chosen[["index", "edition_year", "era", "published_date", "published_precision"]].join(pd.DataFrame(rows, index=chosen.index))


def _edition_row(edition: pd.Series, scores: pd.DataFrame, province: str, as_of: date) -> dict[str, object]:
    if not is_published(edition, as_of):
        return _absent("not_yet")
    of_year = scores[(scores["edition_year"] == edition["edition_year"]) & (scores["province_code"] != COUNTRY_CODE)]
    panel = of_year["score"].dropna().astype(float)
    own = of_year[of_year["province_code"] == province]
    is_whole = len(panel) >= WHOLE_PANEL_COUNT
    if own.empty:
        return _absent("not_for_province" if is_whole else "not_held")
    row = own.iloc[0]
    footing = _footing(float(row["score"]), panel) if is_whole and not pd.isna(row["score"]) else _NO_FOOTING
    is_rank_computed = bool(pd.isna(row["rank"]) and not pd.isna(footing["rank"]))
    return {
        "score": row["score"],
        "rank": footing["rank"] if is_rank_computed else row["rank"],
        "rank_of": len(panel) if is_whole else edition["ranked_units_count"],
        "is_rank_computed": is_rank_computed,
        "z_score": footing["z_score"],
        "percentile": footing["percentile"],
        "median_score": footing["median_score"],
        "standard_error_score": row["standard_error_score"],
        "basis": row["basis"],
        "status": "published",
        "source_id": row["source_id"],
    }


_NO_FOOTING = {"rank": pd.NA, "z_score": np.nan, "percentile": np.nan, "median_score": np.nan}


def _absent(status: Status) -> dict[str, object]:
    nothing: dict[str, object] = {"score": pd.NA, "rank": pd.NA, "rank_of": pd.NA, "is_rank_computed": False}
    return nothing | {
        "z_score": np.nan,
        "percentile": np.nan,
        "median_score": np.nan,
        "standard_error_score": pd.NA,
        "basis": pd.NA,
        "status": status,
        "source_id": pd.NA,
    }


def _footing(score: float, panel: pd.Series) -> dict[str, object]:
    return {
        "rank": int((panel > score).sum()) + 1,
        "z_score": float((score - panel.mean()) / panel.std(ddof=1)),
        "percentile": float((panel <= score).mean() * 100),
        "median_score": float(panel.median()),
    }


def last_published(history: pd.DataFrame, before_year: int) -> pd.Series | None:
    """The latest edition before a year that is published for the province (score or rank), or None."""
    held = history[(history["edition_year"] < before_year) & (history["status"] == "published")]
    return held.iloc[-1] if len(held) else None


def changes(history: pd.DataFrame, noise: pd.DataFrame, component: str = COMPOSITE) -> pd.DataFrame:
    """Moves between neighbouring published editions of one era; one row a move.

    ``change_score`` in points, ``rank_change`` (positive = better), ``judged_score`` (the move held against noise: raw
    where standard errors are published, else less the move of the median province; NaN without whole panels),
    ``noise_score`` (what noise alone exceeds one time in twenty), ``verdict`` clear, within_noise or not_known. No row
    crosses an era or a missing edition.
    """
    pairs = zip(history.iloc[:-1].iterrows(), history.iloc[1:].iterrows(), strict=True)
    rows = [_move(before, after, noise, component) for (_, before), (_, after) in pairs if _is_comparable(before, after)]
    return pd.DataFrame(rows, columns=CHANGE_COLUMNS)


def _is_comparable(before: pd.Series, after: pd.Series) -> bool:
    """Same era, both scores published, neither resting on a secondary listing alone."""
    firm = all(not pd.isna(edition["score"]) and edition["basis"] != "secondary" for edition in (before, after))
    return bool(before["era"] == after["era"]) and firm


def _move(before: pd.Series, after: pd.Series, noise: pd.DataFrame, component: str) -> dict[str, object]:
    change = float(after["score"]) - float(before["score"])
    net = change - float(after["median_score"] - before["median_score"])
    judged, limit = _noise(change, net, before, after, noise, component)
    return {
        "index": after["index"],
        "from_year": before["edition_year"],
        "to_year": after["edition_year"],
        "change_score": change,
        "rank_change": pd.NA if pd.isna(before["rank"]) or pd.isna(after["rank"]) else int(before["rank"]) - int(after["rank"]),
        "judged_score": judged,
        "noise_score": limit,
        "verdict": judge(judged, limit),
    }


def judge(change: float, noise_limit: float | None) -> Verdict:
    """Clear when the move exceeds what noise alone would give one time in twenty."""
    if noise_limit is None or np.isnan(change):
        return "not_known"
    return "clear" if abs(change) > noise_limit else "within_noise"


def _noise(change: float, net: float, before: pd.Series, after: pd.Series, noise: pd.DataFrame, component: str) -> tuple[float, float | None]:
    """The move to judge and its limit: the raw move by published standard errors, or the net move by the registry's noise.

    The registry's noise was measured on moves net of the median province, so only such a move may be held against it.
    """
    errors = [before["standard_error_score"], after["standard_error_score"]]
    if not any(pd.isna(error) for error in errors):
        return change, NORMAL_95 * float(np.hypot(float(errors[0]), float(errors[1])))
    known = noise[(noise["index"] == after["index"]) & (noise["component"] == component)]
    if known.empty or after["era"] != NOISE_ERA.get(str(after["index"])) or np.isnan(net):
        return net, None
    return net, float(known.iloc[0]["p95_yearly_change_score"])


def constant_weight_composite(scores: pd.DataFrame, weights: pd.DataFrame, index: str, weight_era: str) -> pd.DataFrame:
    """An index recomputed under one era's weights: Σ weight × 10 × sub-index / 100, as PCI is built.

    One row a (province_code, edition_year) that has every weighted component; ``composite_score`` on the 0-100 scale.
    """
    of_era = weights[(weights["index"] == index) & (weights["era"] == weight_era)].set_index("component")["weight_pct"]
    held = scores[(scores["index"] == index) & (scores["vintage"] == INDEX_VINTAGE) & scores["score"].notna()]
    chosen = held[held["component"].isin(of_era.index)]
    wide = chosen.pivot(index=["province_code", "edition_year"], columns="component", values="score").reindex(columns=of_era.index)
    complete = wide.dropna().astype(float)
    composite = complete.mul(of_era.astype(float) / 10, axis=1).sum(axis=1)
    return composite.rename("composite_score").reset_index()
