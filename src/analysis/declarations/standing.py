"""May a result be called declared beforehand? Only if the text it rests on was in force in the register when its index was still unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis.declarations.form import Declaration, DeclaredOutcome
from analysis.declarations.register import Registration, registrations_of
from analysis.indices import edition_of
from analysis.text import day

DECLARED_VI = "khai báo trước"
EXPLORATORY_VI = "thăm dò"


@dataclass(frozen=True)
class Standing:
    """Whether a result was declared beforehand, with the Vietnamese reason that stands beside it."""

    is_declared_beforehand: bool
    reason_vi: str

    @property
    def label_vi(self) -> str:
        return DECLARED_VI if self.is_declared_beforehand else EXPLORATORY_VI


@dataclass(frozen=True)
class _Known:
    """The day from which a registration comes too late, and how what happened on it is told after "trước"."""

    since: date
    told_vi: str


def standing_of(
    declaration: Declaration | None, register: Sequence[Registration], editions: pd.DataFrame, *, index: str, component: str, footing: str
) -> Standing:
    """Standing of the result for a component on a footing; ``editions`` is the table ``index_editions``.

    The outcome counts as known from the first day on which any edition from the start to the end of its window may have been
    public (``first_public_day``). The entry in force is the last one of the plan year registered before that day, not on it:
    of several texts laid down in time only the last counts. The result is declared beforehand when that entry's hash is that of
    the declaration as it now reads.
    """
    if declaration is None:
        return Standing(False, "năm kế hoạch này chưa có khai báo")
    outcome = declaration.find(index, component, footing)
    if outcome is None or declaration.start_edition is None:
        return Standing(False, f"kết quả không nằm trong khai báo năm {declaration.plan_year}")
    entries = registrations_of(register, declaration.plan_year)
    if not entries:
        return Standing(False, f"khai báo năm {declaration.plan_year} chưa đăng ký")
    return _standing_before(_public_of(outcome, declaration.start_edition, editions), declaration, entries)


def standing_inside(declaration: Declaration | None, register: Sequence[Registration]) -> Standing:
    """Standing of the result for the question put to uptake inside the province.

    The office holds its own monthly tables, so no day of publication can be waited for: a month may be known as soon as it has begun.
    Beforehand is before the first day of the plan year, when none of the months that the plan can move had begun; of several
    texts laid down by then only the last counts, as in ``standing_of``.
    """
    if declaration is None:
        return Standing(False, "năm kế hoạch này chưa có khai báo")
    if declaration.inside is None:
        return Standing(False, f"khai báo năm {declaration.plan_year} không có câu hỏi trong tỉnh (mục inside)")
    entries = registrations_of(register, declaration.plan_year)
    if not entries:
        return Standing(False, f"khai báo năm {declaration.plan_year} chưa đăng ký")
    begins = date(declaration.plan_year, 1, 1)
    return _standing_before(_Known(begins, f"ngày đầu của năm kế hoạch ({day(begins)})"), declaration, entries)


def _standing_before(known: _Known, declaration: Declaration, entries: Sequence[Registration]) -> Standing:
    in_force = next((entry for entry in reversed(entries) if entry.registered_on < known.since), None)
    if in_force is None:
        return Standing(False, _registered_late(declaration, entries, known))
    if in_force.sha256 != declaration.sha256:
        return Standing(False, _changed(declaration, entries, in_force))
    return Standing(True, _in_time(entries, in_force, known))


def first_public_day(editions: pd.DataFrame, index: str, year: int) -> date:
    """The earliest day on which an edition may have been public, so that no doubt favours the declaration.

    Its day of publication; the first of its month or year where only that is known; without any date, or for an edition that is
    not registered, 1 January after the year it measures: no dated edition since 2009 came out sooner.
    """
    edition = edition_of(editions, index, year)
    if edition is None or pd.isna(edition["published_date"]):
        return date(year + 1, 1, 1)
    published = pd.Timestamp(edition["published_date"]).date()
    match edition["published_precision"]:
        case "month":
            return published.replace(day=1)
        case "year":
            return published.replace(month=1, day=1)
        case _:
            return published


def _public_of(outcome: DeclaredOutcome, start: int, editions: pd.DataFrame) -> _Known:
    days = {year: first_public_day(editions, outcome.index, year) for year in range(start, outcome.last_edition + 1)}
    year = min(days, key=lambda one: (days[one], one))
    edition = edition_of(editions, outcome.index, year)
    is_exact = edition is not None and pd.notna(edition["published_date"]) and edition["published_precision"] == "day"
    counted = "công bố ngày" if is_exact else "không rõ ngày công bố nên tính từ"
    return _Known(days[year], f"khi công bố {outcome.index} {year} ({counted} {day(days[year])})")


def _registered_late(declaration: Declaration, entries: Sequence[Registration], known: _Known) -> str:
    """The first registration came too late; a later change is told as well."""
    first, last = entries[0], entries[-1]
    told = f"đăng ký ngày {day(first.registered_on)}, không trước {known.told_vi}"
    if last.sha256 != declaration.sha256:
        return f"{told}; đã sửa sau khi đăng ký ngày {day(last.registered_on)}"
    return told if first == last else f"{told}; bản này đăng ký ngày {day(last.registered_on)}"


def _changed(declaration: Declaration, entries: Sequence[Registration], in_force: Registration) -> str:
    told = f"đã sửa sau khi đăng ký ngày {day(in_force.registered_on)}"
    own = [entry for entry in entries if entry.sha256 == declaration.sha256]
    return f"{told}; bản này đăng ký ngày {day(own[-1].registered_on)}" if own else told


def _in_time(entries: Sequence[Registration], in_force: Registration, known: _Known) -> str:
    told = f"đăng ký ngày {day(in_force.registered_on)}, trước {known.told_vi}"
    return told if in_force is entries[0] else f"{told}; thay bản đăng ký ngày {day(entries[entries.index(in_force) - 1].registered_on)}"
