"""What summing up a dossier log means, said once: Ibis expressions that DuckDB and Spark answer alike.

Units, fields and codes are compared without spaces around them, units and codes without regard to case; ids as they are written. Days
are calendar days of the session's time zone.
Every row gets the first reason of ``codes.DOSSIER_REASONS`` that fits, or none and is counted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis import codes
from analysis.errors import DataFaults, Fault
from analysis.ingest.dossiers.engines import PART
from analysis.ingest.dossiers.mapping import DossierMapping
from analysis.units import MERGER_DAY

LEVELS, CHANNELS = tuple(codes.SERVICE_LEVELS), tuple(codes.DOSSIER_CHANNELS)
REASONS = ("", *codes.DOSSIER_REASONS)  # 0: counted
REASON = {reason: number for number, reason in enumerate(REASONS)}
NO_UNIT = "Ánh xạ tới đơn vị không có"
BLANK_FIELD = "Không ghi"
OLDEST_DAY = date(2000, 1, 1)
VINTAGE_DAYS: Mapping[str, tuple[date, date]] = {  # first day of use, first day no longer in use
    "64-tinh": (OLDEST_DAY, date(2008, 8, 1)),
    "63-tinh": (date(2008, 8, 1), MERGER_DAY),
    "34-tinh": (MERGER_DAY, date(2100, 1, 1)),
}
LONGEST_BLANK = 8  # so many spaces may stand for no id; longer ids are not searched for spaces
FIRST_TOLD, LAST_TOLD = date(1900, 1, 1), date(2199, 12, 31)  # days beyond are set aside; Python has no years above 9999 or below 1
WHOLE_NUMBER = "^[+-]?[0-9]{1,18}$"  # engines differ in what else they take for one
YES, NO, UNKNOWN = 1, 0, -1
GROUP = ("part", "logged_unit", "month", "field_vi", "level", "channel", "reason", "days")
SUMS = ("received", "online", "fee", "paid_online", "digitised", "resolved", "due", "on_time")
_WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2, "%f": 6}

IdHash = Callable[[ir.StringValue], ir.IntegerValue]


@dataclass(frozen=True)
class UnitCodes:
    """Logged text of a unit, without regard to case → its code, and the codes that only other lists of units have."""

    known: Mapping[str, str]
    of_other_vintages: frozenset[str]

    def frame(self) -> pd.DataFrame:
        """One row a logged text: ``logged``, ``known_code`` (empty in another vintage) and ``unit_reason``."""
        other = sorted(self.of_other_vintages - set(self.known))
        rows = [(text, code, 0) for text, code in sorted(self.known.items())] + [(text, "", REASON["unit_of_other_vintage"]) for text in other]
        return pd.DataFrame(rows, columns=["logged", "known_code", "unit_reason"]).astype(
            {"logged": "string", "known_code": "string", "unit_reason": "int8"}
        )


def unit_codes(units: pd.DataFrame, mapping: DossierMapping) -> UnitCodes:
    """Codes of the mapping's vintage, first by the vendor's own names for them. Raises ``DataFaults`` for a name given to no unit."""
    of_vintage = units["vintage"] == mapping.vintage
    valid = set(units.loc[of_vintage, "unit_code"].astype(str))
    named = mapping.codes.get("unit", {})
    faults = [
        Fault(NO_UNIT, f"{mapping.name_vi}, codes, unit, “{text}”", f"“{code}”", f"mã đơn vị của {codes.VINTAGES[mapping.vintage]}", "sửa mã")
        for text, code in sorted(named.items())
        if code not in valid
    ]
    if faults:
        raise DataFaults(faults)
    others = frozenset(code.casefold() for code in units.loc[~of_vintage, "unit_code"].astype(str))
    return UnitCodes({**{code.casefold(): code for code in valid}, **named}, others)


def logged_rows(raw: ir.Table, mapping: DossierMapping, hash_of: IdHash) -> ir.Table:
    """Rows by role, each cell as the roles need it: text, code numbers, days. ``raw`` holds ``part`` and the mapped columns."""
    columns, readers = mapping.columns, mapping.codes
    dossier_id = _written(raw[columns["dossier_id"]])
    found = {
        "part": raw[PART],
        "dossier_id": dossier_id,
        "id_hash": hash_of(dossier_id),
        "logged_unit": _written(raw[columns["unit"]]),
        "field_vi": _written(raw[columns["field"]]) if "field" in columns else ibis.literal(""),
        "received": _day(raw[columns["received"]], mapping.day_formats),
        "logged_channel": _written(raw[columns["channel"]]),
        "logged_level": _written(raw[columns["service_level"]]) if "service_level" in columns else ibis.literal(""),
        "channel": _coded(raw[columns["channel"]], readers["channel"], CHANNELS, blank=UNKNOWN),
        "level": _optional_code(raw, "service_level", mapping),
        "fee_is_read": ibis.literal(True),
        "fee": ibis.literal(None, "int8"),
    }
    for role in ("due", "resolved"):
        found |= _optional_day(raw, role, mapping)
    for role in ("paid_online", "digitised", "synthetic"):
        flags = {text: ("no", "yes").index(meant) for text, meant in readers.get(role, {}).items()}
        found[role] = _numbered(raw[columns[role]], flags, UNKNOWN) if role in columns else ibis.literal(None, "int8")
    if "fee" in columns:
        found |= _fee(raw[columns["fee"]])
    return raw.select(**found)


def judged_rows(rows: ir.Table, mapping: DossierMapping) -> ir.Table:
    """Rows with month of receipt, days to the result, and the reason for which one is not counted, its unit aside.

    A dossier is not lost for a doubtful cell: the level of one filed online where no online service is said to be is not known, and what
    was paid where there is no fee counts as no payment.
    """
    is_doubtful = (rows["channel"] == CHANNELS.index("online")) & (rows["level"] == LEVELS.index("no_online_service"))
    return rows.mutate(
        level=ibis.ifelse(is_doubtful, LEVELS.index("not_known"), rows["level"]).cast("int8"),
        paid_online=_of_those_with_a_fee(rows, mapping),
        month=(rows["received"].year() * 12 + rows["received"].month() - 1).cast("int32"),
        days=rows["resolved"].delta(rows["received"], unit="day").cast("int32"),
        reason=_reason(rows, mapping),
    )


def _of_those_with_a_fee(rows: ir.Table, mapping: DossierMapping) -> ir.IntegerValue:
    if "fee" not in mapping.columns:
        return rows["paid_online"]
    return ibis.ifelse((rows["paid_online"] == YES) & (rows["fee"].fill_null(0) <= 0), NO, rows["paid_online"]).cast("int8")


def with_units(judged: ir.Table, known: ir.Table) -> ir.Table:
    """Rows, or counts of rows, with the code of their unit; a unit that cannot be told is the first reason not to count them.

    ``known`` has the rows of ``UnitCodes.frame``. Text is trimmed here and not before, where there are many times as many rows.
    """
    trimmed = judged.mutate(logged_unit=judged["logged_unit"].strip(), field_vi=judged["field_vi"].strip().nullif("").fill_null(BLANK_FIELD))
    joined = trimmed.left_join(known, trimmed["logged_unit"].lower() == known["logged"])
    unit_reason = ibis.ifelse(joined["logged_unit"] == "", REASON["no_unit"], joined["unit_reason"].fill_null(REASON["unknown_unit"]))
    return joined.mutate(
        unit_code=joined["known_code"].fill_null(""), reason=ibis.ifelse(unit_reason > 0, unit_reason, joined["reason"]).cast("int8")
    ).drop("logged", "known_code", "unit_reason")


def _reason(rows: ir.Table, mapping: DossierMapping) -> ir.IntegerValue:
    first_day, end_day = VINTAGE_DAYS[mapping.vintage]
    exported = ibis.literal(mapping.exported_on)
    marked = YES if mapping.is_synthetic else NO
    checks: list[tuple[ir.BooleanValue, str]] = [
        (ibis.ifelse(rows["dossier_id"].length() <= LONGEST_BLANK, rows["dossier_id"].strip() == "", False), "no_dossier_id"),
        (rows["received"].isnull(), "no_received_day"),
        (rows["received"] < ibis.literal(OLDEST_DAY), "before_2000"),
        ((rows["received"] > exported) | (rows["resolved"] > exported).fill_null(False), "in_future"),
        ((rows["received"] < ibis.literal(first_day)) | (rows["received"] >= ibis.literal(end_day)), "outside_vintage"),
        (rows["due_is_unread"] | rows["resolved_is_unread"], "unreadable_day"),
        ((rows["resolved"] < rows["received"]).fill_null(False), "result_before_receipt"),
        (rows["channel"] == UNKNOWN, "unknown_channel"),
        (rows["level"] == UNKNOWN, "unknown_level"),
        (~rows["fee_is_read"], "unreadable_fee"),
        ((rows["fee"] < 0).fill_null(False), "negative_fee"),
        (((rows["paid_online"] == UNKNOWN) | (rows["digitised"] == UNKNOWN)).fill_null(False), "unknown_flag"),
    ]
    if "synthetic" in mapping.columns:
        checks.append((rows["synthetic"] != marked, "not_marked_synthetic"))
    return ibis.cases(*((found, ibis.literal(REASON[told], "int8")) for found, told in checks), else_=ibis.literal(0, "int8"))


def with_days_in_bounds(rows: ir.Table) -> ir.Table:
    """Rows whose days Python can hold: those of years that cannot be become the bounds."""
    low, high = ibis.literal(FIRST_TOLD), ibis.literal(LAST_TOLD)
    return rows.mutate(
        **{name: ibis.cases((rows[name] < low, low), (rows[name] > high, high), else_=rows[name]) for name in ("received", "due", "resolved")}
    )


def day_counts(judged: ir.Table) -> ir.Table:
    """Dossiers by part, unit, month, field, level, channel, reason and days to the result: what every panel is made of.

    Counts add over days, parts and months, so medians can be taken of any sum of them. What the log does not tell is counted 0 here
    and left empty in the panel.
    """
    is_counted = judged["reason"] == 0
    rows = judged.mutate(**{name: ibis.ifelse(is_counted, judged[name], ibis.null("int32")) for name in ("month", "days")})
    return rows.group_by(*GROUP).agg(
        received=rows.count(),
        online=rows.count(where=rows["channel"] == CHANNELS.index("online")),
        fee=rows.count(where=rows["fee"] > 0),
        paid_online=rows.count(where=rows["paid_online"] == YES),
        digitised=rows.count(where=rows["digitised"] == YES),
        resolved=rows["resolved"].count(),
        due=rows.count(where=rows["resolved"].notnull() & rows["due"].notnull()),
        on_time=rows.count(where=rows["resolved"] <= rows["due"]),
    )


def _written(column: ir.Value) -> ir.StringValue:
    return column.cast("string").fill_null("")


def _text(column: ir.Value) -> ir.StringValue:
    return _written(column).strip()


def _optional_code(raw: ir.Table, role: str, mapping: DossierMapping) -> ir.IntegerValue:
    if role not in mapping.columns:
        return ibis.literal(LEVELS.index("not_known"), "int8")
    return _coded(raw[mapping.columns[role]], mapping.codes[role], LEVELS, blank=LEVELS.index("not_known"))


def _coded(column: ir.Value, texts: Mapping[str, str], targets: Sequence[str], *, blank: int) -> ir.IntegerValue:
    numbers = {text: targets.index(target) for text, target in texts.items()}
    return _numbered(column, numbers, numbers.get("", blank))


def _numbered(column: ir.Value, numbers: Mapping[str, int], blank: int) -> ir.IntegerValue:
    """The number of each cell's text; whole numbers and truths are compared as they are, not as text."""
    blank = numbers.get("", blank)
    written = {text: number for text, number in numbers.items() if text}
    if column.type().is_boolean():
        return ibis.cases((column, written.get("true", UNKNOWN)), (~column, written.get("false", UNKNOWN)), else_=blank).cast("int8")
    if column.type().is_integer():
        pairs = [(column == int(text), number) for text, number in written.items() if text.lstrip("-").isdigit()]
        return ibis.cases((column.isnull(), blank), *pairs, else_=UNKNOWN).cast("int8")
    text = _text(column).lower()
    return ibis.cases((text == "", blank), *((text == found, number) for found, number in written.items()), else_=UNKNOWN).cast("int8")


def _optional_day(raw: ir.Table, role: str, mapping: DossierMapping) -> dict[str, ir.Value]:
    """The day of a role, and whether a cell holds something that is no day."""
    if role not in mapping.columns:
        return {role: ibis.literal(None, "date"), f"{role}_is_unread": ibis.literal(False)}
    column = raw[mapping.columns[role]]
    day = _day(column, mapping.day_formats)
    is_unread = (_text(column) != "") & day.isnull() if column.type().is_string() else ibis.literal(False)
    return {role: day, f"{role}_is_unread": is_unread}


def _day(column: ir.Value, formats: Sequence[str]) -> ir.DateValue:
    if column.type().is_date():
        return column
    if column.type().is_timestamp():
        return column.date()
    text = _text(column)
    return ibis.coalesce(*(_day_of_text(text, found) for found in formats))


def _day_of_text(text: ir.StringValue, written: str) -> ir.DateValue:
    """The day in text of a fixed-width format; NULL for text of another length, with other separators, or of no day that exists."""
    starts, position, separators = {}, 0, []
    rest = written
    while rest:
        width = _WIDTHS.get(rest[:2])
        if width:
            starts[rest[:2]] = position
        else:
            separators.append((position, rest[0]))
        position, rest = position + (width or 1), rest[2 if width else 1 :]
    iso = ibis.literal("-").join([text.substr(starts[part], _WIDTHS[part]) for part in ("%Y", "%m", "%d")])
    fits = text.length() == position
    for at, sign in separators:
        fits &= text.substr(at, 1) == sign
    day = ibis.ifelse(fits, iso, ibis.null("string")).try_cast("date")
    return ibis.ifelse(day >= ibis.literal(FIRST_TOLD), day, ibis.null("date"))  # "-021-01-15" is as long as a day and is none


def _fee(column: ir.Value) -> dict[str, ir.Value]:
    """The sign of a fee, and whether a cell can be read as one; empty is no fee."""
    if column.type().is_string():
        text = _text(column)
        bare = text.replace(".", "").replace(",", "").replace(" ", "")
        amount = ibis.ifelse(bare.re_search(WHOLE_NUMBER), bare, ibis.null("string")).try_cast("int64")
        return {"fee_is_read": amount.notnull() | (text == ""), "fee": amount.sign().cast("int8")}
    is_number = ~column.isnan() if column.type().is_floating() else ibis.literal(True)
    return {"fee_is_read": ibis.ifelse(column.isnull(), True, is_number), "fee": column.sign().cast("int8")}
