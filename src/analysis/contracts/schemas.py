"""One pandera schema a table: columns with their units, key and ranges.

The key of a table stands in its ``unique``; a column's meaning in its ``description``; what is accepted,
in Vietnamese, in the ``error`` of each check. Quantities carry their unit in the column name
(``_count``, ``_score``, ``_pct``, ``_vnd``, ``_date``, ``_year``, ``_code``, ``is_``).
"""

from collections.abc import Collection
from typing import Any

import pandera.pandas as pa

from analysis import codes

FIRST_EDITION_YEAR = 2005  # PCI's first edition, the oldest index we carry
LAST_PLAUSIBLE_YEAR = 2100
MONTH_PATTERN = r"^20\d{2}-(0[1-9]|1[0-2])$"


def _text(description: str, *, nullable: bool = False, pattern: str | None = None, accepted: str = "") -> pa.Column:
    checks = [pa.Check.str_matches(pattern, error=accepted)] if pattern else []
    return pa.Column("string", checks, nullable=nullable, description=description)


def _code(description: str, accepted: Collection[str], *, nullable: bool = False) -> pa.Column:
    check = pa.Check.isin(sorted(accepted), error="một trong các mã: " + ", ".join(sorted(accepted)))
    return pa.Column("string", check, nullable=nullable, description=description)


def _number(
    description: str, *, minimum: float | None = None, maximum: float | None = None, nullable: bool = False, dtype: Any = "Float64"
) -> pa.Column:
    checks = []
    if minimum is not None:
        checks.append(pa.Check.ge(minimum, error=f"số từ {minimum:g} trở lên"))
    if maximum is not None:
        checks.append(pa.Check.le(maximum, error=f"số không quá {maximum:g}"))
    return pa.Column(dtype, checks, nullable=nullable, description=description)


def _count(description: str, *, nullable: bool = False) -> pa.Column:
    return _number(description, minimum=0, nullable=nullable, dtype="Int64")


def _year(description: str, *, nullable: bool = False) -> pa.Column:
    return _number(description, minimum=FIRST_EDITION_YEAR, maximum=LAST_PLAUSIBLE_YEAR, nullable=nullable, dtype="Int64")


def _date(description: str, *, nullable: bool = False) -> pa.Column:
    return pa.Column("datetime64[us]", nullable=nullable, description=description)


def _flag(description: str) -> pa.Column:
    return pa.Column("boolean", description=description)


def _ordered(first: str, second: str, accepted: str) -> pa.Check:
    """``first`` must not exceed ``second`` where both are known."""
    return pa.Check(lambda frame: ~(frame[first] > frame[second]).fillna(False).astype(bool), error=accepted)


def _not_both_missing(first: str, second: str, accepted: str) -> pa.Check:
    return pa.Check(lambda frame: frame[first].notna() | frame[second].notna(), error=accepted)


def _schema(key: list[str], columns: dict[str, pa.Column], *checks: pa.Check) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, checks=list(checks), unique=key, strict=True, ordered=True)


SOURCE_ID = _text("registered source of the row (data/raw/sources.yml)")

UNITS = _schema(
    ["unit_code", "vintage"],
    {
        "unit_code": _text("General Statistics Office code; departments: province code, hyphen, short name; country: 00"),
        "vintage": _code("list of administrative units in which the code is valid", codes.VINTAGES),
        "name_vi": _text("full official name with its type"),
        "unit_type": _text("Tỉnh, Thành phố, Thị xã, Huyện, Phường, Xã, Thị trấn, Sở … at the end of the vintage"),
        "level": _code("administrative level", [*codes.UNIT_LEVELS, "country"]),
        "parent_code": _text("code of the unit above, same vintage", nullable=True),
        "valid_from_date": _date("first day on which the code carries this unit, where known", nullable=True),
        "valid_to_date": _date("last day, empty while in force", nullable=True),
        "source_id": SOURCE_ID,
    },
    _ordered("valid_from_date", "valid_to_date", "ngày bắt đầu không sau ngày kết thúc"),
)

UNIT_LINKS = _schema(
    ["from_code", "from_vintage", "to_code", "to_vintage"],
    {
        "from_code": _text("code of the predecessor"),
        "from_vintage": _code("vintage of the predecessor", codes.VINTAGES),
        "to_code": _text("code of the successor"),
        "to_vintage": _code("vintage of the successor", codes.VINTAGES),
        "extent": _code("how much of the predecessor went over", codes.LINK_EXTENTS),
        "share": _number("share of the predecessor, 0-1; empty where it is not known", minimum=0, maximum=1, nullable=True),
        "share_basis": _code("how the share was got", ["whole", "not_known"]),
        "note_vi": _text("wording of the source", nullable=True),
        "source_id": SOURCE_ID,
    },
)

PLANS = _schema(
    ["plan_number"],
    {
        "plan_number": _text("number and sign, as 6334/KH-UBND", pattern=r"^\d+/KH-UBND$", accepted="dạng 6334/KH-UBND"),
        "province_code": _text("issuing province"),
        "vintage": _code("vintage of the province code", codes.VINTAGES),
        "plan_year": _year("year the plan is for, not the year of issue"),
        "issued_date": _date("date of issue taken as valid"),
        "other_issued_date": _date("a second, contradicting date in the same document", nullable=True),
        "issuer_vi": _text("issuing body"),
        "title_vi": _text("subject of the plan"),
        "aims_vi": _text("aims in our own words, separated by semicolons"),
        "is_itemised": _flag("whether the items of the plan are known"),
        "note_vi": _text("what a reader must know about this record", nullable=True),
        "address": _text("where it was read"),
        "source_id": SOURCE_ID,
    },
)

PLAN_ITEMS = _schema(
    ["plan_number", "section", "stt"],
    {
        "plan_number": _text("plan the item belongs to"),
        "section": _text("section of the annex: I, II.1, II.2"),
        "stt": _number("number of the item within its section", minimum=1, dtype="Int64"),
        "title_vi": _text("short title in our own words"),
        "activity_type": _text("our short name for the kind of activity"),
        "main_channel": _code("channel the item mainly uses", codes.CHANNELS),
        "lead_units_vi": _text("leading units as written"),
        "coordinating_units_vi": _text("coordinating units as written", nullable=True),
        "deliverable_vi": _text("expected product as written, shortened"),
        "time_phrase_vi": _text("time as written"),
        "schedule_kind": _code("what the time phrase states", codes.SCHEDULE_KINDS),
        "window_start_date": _date("first day of the window"),
        "window_end_date": _date("last day of the window"),
        "expected_count": _count("occasions the plan states for the year; empty = not stated", nullable=True),
        "is_open_ended": _flag("the plan adds an uncounted number of further occasions"),
        "source_id": SOURCE_ID,
    },
    _ordered("window_start_date", "window_end_date", "ngày bắt đầu không sau ngày kết thúc"),
)

ACTIVITIES = _schema(
    ["activity_id"],
    {
        "activity_id": _text("identifier of the activity within the log"),
        "plan_number": _text("plan, empty for an activity outside any plan", nullable=True),
        "plan_section": _text("section of the plan item", nullable=True),
        "plan_stt": _number("number of the plan item", minimum=1, nullable=True, dtype="Int64"),
        "unit_code": _text("unit that carried it out"),
        "vintage": _code("vintage of the unit code", codes.VINTAGES),
        "channel": _code("channel", codes.CHANNELS),
        "audience": _code("audience", codes.AUDIENCES),
        "start_date": _date("first day"),
        "end_date": _date("last day"),
        "date_precision": _code("how precisely the dates are known", codes.DATE_PRECISIONS),
        "quantity_count": _count("how many, in the counter's unit", nullable=True),
        "counter": _code("what is counted", codes.COUNTERS, nullable=True),
        "reach_count": _count("people or copies reached, in the reach kind's unit", nullable=True),
        "reach_kind": _code("what reach counts", codes.REACH_KINDS, nullable=True),
        "reach_basis": _code("how reach was got", codes.REACH_BASES, nullable=True),
        "cost_vnd": _count("cost in đồng; empty = not given", nullable=True),
        "title_vi": _text("title as logged"),
        "evidence_vi": _text("evidence as logged", nullable=True),
        "is_synthetic": _flag("invented row, made by a seed"),
        "source_id": SOURCE_ID,
    },
    _ordered("start_date", "end_date", "ngày bắt đầu không sau ngày kết thúc"),
)

INDEX_EDITIONS = _schema(
    ["index", "edition_year"],
    {
        "index": _code("index", codes.INDICES),
        "edition_year": _year("year the edition measures (reference year)"),
        "era": _text("method era inside which raw scores compare"),
        "published_date": _date("day of publication; first of the month where only the month is known; empty = not found", nullable=True),
        "published_precision": _code("precision of the publication date", ["day", "month", "not_found"]),
        "ranked_units_count": _count("provinces ranked in the edition", nullable=True),
        "sample_vi": _text("survey sample as reported", nullable=True),
        "deciding_document": _text("document that sets the method", nullable=True),
        "note": _text("what a reader must know", nullable=True),
        "address": _text("where the date was read", nullable=True),
        "source_id": SOURCE_ID,
    },
)

INDEX_COMPONENTS = _schema(
    ["index", "component", "first_year"],
    {
        "index": _code("index", codes.INDICES),
        "component": _text("component code; TOTAL is the published composite"),
        "first_year": _year("first edition with this definition"),
        "last_year": _year("last edition with this definition"),
        "name_vi": _text("publisher's Vietnamese name"),
        "name_en": _text("publisher's English name"),
        "scale_min_score": _number("lowest possible score"),
        "scale_max_score": _number("highest possible score"),
        "is_near_communication": _flag("outcome close to what communication on procedures can move"),
        "is_circular": _flag("holds communication itself, so a rise is partly by definition"),
        "note": _text("breaks inside the component, circularity", nullable=True),
        "source_id": SOURCE_ID,
    },
    _ordered("scale_min_score", "scale_max_score", "thang điểm nhỏ nhất không quá lớn nhất"),
)

INDEX_WEIGHTS = _schema(
    ["index", "era", "component"],
    {
        "index": _code("index", codes.INDICES),
        "era": _text("weight era"),
        "component": _text("component code"),
        "weight_pct": _number("weight in the composite, per cent", minimum=0, maximum=100),
        "source_id": SOURCE_ID,
    },
)

INDEX_NOISE = _schema(
    ["index", "component"],
    {
        "index": _code("index", codes.INDICES),
        "component": _text("component code"),
        "window": _text("editions over which the noise was measured"),
        "sd_yearly_change_score": _number("SD of year-on-year change net of the yearly median", minimum=0),
        "p95_yearly_change_score": _number("95th percentile of its absolute value", minimum=0),
        "between_province_sd_score": _number("SD between provinces", minimum=0),
        "source_id": SOURCE_ID,
    },
)

INDEX_SCORES = _schema(
    ["index", "edition_year", "province_code", "vintage", "component"],
    {
        "index": _code("index", codes.INDICES),
        "edition_year": _year("edition (reference year)"),
        "province_code": _text("province code; 00 is the whole country"),
        "vintage": _code("vintage of the province code", codes.VINTAGES),
        "component": _text("component code; TOTAL is the composite"),
        "score": _number("published score in the component's scale", nullable=True),
        "rank": _number("published rank, 1 is best", minimum=1, nullable=True, dtype="Int64"),
        "standard_error_score": _number("published standard error", minimum=0, nullable=True),
        "basis": _code("how the figure was got", codes.BASES),
        "note": _text("remark of the transcriber", nullable=True),
        "address": _text("page where the figure was read"),
        "source_id": SOURCE_ID,
    },
    _not_both_missing("score", "rank", "có điểm hoặc thứ hạng; chưa công bố thì bỏ cả dòng"),
)

UPTAKE = _schema(
    ["unit_code", "vintage", "period_month", "rate_key"],
    {
        "unit_code": _text("unit that received the dossiers"),
        "vintage": _code("vintage of the unit code", codes.VINTAGES),
        "period_month": _text("calendar month YYYY-MM", pattern=MONTH_PATTERN, accepted="tháng dạng 2021-05"),
        "rate_key": _code("which rate", codes.RATE_KEYS),
        "regime": _code("labelling of service levels", codes.REGIMES),
        "numerator_count": _count("dossiers in the numerator"),
        "denominator_count": _count("dossiers in the denominator"),
        "is_synthetic": _flag("invented row, made by a seed"),
        "source_id": SOURCE_ID,
    },
    _ordered("numerator_count", "denominator_count", "tử số không lớn hơn mẫu số"),
    pa.Check(
        lambda frame: (frame["regime"] != "decree_42") | (frame["period_month"] >= codes.DECREE_42_MONTH),
        error=f"cách gọi toàn trình, một phần chỉ có từ tháng {codes.DECREE_42_MONTH} (Nghị định 42/2022/NĐ-CP)",
    ),
)

UPTAKE_FACTS = _schema(
    ["fact_id"],
    {
        "fact_id": _text("identifier of the published fact"),
        "unit_vi": _text("unit as named on the page"),
        "unit_code": _text("unit code where the unit is one of ours", nullable=True),
        "vintage": _code("vintage of the unit code", codes.VINTAGES, nullable=True),
        "period_vi": _text("period as stated"),
        "period_start_date": _date("first day of the period", nullable=True),
        "period_end_date": _date("last day of the period", nullable=True),
        "is_cumulative": _flag("accumulated since the start of a longer period"),
        "fact_key": _text("what the page measures"),
        "rate_key": _code("our rate key when the definition on the page matches it", codes.RATE_KEYS, nullable=True),
        "regime": _code("labelling of service levels", codes.REGIMES, nullable=True),
        "metric_vi": _text("wording of the measure"),
        "value": _number("published value"),
        "value_unit": _text("unit of the value: %, hồ sơ, điểm/100 …"),
        "is_approximate": _flag("the page says about, nearly, more than"),
        "numerator_count": _count("numerator where stated", nullable=True),
        "denominator_count": _count("denominator where stated", nullable=True),
        "denominator_vi": _text("name of the denominator; empty = the page does not state it", nullable=True),
        "note": _text("remark of the transcriber", nullable=True),
        "published_vi": _text("when published, as stated"),
        "address": _text("page where it was read"),
        "source_id": SOURCE_ID,
    },
    _ordered("numerator_count", "denominator_count", "tử số không lớn hơn mẫu số"),
    _ordered("period_start_date", "period_end_date", "ngày bắt đầu không sau ngày kết thúc"),
)

EVENTS = _schema(
    ["event_id"],
    {
        "event_id": _text("identifier"),
        "start_date": _date("first day"),
        "end_date": _date("last day; the first day again for a change of rule"),
        "kind": _code("kind of confounder", codes.EVENT_KINDS),
        "scope_code": _text("unit touched; 00 is the whole country"),
        "vintage": _code("vintage of the scope code", codes.VINTAGES),
        "title_vi": _text("short name drawn on charts"),
        "document": _text("deciding document", nullable=True),
        "address": _text("where it was read"),
        "source_id": SOURCE_ID,
    },
    _ordered("start_date", "end_date", "ngày bắt đầu không sau ngày kết thúc"),
)

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "units": UNITS,
    "unit_links": UNIT_LINKS,
    "plans": PLANS,
    "plan_items": PLAN_ITEMS,
    "activities": ACTIVITIES,
    "index_editions": INDEX_EDITIONS,
    "index_components": INDEX_COMPONENTS,
    "index_weights": INDEX_WEIGHTS,
    "index_noise": INDEX_NOISE,
    "index_scores": INDEX_SCORES,
    "uptake": UPTAKE,
    "uptake_facts": UPTAKE_FACTS,
    "events": EVENTS,
}
