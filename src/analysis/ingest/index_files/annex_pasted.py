"""Columns pasted in the order of ranks beside provinces in the order of the form: every figure would go to another province."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from analysis import codes
from analysis.errors import Fault
from analysis.ingest.index_files.annex_checks import AnnexTable
from analysis.ingest.index_files.annex_layout import FIXED_HEADINGS, PROVINCE, RANK
from analysis.ingest.index_files.annex_rows import Line

PASTED_BY_RANK = "Dán theo thứ hạng mà thiếu cột tên tỉnh"
LEAST_FILLED = 20  # figures; a few best provinces may stand in the order of their codes by chance
MOST_BREAKS_SHARE = 0.1  # of neighbours out of order: a slip in a pasted column leaves it a pasted column


def pasted_faults(table: AnnexTable) -> Iterator[Fault]:
    """One fault where provinces stand in code order and their ranks or composites run in order too; no published table does both."""
    lines = table.rows.lines
    listed = [(line.province.code, line.province.vintage) for line in lines if line.province]
    if listed != sorted(listed):
        return
    filled = {key: [line for line in lines if key in line.figures] for key in (RANK, codes.COMPOSITE)}
    pasted = {key: those for key, those in filled.items() if _is_in_order([line.figures[key] for line in those])}
    if not pasted:
        return
    key, first = next((key, those[0]) for key, those in pasted.items())
    told = " và ".join(_told(table, one, its_lines) for one, its_lines in pasted.items())
    found = (
        f"{told} xếp lần lượt theo thứ hạng, trong khi tên tỉnh vẫn theo thứ tự ghi sẵn: có vẻ đã dán cột điểm theo thứ hạng mà thiếu cột tên tỉnh"
    )
    action = (
        f"dán cả cột tên tỉnh của bảng in đè lên cột “{FIXED_HEADINGS[PROVINCE][0]}” (mỗi dòng được đọc theo tên), hoặc xếp bảng theo tên tỉnh trước"
    )
    yield table.fault(PASTED_BY_RANK, first, key, found, "mỗi số ở dòng của tỉnh có số đó", action)


def _is_in_order(values: Sequence[float]) -> bool:
    """Whether enough values run up or down with hardly a break; a column of few different values tells nothing."""
    if len(values) < LEAST_FILLED or 3 * len(set(values)) <= len(values):
        return False
    falls = sum(first > second for first, second in pairwise(values))
    rises = sum(first < second for first, second in pairwise(values))
    return min(falls, rises) <= MOST_BREAKS_SHARE * (len(values) - 1)


def _told(table: AnnexTable, key: str, lines: Sequence[Line]) -> str:
    cells = [table.form.cell(line.row, table.columns.of[key]).name for line in (lines[0], lines[-1])]
    return f"{len(lines)} {'hạng' if key == RANK else 'điểm'} ở ô {cells[0]}–{cells[1]}"
