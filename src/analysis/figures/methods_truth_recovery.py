"""Charts of the truth-recovery table: bias, coverage and false alarms of each way to ask, beside the bands that are promised."""

from collections.abc import Sequence

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Mark, Provenance, Series
from analysis.estimate.inside.truth_recovery import COVERAGE, FALSE_ALARMS, MAX_BIAS_PCT

USED_VI = {True: "nên dùng", False: "không nên dùng"}
LEVELS_VI = {"commune": "hoạt động giao theo từng xã", "district": "hoạt động giao theo huyện"}
FAR_PCT = 100.0  # a bias beyond this would press all others against the zero line


def false_alarms(rows: pd.DataFrame, level: str, measured_on: str, rests_on: Provenance) -> Chart:
    """Share of panels without any effect in which each way finds one; scenarios that are the same without effect stand once."""
    held = _at(rows.drop_duplicates(["assignment", "method", "errors", "false_alarm_rate"]), level, "false_alarm_rate")
    return _shares(
        held.sort_values("false_alarm_rate", ascending=False, kind="stable"),
        "false_alarm_rate",
        FALSE_ALARMS,
        chart_id=f"recovery-false-alarms-{level}",
        title="báo động nhầm ngoài",
        subtitle=f"Tỷ lệ bảng không có tác dụng nào mà vẫn bị coi là có, {LEVELS_VI[level]}; {measured_on}",
        unit="% bảng không có tác dụng",
        rests_on=rests_on,
    )


def coverage(rows: pd.DataFrame, level: str, measured_on: str, rests_on: Provenance) -> Chart:
    """Share of panels whose 95 % interval holds the truth."""
    return _shares(
        _at(rows, level, "coverage").sort_values("coverage", kind="stable"),
        "coverage",
        COVERAGE,
        chart_id=f"recovery-coverage-{level}",
        title="có khoảng 95 % chứa mức thật ngoài",
        subtitle=f"Tỷ lệ khoảng 95 % chứa mức thật, {LEVELS_VI[level]}; {measured_on}",
        unit="% khoảng chứa mức thật",
        rests_on=rests_on,
    )


def bias(rows: pd.DataFrame, measured_on: str, rests_on: Provenance) -> Chart:
    """How far the mean estimate lies from the truth, by level of assignment; errors do not change an estimate, so the first stand for all."""
    held = rows.dropna(subset="bias_pct").drop_duplicates(["scenario", "assignment", "method"])
    held = held.assign(label=labelled(held, with_errors=False))
    near = held[held["bias_pct"].abs() <= FAR_PCT].sort_values("bias_pct", kind="stable")
    series = tuple(_biases(LEVELS_VI[level], part) for level in LEVELS_VI if len(part := near[near["assignment"] == level]))
    out = int((held["bias_pct"].abs() > MAX_BIAS_PCT).sum())
    return Chart(
        "recovery-bias",
        f"{out} trên {len(held)} trường hợp lệch quá {text.number(MAX_BIAS_PCT)}\u00a0% mức thật",
        f"Bình quân ước lượng trừ mức thật, tính bằng % mức thật; {measured_on}",
        "dots",
        "category",
        "",
        "% mức thật",
        series,
        rests_on,
        alt_vi="Lệch so với mức thật: " + "; ".join(f"{one.name}: {_told(one)}" for one in series),
        decimals=1,
        marks=(Mark(-MAX_BIAS_PCT, f"±{text.number(MAX_BIAS_PCT)}\u00a0%", x_end=MAX_BIAS_PCT),),
        notes_vi=_far(held[held["bias_pct"].abs() > FAR_PCT]),
    )


def _at(rows: pd.DataFrame, level: str, column: str) -> pd.DataFrame:
    held = rows[(rows["assignment"] == level) & rows["holds"]].dropna(subset=column)
    return held.assign(label=labelled(held, with_errors=True))


def _shares(
    rows: pd.DataFrame, column: str, band: tuple[float, float], *, chart_id: str, title: str, subtitle: str, unit: str, rests_on: Provenance
) -> Chart:
    outside = int(((rows[column] < band[0]) | (rows[column] > band[1])).sum())
    promised = f"{text.number(100 * band[0])}{text.DASH}{text.percent(band[1], 0)}"
    series = [
        Series(USED_VI[used], tuple(part["label"]), tuple(100 * float(share) for share in part[column]), labels=_luck(part, column))
        for used in USED_VI
        if len(part := rows[rows["is_recommended"] == used])
    ]
    return Chart(
        chart_id,
        f"{outside} trên {len(rows)} cách hỏi {title} {promised}",
        subtitle,
        "dots",
        "category",
        "",
        unit,
        tuple(series),
        rests_on,
        alt_vi=f"{text.sentence_case(unit)}: " + "; ".join(f"{one.name}: {_told(one)}" for one in series),
        decimals=1,
        marks=(Mark(100 * band[0], f"dải hứa {promised}", x_end=100 * band[1]),),
    )


def labelled(rows: pd.DataFrame, *, with_errors: bool) -> pd.Series:
    """A name for each row: method, errors where asked for, and the scenario where the same way is asked in several."""
    parts = [rows["method_vi"].map(text.sentence_case)] + ([rows["errors_vi"]] if with_errors else [])
    names = parts[0].str.cat(parts[1:], sep=", ")
    several = rows.groupby(names)["scenario"].transform("nunique") > 1
    return names.where(~several, names + " · " + rows["scenario_vi"])


def _luck(rows: pd.DataFrame, column: str) -> tuple[str, ...]:
    errors = rows[f"{column.removesuffix('_rate')}_error"]
    return tuple(f"±{text.number(100 * float(error), 1)}" for error in errors)


def _biases(name: str, rows: pd.DataFrame) -> Series:
    return Series(
        name,
        tuple(rows["label"]),
        tuple(float(bias) for bias in rows["bias_pct"]),
        labels=tuple(f"±{text.number(e, 1)}" for e in rows["bias_error_pct"]),
    )


def _far(rows: pd.DataFrame) -> tuple[str, ...]:
    """What lies too far off to be drawn, in words."""
    told = [
        f"{row['method_vi']} ({row['scenario_vi']}, {LEVELS_VI[row['assignment']]}) {text.signed(row['bias_pct'], 0)}\u00a0%"
        for _, row in rows.iterrows()
    ]
    return (f"Lệch quá {text.number(FAR_PCT)}\u00a0% nên không vẽ: {text.enumerate_vi(told)}.",) if told else ()


def _told(series: Series) -> str:
    pairs: Sequence[tuple[object, float | None]] = tuple(zip(series.x, series.y, strict=True))
    return "; ".join(f"{name} {text.number(value or 0.0, 1)}\u00a0%" for name, value in pairs)
