"""What every estimate, every check and every calibration carries."""

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Grade = Literal["A", "B", "C", "D"]
Statistic = Literal["exact", "rank"]


@dataclass(frozen=True)
class CheckResult:
    """A diagnostic: ``is_passed`` True, False or None (not known or informational), and one Vietnamese sentence.

    ``is_required`` says whether failing it forbids the best grades; ``value`` is the number behind it where there is one.
    """

    name: str
    is_passed: bool | None
    sentence_vi: str
    is_required: bool = True
    value: float | None = None


@dataclass(frozen=True)
class Calibration:
    """Measured on placebo plans of one panel: how often a method cries wolf at its nominal level, and its power.

    ``statistic`` is the p-value judged: ``exact`` or ``rank``. ``false_alarm_rate`` is the share of placebo plans with p at most
    ``alpha``; ``monte_carlo_error`` its standard error over units, since the placebo plans of one unit overlap in time and are
    no independent draws. ``power`` is the share found when ``effect_sd`` placebo standard deviations are added; ``coverage``
    the share of intervals that hold the true effect, None where a method has no interval. ``units_count`` × ``cells_count``
    (outcomes × starts) placebo plans make ``placebos_count``.
    """

    false_alarm_rate: float
    placebos_count: int
    power: float
    method: str = ""
    statistic: Statistic = "exact"
    alpha: float = 0.05
    monte_carlo_error: float | None = None
    coverage: float | None = None
    effect_sd: float = 2.8
    units_count: int = 0
    cells_count: int = 0


@dataclass(frozen=True)
class Quantity:
    """A further number of an estimate (half-life, cumulative effect …): its value, standard error and interval where they exist."""

    name: str
    name_vi: str
    value: float
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    unit_vi: str = ""


@dataclass(frozen=True)
class EffectEstimate:
    """An estimated effect in the outcome's unit; a field is None where the method has no such thing.

    ``estimate`` is the mean effect over the periods from the start on. ``std_error`` with ``df`` gives ``p_exact`` (two-sided,
    ``p_exact_from`` says under what) and the interval; methods without a standard error take the interval from placebos
    (``ci_from``). ``p_rank`` is the rank of the estimate among ``n_placebos`` comparison units that were each given the plan:
    (1 + placebos at least as large) / (1 + placebos). ``mde`` is the smallest true effect that the test finds with 80 % power at
    the two-sided 5 % level; it rests on comparison units only, never on what happened to the treated.

    ``by_period`` has one row a period, or a year since the start where starts differ: ``period``, ``is_after``, ``effect``, and
    ``std_error``, ``ci_low``, ``ci_high``, ``observed``, ``counterfactual`` where they exist. ``donor_weights`` is indexed by
    comparison unit, ``time_weights`` by period before, ``placebos`` holds the placebo estimates by unit.

    ``calibration`` is None until the false-alarm rate was measured on this very panel; without it no report prints a p-value
    or an interval. ``p_adjusted`` and ``p_rank_adjusted`` are adjusted within the declared family, ``one_sign_share`` and ``curve_p``
    come from the specification curve. ``data_hash`` is the sha256 of the cells used, ``seed`` that of any random draw.

    Designs inside the province cluster their errors: ``clusters_count`` clusters of ``clustered_by``, under the rule that ``p_exact_from``
    names; ``quantities`` are further numbers of the same fit and ``notes_vi`` what was left out before it.
    """

    outcome: str
    estimand_vi: str
    estimate: float
    std_error: float | None
    df: int | None
    ci_low: float | None
    ci_high: float | None
    level: float
    p_exact: float | None
    p_rank: float | None
    treated_count: int
    comparison_count: int
    before_count: int
    after_count: int
    mde: float | None
    method: str
    calibration: Calibration | None = None
    one_sign_share: float | None = None
    p_adjusted: float | None = None
    checks: tuple[CheckResult, ...] = field(default=())
    n_placebos: int = 0
    treated: tuple[str, ...] = ()
    start: str = ""
    p_exact_from: str | None = None
    p_rank_from: str | None = None
    ci_from: str | None = None
    p_rank_adjusted: float | None = None
    curve_p: float | None = None
    by_period: pd.DataFrame | None = field(default=None, compare=False, repr=False)
    donor_weights: pd.Series | None = field(default=None, compare=False, repr=False)
    time_weights: pd.Series | None = field(default=None, compare=False, repr=False)
    placebos: pd.Series | None = field(default=None, compare=False, repr=False)
    missing_waves: tuple[str, ...] = ()
    era: str | None = None
    footing: str | None = None
    data_hash: str = ""
    seed: int | None = None
    clusters_count: int | None = None
    clustered_by: str | None = None
    quantities: tuple[Quantity, ...] = ()
    notes_vi: tuple[str, ...] = ()
