"""A score table under its header: which column's names go with which scores, where it begins and ends, which rows are no provinces."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis.codes import COMPOSITE
from analysis.errors import Cell
from analysis.ingest.index_files.header_words import NO_FIT, best_fit, words
from analysis.ingest.index_files.headings import HeaderCell, Heading
from analysis.ingest.index_files.layout_maps import LayoutMap
from analysis.ingest.workbooks import CellValue, Sheet

NAMES_NEEDED = 3  # of a column of names; fewer may stand in any column of words
BELOW_TABLE = "nằm dưới bảng, sau dòng trống (ô tra cứu một tỉnh hoặc ghi chú)"
SUMMARY_ROW = "dòng tóm tắt, không phải một tỉnh"

IsProvince = Callable[[str], bool]


@dataclass(frozen=True)
class ScoreColumn:
    """A column of figures: what it holds, and the column with the names of its provinces; columns and rows count from 0."""

    component: str
    field: str
    column: int
    names_column: int
    header: HeaderCell
    is_optional: bool = False


@dataclass(frozen=True)
class ScoreTable:
    """A table found in a sheet; ``rows`` hold provinces, ``aside`` are (row, reason) of rows that do not, ``gaps`` empty rows amid it.

    ``unused`` are headers without known words, ``stray`` those of figures that belong to no column of names.
    """

    sheet: Sheet
    heading: Heading
    columns: tuple[ScoreColumn, ...]
    rows: tuple[int, ...]
    aside: tuple[tuple[int, str], ...]
    code_column: int | None
    unused: tuple[HeaderCell, ...]
    unclear: tuple[HeaderCell, ...]
    stray: tuple[HeaderCell, ...] = ()
    gaps: tuple[int, ...] = ()

    def value(self, row: int, column: int) -> CellValue:
        """What stands in a cell; empty beyond the end of a row."""
        cells = self.sheet.rows[row]
        return cells[column] if column < len(cells) else None

    def cell(self, row: int, column: int) -> Cell:
        """A cell for messages."""
        return Cell(self.sheet.name, row + 1, column + 1)

    @property
    def end_row(self) -> int:
        """Last row of the table, from 1."""
        return max(self.rows, default=self.heading.last_row) + 1


def read_table(heading: Heading, layout: LayoutMap, is_province: IsProvince) -> ScoreTable | None:
    """The table under a header, or None where no column holds names of provinces."""
    sheet, first = heading.sheet, heading.last_row + 1
    names_columns = _names_columns(sheet, first, is_province)
    if not names_columns:
        return None
    if layout.says("orientation") == "columns":
        names_columns = [_said_to_be_names(heading, names_columns, layout)]
    read = [cell for cell in _moved(heading.cells, names_columns) if cell.meaning and not cell.meaning.is_ignored and len(cell.meanings) == 1]
    columns = _columns(read, names_columns)
    rows, aside, gaps = _Rows(sheet, names_columns, [column.column for column in columns], layout, is_province).read(first)
    known = {column.column for column in columns} | set(names_columns)
    wordless = [cell for cell in heading.cells if not cell.meanings and cell.column not in known and not _is_said(cell, layout)]
    code = next((cell.column for cell in heading.cells if best_fit(layout.phrases["code_words"], words(cell.text)) != NO_FIT), None)
    unclear = tuple(cell for cell in heading.cells if len(cell.meanings) > 1)
    code_column = code if code not in names_columns else None
    stray = tuple(cell for cell in read if cell.column not in known)
    return ScoreTable(sheet, heading, tuple(columns), tuple(rows), tuple(aside), code_column, tuple(wordless), unclear, stray, tuple(gaps))


def _names_columns(sheet: Sheet, first: int, is_province: IsProvince) -> list[int]:
    """Columns in which at least half of the texts under the header are provinces."""
    texts: dict[int, list[str]] = {}
    for row in sheet.rows[first:]:
        for column, value in enumerate(row):
            if isinstance(value, str) and value.strip():
                texts.setdefault(column, []).append(value)
    counts = {column: sum(map(is_province, found)) for column, found in texts.items()}
    return sorted(column for column, count in counts.items() if count >= max(NAMES_NEEDED, len(texts[column]) / 2))


def _said_to_be_names(heading: Heading, names_columns: Sequence[int], layout: LayoutMap) -> int:
    """The last column of names whose header says so; the first one where none does."""
    said = [cell.column for cell in heading.cells if cell.column in names_columns and _is_names_header(cell, layout)]
    return said[-1] if said else names_columns[0]


def _is_names_header(cell: HeaderCell, layout: LayoutMap) -> bool:
    return best_fit(layout.phrases["province_words"], words(cell.text)) != NO_FIT


def _is_said(cell: HeaderCell, layout: LayoutMap) -> bool:
    return best_fit((*layout.phrases["province_words"], *layout.phrases["code_words"]), words(cell.text)) != NO_FIT


def _moved(cells: Sequence[HeaderCell], names_columns: Sequence[int]) -> list[HeaderCell]:
    """Header cells over their scores: one merged over a pair of names and scores stands over the names."""
    taken = {cell.column for cell in cells if cell.meaning}
    return [
        HeaderCell(cell.row, cell.column + 1, cell.text, cell.meanings)
        if cell.column in names_columns and cell.column + 1 not in taken and cell.column + 1 not in names_columns
        else cell
        for cell in cells
    ]


def _columns(cells: Sequence[HeaderCell], names_columns: Sequence[int]) -> list[ScoreColumn]:
    columns: list[ScoreColumn] = []
    for cell in sorted(cells, key=lambda cell: cell.column):
        left = [column for column in names_columns if column < cell.column]
        meaning = cell.meanings[0]
        component = meaning.component or next((column.component for column in reversed(columns) if column.field == "score"), None)
        if left and component:
            columns.append(ScoreColumn(component, meaning.field, cell.column, left[-1], cell, meaning.is_optional))
    return [*_ranks_before_names(cells, columns, names_columns), *columns]


def _ranks_before_names(cells: Sequence[HeaderCell], columns: Sequence[ScoreColumn], names_columns: Sequence[int]) -> list[ScoreColumn]:
    """A column of ranks left of all names, which is of the composite where it shares the first names with it ("TT | Xếp hạng | Tỉnh")."""
    before = [cell for cell in cells if cell.column < names_columns[0] and cell.meanings[0].field == "rank" and cell.meanings[0].component is None]
    names = [column.names_column for column in columns if (column.component, column.field) == (COMPOSITE, "score")]
    is_ranked = any((column.component, column.field) == (COMPOSITE, "rank") for column in columns)
    if len(before) != 1 or is_ranked or (len(names_columns) > 1 and names_columns[0] not in names):
        return []
    return [ScoreColumn(COMPOSITE, "rank", before[0].column, names_columns[0], before[0])]


class _Rows:
    """Tells rows of provinces from others. The table begins at the first number and ends at the first empty row that no province follows."""

    def __init__(self, sheet: Sheet, names_columns: Sequence[int], columns: Sequence[int], layout: LayoutMap, is_province: IsProvince):
        self.sheet, self.names_columns, self.columns = sheet, names_columns, columns
        self.layout, self.is_province = layout, is_province
        self.rows: list[int] = []
        self.aside: list[tuple[int, str]] = []
        self.gaps: list[int] = []

    def read(self, first: int) -> tuple[list[int], list[tuple[int, str]], list[int]]:
        """Rows of provinces, the others with their reasons, and the first of each run of empty rows amid the table."""
        ended: int | None = None
        is_below = False
        for number in range(first, len(self.sheet.rows)):
            labels, figures = self._of(number, self.names_columns), self._of(number, self.columns)
            is_empty = all(value is None for value in (*labels, *figures))
            if ended is not None and not is_empty and not is_below and self._goes_on(number):
                self.gaps.append(ended)
                ended = None
            if ended is not None:
                is_below = is_below or not is_empty
                self.aside += [] if all(value is None for value in self.sheet.rows[number]) else [(number, BELOW_TABLE)]
            elif is_empty or (not self.rows and not _has_figure(figures)):
                ended = number if self.rows else None
            elif any(isinstance(label, str) and best_fit(self.layout.phrases["skip_rows"], words(label)) != NO_FIT for label in labels):
                self.aside.append((number, SUMMARY_ROW))
            else:
                self.rows.append(number)
        return self.rows, self.aside, self.gaps

    def _of(self, row: int, columns: Sequence[int]) -> list[CellValue]:
        cells = self.sheet.rows[row]
        return [cells[column] for column in columns if column < len(cells)]

    def _goes_on(self, number: int) -> bool:
        """Whether a row behind empty ones is the table's: figures of provinces, none of which stands above in its column."""
        if not _has_figure(self._of(number, self.columns)):
            return False
        named = [(column, value) for column in self.names_columns for value in self._of(number, [column]) if isinstance(value, str) and value.strip()]
        above = {(column, words(str(value))) for row in self.rows for column in self.names_columns for value in self._of(row, [column])}
        return bool(named) and all(self.is_province(value) and (column, words(value)) not in above for column, value in named)


def _has_figure(values: Sequence[CellValue]) -> bool:
    """Whether a row holds figures; names of variables under a header hold none, or a digit beside letters."""
    return any(_looks_like_number(value) for value in values)


def _looks_like_number(value: CellValue) -> bool:
    if isinstance(value, str):
        return value.replace(",", ".").replace(" ", "").replace(".", "", 1).isdigit()
    return isinstance(value, int | float) and not isinstance(value, bool)
