"""One pandera schema a table: columns with their units, key and ranges.

The key of a table stands in its ``unique``; a column's meaning in its ``description``; what is accepted,
in Vietnamese, in the ``error`` of each check. Quantities carry their unit in the column name
(``_count``, ``_score``, ``_pct``, ``_vnd``, ``_date``, ``_year``, ``_code``, ``is_``).
"""

import pandera.pandas as pa

from analysis import codes
from analysis.contracts.declare import SOURCE_ID, code, count, date, flag, number, ordered, schema, text, year
from analysis.contracts.index_schemas import (
    CORRECTIONS,
    INDEX_COMPONENTS,
    INDEX_CONFLICTS,
    INDEX_EDITIONS,
    INDEX_NOISE,
    INDEX_SCORES,
    INDEX_TRUST,
    INDEX_WEIGHTS,
    OUTCOME_CHAIN,
    REGIONS,
)
from analysis.contracts.uptake_schemas import DOSSIER_ACCOUNT, DOSSIER_CELLS, DOSSIER_DAYS, QD766_COUNTS, QD766_ITEMS, UPTAKE, UPTAKE_FACTS

DAYS_OF_A_MONTH = 31
WINDOW_PARTS_PATTERN = r"^(\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2})(;\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2})+$"

UNITS = schema(
    ["unit_code", "vintage"],
    {
        "unit_code": text("General Statistics Office code; departments: province code, hyphen, short name; country: 00"),
        "vintage": code("list of administrative units in which the code is valid", codes.VINTAGES),
        "name_vi": text("full official name with its type"),
        "unit_type": text("Tỉnh, Thành phố, Thị xã, Huyện, Phường, Xã, Thị trấn, Sở … at the end of the vintage"),
        "level": code("administrative level", [*codes.UNIT_LEVELS, "country"]),
        "parent_code": text("code of the unit above, same vintage", nullable=True),
        "valid_from_date": date("first day on which the code carries this unit, where known", nullable=True),
        "valid_to_date": date("last day, empty while in force", nullable=True),
        "source_id": SOURCE_ID,
    },
    ordered("valid_from_date", "valid_to_date", "ngày bắt đầu không sau ngày kết thúc"),
)

UNIT_LINKS = schema(
    ["from_code", "from_vintage", "to_code", "to_vintage"],
    {
        "from_code": text("code of the predecessor"),
        "from_vintage": code("vintage of the predecessor", codes.VINTAGES),
        "to_code": text("code of the successor"),
        "to_vintage": code("vintage of the successor", codes.VINTAGES),
        "extent": code("how much of the predecessor went over", codes.LINK_EXTENTS),
        "share": number("share of the predecessor, 0-1; empty where it is not known", minimum=0, maximum=1, nullable=True),
        "share_basis": code("how the share was got", ["whole", "not_known"]),
        "note_vi": text("wording of the source", nullable=True),
        "source_id": SOURCE_ID,
    },
)

PLANS = schema(
    ["plan_number"],
    {
        "plan_number": text("number and sign, as 6334/KH-UBND", pattern=r"^\d+/KH-UBND$", accepted="dạng 6334/KH-UBND"),
        "province_code": text("issuing province"),
        "vintage": code("vintage of the province code", codes.VINTAGES),
        "plan_year": year("year the plan is for, not the year of issue"),
        "issued_date": date("date of issue taken as valid"),
        "other_issued_date": date("a second, contradicting date in the same document", nullable=True),
        "issuer_vi": text("issuing body"),
        "title_vi": text("subject of the plan"),
        "aims_vi": text("aims in our own words, separated by semicolons"),
        "is_itemised": flag("whether the items of the plan are known"),
        "note_vi": text("what a reader must know about this record", nullable=True),
        "address": text("where it was read"),
        "source_id": SOURCE_ID,
    },
)

PLAN_ITEMS = schema(
    ["plan_number", "section", "stt"],
    {
        "plan_number": text("plan the item belongs to"),
        "section": text("section of the annex: I, II.1, II.2"),
        "stt": number("number of the item within its section", minimum=1, dtype="Int64"),
        "title_vi": text("short title in our own words, or the first words of the item"),
        "content_vi": text("the item as written, empty where it was not carried", nullable=True),
        "activity_type": text("our short name for the kind of activity"),
        "main_channel": code("channel the item mainly uses", codes.CHANNELS),
        "lead_units_vi": text("leading units as written"),
        "coordinating_units_vi": text("coordinating units as written", nullable=True),
        "deliverable_vi": text("expected product as written, shortened"),
        "time_phrase_vi": text("time as written"),
        "schedule_kind": code("what the time phrase states", codes.SCHEDULE_KINDS),
        "window_start_date": date("first day of the window"),
        "window_end_date": date("last day of the window"),
        "window_parts": text(
            "the window piece by piece where it has gaps (Quý I, III): ISO intervals joined by semicolons",
            nullable=True,
            pattern=WINDOW_PARTS_PATTERN,
            accepted="các khoảng dạng 2021-01-01/2021-03-31;2021-07-01/2021-09-30",
        ),
        "expected_count": count("occasions the plan states for the year; empty = not stated", nullable=True),
        "occasion_counter": code(
            "the counter whose quantities are occasions (kỳ, cuộc …); empty where each activity is one", codes.COUNTERS, nullable=True
        ),
        "period_months": number(
            "months between stated occasions that fall due one after another; empty = all fall due when the window ends",
            minimum=1,
            nullable=True,
            dtype="Int64",
        ),
        "is_open_ended": flag("the plan adds an uncounted number of further occasions"),
        "source_id": SOURCE_ID,
    },
    ordered("window_start_date", "window_end_date", "ngày bắt đầu không sau ngày kết thúc"),
)

ACTIVITIES = schema(
    ["activity_id"],
    {
        "activity_id": text("identifier of the activity within the log"),
        "plan_number": text("plan, empty for an activity outside any plan", nullable=True),
        "plan_section": text("section of the plan item", nullable=True),
        "plan_stt": number("number of the plan item", minimum=1, nullable=True, dtype="Int64"),
        "unit_code": text("unit that carried it out"),
        "vintage": code("vintage of the unit code", codes.VINTAGES),
        "channel": code("channel", codes.CHANNELS),
        "audience": code("audience", codes.AUDIENCES),
        "start_date": date("first day"),
        "end_date": date("last day"),
        "date_precision": code("how precisely the dates are known", codes.DATE_PRECISIONS),
        "quantity_count": count("how many, in the counter's unit", nullable=True),
        "is_quantity_approximate": flag("the log says about, nearly, more than"),
        "counter": code("what is counted", codes.COUNTERS, nullable=True),
        "reach_count": count("people or copies reached, in the reach kind's unit", nullable=True),
        "is_reach_approximate": flag("the log says about, nearly, more than"),
        "reach_kind": code("what reach counts", codes.REACH_KINDS, nullable=True),
        "reach_basis": code("how reach was got", codes.REACH_BASES, nullable=True),
        "cost_vnd": count("cost in đồng; empty = not given", nullable=True),
        "is_cost_approximate": flag("the log says about, nearly, more than"),
        "title_vi": text("title as logged"),
        "evidence_vi": text("evidence as logged", nullable=True),
        "is_synthetic": flag("invented row, made by a seed"),
        "source_id": SOURCE_ID,
    },
    ordered("start_date", "end_date", "ngày bắt đầu không sau ngày kết thúc"),
    pa.Check(
        lambda frame: ~frame["date_precision"].isin(["quarter", "year"]) | ((frame["end_date"] - frame["start_date"]).dt.days >= DAYS_OF_A_MONTH),
        error="ngày chỉ biết đến quý hoặc năm thì start_date, end_date là ngày đầu và ngày cuối của quý, năm đó",
    ),
)

EVENTS = schema(
    ["event_id"],
    {
        "event_id": text("identifier"),
        "start_date": date("first day"),
        "end_date": date("last day; the first day again for a change of rule"),
        "kind": code("kind of confounder", codes.EVENT_KINDS),
        "scope_code": text("unit touched; 00 is the whole country"),
        "vintage": code("vintage of the scope code", codes.VINTAGES),
        "title_vi": text("short name drawn on charts"),
        "document": text("deciding document", nullable=True),
        "address": text("where it was read"),
        "source_id": SOURCE_ID,
    },
    ordered("start_date", "end_date", "ngày bắt đầu không sau ngày kết thúc"),
)

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "units": UNITS,
    "unit_links": UNIT_LINKS,
    "regions": REGIONS,
    "plans": PLANS,
    "plan_items": PLAN_ITEMS,
    "activities": ACTIVITIES,
    "index_editions": INDEX_EDITIONS,
    "index_components": INDEX_COMPONENTS,
    "index_weights": INDEX_WEIGHTS,
    "index_noise": INDEX_NOISE,
    "index_trust": INDEX_TRUST,
    "corrections": CORRECTIONS,
    "index_scores": INDEX_SCORES,
    "index_conflicts": INDEX_CONFLICTS,
    "outcome_chain": OUTCOME_CHAIN,
    "uptake": UPTAKE,
    "uptake_facts": UPTAKE_FACTS,
    "dossier_cells": DOSSIER_CELLS,
    "dossier_days": DOSSIER_DAYS,
    "dossier_account": DOSSIER_ACCOUNT,
    "qd766_items": QD766_ITEMS,
    "qd766_counts": QD766_COUNTS,
    "events": EVENTS,
}
