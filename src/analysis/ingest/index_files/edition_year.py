"""Which edition a sheet holds: what it states itself, held against the file's name and the year that was asked for."""

import re
from collections.abc import Sequence
from pathlib import Path

from analysis.codes import COMPOSITE
from analysis.errors import Fault
from analysis.ingest.index_files.header_words import words, years_in
from analysis.ingest.index_files.headings import Heading
from analysis.ingest.index_files.layout_maps import LayoutMap

OTHER_YEAR = "Tệp là của năm khác"
NO_YEAR = "Không biết tệp là của năm nào"

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def years_of_name(file_name: str) -> tuple[int, ...]:
    """Years that a file's name states, without its folders."""
    return tuple(sorted({int(year) for year in _YEAR.findall(Path(file_name).name)}))


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
    """Faults of years that a file states against its name and against the year asked for; one that agrees is enough."""
    if not stated:
        return []
    said = ", ".join(map(str, stated))
    named = years_of_name(file_name)
    faults = []
    if named and not any(named[0] <= year <= named[-1] for year in stated):
        accepted = f"số liệu của năm ghi trong tên tệp ({', '.join(map(str, named))})"
        action = "kiểm tra có lấy nhầm tệp không; tệp đúng thì đổi lại tên theo năm bên trong"
        faults.append(Fault(OTHER_YEAR, place, f"bên trong ghi năm {said}", accepted, action))
    if expected is not None and expected not in stated:
        accepted = f"số liệu năm {expected} như yêu cầu"
        faults.append(Fault(OTHER_YEAR, place, f"bên trong ghi năm {said}", accepted, "chọn đúng tệp, hoặc bỏ --year để lấy năm trong tệp"))
    return faults


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
