"""Readers of counts and sums of money, and how a count goes with what it counts."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from analysis.amounts import LARGEST, Amount, read_amount
from analysis.ingest.activity_log.cells import is_number, quoted, shown
from analysis.ingest.activity_log.findings import Problem, Refused, Understood
from analysis.ingest.activity_log.layout import BARE_REACH_UNIT, COLUMN_OF, DEAREST_VND, LABELS, MONEY_UNITS
from analysis.ingest.activity_log.word_cells import label_code
from analysis.text import fold, number

NO_AMOUNT = "Số liệu không đọc được"
NO_COUNTER = "Có số nhưng không rõ đếm cái gì"
MANY_ZEROS = f"Kinh phí một hoạt động trên {number(DEAREST_VND // 10**9)} tỷ đồng, hãy kiểm tra số chữ số 0"
OTHER_UNIT = "Đơn vị viết sau số khác với cột đơn vị"
ACCEPTED = "số nguyên từ 0, như 1500, 1.500 hoặc “gần 1,5 ngàn”"
# Marks that may mean none, not known or not applicable; only the sender can say which.
UNSAID = {"khong", "khong co", "-", "–", "—", "x", "chua co", "chua ro", "k", "n/a", "na", "...", "…", "?", "/"}

_WHY = {
    "negative": ("số không âm", "kiểm tra dấu trừ"),
    "range": ("một số; số chưa chắc thì viết thêm chữ “khoảng” trước số", "chọn một số ghi vào ô, các ý khác chuyển sang cột Ghi chú"),
    "fraction": ("số nguyên; dấu phẩy là phần thập phân", "ghi số nguyên, hoặc kèm ngàn, triệu, tỷ"),
    "comma_thousands": ("dấu chấm ngăn hàng nghìn (1.234)", "thay dấu phẩy bằng dấu chấm nếu là hàng nghìn"),
    "misplaced_dot": ("dấu chấm ngăn từng ba chữ số (1.230), dấu phẩy cho phần thập phân", "ghi lại số"),
    "mixed_separators": ("dấu chấm ngăn hàng nghìn, dấu phẩy cho phần thập phân", "ghi lại số theo cách viết tiếng Việt"),
    "unscaled_tail": ("một số đầy đủ, như “1,5 triệu” hoặc “1.500.000”", "ghi lại cả số; phần lẻ viết sau chữ triệu, tỷ, ngàn đọc được hai cách"),
    "too_large": ("số có không quá 15 chữ số", "kiểm tra số chữ số"),
    "not_a_number": (ACCEPTED, "ghi một số; chưa biết thì để trống, phần giải thích chuyển sang cột Ghi chú"),
}


def amount_reader(key: str) -> Callable[[Any], Amount | Understood | None]:
    """Reader of a column of counts or money; an empty cell is not known, 0 is none."""

    def read(cell: Any) -> Amount | Understood | None:
        if cell is None:
            return None
        amount = _written(cell) if isinstance(cell, str) else _numeric(cell)
        if COLUMN_OF[key].kind == "money" and amount.unit not in MONEY_UNITS:
            raise Refused(Problem(OTHER_UNIT, quoted(cell), "số tiền bằng đồng", "ghi lại bằng đồng"))
        said = _said(cell, amount) if isinstance(cell, str) and _is_reworded(cell, amount) else ""
        if key == "cost" and amount.value > DEAREST_VND:
            return Understood(amount, said or f"“{shown(cell)}” là {number(amount.value)} đồng", MANY_ZEROS)
        return Understood(amount, said) if said else amount

    return read


def _numeric(cell: Any) -> Amount:
    if isinstance(cell, date | time | timedelta):
        raise Refused(Problem(NO_AMOUNT, f"{quoted(cell)} (ô đang ở dạng ngày, giờ)", ACCEPTED, "đổi định dạng ô sang số rồi gõ lại"))
    if not is_number(cell):
        raise Refused(Problem(NO_AMOUNT, quoted(cell), ACCEPTED, "ghi một số, hoặc để trống khi chưa biết"))
    reason = "negative" if cell < 0 else "too_large" if cell > LARGEST else "fraction" if isinstance(cell, float) else ""
    if reason:
        raise _refusal(cell, reason)
    return Amount(cell, is_approximate=False)


def _written(cell: str) -> Amount:
    if fold(cell) in UNSAID:
        raise Refused(Problem(NO_AMOUNT, quoted(cell), "số nguyên; để trống khi chưa biết, ghi 0 khi thật sự không có", "xóa trống ô hoặc ghi 0"))
    try:
        return read_amount(cell)
    except ValueError as error:
        raise _refusal(cell, str(error)) from error


def _refusal(cell: Any, reason: str) -> Refused:
    accepted, action = _WHY[reason]
    return Refused(Problem(NO_AMOUNT, quoted(cell), accepted, action))


def _is_reworded(cell: str, amount: Amount) -> bool:
    """Whether the words of the cell changed the number ("1,5 ngàn") or softened it ("gần 100")."""
    digits = re.sub(r"[^0-9]", "", re.sub(r",0+\b", "", cell.replace("m2", ""))).lstrip("0") or "0"
    return amount.is_approximate or digits != str(amount.value)


def _said(cell: str, amount: Amount) -> str:
    return f"“{shown(cell)}” đọc là {number(amount.value)}{', ghi là gần đúng' if amount.is_approximate else ''}"


def counter_reader(amount_key: str, counter_key: str) -> Callable[[tuple[Amount | None, str | None]], str | Understood | None]:
    """Reader of an amount beside what it counts: the column, or the unit written behind the number; both must agree."""

    def read(pair: tuple[Amount | None, str | None]) -> str | Understood | None:
        amount, counter = pair
        if amount is None:
            return counter
        written = label_code(counter_key, amount.unit) if amount.unit else None
        if counter is None:
            if written is None:
                raise _uncounted(amount, counter_key)
            return Understood(written, f"“{LABELS[counter_key][written]}” lấy từ chữ viết sau số ở cột “{COLUMN_OF[amount_key].heading}”")
        if amount.unit and written != counter and not _agrees_loosely(amount.unit, counter):
            found = f"“{amount.written}” cạnh “{LABELS[counter_key][counter]}”"
            raise Refused(Problem(OTHER_UNIT, found, "chỉ ghi số, đơn vị ở cột riêng", "sửa số hoặc cột đơn vị cho khớp nhau"), amount_key)
        return counter

    return read


def _agrees_loosely(unit: str, counter: str) -> bool:
    return unit == BARE_REACH_UNIT and counter.startswith(BARE_REACH_UNIT)


def _uncounted(amount: Amount, counter_key: str) -> Refused:
    accepted = "một trong: " + "; ".join(f"“{label}”" for label in LABELS[counter_key].values())
    found = f"{f'“{amount.written}”' if amount.written else f'số {number(amount.value)}'} mà cột “{COLUMN_OF[counter_key].heading}” trống"
    return Refused(Problem(NO_COUNTER, found, accepted, f"chọn giá trị ở cột “{COLUMN_OF[counter_key].heading}”"), counter_key)
