"""Every defensible way to ask a question inside the province, side by side in units of its own standard error."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from analysis.estimate.inside.checks import LOGIT, with_logit
from analysis.estimate.inside.group_time import callaway_santanna
from analysis.estimate.inside.questions import DOSSIERS, MONTH, SHARE, UNIT, FirstCampaigns, InsideQuestion, RepeatedDoses
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate

SCALES = {SHARE: "điểm phần trăm", LOGIT: "logit"}
WEIGHTS = {DOSSIERS: "theo số hồ sơ", None: "mỗi xã như nhau"}
COLUMNS = ("estimator_vi", "scale_vi", "weights_vi", "variant_vi", "estimate", "std_error", "standardised")


@dataclass(frozen=True)
class WayTable:
    """``points``: one row a way that could be asked (columns ``COLUMNS``), ordered by standardised estimate; ``one_sign_share`` the share with the
    sign of the primary estimate; ``refused_count`` the ways that the data could not carry."""

    points: pd.DataFrame
    one_sign_share: float
    refused_count: int


def ways(question: InsideQuestion, primary: EffectEstimate) -> WayTable | None:
    """Ask every way; None where none can be asked."""
    asked = [(labels, _answer(ask)) for labels, ask in _listed(question)]
    rows = [(*labels, found.estimate, found.std_error, found.estimate / found.std_error) for labels, found in asked if found and found.std_error]
    if not rows:
        return None
    points = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(["standardised", *COLUMNS[:4]]).reset_index(drop=True)
    share = float((np.sign(points["standardised"]) == np.sign(primary.estimate)).mean())
    return WayTable(points, share, len(asked) - len(rows))


def _answer(ask: Callable[[], EffectEstimate]) -> EffectEstimate | None:
    try:
        return ask()
    except DesignRefused:
        return None


def _listed(question: InsideQuestion) -> Iterator[tuple[tuple[str, str, str, str], Callable[[], EffectEstimate]]]:
    """Scale × weights × what is peculiar to the question."""
    rows = with_logit(question.rows)
    for (scale, scale_vi), (weights, weights_vi) in product(SCALES.items(), WEIGHTS.items()):
        asked = question.on(rows, outcome=scale, weights=weights)
        yield from (((estimator_vi, scale_vi, weights_vi, variant_vi), ask) for estimator_vi, variant_vi, ask in _variants(asked))


def _variants(question: InsideQuestion) -> Iterator[tuple[str, str, Callable[[], EffectEstimate]]]:
    if isinstance(question, FirstCampaigns):
        yield from _of_first_campaigns(question)
    elif isinstance(question, RepeatedDoses):
        for lags, saturation in product((3, 6, 9), ("log1p", "linear")):
            variant = f"{lags} tháng sau, {'liều logarit' if saturation == 'log1p' else 'liều thẳng'}"
            yield "trễ phân phối", variant, replace(question, lags=lags, saturation=saturation).ask


def _of_first_campaigns(question: FirstCampaigns) -> Iterator[tuple[str, str, Callable[[], EffectEstimate]]]:
    for variant, rows in _pools(question).items():
        asked = replace(question, rows=rows)
        yield "thay thế hai bước", f"{variant}, {question.horizon + 1} tháng đầu", asked.ask
        yield "so từng nhóm khởi đầu", variant, lambda rows=rows: callaway_santanna(rows, first=question.first, **question.arguments())  # type: ignore[misc]
    yield "thay thế hai bước", "mọi xã, 6 tháng đầu", replace(question, horizon=5).ask


def _pools(question: FirstCampaigns) -> dict[str, pd.DataFrame]:
    """Rows by what is left out, each once: leaving out nothing, or the same as before, is no other way to ask."""
    rows, units = question.rows, frozenset(question.rows[UNIT])
    names: dict[frozenset[str], str] = {}
    for left_out, name in (
        (frozenset[str](), "mọi xã"),
        (question.unlogged, "bỏ xã chưa gửi nhật ký"),
        (question.unclear, "bỏ xã có thể đã làm mà không ghi"),
        (question.unlogged | question.unclear, "bỏ cả hai nhóm xã ấy"),
    ):
        names.setdefault(left_out & units, name)
    pools = {name: rows[~rows[UNIT].isin(left_out)] for left_out, name in names.items()}
    in_event = rows[MONTH].isin(question.event_months)
    if in_event.any():
        pools["bỏ các tháng có biến cố"] = rows.assign(**{question.outcome: rows[question.outcome].mask(in_event)})
    return pools
