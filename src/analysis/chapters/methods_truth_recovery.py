"""Blocks of the notebook on what estimators inside a province find when the truth is known, for analysts; no part of the annual report."""

from dataclasses import dataclass

import pandas as pd

from analysis.blocks import Block
from analysis.chapters.subject import ParameterRefused
from analysis.estimate.inside.truth_recovery import LEVELS, SCENARIOS, recovery_table
from analysis.figures import methods_truth_recovery as charts
from analysis.narrative import methods_truth_recovery as say
from analysis.narrative.methods_truth_recovery import SIMULATED, Ground
from analysis.tables import methods_truth_recovery as present

MOST_DRAWS = 10_000


@dataclass(frozen=True)
class Recovered:
    """The rows of ``recovery_table`` and what they were measured on."""

    rows: pd.DataFrame
    ground: Ground


def recovered(*, scenarios: str, draws: int, seed: int, with_power: bool = False) -> Recovered:
    """Every method of the ``scenarios`` (names with blanks between), on ``draws`` simulated panels each and at both levels of assignment.

    ``with_power`` asks each panel once more, with a quarter of the effect, and takes half as long again.
    Raises ``ParameterRefused`` for a parameter that cannot be read.
    """
    known = {scenario.name: scenario for scenario in SCENARIOS}
    names = list(dict.fromkeys(scenarios.split()))
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        seen = ", ".join(unknown) or "không kịch bản nào"
        raise ParameterRefused(f"scenarios: thấy {seen}; chấp nhận các tên cách nhau bằng dấu cách trong: {', '.join(known)}.")
    if isinstance(draws, bool) or not isinstance(draws, int) or not 2 <= draws <= MOST_DRAWS:
        raise ParameterRefused(f"draws: thấy {draws!r}; chấp nhận số nguyên từ 2 đến {MOST_DRAWS}.")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ParameterRefused(f"seed: thấy {seed!r}; chấp nhận số nguyên từ 0 trở lên.")
    asked = [known[name] for name in names]
    truth = asked[0].truth
    return Recovered(
        recovery_table(asked, draws=draws, seed=seed, with_power=with_power), Ground(draws, truth.units, truth.months, truth.districts, seed)
    )


def opening(found: Recovered) -> list[Block]:
    """What was found of the truth, which promises are kept, and how to read both."""
    limits = say.beyond_repair(found.rows)
    return [say.headline(found.rows, found.ground), say.promises(found.rows), *([limits] if limits else []), *say.notes(found.ground)]


def bias(found: Recovered) -> list[Block]:
    """How far off the truth the ways to ask are on average."""
    return [charts.bias(found.rows, found.ground.short_vi, SIMULATED)]


def errors(found: Recovered) -> list[Block]:
    """Coverage and false alarms where doses are assigned to communes, then to districts."""
    drawn = [chart(found.rows, level, found.ground.short_vi, SIMULATED) for level in LEVELS for chart in (charts.coverage, charts.false_alarms)]
    return [chart for chart in drawn if chart.series]


def every_number(found: Recovered) -> list[Block]:
    """The whole table."""
    return [present.recovery(found.rows, found.ground.said_vi, SIMULATED)]
