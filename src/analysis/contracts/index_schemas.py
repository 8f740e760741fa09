"""Contracts of the index registry, of the published scores, and of what is declared about both."""

from analysis import codes
from analysis.contracts.declare import SOURCE_ID, code, count, date, flag, not_both_missing, number, ordered, schema, text, year

MOST_PROVINCES = 64  # before Hà Tây joined Hà Nội in 2008

INDEX_EDITIONS = schema(
    ["index", "edition_year"],
    {
        "index": code("index", codes.INDICES),
        "edition_year": year("year the edition measures (reference year)"),
        "era": text("method era inside which raw scores compare"),
        "footing_era": text("editions whose ranks carry over to one another: the only footing that crosses method eras"),
        "vintage": code("list of provinces that the edition measures", codes.VINTAGES),
        "measured_from_date": date("first day of what the edition measures"),
        "measured_to_date": date("last day of what the edition measures"),
        "measured_basis": code("how the measurement window was got", codes.MEASURED_BASES),
        "published_date": date("day of publication; first of the month where only the month is known; empty = not found", nullable=True),
        "published_precision": code("precision of the publication date", ["day", "month", "not_found"]),
        "ranked_units_count": count("provinces ranked in the edition", nullable=True),
        "composite_rule": code("how a parent follows from its components in the edition", codes.COMPOSITE_RULES),
        "sample_vi": text("survey sample as reported", nullable=True),
        "sample_size_count": count("people asked in the whole country, where one number is stated", nullable=True),
        "deciding_document": text("document that sets the method", nullable=True),
        "note": text("what a reader must know", nullable=True),
        "address": text("where the date was read", nullable=True),
        "source_id": SOURCE_ID,
    },
    ordered("measured_from_date", "measured_to_date", "ngày đầu không sau ngày cuối"),
)

INDEX_COMPONENTS = schema(
    ["index", "component", "first_year"],
    {
        "index": code("index", codes.INDICES),
        "component": text("component code; TOTAL is the published composite"),
        "parent_component": text("component this one is a part of; empty for the composite", nullable=True),
        "first_year": year("first edition with this definition"),
        "last_year": year("last edition with this definition"),
        "name_vi": text("publisher's Vietnamese name"),
        "name_en": text("publisher's English name"),
        "scale_min_score": number("lowest possible score"),
        "scale_max_score": number("highest possible score"),
        "direction": code("whether a higher score is better", codes.DIRECTIONS),
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
    ["index", "component", "era"],
    {
        "index": code("index", codes.INDICES),
        "component": text("component code"),
        "era": text("method era over whose editions the noise was measured"),
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
        "basis": code("how the score (without one: the rank) was got", codes.BASES),
        "note": text("remark of the transcriber", nullable=True),
        "address": text("page, or sheet of a file, where it was read"),
        "source_id": SOURCE_ID,
        "rank_basis": code("how the rank was got", codes.BASES, nullable=True),
        "rank_source_id": text("registered source of the rank", nullable=True),
        "error_source_id": text("registered source of the standard error", nullable=True),
        "digits_source_id": text("registered source of the score's further digits, where a less trusted one has more of them", nullable=True),
    },
    not_both_missing("score", "rank", "có điểm hoặc thứ hạng; chưa công bố thì bỏ cả dòng"),
)

FIGURE = ("index", "edition_year", "province_code", "vintage", "component")  # what one published figure is about

INDEX_CONFLICTS = schema(
    [*FIGURE, "field", "source_id", "address", "value"],
    {
        "index": code("index", codes.INDICES),
        "edition_year": year("edition (reference year)"),
        "province_code": text("province code; 00 is the whole country"),
        "vintage": code("vintage of the province code", codes.VINTAGES),
        "component": text("component code"),
        "field": code("which figure the sources disagree on", codes.SCORE_FIELDS),
        "value": number("what this source says"),
        "basis": code("how this source got it", codes.BASES),
        "trust_level": number("place in the declared order of trust, 1 is trusted most", minimum=1, dtype="Int64"),
        "is_chosen": flag("whether this value stands in index_scores"),
        "address": text("page, or sheet of a file, where it was read"),
        "source_id": SOURCE_ID,
    },
)

INDEX_TRUST = schema(
    ["trust_level"],
    {
        "trust_level": number("place in the order, 1 is trusted most", minimum=1, dtype="Int64"),
        "name_vi": text("who says it"),
        "bases": text("bases of this level, separated by spaces"),
        "address_parts": text("parts of addresses of this level, separated by spaces; empty accepts any", nullable=True),
        "source_id": SOURCE_ID,
    },
)

CORRECTIONS = schema(
    ["correction_id"],
    {
        "correction_id": text("short name of the correction"),
        "corrects_source_id": text("registered source whose figure is wrong"),
        "index": code("index", codes.INDICES),
        "edition_year": year("edition (reference year)"),
        "province_code": text("province code"),
        "component": text("component code"),
        "field": code("which figure is wrong", codes.SCORE_FIELDS),
        "wrong_value": number("the wrong value as the source has it; any other value there makes the correction expire"),
        "right_value": number("the value to put in its place; empty: the figure is not used", nullable=True),
        "reason_vi": text("why it is wrong"),
        "address": text("where the right value, or the proof that it is wrong, was read"),
        "source_id": SOURCE_ID,
    },
)

REGIONS = schema(
    ["province_code", "vintage"],
    {
        "province_code": text("province code"),
        "vintage": code("vintage of the province code", codes.VINTAGES),
        "region_vi": text("socio-economic region"),
        "region_en": text("its English name"),
        "source_id": SOURCE_ID,
    },
)

OUTCOME_CHAIN = schema(
    ["plan_number", "section", "index", "component"],
    {
        "plan_number": text("plan"),
        "section": text("section of its annex: I, II.1, II.2"),
        "section_vi": text("what the section does, in our own words"),
        "output_vi": text("output: what is made or held"),
        "outtake_vi": text("outtake: who is reached, or what they then know"),
        "outcome_vi": text("outcome: what people then do"),
        "rate_key": code("uptake rate that measures the outcome, where one does", codes.RATE_KEYS, nullable=True),
        "index": code("index whose component may then move", codes.INDICES),
        "component": text("component code"),
        "reason_vi": text("why this component is the nearest"),
        "source_id": SOURCE_ID,
    },
)
