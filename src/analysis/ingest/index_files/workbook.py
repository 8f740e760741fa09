"""A publisher's workbook of scores, read by the map that knows its headers; every fault with its cell, nothing taken in halves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.errors import Fault, Notice
from analysis.ingest.index_files.checks import (
    SHEETS_DIFFER,
    Edition,
    completeness_faults,
    composite_faults,
    differences,
    rank_faults,
    scale_faults,
)
from analysis.ingest.index_files.columns import column_faults, component_sheets, gap_faults, unused_notices
from analysis.ingest.index_files.edition_year import missing_years, no_year, stated_year, title_faults, year_faults, year_from_outside
from analysis.ingest.index_files.figures import Figures, joined, read_figures
from analysis.ingest.index_files.headings import find_heading, registered_names
from analysis.ingest.index_files.layout_maps import LayoutMap
from analysis.ingest.index_files.score_table import ScoreTable, read_table
from analysis.ingest.index_files.sheet_choice import Candidate, choose, unknown_layout
from analysis.ingest.score_reading import SCORE_COLUMNS, IndexContext, ScoreReading
from analysis.ingest.workbooks import ReceivedWorkbook, read_workbook

NOT_REGISTERED = "Kỳ không có trong danh mục chỉ số"
NO_TABLE = "Trang có tiêu đề nhưng không đọc được tên tỉnh"
BASIS = "publisher_file"
DIFFERENCES_SHOWN = 3
_DTYPES = {"edition_year": "Int64", "rank": "Int64", "score": "Float64", "standard_error_score": "Float64"}


@dataclass
class _Taken:
    """What is known of a workbook so far."""

    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    aside: list[tuple[str, str, str]] = field(default_factory=list)
    editions: dict[int, tuple[Edition, Figures, list[ScoreTable]]] = field(default_factory=dict)


def read_index_workbook(path: Path, name: str, maps: Sequence[LayoutMap], context: IndexContext, expected_year: int | None) -> ScoreReading:
    """All editions of a workbook. Raises ``DataFaults`` when the file cannot be opened; else its faults are in the reading."""
    book = read_workbook(path, name)
    layout, candidates = choose(book, maps, expected_year)
    taken = _Taken(notices=list(book.notices))
    if layout is None:
        return empty_reading([unknown_layout(book, maps, context.components)], taken.notices)
    taken.notices += candidates.notices
    taken.faults += candidates.faults
    stated = sorted({year for chosen in candidates.chosen if (year := stated_year(chosen.heading, layout)) is not None})
    taken.faults += year_faults(stated, name, expected_year, _place(name, [chosen.sheet_name for chosen in candidates.chosen]))
    for chosen in candidates.chosen:
        taken.faults += title_faults(chosen.heading, layout, name)
        _take_sheet(taken, book, layout, chosen, context, expected_year)
    if layout.says("every_sheet"):
        registered = set(context.editions.loc[context.editions["index"] == layout.index, "edition_year"])
        taken.faults += missing_years(sorted({*stated, *taken.editions}), name, registered, name)
    for edition, read, tables in taken.editions.values():
        _check(taken, book, layout.for_year(edition.year), edition, read, tables)
    taken.faults += _faults_of_cells(book, [table for _, _, tables in taken.editions.values() for table in tables])
    return _reading(taken, name)


def _faults_of_cells(book: ReceivedWorkbook, tables: Sequence[ScoreTable]) -> list[Fault]:
    """Faults of the book in cells that are read: of headers, names and figures, and of rows that follow these without a gap.

    Where no table could be read all of them count: one may be why.
    """
    if not tables:
        return list(book.faults)
    faulty = {(fault.cell.sheet, fault.cell.row, fault.cell.column) for fault in book.faults if fault.cell}
    used: set[tuple[str, int, int]] = set()
    for table in tables:
        columns = {column + 1 for known in table.columns for column in (known.column, known.names_column)}
        columns |= {table.code_column + 1} if table.code_column is not None else set()
        end = table.end_row
        while any((table.sheet.name, end + 1, column) in faulty for column in columns):  # a row of such formulas alone looks empty
            end += 1
        used |= {(table.sheet.name, row, column) for row in range(1, end + 1) for column in columns}
    return [fault for fault in book.faults if fault.cell is None or (fault.cell.sheet, fault.cell.row, fault.cell.column) in used]


def empty_reading(faults: Iterable[Fault], notices: Iterable[Notice] = ()) -> ScoreReading:
    """A reading without rows."""
    return ScoreReading(score_rows([]), pd.Series(dtype="object"), tuple(faults), tuple(notices))


def score_rows(rows: Sequence[dict[str, object]] | pd.DataFrame) -> pd.DataFrame:
    """Rows of ``SCORE_COLUMNS``, typed."""
    return pd.DataFrame(rows, columns=list(SCORE_COLUMNS)).astype({column: _DTYPES.get(column, "string") for column in SCORE_COLUMNS})


def _place(name: str, sheets: Sequence[str]) -> str:
    return f"{name}, trang tính {', '.join(f'“{sheet}”' for sheet in sheets)}"


def _take_sheet(taken: _Taken, book: ReceivedWorkbook, layout: LayoutMap, chosen: Candidate, context: IndexContext, expected: int | None) -> None:
    place = _place(book.name, [chosen.sheet_name])
    year = stated_year(chosen.heading, layout)
    if year is None:
        year = year_from_outside(layout, book.name, expected)
        taken.faults += year_faults([year], book.name, None, place) if year is not None else [no_year(book.name, place)]
    if year is None:
        return
    edition = taken.editions[year][0] if year in taken.editions else Edition.of(context, layout.index, year)
    if edition is None:
        known = context.editions.loc[context.editions["index"] == layout.index, "edition_year"]
        accepted = f"kỳ {known.min()}-{known.max()} của {layout.index}" if len(known) else f"kỳ của {layout.index} trong danh mục"
        taken.faults.append(Fault(NOT_REGISTERED, place, f"năm {year}", accepted, "khai kỳ mới trong danh mục chỉ số (registry.yml), hoặc sửa năm"))
        return
    table = _table(layout.for_year(year), chosen, edition, context)
    if table is None:
        action = "kiểm tra cột tên tỉnh; tên viết lạ thì sửa lại theo danh mục"
        taken.faults.append(Fault(NO_TABLE, place, "không cột nào có từ ba tên tỉnh trở lên", "một cột tên tỉnh bên trái cột điểm", action))
        return
    _add(taken, book, layout.for_year(year), edition, table)


def _table(layout: LayoutMap, chosen: Candidate, edition: Edition, context: IndexContext) -> ScoreTable | None:
    names = edition.names
    heading = find_heading(chosen.heading.sheet, layout, edition.year, registered_names(context.components, layout.index, edition.year))
    return read_table(heading or chosen.heading, layout, lambda text: names.resolve(text) is not None or names.is_of_another_list(text))


def _add(taken: _Taken, book: ReceivedWorkbook, layout: LayoutMap, edition: Edition, table: ScoreTable) -> None:
    """Join a table to what other sheets said of the edition; where both speak of one figure they must agree."""
    taken.faults += [*column_faults(table, layout, edition, book.name), *gap_faults(table, book.name)]
    taken.notices += unused_notices(table, edition, book.name)
    registered = tuple(column for column in table.columns if column.component in edition.codes)
    known = ScoreTable(**{**table.__dict__, "columns": registered})
    read = read_figures(known, edition.names, book.name, zero_is_missing=bool(layout.says("zero_is_missing")), is_text_file=book.kind == "csv")
    _, before, tables = taken.editions.get(edition.year, (edition, Figures(), []))
    for _, said in differences(before, read, edition):
        taken.faults.append(Fault(SHEETS_DIFFER, _place(book.name, [table.sheet.name]), said, "một điểm như nhau ở mọi trang", "đối chiếu tệp gốc"))
    taken.editions[edition.year] = (edition, joined([before, read]), [*tables, known])
    taken.aside += [(f"{book.name}, trang tính “{table.sheet.name}”, dòng {row + 1}", _row_text(table, row), why) for row, why in table.aside]


def _row_text(table: ScoreTable, row: int) -> str:
    return "; ".join(str(value) for value in table.sheet.rows[row] if value is not None)


def _check(taken: _Taken, book: ReceivedWorkbook, layout: LayoutMap, edition: Edition, read: Figures, tables: Sequence[ScoreTable]) -> None:
    name, place = book.name, _place(book.name, [table.sheet.name for table in tables])
    taken.faults += read.faults
    taken.notices += read.notices
    ends = f"bảng kết thúc ở dòng {tables[0].end_row}" if len(tables) == 1 else ""
    for told in completeness_faults(read, edition, place, ends, bool(layout.says("parts_without_total"))):
        (taken.faults if isinstance(told, Fault) else taken.notices).append(told)  # type: ignore[arg-type]
    taken.faults += [*scale_faults(read, edition, name), *composite_faults(read, edition, name), *rank_faults(read, edition, name)]
    used = {table.sheet.name for table in tables}
    others = joined(
        read_figures(table, edition.names, name)
        for table in component_sheets([sheet for sheet in book.sheets if sheet.is_visible and sheet.name not in used], layout, edition)
    )
    taken.notices += _told_differences(differences(read, others, edition), name)
    taken.aside += [
        (f"{name}, {cell}", f"{edition.label(key[0])} của {edition.names.name(key[1])}: 0", "nơi công bố ghi 0 cho điểm chưa công bố")
        for key, cell in read.zeros.items()
    ]


def _told_differences(found: Iterable[tuple[str, str]], name: str) -> list[Notice]:
    """One notice a component: a sheet whose names are out of order differs for every province."""
    by_component: dict[str, list[str]] = {}
    for component, said in found:
        by_component.setdefault(component, []).append(said)
    return [
        Notice(
            SHEETS_DIFFER,
            name,
            "; ".join(said[:DIFFERENCES_SHOWN])
            + (f"; và {len(said) - DIFFERENCES_SHOWN} tỉnh khác" if len(said) > DIFFERENCES_SHOWN else "")
            + "; dùng số ở bảng tổng hợp",
        )
        for said in by_component.values()
    ]


def _reading(taken: _Taken, name: str) -> ScoreReading:
    rows, places = [], []
    for year, (edition, read, _) in sorted(taken.editions.items()):
        keys = {key for values in read.stated.values() for key in values}
        for key in sorted(keys, key=lambda known: (known[0], known[1].vintage, known[1].code)):
            cell = next(read.cells[kind][key] for kind in ("score", "rank", "standard_error_score") if key in read.cells[kind])
            rows.append(
                {
                    "index": edition.index,
                    "edition_year": year,
                    "province_code": key[1].code,
                    "vintage": key[1].vintage,
                    "component": key[0],
                    **{kind: values.get(key) for kind, values in read.stated.items()},
                    "basis": BASIS,
                    "address": f"tệp {Path(name).name}, trang {cell.sheet}",
                }
            )
            places.append(f"{name}, {cell}")
    faults = tuple(dict.fromkeys(taken.faults))
    series = pd.Series(places, dtype="object")
    return ScoreReading(score_rows(rows), series, faults, tuple(taken.notices), tuple(taken.aside), len(rows) + len(taken.aside))
