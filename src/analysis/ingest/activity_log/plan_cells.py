"""Readers of plan numbers and plan items, and the item an activity belongs to."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from difflib import get_close_matches
from typing import Any

import pandas as pd

from analysis.ingest.activity_log.cells import is_number, quoted, shown
from analysis.ingest.activity_log.findings import Problem, Refused, Understood, refusing
from analysis.ingest.plans import is_plan_year
from analysis.ingest.references import UNKNOWN_ITEM, plan_year_faults
from analysis.text import fold

UNREADABLE_ITEM = "Mục kế hoạch không đọc được"
UNKNOWN_PLAN = "Kế hoạch chưa có"
OTHER_WORDS = "Chữ ghi sau số mục không giống tên mục của kế hoạch, hãy kiểm tra"
WHICH_PLAN = "Không rõ mục của kế hoạch nào"

_NUMBER = re.compile(r"([0-9]+)\s*/\s*kh\s*-?\s*ubnd\b")
_BARE_NUMBER = re.compile(r"(?:ke hoach|kh)?\s*(?:so)?\s*([0-9]+)")
_ROMAN = r"[ivx]+(?:\.[0-9]+)?"
_ITEM = re.compile(rf"(?:muc\s+)?(?P<section>{_ROMAN})\s*[.\-–/]\s*(?P<stt>[0-9]+)(?![0-9])\s*(?:$|[.:;,)\-–—\s](?P<words>.*))")
_ITEM_FIRST = re.compile(rf"muc\s+(?P<stt>[0-9]+)\s*[,;]?\s*(?:thuoc\s+|cua\s+)?(?:phan|muc)\s+(?P<section>{_ROMAN})(?:\s*[.:;–-](?P<words>.*))?")

_WORD = re.compile(r"[^\W\d_]{4,}")  # shorter ones are shared by titles of any content

Item = tuple[str, int]  # section, stt
PlanItem = tuple[str, str, str]  # plan_number, section, stt; empty text where outside


class PlanReader:
    """Holds the plans and items that are known; ``unused`` are headings of the log that may hide the number of the plan."""

    def __init__(self, plans: pd.DataFrame, items: pd.DataFrame, unused: Iterable[str] = ()):
        self._plans = plans
        self._years = {str(row.plan_number): int(row.plan_year) for row in plans.itertuples() if not pd.isna(row.plan_year)}
        self._items: dict[str, set[Item]] = {number: set() for number in self._years}
        for row in items.itertuples():
            self._items.setdefault(str(row.plan_number), set()).add((str(row.section), int(row.stt)))
        self._titles = {(str(row.plan_number), str(row.section), str(row.stt)): (str(row.title_vi), _text_of(row)) for row in items.itertuples()}
        self._unused = tuple(dict.fromkeys(unused))

    def number(self, cell: Any) -> str | Understood | None:
        """A plan's number, with or without the words around it."""
        if cell is None:
            return None
        written = shown(cell)
        if written in self._years:
            return written
        folded = fold(written)
        found = _NUMBER.search(folded) or (_BARE_NUMBER.fullmatch(folded) if isinstance(cell, str) or is_number(cell) else None)
        known = [number for number in self._years if found and number.partition("/")[0] == found[1]]
        if len(known) != 1:
            near = get_close_matches(written, list(self._years), n=1)
            hint = f"; có phải “{near[0]}”?" if near else ""
            listed = ", ".join(f"“{number}”" for number in sorted(self._years)) or "chưa nạp kế hoạch nào"
            raise Refused(Problem(UNKNOWN_PLAN, quoted(cell) + hint, listed, "sửa số kế hoạch, nạp kế hoạch trước, hoặc để trống"))
        return Understood(known[0], f"“{written}” hiểu là “{known[0]}”")

    def item(self, cell: Any) -> Item | None:
        """Section and number of an item: "II.1.9", "II.1.9 – Đối thoại …", "Mục 9 phần II.1"."""
        if cell is None:
            return None
        found = _item_match(cell)
        if not found or not int(found["stt"]):
            accepted = "phần và số mục như “II.1.9” hoặc “Mục 9 phần II.1”; để trống khi ngoài các mục"
            raise Refused(Problem(UNREADABLE_ITEM, quoted(cell), accepted, "chọn mục trong danh sách"))
        return found["section"].upper(), int(found["stt"])

    def plan_item(self, row: tuple[str | None, Item | None, date | None]) -> PlanItem | Understood:
        """The item of an activity; an item without a plan is of the one plan of that year, once the day can be used."""
        number, item, start = row
        if item is None or (number is None and start is None):
            return number or "", "", ""
        plan = number or self._plan_of_year(item, start.year if start else 0)
        if item not in self._items.get(plan, set()):
            raise self._unknown_item(plan, item)
        found = plan, item[0], str(item[1])
        if number:
            return found
        return Understood(found, f"“{item[0]}.{item[1]}” không kèm số kế hoạch, hiểu là của kế hoạch {plan}")

    def _plan_of_year(self, item: Item, year: int) -> str:
        of_year = sorted(number for number, known in self._years.items() if known == year and self._items.get(number))
        if len(of_year) == 1:
            return of_year[0]
        found = f"“{item[0]}.{item[1]}” năm {year}"
        accepted = f"số kế hoạch đi kèm mục ({', '.join(of_year)})" if of_year else f"mục của một kế hoạch năm {year} đã nạp; hiện chưa có"
        raise Refused(Problem(WHICH_PLAN, found, accepted, self._where_number()), "plan_item")

    def _where_number(self) -> str:
        if not self._unused:
            return "điền cột “Số kế hoạch”"
        listed = ", ".join(f"“{heading}”" for heading in self._unused)
        return f"điền cột “Số kế hoạch”; nếu số kế hoạch đã nằm trong một cột chưa dùng đến ({listed}) thì đặt tên cột đó là “Số kế hoạch”"

    def told(self, pair: tuple[Any, PlanItem]) -> PlanItem | Understood:
        """The item, with a word to the sender where it was not written as its section and number, or words beside it that are not its own."""
        cell, item = pair
        found = _item_match(cell)
        if found is None or not item[2]:
            return item
        named, (title, text) = f"{item[1]}.{item[2]}", self._titles[item]
        words = set(_WORD.findall(found["words"] or ""))
        if words and not words & set(_WORD.findall(fold(text))):
            return Understood(item, f"{quoted(cell)} hiểu là mục {named} “{title}” theo số mục", OTHER_WORDS)
        is_plain = shown(cell).casefold().startswith(named.casefold())
        return item if is_plain else Understood(item, f"{quoted(cell)} hiểu là mục {named} “{title}”")

    def _unknown_item(self, plan: str, item: Item) -> Refused:
        items = sorted(self._items.get(plan, set()))
        accepted = f"mục của kế hoạch {plan}: {', '.join(f'{section}.{stt}' for section, stt in items)}"
        if not items:
            accepted = f"để trống; kế hoạch {plan} chưa có danh mục các mục"
        return Refused(Problem(UNKNOWN_ITEM, f"“{item[0]}.{item[1]}”", accepted, "chọn mục trong danh sách"), "plan_item")

    def in_year(self, pairs: list[tuple[PlanItem, date]]) -> Callable[[tuple[PlanItem, date]], PlanItem]:
        """Reader that refuses an activity booked on a plan of another year; ``pairs`` are all that will be read."""
        table = pd.DataFrame({"plan_number": [item[0] for item, _ in pairs], "start_date": pd.to_datetime([start for _, start in pairs])})
        known = self._plans[self._plans["plan_year"].map(lambda year: not pd.isna(year) and is_plan_year(int(year))).astype(bool)]
        faults = plan_year_faults(table, known, pd.Series(range(len(pairs))))
        return refusing(pairs, faults, "plan_number")


def stated_occasions(items: pd.DataFrame) -> dict[PlanItem, str]:
    """Items that state a number of occasions → the counter whose quantities are occasions, empty where each activity is one."""
    stated = items[items["expected_count"].notna()]
    return {(str(row.plan_number), str(row.section), str(row.stt)): _or_empty(row.occasion_counter) for row in stated.itertuples()}


def _item_match(cell: Any) -> re.Match[str] | None:
    folded = fold(cell) if isinstance(cell, str) else ""
    return _ITEM.fullmatch(folded) or _ITEM_FIRST.fullmatch(folded)


def _text_of(row: Any) -> str:
    return f"{row.title_vi} {_or_empty(row.content_vi)}"


def _or_empty(value: Any) -> str:
    return "" if pd.isna(value) else str(value)
