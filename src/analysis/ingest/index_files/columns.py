"""The columns of a score table against the registry: which are missing, doubled, unclear or unknown; and sheets of single components."""

from collections.abc import Iterator, Sequence

from analysis.codes import COMPOSITE, SCORE_FIELDS
from analysis.errors import Cell, Fault, Notice
from analysis.ingest.index_files.checks import Edition
from analysis.ingest.index_files.figures import twice_stated
from analysis.ingest.index_files.header_words import NO_FIT, Phrase, best_fit, words
from analysis.ingest.index_files.headings import HeaderCell, Heading
from analysis.ingest.index_files.layout_maps import EVER, Header, LayoutMap
from analysis.ingest.index_files.score_table import ScoreTable, read_table
from analysis.ingest.index_files.sheet_choice import map_advice
from analysis.ingest.workbooks import Sheet

MISSING_COLUMN = "Thiếu cột thành phần"
NOT_IN_EDITION = "Thành phần không có trong kỳ"
EMPTY_ROW = "Dòng trống giữa bảng"
TWO_COLUMNS = "Hai cột của một thành phần"
UNCLEAR_HEADER = "Tiêu đề cột hiểu được nhiều cách"
UNUSED_COLUMNS = "Cột không dùng"

HEADERS_SHOWN = 12


def column_faults(table: ScoreTable, layout: LayoutMap, edition: Edition, name: str) -> Iterator[Fault]:
    """Faults of the header."""
    for cell in table.unclear:
        meant = " hoặc ".join(edition.label(header.component) if header.component else SCORE_FIELDS[header.field] for header in cell.meanings)
        yield _at_header(UNCLEAR_HEADER, table, cell, layout, name, f"“{cell.text}” có thể là {meant}", "tiêu đề chỉ một thành phần")
    for first, second in twice_stated(table.columns):
        found = f"“{first.header.text}” và “{second.header.text}” đều là {SCORE_FIELDS[first.field]} {edition.label(first.component)}"
        yield _at_header(TWO_COLUMNS, table, second.header, layout, name, found, "mỗi thành phần một cột")
    for column in table.columns:
        if column.component not in edition.codes and not column.is_optional:
            found = f"“{column.header.text}” ({column.component})"
            accepted = f"thành phần của {edition.index} {edition.year}: {edition.labels(edition.parts(COMPOSITE))}"
            yield _at_header(NOT_IN_EDITION, table, column.header, layout, name, found, accepted)
    yield from _missing(table, layout, edition, name)


def _at_header(cause: str, table: ScoreTable, header: HeaderCell, layout: LayoutMap, name: str, found: str, accepted: str) -> Fault:
    cell = table.cell(header.row, header.column)
    return Fault(cause, f"{name}, {cell}", found, accepted, f"sửa tiêu đề cột, {map_advice(layout.layout)}", cell)


def _missing(table: ScoreTable, layout: LayoutMap, edition: Edition, name: str) -> Iterator[Fault]:
    held = {column.component for column in table.columns if column.field == "score"}
    wanted = set(edition.parts(COMPOSITE)) | (set() if layout.says("total_is_optional") else {COMPOSITE})
    for parent in edition.parts(COMPOSITE):
        if held & set(edition.parts(parent)):
            wanted |= set(edition.parts(parent))
    if not wanted - held:
        return
    unread = [(table.cell(cell.row, cell.column), cell.text) for cell in table.unused][:HEADERS_SHOWN]
    shown = ", ".join(f"“{text}” (ô {cell.name})" for cell, text in unread) or "không có"
    found = f"không có cột {edition.labels(sorted(wanted - held))}; tiêu đề chưa hiểu: {shown}"
    cell = unread[0][0] if unread else Cell(table.sheet.name, table.heading.last_row + 1, 1)
    where = f"{name}, {cell}" + "".join(f", {other.name}" for other, _ in unread[1:])
    accepted = "mỗi thành phần một cột, tiêu đề là tên của nơi công bố"
    yield Fault(MISSING_COLUMN, where, found, accepted, f"sửa tiêu đề cột, {map_advice(layout.layout)}", cell)


def gap_faults(table: ScoreTable, name: str) -> Iterator[Fault]:
    """One fault for each place where empty rows stand amid the table; what is below them was read, so that nothing follows from them."""
    for row in table.gaps:
        cell = table.cell(row, min((column.names_column for column in table.columns), default=0))
        found = f"dòng {row + 1} trống, dưới đó bảng còn tiếp"
        yield Fault(EMPTY_ROW, f"{name}, {cell}", found, "bảng liền nhau, không có dòng trống ở giữa", f"xóa dòng trống {row + 1}", cell)


def unused_notices(table: ScoreTable, edition: Edition, name: str) -> Iterator[Notice]:
    """What is said of columns that are passed over: without known words, or of a figure that the registry does not hold for the edition."""
    passed = [cell.text for cell in table.unused]
    passed += [column.header.text for column in table.columns if column.component not in edition.codes and column.is_optional]
    if passed:
        said = f"không đọc các cột {', '.join(f'“{text}”' for text in passed[:HEADERS_SHOWN])}"
        said += f" và {len(passed) - HEADERS_SHOWN} cột khác" if len(passed) > HEADERS_SHOWN else ""
        yield Notice(UNUSED_COLUMNS, f"{name}, trang tính “{table.sheet.name}”", said)
    if table.stray:
        shown = ", ".join(f"“{cell.text}” (ô {table.cell(cell.row, cell.column).name})" for cell in table.stray)
        said = f"không đọc {shown}: cột điểm, hạng này không có cột tên tỉnh ở bên trái, hoặc không rõ là của thành phần nào"
        yield Notice(UNUSED_COLUMNS, f"{name}, trang tính “{table.sheet.name}”", said)


def component_sheets(sheets: Sequence[Sheet], layout: LayoutMap, edition: Edition) -> Iterator[ScoreTable]:
    """Tables of sheets that are each about one component and print its score again."""
    for sheet in sheets:
        component = _component_of(sheet, layout)
        cells = _score_headers(sheet, layout.phrases["check_headers"]) if component in edition.codes else []
        if component is None or len({cell.column for cell in cells}) != 1:
            continue
        meaning = Header((), component, "score", EVER)
        header = HeaderCell(cells[-1].row, cells[-1].column, cells[-1].text, (meaning,))
        table = read_table(Heading(sheet, header.row, (header,), ()), layout, lambda text: edition.names.resolve(text) is not None)
        if table is not None:
            yield table


def _component_of(sheet: Sheet, layout: LayoutMap) -> str | None:
    fits = {component: best_fit(phrases, words(sheet.name)) for component, phrases in layout.check_sheets.items()}
    component = max(sorted(fits), key=lambda known: fits[known], default=None)
    return component if component is not None and fits[component] != NO_FIT else None


def _score_headers(sheet: Sheet, phrases: Sequence[Phrase]) -> list[HeaderCell]:
    return [
        HeaderCell(row, column, value, ())
        for row, cells in enumerate(sheet.rows[:5])
        for column, value in enumerate(cells)
        if isinstance(value, str) and best_fit(phrases, words(value)) != NO_FIT
    ]
