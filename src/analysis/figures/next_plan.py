"""The power curve of planned roll-outs."""

from collections.abc import Mapping

from analysis import text
from analysis.blocks import Chart, Provenance, Series
from analysis.estimate.inside.power import PowerResult

MOST_CURVES = 4
EVERY = 2  # points of a curve that are drawn


def power_curves(found: Mapping[int, PowerResult], rests_on: Provenance) -> Chart:
    """Chance of finding a lasting change of each size, one line a number of waves; up to four of them."""
    held = dict(sorted(found.items())[:MOST_CURVES])
    series = tuple(
        Series(
            f"{count} đợt",
            tuple(round(float(effect), 3) for effect in power.curve["effect"][::EVERY]),
            tuple(100 * float(share) for share in power.curve["power"][::EVERY]),
        )
        for count, power in held.items()
    )
    known = [(count, power.mde) for count, power in held.items() if power.mde is not None]
    told = "; ".join(f"{count} đợt từ {text.number(mde, 2)}" for count, mde in known)
    return Chart(
        "next-plan-power-curve",
        f"Thay đổi nhận ra được với khả năng 80 % (điểm phần trăm): {told}" if told else "Khả năng nhận ra theo mức thay đổi",
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
