"""Which edition a sheet holds: what it states itself, held against the file's name and the year that was asked for."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from analysis.codes import COMPOSITE
from analysis.errors import Cell, Fault
from analysis.ingest.index_files.header_words import words, years_in
from analysis.ingest.index_files.headings import Heading
from analysis.ingest.index_files.layout_maps import LayoutMap
from analysis.text import normalise, year_spans

OTHER_YEAR = "Tệp là của năm khác"
NO_YEAR = "Không biết tệp là của năm nào"
TWO_YEARS = "Tên bảng và tiêu đề cột ghi hai năm"
YEAR_MISSING = "Thiếu trang của một năm"

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_SPAN = re.compile(rf"({_YEAR.pattern}) ?(?:[-–—_]|đến) ?(?=({_YEAR.pattern}))")


def years_of_name(file_name: str) -> tuple[int, ...]:
    """Years that a file's name states, without its folders."""
    return tuple(sorted({int(year) for year in _YEAR.findall(Path(file_name).name)}))


def _span_of_name(file_name: str) -> tuple[int, ...]:
    """All years of the ranges in a file's name: two years joined by nothing but a dash, an underscore or "đến"; empty without one."""
    joined = _SPAN.findall(normalise(Path(file_name).name).casefold())
    return tuple(sorted({year for first, last in joined for year in range(int(first), int(last) + 1)}))


def stated_year(heading: Heading, layout: LayoutMap) -> int | None:
    """The year that a sheet states itself, in the places its map trusts; None where it states none or several."""
    for source in layout.says("year_from") or ():
        years = _stated(heading, layout, source)
        if len(years) == 1:
            return years[0]
    return None


def _stated(heading: Heading, layout: LayoutMap, source: str) -> Sequence[int]:
    if source == "header":
        return sorted({year for cell in heading.cells if cell.meaning and cell.meaning.component == COMPOSITE for year in years_in(cell.text)})
    if source == "title":
        said = words(layout.index)
        return sorted({year for title in heading.titles if set(said) <= set(words(title)) for year in years_in(title)})
    return years_in(heading.sheet.name) if source == "sheet" else ()


def year_faults(stated: Sequence[int], file_name: str, expected: int | None, place: str) -> list[Fault]:
    """Faults of years that a file states: each must be named by its name, or lie in its range, and one must be the year asked for."""
    if not stated:
        return []
    said = ", ".join(map(str, stated))
    named = _span_of_name(file_name) or years_of_name(file_name)
    faults = []
    if named and set(stated) - set(named):
        accepted = f"số liệu của năm ghi trong tên tệp ({year_spans(named)})"
        action = "kiểm tra có lấy nhầm tệp không; tệp đúng thì đổi lại tên theo năm bên trong"
        faults.append(Fault(OTHER_YEAR, place, f"bên trong ghi năm {said}", accepted, action))
    if expected is not None and expected not in stated:
        accepted = f"số liệu năm {expected} như yêu cầu"
        faults.append(Fault(OTHER_YEAR, place, f"bên trong ghi năm {said}", accepted, "chọn đúng tệp, hoặc bỏ --year để lấy năm trong tệp"))
    return faults


def title_faults(heading: Heading, layout: LayoutMap, file_name: str) -> list[Fault]:
    """The fault of a title that names other years only than the header, where the map trusts both to state the edition."""
    if not {"header", "title"} <= set(layout.says("year_from") or ()):
        return []
    header, title = _stated(heading, layout, "header"), _stated(heading, layout, "title")
    if len(header) != 1 or not title or header[0] in title:
        return []
    rows = enumerate(heading.sheet.rows[: heading.last_row + 1], 1)
    said = [(row, column, str(value)) for row, cells in rows for column, value in enumerate(cells, 1) if value in heading.titles]
    row, column, text = next(known for known in said if set(title) & set(years_in(known[2])))
    cell = Cell(heading.sheet.name, row, column)
    found = f"tên bảng “{text}”, tiêu đề cột ghi năm {header[0]}"
    action = "kiểm tra số liệu là của năm nào, sửa chỗ ghi sai năm"
    return [Fault(TWO_YEARS, f"{file_name}, {cell}", found, "một năm ở cả tên bảng và tiêu đề cột", action, cell)]


def missing_years(found: Sequence[int], file_name: str, registered: Collection[int], place: str) -> list[Fault]:
    """Registered editions without a sheet, within the range in the name of a file with a sheet a year, else between its own first and last."""
    span = _span_of_name(file_name) or tuple(range(min(found), max(found) + 1) if found else ())
    missing = [year for year in span if year in registered and year not in found]
    accepted = f"mỗi năm một trang hiện, có bảng điểm: {year_spans(span)}" if span else ""
    action = "bổ sung trang của năm thiếu (trang ẩn không được đọc), hoặc đổi tên tệp theo đúng các năm có trong tệp"
    return [
        Fault(YEAR_MISSING, place, f"thiếu trang của năm {year}; có {year_spans(found) or 'không năm nào'}", accepted, action) for year in missing
    ]


def year_from_outside(layout: LayoutMap, file_name: str, expected: int | None) -> int | None:
    """The year of a sheet that states none: the one asked for, else the only one in the file's name."""
    named = years_of_name(file_name)
    if expected is not None:
        return expected
    return named[0] if len(named) == 1 and "file" in (layout.says("year_from") or ()) else None


def no_year(file_name: str, place: str) -> Fault:
    """The fault of a sheet whose edition nothing tells."""
    named = ", ".join(map(str, years_of_name(file_name))) or "không năm nào"
    accepted = "một năm trong tiêu đề điểm tổng hợp (PCI 2012), tên trang, hoặc tên tệp"
    return Fault(NO_YEAR, place, f"trang không ghi năm, tên tệp ghi {named}", accepted, "ghi năm vào tên tệp (PCI_2012.xlsx), hoặc dùng --year")
