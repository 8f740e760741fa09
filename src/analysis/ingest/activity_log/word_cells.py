"""Readers of text cells: titles, evidence, and words of the code lists."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from analysis.contracts.validation import MISSING
from analysis.ingest.activity_log.cells import quoted, shown
from analysis.ingest.activity_log.findings import Problem, Refused, Understood
from analysis.ingest.activity_log.layout import COLUMN_OF, LABELS, SHORTEST_TITLE, SYNONYMS, SYNTHETIC_MARK
from analysis.ingest.activity_log.personal import personal_numbers
from analysis.text import fold

UNKNOWN_LABEL = "Giá trị không có trong danh mục"
PERSONAL = "Số điện thoại hoặc số căn cước"
UNREADABLE_TITLE = "Nội dung hoạt động không dùng được"
SYNTHETIC_ROW = "Dòng mô phỏng trong nhật ký thật"
UNMARKED_ROW = "Dòng của nhật ký mô phỏng chưa mang dấu mô phỏng"
_FOLDED_MARK = fold(SYNTHETIC_MARK)
CLOSE_LABEL = 0.75  # only a hint that a person confirms; one letter of three differing is another word ("cái", "bài")


def missing(key: str) -> Refused:
    """An empty cell of a required column."""
    return Refused(Problem(MISSING, "ô trống", f"một giá trị ở cột “{COLUMN_OF[key].heading}”", "điền ô này"))


def plain_text(cell: Any) -> str:
    """Whatever a cell holds, as its sender reads it. Raises ``Refused`` for personal numbers."""
    text = shown(cell)
    refuse_personal(text)
    return text


def refuse_personal(text: str) -> None:
    """Raise ``Refused`` where a text holds telephone or identity numbers, without repeating them whole."""
    if numbers := personal_numbers(text):
        found = "số " + ", ".join(f"“{number}”" for number in numbers)
        accepted = "nội dung không có dữ liệu cá nhân; về người tham dự chỉ ghi số lượng"
        raise Refused(Problem(PERSONAL, found, accepted, "bỏ số điện thoại, số căn cước khỏi ô này"))


def title_reader(*, is_synthetic: bool) -> Callable[[Any], str]:
    """Reader of titles; invented rows are marked, and only they."""

    def read(cell: Any) -> str:
        if cell is None:
            raise missing("title")
        accepted = f"một câu nói rõ việc đã làm, ít nhất {SHORTEST_TITLE} chữ"
        if not isinstance(cell, str) or len(cell) < SHORTEST_TITLE or not any(char.isalpha() for char in cell):
            raise Refused(Problem(UNREADABLE_TITLE, quoted(cell), accepted, "ghi tên hoạt động"))
        refuse_personal(cell)
        _hold_mark(cell, is_synthetic=is_synthetic)
        return cell

    return read


def _hold_mark(title: str, *, is_synthetic: bool) -> None:
    opening = title[: 2 * len(SYNTHETIC_MARK)]  # room for a mark whose letters and accents come apart
    is_marked = title.startswith(SYNTHETIC_MARK) or (opening.startswith(SYNTHETIC_MARK[0]) and fold(opening).startswith(_FOLDED_MARK))
    if is_marked and not is_synthetic:
        action = "bỏ dòng này, hoặc nạp cả tệp như nhật ký mô phỏng"
        raise Refused(Problem(SYNTHETIC_ROW, quoted(title), f"hoạt động có thật, nội dung không mở đầu bằng “{SYNTHETIC_MARK}”", action))
    if is_synthetic and not title.startswith(SYNTHETIC_MARK):
        raise Refused(Problem(UNMARKED_ROW, quoted(title), f"nội dung mở đầu bằng “{SYNTHETIC_MARK}” ở mọi dòng", "thêm dấu vào đầu nội dung"))


def label_reader(key: str) -> Callable[[Any], str | Understood | None]:
    """Reader of the words of a code list, by label, by code, or by another known word."""

    def read(cell: Any) -> str | Understood | None:
        if cell is None:
            if COLUMN_OF[key].is_required:
                raise missing(key)
            return None
        code = label_code(key, shown(cell)) if isinstance(cell, str) else None
        if code is None:
            raise _unknown_label(key, cell)
        label = LABELS[key][code]
        return code if fold(shown(cell)) in (fold(label), code) else Understood(code, f"“{shown(cell)}” hiểu là “{label}”")

    return read


def label_code(key: str, written: str) -> str | None:
    """Code of a written word; None when it is unknown."""
    return _CODE_OF[key].get(fold(written))


def _unknown_label(key: str, cell: Any) -> Refused:
    near = get_close_matches(fold(shown(cell)), list(_CODE_OF[key]), n=1, cutoff=CLOSE_LABEL)
    hint = f"; có phải “{LABELS[key][_CODE_OF[key][near[0]]]}”?" if near else ""
    accepted = "một trong: " + "; ".join(f"“{label}”" for label in LABELS[key].values())
    return Refused(Problem(UNKNOWN_LABEL, quoted(cell) + hint, accepted, f"chọn lại cột “{COLUMN_OF[key].heading}” trong danh sách"))


_CODE_OF: dict[str, dict[str, str]] = {
    key: {code: code for code in labels}
    | {fold(word): code for word, code in SYNONYMS[key].items()}
    | {fold(label): code for code, label in labels.items()}
    for key, labels in LABELS.items()
}
