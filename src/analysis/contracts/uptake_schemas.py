"""Contracts of online-service uptake: monthly tables, rates, published facts, the dossier log summed up, the 766 index."""

from datetime import date as day

import pandas as pd
import pandera.pandas as pa

from analysis import codes
from analysis.contracts.declare import SOURCE_ID, code, count, date, flag, not_both_missing, number, ordered, schema, text

MONTH_PATTERN = r"^20\d{2}-(0[1-9]|1[0-2])$"
MONTH = text("calendar month YYYY-MM, Asia/Ho_Chi_Minh", pattern=MONTH_PATTERN, accepted="tháng dạng 2021-05")
UNIT = text("unit that received the dossiers")
VINTAGE = code("vintage of the unit code", codes.VINTAGES)
IS_SYNTHETIC = flag("invented row, made by a seed")
QD766_ISSUED = day(2022, 6, 23)  # Decision 766/QĐ-TTg: before it there is nothing to score
LONGEST_DAYS = 20_000  # days to a result: from 2000 on no dossier is older

DECREE_LABEL = pa.Check(
    lambda frame: (frame["regime"] != "decree_42") | (frame["period_month"] >= codes.DECREE_42_MONTH),
    error=f"cách gọi toàn trình, một phần chỉ có từ tháng {codes.DECREE_42_MONTH} (Nghị định 42/2022/NĐ-CP)",
)


def _part(smaller: str, larger: str) -> pa.Check:
    return ordered(smaller, larger, "phần không lớn hơn toàn bộ")


MONTHLY_UPTAKE = schema(
    ["unit_code", "vintage", "period_month"],
    {
        "unit_code": UNIT,
        "vintage": VINTAGE,
        "period_month": MONTH,
        "regime": code("labelling of service levels", codes.REGIMES),
        "received_count": count("dossiers received", nullable=True),
        "online_service_count": count("of them, of procedures that have an online service", nullable=True),
        "online_count": count("of them, filed online", nullable=True),
        "full_online_count": count("of those filed online, by a service that is online end to end (toàn trình; level 4 before)", nullable=True),
        "partial_online_count": count("of those filed online, by a service that is online in part (một phần; level 3 before)", nullable=True),
        "fee_count": count("dossiers with a fee", nullable=True),
        "paid_online_count": count("of them, paid online", nullable=True),
        "digitised_in_count": count("dossiers digitised on receipt", nullable=True),
        "resolved_count": count("dossiers resolved in the month, whenever received", nullable=True),
        "digitised_out_count": count("of them, with an electronic result", nullable=True),
        "bcci_in_count": count("dossiers received by public post", nullable=True),
        "bcci_out_count": count("results returned by public post", nullable=True),
        "procedures_count": count("procedures within the unit's authority at the end of the month", nullable=True),
        "services_offered_count": count("of them, offered online", nullable=True),
        "services_used_count": count("of those offered online, with at least one online dossier in the month", nullable=True),
        "is_synthetic": IS_SYNTHETIC,
        "source_id": SOURCE_ID,
    },
    _part("online_service_count", "received_count"),
    _part("online_count", "online_service_count"),
    _part("online_count", "received_count"),
    _part("full_online_count", "online_count"),
    _part("partial_online_count", "online_count"),
    _part("fee_count", "received_count"),
    _part("paid_online_count", "fee_count"),
    _part("digitised_in_count", "received_count"),
    _part("digitised_out_count", "resolved_count"),
    _part("bcci_in_count", "received_count"),
    _part("bcci_out_count", "resolved_count"),
    _part("services_offered_count", "procedures_count"),
    _part("services_used_count", "services_offered_count"),
    DECREE_LABEL,
)

UPTAKE = schema(
    ["unit_code", "vintage", "period_month", "rate_key"],
    {
        "unit_code": UNIT,
        "vintage": VINTAGE,
        "period_month": MONTH,
        "period_start_date": date("first day counted"),
        "period_end_date": date("last day counted; days of a month taken from snapshots may differ from the calendar's by a few"),
        "rate_key": code("which rate", codes.RATE_KEYS),
        "regime": code("labelling of service levels", codes.REGIMES),
        "numerator_count": count("dossiers (services, for the keys that count services) in the numerator"),
        "denominator_count": count("dossiers (services, procedures) in the denominator"),
        "basis": code("what the counts were taken from", codes.UPTAKE_BASES),
        "is_synthetic": IS_SYNTHETIC,
        "source_id": SOURCE_ID,
    },
    ordered("numerator_count", "denominator_count", "tử số không lớn hơn mẫu số"),
    ordered("period_start_date", "period_end_date", "ngày bắt đầu không sau ngày kết thúc"),
    DECREE_LABEL,
)

DOSSIER_CELLS = schema(
    ["unit_code", "vintage", "period_month", "field_vi", "service_level", "channel"],
    {
        "unit_code": UNIT,
        "vintage": VINTAGE,
        "period_month": text("calendar month of receipt, Asia/Ho_Chi_Minh", pattern=MONTH_PATTERN, accepted="tháng dạng 2021-05"),
        "field_vi": text("procedure field as the log writes it"),
        "service_level": code("what online service the procedure has", codes.SERVICE_LEVELS),
        "channel": code("how the dossier came in", codes.DOSSIER_CHANNELS),
        "received_count": count("dossiers received"),
        "online_count": count("of them, filed online"),
        "fee_count": count("of them, with a fee; empty = the log does not tell", nullable=True),
        "paid_online_count": count("of those with a fee, paid online; empty = the log does not tell", nullable=True),
        "digitised_in_count": count("of them, digitised on receipt; empty = the log does not tell", nullable=True),
        "resolved_count": count("of them, with a result so far; empty = the log does not tell", nullable=True),
        "due_count": count("of those with a result, with a day it was due; empty = the log does not tell", nullable=True),
        "on_time_count": count("of those with a result and a due day, on or before that day; empty = the log does not tell", nullable=True),
        "median_days": number("median of calendar days from receipt to result, of those with a result", minimum=0, nullable=True),
        "p90_days": number("90th percentile of the same days", minimum=0, nullable=True),
        "is_synthetic": IS_SYNTHETIC,
        "source_id": SOURCE_ID,
    },
    _part("online_count", "received_count"),
    _part("fee_count", "received_count"),
    _part("paid_online_count", "fee_count"),
    _part("digitised_in_count", "received_count"),
    _part("resolved_count", "received_count"),
    _part("due_count", "resolved_count"),
    _part("on_time_count", "due_count"),
    ordered("median_days", "p90_days", "trung vị không lớn hơn phân vị 90"),
)

DOSSIER_DAYS = schema(
    ["unit_code", "vintage", "period_month", "channel", "days"],
    {
        "unit_code": UNIT,
        "vintage": VINTAGE,
        "period_month": text("calendar month of receipt, Asia/Ho_Chi_Minh", pattern=MONTH_PATTERN, accepted="tháng dạng 2021-05"),
        "channel": code("how the dossier came in", codes.DOSSIER_CHANNELS),
        "days": number("calendar days from receipt to result", minimum=0, maximum=LONGEST_DAYS, dtype="Int64"),
        "dossiers_count": count("dossiers that took so many days"),
        "is_synthetic": IS_SYNTHETIC,
        "source_id": SOURCE_ID,
    },
)

DOSSIER_ACCOUNT = schema(
    ["source_id", "outcome"],
    {
        "outcome": code("counted, or the reason for which rows were set aside", codes.DOSSIER_OUTCOMES),
        "rows_count": count("rows of the dossier log"),
        "is_synthetic": IS_SYNTHETIC,
        "source_id": SOURCE_ID,
    },
)

QD766_ITEMS = schema(
    ["item"],
    {
        "item": text("code of the item: its number in the index, 3.3; the one item without a number has a word of ours"),
        "number_vi": text("number as the index prints it; empty = the item bears none", nullable=True),
        "item_vi": text("name of the item"),
        "group": text("number of the group: 1, 2, 3a, 3b, 4, 5"),
        "group_vi": text("name of the group"),
        "group_max_score": number("points of the group", minimum=0),
        "item_max_score": number("points of the item; empty = shown without points", minimum=0, nullable=True),
        "target_pct": number("rate from which the item has all its points; empty = 100", minimum=1, maximum=100, nullable=True),
        "numerator_vi": text("what the numerator counts", nullable=True),
        "denominator_vi": text("what the denominator counts; empty = the item is a rate without counts", nullable=True),
        "rate_key": code("our rate key that comes nearest; empty = none", codes.RATE_KEYS, nullable=True),
        "difference_vi": text("how the item differs from that rate key", nullable=True),
        "source_id": SOURCE_ID,
    },
    pa.Check(
        lambda frame: frame["rate_key"].isna() | frame["difference_vi"].notna(),
        error="mục có mã tỷ lệ của bộ (rate_key) thì nêu khác ở đâu (difference_vi)",
    ),
)

QD766_COUNTS = schema(
    ["unit_code", "vintage", "period_start_date", "period_end_date", "item"],
    {
        "unit_code": text("unit scored"),
        "vintage": VINTAGE,
        "period_start_date": date("first day of the period scored"),
        "period_end_date": date("last day of the period scored, or day of the reading"),
        "item": text("item of the index"),
        "numerator_count": count("numerator", nullable=True),
        "denominator_count": count("denominator", nullable=True),
        "rate_pct": number("rate where the portal gives no counts", minimum=0, maximum=100, nullable=True),
        "group_score": number("points of the item's whole group as the portal printed them; empty = not noted", minimum=0, nullable=True),
        "is_synthetic": IS_SYNTHETIC,
        "address": text("where it was read"),
        "source_id": SOURCE_ID,
    },
    not_both_missing("denominator_count", "rate_pct", "tử số và mẫu số, hoặc tỷ lệ"),
    pa.Check(
        lambda frame: frame["numerator_count"].isna() == frame["denominator_count"].isna(),
        error="tử số (numerator_count) và mẫu số (denominator_count) cùng có hoặc cùng trống",
    ),
    _part("numerator_count", "denominator_count"),
    ordered("period_start_date", "period_end_date", "ngày bắt đầu không sau ngày kết thúc"),
    pa.Check(
        lambda frame: ~(frame["period_end_date"] < pd.Timestamp(QD766_ISSUED)),
        error=f"period_end_date từ {QD766_ISSUED:%d/%m/%Y}, ngày ban hành Quyết định 766/QĐ-TTg",
    ),
)

UPTAKE_FACTS = schema(
    ["fact_id"],
    {
        "fact_id": text("identifier of the published fact"),
        "unit_vi": text("unit as named on the page"),
        "unit_code": text("unit code where the unit is one of ours", nullable=True),
        "vintage": code("vintage of the unit code", codes.VINTAGES, nullable=True),
        "period_vi": text("period as stated"),
        "period_start_date": date("first day of the period", nullable=True),
        "period_end_date": date("last day of the period", nullable=True),
        "is_cumulative": flag("accumulated since the start of a longer period"),
        "fact_key": text("what the page measures"),
        "rate_key": code("our rate key when the definition on the page matches it", codes.RATE_KEYS, nullable=True),
        "regime": code("labelling of service levels", codes.REGIMES, nullable=True),
        "metric_vi": text("wording of the measure"),
        "value": number("published value"),
        "value_unit": text("unit of the value: %, hồ sơ, điểm/100 …"),
        "is_approximate": flag("the page says about, nearly, more than"),
        "numerator_count": count("numerator where stated", nullable=True),
        "denominator_count": count("denominator where stated", nullable=True),
        "denominator_vi": text("name of the denominator; empty = the page does not state it", nullable=True),
        "note": text("remark of the transcriber", nullable=True),
        "published_vi": text("when published, as stated"),
        "address": text("page where it was read"),
        "source_id": SOURCE_ID,
    },
    ordered("numerator_count", "denominator_count", "tử số không lớn hơn mẫu số"),
    ordered("period_start_date", "period_end_date", "ngày bắt đầu không sau ngày kết thúc"),
)
