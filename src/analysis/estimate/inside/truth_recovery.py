"""How often each estimator inside a province is right: many simulated panels with a planted effect, one table.

The same seed draws the same noise in every scenario and under every effect, so that rows of the table differ by what they compare
and not by luck.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from analysis.estimate.inference import SIGNIFICANCE
from analysis.estimate.inside.recovery_methods import METHODS, Asked, RecoveryMethod, asked_at
from analysis.estimate.inside.trials import Level, Trial
from analysis.estimate.refusals import DesignRefused
from analysis.simulate import PanelTruth, draw_panel

DRAWS = 400
SMALL = 0.25  # of the planted effect: what power is told for
MAX_BIAS_PCT = 3.0
COVERAGE = (0.92, 0.97)  # of intervals that promise 95 %
FALSE_ALARMS = (0.03, 0.07)  # of tests that promise 5 %
IN_CHANCE = 2.0  # Monte Carlo errors by which a measured number may leave its band by luck
Shares = tuple[tuple[str, float], ...]
SHARES: Shares = (("planted", 1.0), ("nothing", 0.0), ("small", SMALL))  # of the effect: how each panel is asked
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True)
class Scenario:
    """A truth, the names of the ``METHODS`` tried on it, whether what the recommended ones assume holds in it, and at which levels it is drawn."""

    name: str
    name_vi: str
    truth: PanelTruth
    methods: tuple[str, ...]
    holds: bool = True
    levels: tuple[Level, ...] = LEVELS


REPEATED = PanelTruth()
GROWING = PanelTruth(design="first", effect=0.5, decay=0.8)
FADING = PanelTruth(design="first", campaign="once", effect=4.0, decay=0.85)
TOGETHER = PanelTruth(design="first", campaign="irregular", effect=1.0, decay=0.8)
UNLOGGED = 0.3  # of the communes, which began before their log does
FIRST_METHODS = ("staggered_event_study", "callaway_santanna", "static_two_way", "before_after")
HIDDEN_METHODS = ("staggered_event_study", "whole_logs_only")
SCENARIOS = (
    Scenario(
        "repeated",
        "hoạt động lặp lại",
        REPEATED,
        ("distributed_lag", "adstock_effect", "contemporaneous_only", "lagged_dependent"),
    ),
    Scenario("growing", "lần đầu, tác dụng lớn dần", GROWING, FIRST_METHODS),
    Scenario("fading", "lần đầu, tác dụng tắt dần", FADING, FIRST_METHODS),
    Scenario("counts", "tác dụng trên logit", replace(REPEATED, link="logit"), ("uptake_count_model",)),
    Scenario("officials", "40 % hoạt động chỉ cho cán bộ", replace(REPEATED, officials_share=0.4), ("distributed_lag", "officials_counted")),
    Scenario("event", "biến cố ở vài huyện", replace(REPEATED, event_points=4.0), ("event_entered", "event_left_out")),
    Scenario("spill_over", "30 % lan sang xã cùng huyện", replace(REPEATED, spill_over=0.3), ("distributed_lag",), holds=False),
    Scenario("after_bad", "bắt đầu vì vừa có tháng kém", replace(GROWING, starts="after_bad"), FIRST_METHODS, holds=False),
    Scenario(
        "hidden_growing",
        "30 % xã đã làm mà không ghi, tác dụng lớn dần",
        replace(GROWING, hidden_share=UNLOGGED),
        HIDDEN_METHODS,
        holds=False,
        levels=("commune",),
    ),
    Scenario(
        "hidden_fading",
        "30 % xã đã làm mà không ghi, tác dụng tắt dần",
        replace(FADING, hidden_share=UNLOGGED),
        HIDDEN_METHODS,
        holds=False,
        levels=("commune",),
    ),
    Scenario(
        "together",
        "cả huyện bắt đầu cùng tháng, về sau mỗi xã một lịch",
        TOGETHER,
        ("staggered_event_study",),
        levels=("district",),
    ),
)


def recovery_table(
    scenarios: Sequence[Scenario] = SCENARIOS,
    methods: Mapping[str, RecoveryMethod] = METHODS,
    *,
    draws: int = DRAWS,
    seed: int,
    levels: Sequence[Level] = LEVELS,
    with_power: bool = True,
) -> pd.DataFrame:
    """Bias, coverage, false alarms and power of ``methods``; one row a (scenario, assignment, method, errors).

    ``levels`` of assignment are those wanted; a scenario is drawn at those of them that it knows.

    Each of ``draws`` panels is asked three times: with the planted effect (``bias_pct`` of the truth, ``coverage`` of the 95 % interval),
    with none (``false_alarm_rate`` at 5 %), and, ``with_power``, with a quarter of it (``power``; ``power_effect`` is its mean truth). Beside:
    ``scenario_vi``, ``method_vi``, ``errors_vi``; ``is_recommended``; ``holds`` of the scenario; ``truth`` and ``estimate``, means over
    draws in the method's unit; ``bias_error_pct``, ``coverage_error``, ``false_alarm_error``, ``power_error`` by Monte Carlo;
    ``draws`` answered with the planted effect and ``refused`` ones. Shares are 0 to 1, NaN where nothing was answered. ``promise``: ``kept``
    where bias, coverage and false alarms lie in their bands (``MAX_BIAS_PCT``, ``COVERAGE``, ``FALSE_ALARMS``), ``near`` where any is out by
    no more than Monte Carlo luck, else ``broken``.

    Raises ``KeyError`` for a method that is not in ``methods``.
    """
    rows = []
    for scenario in scenarios:
        for level in (one for one in levels if one in scenario.levels):
            asked = [one for name in scenario.methods for one in asked_at(methods[name], level)]
            answers = _answers(scenario, level, asked, seeds_of(seed, draws), SHARES if with_power else SHARES[:2])
            rows += [_row(scenario, level, one, answers[place]) for place, one in enumerate(asked)]
    return pd.DataFrame(rows)


def seeds_of(seed: int, draws: int) -> tuple[int, ...]:
    """Seeds of the panels; those of fewer draws are the first of those of more."""
    return tuple(int(np.random.SeedSequence([seed, draw]).generate_state(1)[0]) for draw in range(draws))


def _answers(scenario: Scenario, level: Level, asked: Sequence[Asked], seeds: Sequence[int], shares: Shares) -> list[list[dict[str, float]]]:
    """For each of ``asked`` what it said of each panel."""
    said: list[list[dict[str, float]]] = [[] for _ in asked]
    for seed in seeds:
        trials = dict(_trials(scenario.truth, level, seed, shares))
        for place, one in enumerate(asked):
            said[place].append({key: value for kind, trial in trials.items() for key, value in _said(one, kind, trial)})
    return said


def _trials(truth: PanelTruth, level: Level, seed: int, shares: Shares) -> Iterator[tuple[str, Trial]]:
    for kind, share in shares:
        drawn = draw_panel(replace(truth, assignment=level, effect=share * truth.effect), seed=seed)
        yield kind, Trial(drawn, seed)


def _said(asked: Asked, kind: str, trial: Trial) -> Iterator[tuple[str, float]]:
    """What one method says of one panel, as named numbers; nothing where the design is refused."""
    try:
        answer = asked.method.ask(trial, asked.errors)
    except DesignRefused:
        return
    if kind == "planted":
        yield from (("truth", answer.truth), ("estimate", answer.estimate), ("covers", float(answer.covers)))
        return
    yield kind, float(answer.p_value <= SIGNIFICANCE)
    if kind == "small":
        yield "small_truth", answer.truth


def promise_of(row: Mapping[str, Any]) -> str:
    """``kept``, ``near`` or ``broken``: how a row's measured numbers lie to their bands."""
    beyond = [
        _beyond(row["coverage"], COVERAGE, row["draws"]),
        _beyond(row["false_alarm_rate"], FALSE_ALARMS, row["draws"]),
        (abs(row["bias_pct"]) - MAX_BIAS_PCT, row["bias_error_pct"]),
    ]
    if all(distance <= 0 for distance, _ in beyond):
        return "kept"
    return "near" if all(distance <= IN_CHANCE * error for distance, error in beyond) else "broken"


def _beyond(share: float, band: tuple[float, float], count: int) -> tuple[float, float]:
    """How far a share lies beyond its band, and the Monte Carlo error of a share at that edge of it."""
    edge = band[0] if share < band[0] else band[1]
    return max(band[0] - share, share - band[1]), _share_error(edge, count)


def _row(scenario: Scenario, level: Level, asked: Asked, said: list[dict[str, float]]) -> dict[str, Any]:
    names = ("truth", "estimate", "covers", "nothing", "small", "small_truth")
    found = pd.DataFrame(said, columns=list(names))
    means, counts = found.mean(), found.count()
    gap = found["estimate"] - found["truth"]
    shares = {"coverage": "covers", "false_alarm_rate": "nothing", "power": "small"}
    row = {
        "scenario": scenario.name,
        "scenario_vi": scenario.name_vi,
        "assignment": level,
        "method": asked.method.name,
        "method_vi": asked.method.name_vi,
        "errors": asked.errors,
        "errors_vi": asked.errors_vi,
        "is_recommended": asked.is_recommended,
        "holds": scenario.holds,
        "truth": means["truth"],
        "estimate": means["estimate"],
        "bias_pct": 100 * gap.mean() / means["truth"],
        "bias_error_pct": 100 * gap.std() / np.sqrt(len(gap.dropna())) / abs(means["truth"]) if gap.count() > 1 else np.nan,
        **{name: means[column] for name, column in shares.items()},
        **{f"{name.removesuffix('_rate')}_error": _share_error(means[column], counts[column]) for name, column in shares.items()},
        "power_effect": means["small_truth"],
        "draws": int(counts["estimate"]),
        "refused": len(said) - int(counts["estimate"]),
    }
    return row | {"promise": promise_of(row)}


def _share_error(share: float, count: int) -> float:
    return float(np.sqrt(share * (1 - share) / count)) if count else float("nan")
