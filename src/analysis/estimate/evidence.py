"""One outcome put to the province design: what could be seen, what was seen, how far it holds, and what may be said.

The order is that of the report: minimum detectable effect, estimate, its measured right to a p-value, checks, companions, curve.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import Any, Protocol

import pandas as pd

from analysis import text
from analysis.estimate import checks
from analysis.estimate.calibration import MIN_BEFORE, calibrate
from analysis.estimate.checks import Design
from analysis.estimate.curve import Specification, SpecificationCurve, specification_curve
from analysis.estimate.families import benjamini_hochberg, holm, romano_wolf
from analysis.estimate.grade import ALPHA, MAX_FALSE_ALARM_RATE, Verdict, grade
from analysis.estimate.methods import COMPANIONS, LAST_YEAR, PRIMARY, Method
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import Calibration, CheckResult, EffectEstimate, Statistic

PRIMARY_PAST, COMPANION_PAST = 0.5, 0.75  # of the real past: with a short one, weights fit by chance and take long to find
ALL_DONORS_VI, WITHOUT_SUSPECTS_VI = "mọi tỉnh khác", "bỏ các tỉnh cùng vùng"


@dataclass(frozen=True)
class Question:
    """An outcome and all it is to be judged with.

    ``design`` names the treated unit, the start and the column judged. ``footings``: Vietnamese names → columns of every footing
    of the outcome, the one judged first. ``negative_controls``: Vietnamese names → columns that the plan never touches.
    ``suspects`` are comparison units that the plan may have reached, ``suspects_vi`` how the report calls them. ``is_declared``
    says whether the outcome was declared before its publication; ``alpha`` and
    ``direction`` (1, −1, or 0) are the declared ones.
    """

    name: str
    family: str
    design: Design
    footings: Mapping[str, str]
    negative_controls: Mapping[str, str]
    suspects: Collection[Any]
    suspects_vi: str
    is_declared: bool
    alpha: float = ALPHA
    direction: int = 0

    def verdict(self, estimate: EffectEstimate) -> Verdict:
        """The grade of an estimate of this outcome."""
        return grade(estimate, is_declared=self.is_declared, alpha=self.alpha, direction=self.direction)


class Judging(Protocol):
    """A question that can grade an estimate of its outcome."""

    def verdict(self, estimate: EffectEstimate) -> Verdict:
        """The grade by the one rule, with what was declared."""


@dataclass(frozen=True)
class Evidence:
    """What is known of one outcome; where the design refused, ``verdict`` says why and nothing else is set.

    ``rank_calibration`` is that of the primary estimate's placebo rank; its exact p carries its own. ``companions`` carry theirs,
    of the p-value that each is judged by.
    """

    name: str
    family: str
    verdict: Verdict
    estimate: EffectEstimate | None = None
    rank_calibration: Calibration | None = None
    companions: tuple[EffectEstimate, ...] = ()
    curve: SpecificationCurve | None = None
    question: Judging | None = None


def may_print_p(calibration: Calibration | None) -> bool:
    """The house rule: no p-value and no interval without a measured false-alarm rate of at most 8 % on this very panel."""
    return calibration is not None and calibration.placebos_count > 0 and calibration.false_alarm_rate <= MAX_FALSE_ALARM_RATE


def refused(name: str, family: str, reason_vi: str) -> Evidence:
    """An outcome that the design refuses: grade D with the reason."""
    return Evidence(name, family, grade(None, reason_vi))


def gather(question: Question, *, grade_only: bool = False) -> Evidence:
    """Estimate, calibration, checks, companions and curve of one outcome, ungraded within its family until ``judge``.

    ``grade_only`` leaves out whatever cannot change the grade: an estimate within chance is graded C whatever its checks and
    curve say, and companions never count. The verdict is the same as that of the whole.
    """
    design = question.design
    try:
        estimate = PRIMARY.ask(**design.arguments())
    except DesignRefused as refusal:
        return refused(question.name, question.family, _inside(str(refusal)))
    estimate = replace(estimate, calibration=_calibrated(design, PRIMARY, "exact"))
    if grade_only and not (estimate.p_exact is not None and estimate.p_exact <= question.alpha):
        return Evidence(question.name, question.family, question.verdict(estimate), estimate, question=question)
    curve = _curve(question, estimate)
    estimate = replace(
        estimate,
        checks=_checks(question, estimate),
        one_sign_share=curve.one_sign_share if curve else None,
        curve_p=curve.joint_p if curve else None,
    )
    companions = () if grade_only else tuple(found for method in COMPANIONS if (found := _companion(design, method)))
    return Evidence(
        question.name, question.family, question.verdict(estimate), estimate, _calibrated(design, PRIMARY, "rank"), companions, curve, question
    )


def _inside(sentence: str) -> str:
    """A refusal as it reads after a colon."""
    return text.decapitalised(sentence).removesuffix(".")


def _calibrated(design: Design, method: Method, statistic: Statistic, least_past: float = PRIMARY_PAST) -> Calibration | None:
    """Measured on the other units, in the treated unit's own periods, at every start whose past is at least ``least_past`` of the real one."""
    own = design.panel[(design.panel[design.unit] == design.treated) & design.panel[design.outcome].notna()]
    times = sorted(own[design.time].unique())
    fewest = max(MIN_BEFORE, ceil(sum(period < design.start for period in times) * least_past))
    try:
        return calibrate(
            design.panel[design.panel[design.time].isin(times)],
            method,
            unit=design.unit,
            time=design.time,
            outcome=design.outcome,
            starts=times[fewest:],
            had_plan=[design.treated],
            statistic=statistic,
        )
    except DesignRefused:
        return None


def _companion(design: Design, method: Method) -> EffectEstimate | None:
    try:
        found = method.ask(**design.arguments())
    except DesignRefused:
        return None
    return replace(found, method=method.name, calibration=_calibrated(design, method, method.statistic, COMPANION_PAST))


def _checks(question: Question, estimate: EffectEstimate) -> tuple[CheckResult, ...]:
    more = (
        checks.donor_contamination(question.design, estimate, question.suspects, question.suspects_vi),
        checks.negative_controls(question.design, question.negative_controls),
        checks.honest_bounds(question.design),
    )
    return checks.all_checks(question.design, estimate, question.footings, more)


def _curve(question: Question, estimate: EffectEstimate) -> SpecificationCurve | None:
    try:
        return specification_curve(specifications(question), estimate.estimate)
    except DesignRefused:
        return None


def specifications(question: Question) -> list[Specification]:
    """Footing × start (one earlier, as planned, one later) × estimator × comparison units."""
    design = question.design
    times = sorted(design.panel[design.time].unique())
    place = sum(period < design.start for period in times)
    starts = [times[place - 1], design.start, *times[place + 1 : place + 2]]
    pools = {ALL_DONORS_VI: design.panel}
    if set(question.suspects) & set(design.panel[design.unit]) - {design.treated}:
        pools[WITHOUT_SUSPECTS_VI] = design.panel[~design.panel[design.unit].isin(set(question.suspects) - {design.treated})]
    return [
        Specification(footing, str(start), method.name, donors, partial(method.ask, **_asked(design, panel, column, start)))
        for footing, column in question.footings.items()
        for start in starts
        for donors, panel in pools.items()
        for method in (PRIMARY, *COMPANIONS, LAST_YEAR)
    ]


def _asked(design: Design, panel: pd.DataFrame, column: str, start: Any) -> dict[str, Any]:
    asked = checks.without_between(replace(design, panel=panel), start)
    return design.arguments() | {"panel": asked[asked[column].notna()], "outcome": column, "start": start}


def judge(found: Sequence[Evidence], *, is_joint: bool = True) -> list[Evidence]:
    """Grade outcomes together: step-down inside each family, Benjamini-Hochberg across families, then the one rule.

    Inside a family the exact p-values step down by Holm and the placebo ranks by Romano and Wolf, or by Holm too where the outcomes' placebos
    are not of the same draws (``is_joint`` False). Across families each family
    stands for its smallest adjusted p; inside the R of m families selected so, outcomes are held to R/m of the level (Benjamini and
    Bogomolov 2014), and no outcome's adjusted p lies below its family's. Raises ``ValueError`` for two outcomes of one name.
    """
    if len({item.name for item in found}) < len(found):
        raise ValueError("two outcomes of one name cannot be judged together")
    adjusted: dict[str, tuple[float, float]] = {}
    families: dict[str, list[Evidence]] = {}
    for item in found:
        if item.estimate is not None:
            families.setdefault(item.family, []).append(item)
    for members in families.values():
        adjusted |= _inside_family([(item.name, item.estimate) for item in members if item.estimate is not None], is_joint=is_joint)
    for number in (0, 1):
        across = benjamini_hochberg({family: min(adjusted[item.name][number] for item in members) for family, members in families.items()})
        selected = max(1, sum(p <= ALPHA for p in across.values()))
        for family, members in families.items():
            for item in members:
                pair = list(adjusted[item.name])
                pair[number] = max(min(1.0, pair[number] * len(families) / selected), across[family])
                adjusted[item.name] = (pair[0], pair[1])
    return [_graded(item, adjusted.get(item.name)) for item in found]


def _inside_family(members: Sequence[tuple[str, EffectEstimate]], *, is_joint: bool) -> dict[str, tuple[float, float]]:
    """(exact, rank) p-values adjusted within one family."""
    exact = holm({name: estimate.p_exact if estimate.p_exact is not None else 1.0 for name, estimate in members})
    if not is_joint:
        ranks = holm({name: estimate.p_rank if estimate.p_rank is not None else 1.0 for name, estimate in members})
        return {name: (exact[name], ranks[name]) for name, _ in members}
    placebos = pd.DataFrame({name: estimate.placebos for name, estimate in members})
    ranked = romano_wolf({name: estimate.estimate for name, estimate in members}, placebos)
    return {name: (exact[name], ranked[name]) for name, _ in members}


def _graded(item: Evidence, adjusted: tuple[float, float] | None) -> Evidence:
    if item.estimate is None or adjusted is None or item.question is None:
        return item
    estimate = replace(item.estimate, p_adjusted=adjusted[0], p_rank_adjusted=adjusted[1])
    return replace(item, estimate=estimate, verdict=item.question.verdict(estimate))
