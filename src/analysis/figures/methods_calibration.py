"""Charts of the false-alarm table: how often each method cries wolf, and what those find that a report may print."""

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Mark, Provenance, Series
from analysis.estimate.grade import ALPHA, MAX_FALSE_ALARM_RATE
from analysis.estimate.inference import POWER

STATISTIC_VI = {"exact": "sai số", "rank": "thứ hạng"}
PRINTED_VI = {False: "không in p", True: "được in p"}


def label(name_vi: str, statistic: str) -> str:
    """A method, and that its placebo rank is judged where it is."""
    return text.sentence_case(name_vi) + (f" ({STATISTIC_VI[statistic]})" if statistic == "rank" else "")


def false_alarms(rows: pd.DataFrame, measured_on: str, rests_on: Provenance) -> Chart:
    """Share of placebo plans each method calls a difference, worst first, beside what is promised and what the house allows."""
    held = rows.dropna(subset="false_alarm_rate").sort_values("false_alarm_rate", ascending=False, kind="stable")
    groups = [(may_print, held[held["may_print"] == may_print]) for may_print in PRINTED_VI]
    allowed = text.percent(MAX_FALSE_ALARM_RATE, 0)
    return Chart(
        "calibration-false-alarms",
        f"{int((~held['may_print']).sum())} trên {len(held)} cách tính báo động nhầm quá {allowed}",
        f"Tỷ lệ kế hoạch giả định bị coi là khác biệt ở mức {text.percent(ALPHA, 0)}; {measured_on}",
        "dots",
        "category",
        "",
        "% kế hoạch giả định",
        tuple(_shares(PRINTED_VI[may_print], group, "false_alarm_rate") for may_print, group in groups if len(group)),
        rests_on,
        alt_vi="Báo động nhầm: " + _told(_shares("", held, "false_alarm_rate")),
        decimals=1,
        marks=(Mark(100 * ALPHA, f"hứa {text.percent(ALPHA, 0)}"), Mark(100 * MAX_FALSE_ALARM_RATE, f"tối đa {allowed}")),
        y_from_zero=True,
    )


def power(rows: pd.DataFrame, effect_sd: float, rests_on: Provenance) -> Chart:
    """What the methods find that may print a p-value, best first; ``rows`` hold at least one such method."""
    held = rows[rows["may_print"]].sort_values("power", ascending=False, kind="stable")
    series = _shares("nhận ra", held, "power")
    return Chart(
        "calibration-power",
        f"{int((held['power'] >= POWER).sum())} trên {len(held)} cách tính được in p nhận ra từ {text.percent(POWER, 0)} trở lên khi có thật",
        f"Tỷ lệ nhận ra khi thêm vào {text.number(effect_sd, 1)} lần độ lệch chuẩn của các kế hoạch giả định, cùng một mức cho mọi cách tính",
        "bar",
        "category",
        "",
        "% trường hợp có thật",
        (series,),
        rests_on,
        alt_vi="Nhận ra khi có thật: " + _told(series),
        marks=(Mark(100 * POWER, text.percent(POWER, 0)),),
        y_from_zero=True,
    )


def _shares(name: str, rows: pd.DataFrame, column: str) -> Series:
    labels = tuple(label(row.name_vi, row.statistic) for row in rows.itertuples())
    return Series(name, labels, tuple(100 * float(share) for share in rows[column]))


def _told(series: Series) -> str:
    return "; ".join(f"{name} {text.number(value or 0.0, 1)}\u00a0%" for name, value in zip(series.x, series.y, strict=True))
