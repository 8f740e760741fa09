"""What every estimate and every check carries."""

from dataclasses import dataclass, field
from typing import Literal

Grade = Literal["A", "B", "C", "D"]


@dataclass(frozen=True)
class CheckResult:
    """A diagnostic: ``is_passed`` True, False or None (informational), and one Vietnamese sentence."""

    name: str
    is_passed: bool | None
    sentence_vi: str


@dataclass(frozen=True)
class Calibration:
    """Measured on placebos of the same panel: how often the method cries wolf at its nominal level, and its power."""

    false_alarm_rate: float
    placebos_count: int
    power: float


@dataclass(frozen=True)
class EffectEstimate:
    """An estimated effect in the outcome's unit.

    ``p_exact`` is two-sided under normal errors with ``df`` degrees of freedom; ``p_rank`` comes from placebos in
    space. ``mde`` is the smallest effect found with 80 % power at the two-sided 5 % level. ``calibration`` is None
    until the false-alarm rate was measured on this very panel; without it no p-value and no interval is printed.
    ``p_adjusted`` is ``p_exact`` adjusted within its declared family, None without a family. ``one_sign_share`` is
    the share of the specification curve with the sign of the estimate, None without a curve.
    """

    outcome: str
    estimand_vi: str
    estimate: float
    std_error: float
    df: int
    ci_low: float
    ci_high: float
    level: float
    p_exact: float
    p_rank: float | None
    treated_count: int
    comparison_count: int
    before_count: int
    after_count: int
    mde: float
    method: str
    calibration: Calibration | None = None
    one_sign_share: float | None = None
    p_adjusted: float | None = None
    checks: tuple[CheckResult, ...] = field(default=())
