"""Contracts of the index registry and of the published scores."""

from analysis import codes
from analysis.contracts.declare import SOURCE_ID, code, count, date, flag, not_both_missing, number, ordered, schema, text, year

MOST_PROVINCES = 64  # before Hà Tây joined Hà Nội in 2008

INDEX_EDITIONS = schema(
    ["index", "edition_year"],
    {
        "index": code("index", codes.INDICES),
        "edition_year": year("year the edition measures (reference year)"),
        "era": text("method era inside which raw scores compare"),
        "published_date": date("day of publication; first of the month where only the month is known; empty = not found", nullable=True),
        "published_precision": code("precision of the publication date", ["day", "month", "not_found"]),
        "ranked_units_count": count("provinces ranked in the edition", nullable=True),
        "sample_vi": text("survey sample as reported", nullable=True),
        "deciding_document": text("document that sets the method", nullable=True),
        "note": text("what a reader must know", nullable=True),
        "address": text("where the date was read", nullable=True),
        "source_id": SOURCE_ID,
    },
)

INDEX_COMPONENTS = schema(
    ["index", "component", "first_year"],
    {
        "index": code("index", codes.INDICES),
        "component": text("component code; TOTAL is the published composite"),
        "first_year": year("first edition with this definition"),
        "last_year": year("last edition with this definition"),
        "name_vi": text("publisher's Vietnamese name"),
        "name_en": text("publisher's English name"),
        "scale_min_score": number("lowest possible score"),
        "scale_max_score": number("highest possible score"),
        "is_near_communication": flag("outcome close to what communication on procedures can move"),
        "is_circular": flag("holds communication itself, so a rise is partly by definition"),
        "note": text("breaks inside the component, circularity", nullable=True),
        "source_id": SOURCE_ID,
    },
    ordered("scale_min_score", "scale_max_score", "thang điểm nhỏ nhất không quá lớn nhất"),
)

INDEX_WEIGHTS = schema(
    ["index", "era", "component"],
    {
        "index": code("index", codes.INDICES),
        "era": text("weight era"),
        "component": text("component code"),
        "weight_pct": number("weight in the composite, per cent", minimum=0, maximum=100),
        "source_id": SOURCE_ID,
    },
)

INDEX_NOISE = schema(
    ["index", "component"],
    {
        "index": code("index", codes.INDICES),
        "component": text("component code"),
        "window": text("editions over which the noise was measured"),
        "sd_yearly_change_score": number("SD of year-on-year change net of the yearly median", minimum=0),
        "p95_yearly_change_score": number("95th percentile of its absolute value", minimum=0),
        "between_province_sd_score": number("SD between provinces", minimum=0),
        "source_id": SOURCE_ID,
    },
)

INDEX_SCORES = schema(
    ["index", "edition_year", "province_code", "vintage", "component"],
    {
        "index": code("index", codes.INDICES),
        "edition_year": year("edition (reference year)"),
        "province_code": text("province code; 00 is the whole country"),
        "vintage": code("vintage of the province code", codes.VINTAGES),
        "component": text("component code; TOTAL is the composite"),
        "score": number("published score in the component's scale", nullable=True),
        "rank": number("published rank, 1 is best", minimum=1, maximum=MOST_PROVINCES, nullable=True, dtype="Int64"),
        "standard_error_score": number("published standard error", minimum=0, nullable=True),
        "basis": code("how the figure was got", codes.BASES),
        "note": text("remark of the transcriber", nullable=True),
        "address": text("page where the figure was read"),
        "source_id": SOURCE_ID,
    },
    not_both_missing("score", "rank", "có điểm hoặc thứ hạng; chưa công bố thì bỏ cả dòng"),
)
