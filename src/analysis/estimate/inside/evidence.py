"""One question inside the province put to its design: what could be seen, what was seen, how often the design is right here, what may be said."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from analysis.estimate.evidence import Evidence, refused
from analysis.estimate.inference import Fit
from analysis.estimate.inside import checks
from analysis.estimate.inside.carry_over import adstock_effect
from analysis.estimate.inside.cells import Cells, Integers
from analysis.estimate.inside.clustered import used_clusters
from analysis.estimate.inside.counts import uptake_count_model
from analysis.estimate.inside.dose_steps import DRAWS_OF_TREND, DoseSteps, dose_steps
from analysis.estimate.inside.group_time import callaway_santanna
from analysis.estimate.inside.placebo_plans import DRAWS, Recovery, exchange_groups, orders_of, placebo_plans
from analysis.estimate.inside.questions import DOSE, DOSSIERS, MONTH, ONLINE, UNIT, FirstCampaigns, InsideQuestion, RepeatedDoses
from analysis.estimate.inside.static_effects import static_two_way
from analysis.estimate.inside.ways import WayTable, ways
from analysis.estimate.inside.wild import MAX_CLUSTERS
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.text import decapitalised

FAMILY = "trong tỉnh"
MIN_MEASURED = 100  # placebo plans before they may say what could be seen


@dataclass(frozen=True)
class InsideEvidence:
    """What is known of one question; ``evidence`` carries the grade, as for outcomes among provinces.

    ``recovery`` is the design on placebo plans of these very data; ``curve`` one row a way to ask; ``steps`` groups of dose against none, for
    repeated doses. None where the design refused.
    """

    question: InsideQuestion
    evidence: Evidence
    recovery: Recovery | None = None
    curve: WayTable | None = None
    steps: DoseSteps | None = None


def gather_inside(question: InsideQuestion, *, seed: int, draws: int = DRAWS, grade_only: bool = False) -> InsideEvidence:
    """Estimate, its measured right to a p-value, checks, companions and other ways to ask, ungraded within its family until ``judge``.

    ``draws`` placebo plans serve both the rank and the false alarms. With ``grade_only`` companions are left out, and checks and other ways
    too where they could not change the verdict, which is the same either way.
    """
    try:
        estimate = question.ask()
        recovery = recovered(question, seed=seed, draws=draws, few=estimate.clusters_count is not None and estimate.clusters_count <= MAX_CLUSTERS)
    except DesignRefused as refusal:
        return InsideEvidence(question, refused(question.name, FAMILY, decapitalised(str(refusal)).removesuffix(".")))
    estimate = _measured(estimate, recovery, question.rows[UNIT].nunique())
    needs_all = not grade_only or (estimate.p_exact is not None and estimate.p_exact <= question.alpha)
    curve = ways(question, estimate) if needs_all else None
    if needs_all:
        estimate = replace(estimate, checks=checks.all_checks(question, estimate), one_sign_share=curve.one_sign_share if curve else None)
    companions = () if grade_only else tuple(found for ask in _companions(question) if (found := _tried(ask)) is not None)
    steps = None if grade_only else _steps(question, seed, min(draws, DRAWS_OF_TREND))
    evidence = Evidence(question.name, FAMILY, question.verdict(estimate), estimate, companions=companions, question=question)
    return InsideEvidence(question, replace(evidence, rank_calibration=estimate.calibration), recovery, curve, steps)


def recovered(question: InsideQuestion, *, seed: int, draws: int = DRAWS, few: bool | None = None) -> Recovery:
    """The design of a question on placebo plans of its own data, with the bootstrap where ``few`` (None: where its cells have few clusters).

    Raises ``DesignRefused``.
    """
    cells = question.cells()
    orders = orders_of(cells, draws=draws, seed=seed, groups=exchange_groups(cells))

    def bootstrapped(quiet: Cells, order: Integers, _: Fit) -> float:
        p_value = question.bootstrap(quiet, order, seed=seed).p_value
        return 1.0 if p_value is None else p_value

    p_of = bootstrapped if (used_clusters(cells) <= MAX_CLUSTERS if few is None else few) else None
    return placebo_plans(question.refit(cells), cells, question.less_effect(cells), orders, p_of)


def _measured(estimate: EffectEstimate, recovery: Recovery, units_count: int) -> EffectEstimate:
    """The estimate with what placebo plans of the same data say of it."""
    return replace(
        estimate,
        mde=recovery.minimum_detectable_effect() if len(recovery.fits) >= MIN_MEASURED else estimate.mde,
        p_rank=None if not estimate.std_error else recovery.rank(estimate.estimate / estimate.std_error),
        p_rank_from="rank of t among placebo plans: whole histories given to other units of a size",
        placebos=recovery.placebos(),
        n_placebos=len(recovery.estimates),
        calibration=recovery.calibration(estimate.method, units_count),
    )


def _steps(question: InsideQuestion, seed: int, draws: int) -> DoseSteps | None:
    try:
        return dose_steps(question, seed=seed, draws=draws) if isinstance(question, RepeatedDoses) else None
    except DesignRefused:
        return None


def _companions(question: InsideQuestion) -> list[Callable[[], EffectEstimate]]:
    """Other estimators of the same question, and the static one as the warning it is."""
    arguments = question.arguments()
    if isinstance(question, FirstCampaigns):
        first = question.first
        return [
            lambda: callaway_santanna(question.rows, first=first, **arguments),
            lambda: static_two_way(question.rows, first=first, **arguments),
        ]
    if isinstance(question, RepeatedDoses):
        saturation, lags = question.saturation, question.lags
        return [
            lambda: question.for_one_activity(adstock_effect(question.rows, dose=DOSE, saturation=saturation, **arguments)),
            lambda: question.for_one_activity(
                uptake_count_model(
                    question.rows,
                    unit=UNIT,
                    time=MONTH,
                    numerator=ONLINE,
                    denominator=DOSSIERS,
                    dose=DOSE,
                    lags=lags,
                    saturation=saturation,
                    cluster=question.cluster,
                )
            ),
        ]
    return []


def _tried(ask: Callable[[], EffectEstimate]) -> EffectEstimate | None:
    try:
        return ask()
    except DesignRefused:
        return None
