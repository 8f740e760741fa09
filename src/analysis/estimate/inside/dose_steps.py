"""Groups of dose against none, with a trend test whose false alarms are measured on the same data: shown before any curve."""

from dataclasses import dataclass, replace

from analysis.estimate.inference import Fit
from analysis.estimate.inside.cells import Cells, Integers
from analysis.estimate.inside.dose_groups import dose_terciles, dose_trend, grouped, recent_dose, trend_fit
from analysis.estimate.inside.doses import dose_of
from analysis.estimate.inside.placebo_plans import exchange_groups, orders_of, placebo_plans
from analysis.estimate.inside.questions import MONTH, UNIT, RepeatedDoses
from analysis.estimate.result import EffectEstimate

MONTHS, GROUPS = 6, 3
DRAWS_OF_TREND = 400


@dataclass(frozen=True)
class DoseSteps:
    """``groups``: each tercile of the last six months' dose against none; ``trend``: the slope through them, with its calibration."""

    groups: EffectEstimate
    trend: EffectEstimate


def dose_steps(question: RepeatedDoses, *, seed: int, draws: int = DRAWS_OF_TREND) -> DoseSteps:
    """Both for the dose of a question. Raises ``DesignRefused`` where too few units or months differ in dose."""
    asked = question.arguments() | {"dose": question.of, "months": MONTHS, "groups": GROUPS}
    groups, trend = dose_terciles(question.rows, **asked), dose_trend(question.rows, **asked)
    cells = question.cells()
    dose = dose_of(question.rows, cells, unit=UNIT, time=MONTH, dose=question.of)

    def refit(quiet: Cells, order: Integers) -> Fit:
        return trend_fit(grouped(quiet, recent_dose(dose.of_units(order), MONTHS), GROUPS)).fit()

    orders = orders_of(cells, draws=draws, seed=seed, groups=exchange_groups(cells))
    recovery = placebo_plans(refit, cells, question.less_effect(cells), orders)
    return DoseSteps(
        groups,
        replace(
            trend,
            calibration=recovery.calibration(trend.method, len(cells.units)),
            p_rank=recovery.rank(trend.estimate / trend.std_error) if trend.std_error else None,
        ),
    )
