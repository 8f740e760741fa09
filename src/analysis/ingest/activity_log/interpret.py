"""The cells of a log to what its activities state, column by column and then across columns."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analysis.ingest.activity_log.amount_cells import amount_reader, counter_reader
from analysis.ingest.activity_log.cells import Distinct, join, side_by_side
from analysis.ingest.activity_log.day_cells import day_reader, days_reader
from analysis.ingest.activity_log.day_order import find_swapped, without_month_first
from analysis.ingest.activity_log.findings import UNUSABLE, Findings, Understood
from analysis.ingest.activity_log.layout import LABELS
from analysis.ingest.activity_log.plan_cells import PlanItem, PlanReader, stated_occasions
from analysis.ingest.activity_log.unit_cells import UnitReader
from analysis.ingest.activity_log.word_cells import label_reader, plain_text, title_reader
from analysis.text import number

COUNTED_ONCE = "Số lượng ở mục tính theo lần thực hiện"


@dataclass(frozen=True)
class LogContext:
    """What a log is held against: the tables of units, plans and items, and the day it was received.

    ``province`` narrows the names of units to one province and all below it, so that "UBND tỉnh" is one unit.
    """

    units: pd.DataFrame
    plans: pd.DataFrame
    items: pd.DataFrame
    received_on: date
    province: str | None = None


def interpret(findings: Findings, context: LogContext, *, is_synthetic: bool) -> dict[str, Distinct]:
    """Columns of ``activities`` by name (all but the identifiers); what cannot be used is UNUSABLE and its row marked."""
    columns = findings.table.columns
    days = _days(findings, context.received_on)
    said = _days_said(days)
    first_days = join([said["start_date"]])
    said |= _units(findings, context, first_days)
    items = _plans(findings, context, first_days)
    said |= {name: _each(items, _part(place)) for place, name in enumerate(("plan_number", "plan_section", "plan_stt"))}
    said["channel"] = findings.read("channel", columns["channel"], label_reader("channel"))
    said["audience"] = findings.read("audience", columns["audience"], label_reader("audience"))
    said["title_vi"] = findings.read("title", columns["title"], title_reader(is_synthetic=is_synthetic))
    said |= _counted(findings, "quantity", "counter") | _counted(findings, "reach", "reach_kind")
    _tell_counted_once(findings, context, items, said["quantity_count"], said["counter"])
    said["reach_basis"] = findings.read("reach_basis", columns["reach_basis"], label_reader("reach_basis"))
    said |= _amount_said("cost_vnd", "cost", findings.read("cost", columns["cost"], amount_reader("cost")))
    said["evidence_vi"] = findings.read("evidence", columns["evidence"], plain_text)
    findings.read("note", columns["note"], plain_text)
    said["is_synthetic"] = _each(days, lambda _: is_synthetic)
    return said


def _days(findings: Findings, received_on: date) -> Distinct:
    columns = {key: findings.table.columns[key] for key in ("start", "end")}
    read = {key: findings.read(key, column, day_reader(key)) for key, column in columns.items()}
    for key, column in columns.items():
        find_swapped(findings, key, column, read[key])
    read = without_month_first(findings, columns, read)
    return findings.read("start", side_by_side(read["start"], read["end"]), days_reader(received_on))


def _days_said(days: Distinct) -> dict[str, Distinct]:
    return {
        "start_date": _each(days, lambda written: written.start),
        "end_date": _each(days, lambda written: written.end),
        "date_precision": _each(days, lambda written: written.precision),
    }


def _units(findings: Findings, context: LogContext, first_days: Distinct) -> dict[str, Distinct]:
    """Units by the list in force on the first day, and inside their days of validity."""
    reader = UnitReader(context.units, context.province)
    written = findings.read("unit", findings.table.columns["unit"], lambda cell: cell)
    named = findings.read("unit", side_by_side(written, _or_none(first_days)), reader)
    named = findings.read("unit", side_by_side(written, join([named])), reader.told)
    dated = side_by_side(named, first_days)
    units = findings.read("unit", dated, reader.in_force([pair for pair in dated.levels if None not in pair and UNUSABLE not in pair]))
    return {"unit_code": _each(units, lambda unit: unit[0]), "vintage": _each(units, lambda unit: unit[1])}


def _plans(findings: Findings, context: LogContext, first_days: Distinct) -> Distinct:
    """Plan number, section and stt; and whether the plan is of the year."""
    table, columns = findings.table, findings.table.columns
    unused = [heading for part in table.sheets if "plan_number" not in part.columns for heading in part.unused]
    reader = PlanReader(context.plans, context.items, unused)
    number = findings.read("plan_number", columns["plan_number"], reader.number)
    item = findings.read("plan_item", columns["plan_item"], reader.item)
    named = findings.read("plan_item", side_by_side(number, item, _or_none(first_days)), reader.plan_item)
    if columns["plan_item"].filled.any():
        named = findings.read("plan_item", side_by_side(columns["plan_item"], join([named])), reader.told)
    dated = side_by_side(named, first_days)
    return findings.read("plan_number", dated, reader.in_year([pair for pair in dated.levels if UNUSABLE not in pair]))


def _tell_counted_once(findings: Findings, context: LogContext, items: Distinct, quantity: Distinct, counter: Distinct) -> None:
    """An amount that its plan item counts as one occasion, because the item counts other things or each activity."""
    occasions = stated_occasions(context.items)

    def told(row: tuple[PlanItem, int | None, str | None]) -> Understood | None:
        item, amount, counted = row
        if item not in occasions or amount is None or amount <= 1 or counted == occasions[item]:
            return None
        unit = LABELS["counter"].get(counted or "", "")
        said = f"mục {item[1]}.{item[2]} tính theo lần thực hiện; dòng ghi {number(amount)} {unit} này tính là 1 lần"
        return Understood(None, said, COUNTED_ONCE)

    if items.where(lambda item: item is not UNUSABLE and item in occasions).any():
        findings.read("quantity", side_by_side(join([items]), join([quantity]), join([counter])), told)


def _part(place: int) -> Callable[[Any], Any]:
    return lambda item: item[place]


def _counted(findings: Findings, amount_key: str, counter_key: str) -> dict[str, Distinct]:
    """An amount and what it counts."""
    columns = findings.table.columns
    amount = findings.read(amount_key, columns[amount_key], amount_reader(amount_key))
    counter = findings.read(counter_key, columns[counter_key], label_reader(counter_key))
    agreed = findings.read(counter_key, side_by_side(amount, counter), counter_reader(amount_key, counter_key))
    return _amount_said(f"{amount_key}_count", amount_key, amount) | {counter_key: agreed}


def _amount_said(name: str, key: str, amount: Distinct) -> dict[str, Distinct]:
    return {
        name: _each(amount, lambda read: None if read is None else read.value),
        f"is_{key}_approximate": _each(amount, lambda read: read is not None and read.is_approximate),
    }


def _each(column: Distinct, take: Callable[[Any], Any]) -> Distinct:
    return Distinct(tuple(UNUSABLE if value is UNUSABLE else take(value) for value in column.levels), column.codes)


def _or_none(column: Distinct) -> Distinct:
    """The column with None for what cannot be used, for readers that can do without it."""
    return Distinct(tuple(None if value is UNUSABLE else value for value in column.levels), column.codes)
