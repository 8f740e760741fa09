"""Is a move real? Every move between two editions with what it was judged by."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.codes import COMPOSITE, SECONDARY
from analysis.indices import edition_of

NORMAL_95 = 1.96  # PAPI prints 1.645 SE as "95 %"; we judge by 1.96
SAMPLED_SHARES = ("SIPAS",)  # indices that are shares of the people asked, in per cent

CHANGE_COLUMNS = (
    "index",
    "from_year",
    "to_year",
    "change_score",
    "rank_change",
    "judged_score",
    "noise_score",
    "noise_basis",
    "verdict",
    "is_ordinary",
)

Verdict = Literal["clear", "within_noise", "not_known"]
NoiseBasis = Literal["published_se", "panel", "registry", "sample_size", "none"]


def changes(history: pd.DataFrame, noise: pd.DataFrame, component: str = COMPOSITE, *, sample: pd.DataFrame | None = None) -> pd.DataFrame:
    """Moves between editions of one era a year apart; one row a move.

    ``change_score`` in points, ``rank_change`` (positive = better), ``judged_score`` (the move held against noise: raw for
    published_se and sample_size, else less the move of the median province; NaN without whole panels), ``noise_score`` (what
    noise alone exceeds one time in twenty; None where not known), ``noise_basis`` and ``verdict`` (clear, within_noise,
    not_known). ``is_ordinary``: the net move lies within what provinces ordinarily move in the era (NA where that is not known); a move
    may exceed its sampling error and be ordinary all the same. ``rank_change`` needs the same number of provinces ranked.
    The first rule that can be applied decides:

    1. published_se: both editions print a standard error: 1.96 √(se² + se²) against the raw move;
    2. panel, registry: the 95th percentile of net moves in the same era, from ``noise`` (``known_noise``, or the table ``index_noise``);
    3. sample_size: SIPAS only, with ``sample`` (the table ``index_editions``), and never clear: see ``sampling_limit``;
    4. none.

    PAR INDEX is a scoring by officials, no sample statistic, and has no rule 3. No row crosses an era or a missing edition; a
    figure that only a secondary listing gives makes no move.
    """
    pairs = zip(history.iloc[:-1].iterrows(), history.iloc[1:].iterrows(), strict=True)
    rows = [_move(before, after, noise, component, sample) for (_, before), (_, after) in pairs if _is_comparable(before, after)]
    return pd.DataFrame(rows, columns=CHANGE_COLUMNS)


def _is_comparable(before: pd.Series, after: pd.Series) -> bool:
    """Same era, a year apart, both scores published, neither resting on a secondary listing alone."""
    firm = all(not pd.isna(edition["score"]) and edition["basis"] != SECONDARY for edition in (before, after))
    return bool(before["era"] == after["era"] and after["edition_year"] - before["edition_year"] == 1) and firm


def _move(before: pd.Series, after: pd.Series, noise: pd.DataFrame, component: str, sample: pd.DataFrame | None) -> dict[str, object]:
    judgement = _judgement(before, after, noise, component, sample)
    return {
        "index": after["index"],
        "from_year": before["edition_year"],
        "to_year": after["edition_year"],
        "change_score": float(after["score"]) - float(before["score"]),
        "rank_change": _rank_change(before, after),
        "judged_score": judgement.move,
        "noise_score": judgement.limit,
        "noise_basis": judgement.basis,
        "verdict": judgement.verdict,
        "is_ordinary": _is_ordinary(before, after, noise, component),
    }


def _rank_change(before: pd.Series, after: pd.Series) -> object:
    if any(pd.isna(edition[field]) for edition in (before, after) for field in ("rank", "rank_of")) or before["rank_of"] != after["rank_of"]:
        return pd.NA
    return int(before["rank"]) - int(after["rank"])


def _is_ordinary(before: pd.Series, after: pd.Series, noise: pd.DataFrame, component: str) -> object:
    net = float(after["score"] - before["score"]) - float(after["median_score"] - before["median_score"])
    known = _known(after, noise, component)
    return pd.NA if known.empty or np.isnan(net) else bool(abs(net) <= float(known.iloc[0]["p95_yearly_change_score"]))


def _known(after: pd.Series, noise: pd.DataFrame, component: str) -> pd.DataFrame:
    return noise[(noise["index"] == after["index"]) & (noise["component"] == component) & (noise["era"] == after["era"])]


def judge(change: float, noise_limit: float | None) -> Verdict:
    """Clear when the move exceeds what noise alone would give one time in twenty."""
    if noise_limit is None or np.isnan(change):
        return "not_known"
    return "clear" if abs(change) > noise_limit else "within_noise"


@dataclass(frozen=True)
class _Judgement:
    move: float
    limit: float | None
    basis: NoiseBasis
    verdict: Verdict


def _judgement(before: pd.Series, after: pd.Series, noise: pd.DataFrame, component: str, sample: pd.DataFrame | None) -> _Judgement:
    """The first rule of ``changes`` that can be applied to a move."""
    change = float(after["score"]) - float(before["score"])
    net = change - float(after["median_score"] - before["median_score"])
    errors = [before["standard_error_score"], after["standard_error_score"]]
    if not any(pd.isna(error) for error in errors):
        limit = NORMAL_95 * float(np.hypot(float(errors[0]), float(errors[1])))
        return _Judgement(change, limit, "published_se", judge(change, limit))
    known = _known(after, noise, component)
    if len(known) and not np.isnan(net):  # the noise was measured on moves net of the median, so only such a move may be held against it
        limit = float(known.iloc[0]["p95_yearly_change_score"])
        return _Judgement(net, limit, known.iloc[0].get("noise_basis", "registry"), judge(net, limit))
    bound = None if sample is None else sampling_limit(before, after, sample)
    if bound is not None:
        return _Judgement(change, bound, "sample_size", "within_noise" if abs(change) <= bound else "not_known")
    return _Judgement(net, None, "none", "not_known")


def sampling_limit(before: pd.Series, after: pd.Series, sample: pd.DataFrame) -> float | None:
    """What 1.96 standard errors of two shares would allow a SIPAS score to move, in points; None where it cannot be said.

    The people asked in the whole country, divided evenly among the provinces, give n; a share p of n people drawn by lot has the
    variance p (1 − p) / n. The publisher states neither how many were asked in each province (some were given several times the
    even share) nor how much the drawing of districts, communes and hamlets inflates the error, so the figure bounds nothing from
    above: a smaller move may be put down to chance, a larger one is not known and never clear.
    """
    if after["index"] not in SAMPLED_SHARES:
        return None
    variances = [_share_variance(edition, sample) for edition in (before, after)]
    if any(np.isnan(variance) for variance in variances):
        return None
    return NORMAL_95 * float(np.sqrt(sum(variances))) * 100


def _share_variance(edition: pd.Series, sample: pd.DataFrame) -> float:
    registered = edition_of(sample, str(edition["index"]), int(edition["edition_year"]))
    if registered is None or pd.isna(registered["sample_size_count"]) or pd.isna(registered["ranked_units_count"]):
        return float("nan")
    share = float(edition["score"]) / 100
    people = float(registered["sample_size_count"]) / float(registered["ranked_units_count"])
    return share * (1 - share) / people
