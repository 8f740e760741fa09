"""Sentences on the log of dossiers: what it holds, and days to a result online and at the counter."""

from datetime import date

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.uptake import SMALL_DENOMINATOR

NOT_AN_EFFECT = (
    "Đây là chênh lệch giữa hai nhóm hồ sơ, không phải tác dụng của việc nộp trực tuyến: mỗi kênh có những thủ tục khác nhau. "
    "Chỉ tính hồ sơ đã có kết quả đến ngày xuất sổ; ở các tháng cuối, hồ sơ lâu có thể chưa có kết quả."
)
DAYS_DECIMALS = 1


def no_log(place: str, rests_on: Provenance) -> Sentence:
    """No log of dossiers is held."""
    return Sentence(
        f"Chưa nạp sổ hồ sơ của phần mềm một cửa của {place}, nên chưa so được số ngày có kết quả giữa nộp trực tuyến và nộp trực tiếp.", rests_on
    )


def no_dossiers(place: str, year: int, first: str, last: str, rests_on: Provenance) -> Sentence:
    """A log is held, but of other months."""
    return Sentence(
        f"Sổ hồ sơ đã nạp của {place} có các tháng từ {text.month(first)} đến {text.month(last)}, không có hồ sơ tiếp nhận năm {year}.", rests_on
    )


def account(outcomes: pd.DataFrame, rests_on: Provenance) -> Sentence:
    """Rows in = rows counted + rows set aside; from ``dossier_account``."""
    counted = int(outcomes.loc[outcomes["outcome"] == "counted", "rows_count"].sum())
    total = int(outcomes["rows_count"].sum())
    reasons = outcomes.loc[(outcomes["outcome"] != "counted") & (outcomes["rows_count"] > 0), "outcome"].nunique()
    aside = f"{text.number(total - counted)} dòng để riêng theo {reasons} lý do" if total > counted else "không dòng nào để riêng"
    return Sentence(f"Sổ hồ sơ có {text.number(total)} dòng: {text.number(counted)} dòng được tính, {aside}.", rests_on)


def later_log(last_month: str, as_of: date, rests_on: Provenance) -> Sentence:
    """The log holds months after the day of the report: results in it are counted up to its export."""
    return Sentence(
        f"Sổ hồ sơ ghi đến hết tháng {text.month(last_month)}. Báo cáo tính đến {text.day(as_of)} chỉ lấy hồ sơ tiếp nhận trong các tháng đã hết "
        "vào ngày đó, nhưng kết quả của các hồ sơ ấy tính đến ngày xuất sổ, không phải đến ngày của báo cáo.",
        rests_on,
        is_note=True,
    )


def gap(found: pd.Series, alike: pd.Series | None, period_vi: str, rests_on: Provenance) -> Finding | Sentence:
    """The gap among dossiers that are alike, then that over all fields.

    ``found`` is the row of ``uptake.channel_gap``, ``alike`` that of ``uptake.alike.gap_alike``.
    """
    if pd.isna(found["gap_days"]):
        return Sentence(
            f"{text.sentence_case(period_vi)}, chưa đủ hồ sơ đã có kết quả ở cả hai kênh để so số ngày giữa nộp trực tuyến và nộp trực tiếp.",
            rests_on,
        )
    halves = (
        f"một nửa số hồ sơ có kết quả trong {_days(found['online_median_days'])} ngày khi nộp trực tuyến, "
        f"trong {_days(found['counter_median_days'])} ngày khi nộp trực tiếp"
    )
    firm = "" if bool(found["is_clear"]) else "; chênh lệch này chưa rõ"
    whole = f"{_difference(found['gap_days'])} ({halves}{firm})"
    if alike is None or pd.isna(alike["gap_days"]) or alike["alike_dossiers_count"] < SMALL_DENOMINATOR:
        said = f"Tính gộp mọi lĩnh vực, hồ sơ trực tuyến tiếp nhận {period_vi} có kết quả {whole}"
        return Finding("uptake-gap", f"{said}. Không đủ hồ sơ để so cùng đơn vị, cùng tháng, cùng lĩnh vực, cùng mức độ.", NOT_AN_EFFECT, rests_on)
    why = "" if _difference(alike["gap_days"]) == _difference(found["gap_days"]) else ", vì hai kênh nhận các loại hồ sơ khác nhau"
    said = (
        f"So hồ sơ cùng đơn vị, cùng tháng, cùng lĩnh vực, cùng mức độ, hồ sơ trực tuyến tiếp nhận {period_vi} có kết quả "
        f"{_difference(alike['gap_days'])} (so được {text.percent(alike['alike_share'], 0)} hồ sơ trực tuyến). "
        f"Tính gộp mọi lĩnh vực thì {whole}{why}."
    )
    return Finding("uptake-gap", said, NOT_AN_EFFECT, rests_on)


def _difference(days: float) -> str:
    shown = _days(abs(float(days)))
    if not shown.strip("0,"):
        return "sau cùng số ngày"
    return f"{'sớm' if days < 0 else 'muộn'} hơn {shown} ngày"


def _days(days: float) -> str:
    """Days, with a decimal only where there is one."""
    shown = text.number(float(days), DAYS_DECIMALS)
    return shown.removesuffix(",0")


def on_time(rows: pd.DataFrame, rests_on: Provenance) -> Sentence | None:
    """On-time shares by channel; ``rows`` with ``channel_vi``, ``on_time_share`` and ``on_time_is_small``. None where no log tells."""
    told = rows[rows["on_time_share"].notna() & ~rows["on_time_is_small"].astype(bool)]
    if told.empty:
        return None
    parts = [f"{text.decapitalised(row['channel_vi'])} {text.percent(row['on_time_share'])}" for _, row in told.iterrows()]
    return Sentence(f"Hồ sơ có kết quả đúng hạn, trong số đã có kết quả và có ngày hẹn trả: {text.enumerate_vi(parts)}.", rests_on)
