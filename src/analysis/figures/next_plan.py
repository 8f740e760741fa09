"""The power curve of planned roll-outs."""

from collections.abc import Mapping
from math import ceil, log10

import numpy as np

from analysis import text
from analysis.blocks import Chart, Provenance, Series
from analysis.estimate.inside.power import PowerResult

MOST_CURVES = 4
MOST_POINTS = 20
ROUND_STEPS = (1, 2, 2.5, 5, 10)


def power_curves(found: Mapping[int, PowerResult], rests_on: Provenance, *, is_as_is: bool = False) -> Chart:
    """Chance of finding a lasting change of each size, one line a number of waves on one grid of sizes; up to four of them.

    ``is_as_is``: of the communes that sent a log.
    """
    held = dict(sorted(found.items())[:MOST_CURVES])
    sizes = common_sizes(max(float(power.curve["effect"].max()) for power in held.values()))
    series = tuple(Series(f"{count} đợt", tuple(sizes), tuple(_shares(power, sizes))) for count, power in held.items())
    known = [(count, power.mde) for count, power in held.items() if power.mde is not None]
    told = "; ".join(f"{count} đợt từ {text.number(mde, 2)}" for count, mde in known)
    who = f"{next(iter(held.values())).units_count} xã{' có nhật ký' if is_as_is else ''}"
    return Chart(
        "next-plan-power-curve",
        f"Thay đổi nhận ra được với khả năng 80 % (điểm phần trăm), {who}: {told}" if told else f"Khả năng nhận ra theo mức thay đổi, {who}",
        "Khả năng phép thử nhận ra một thay đổi thật của tỷ lệ nộp trực tuyến, theo mức thay đổi và số đợt chia trong một năm",
        "line",
        "number",
        "thay đổi thật, điểm phần trăm",
        "% lần mô phỏng",
        series,
        rests_on,
        alt_vi=f"Đường khả năng nhận ra tăng theo mức thay đổi; đạt 80 % ở: {told or 'không đường nào'}.",
        notes_vi=("Ở mức thay đổi 0, đường bắt đầu quanh 5 %: đó là tỷ lệ báo động nhầm.",),
        y_from_zero=True,
    )


def common_sizes(largest: float) -> list[float]:
    """Round sizes of change from 0 to ``largest``, at most ``MOST_POINTS`` steps; only 0 without any spread."""
    if largest <= 0:
        return [0.0]
    power = 10.0 ** np.floor(log10(largest / MOST_POINTS))
    step = next(power * factor for factor in ROUND_STEPS if power * factor * MOST_POINTS >= largest * (1 - 1e-9))
    return [round(float(step * number), 6) for number in range(ceil(largest / step - 1e-9) + 1)]


def _shares(power: PowerResult, sizes: list[float]) -> list[float]:
    """Power in per cent at each size, between the simulated ones; beyond the largest simulated one at least what it was there."""
    return [round(100 * float(share), 1) for share in np.interp(sizes, power.curve["effect"], power.curve["power"])]
