"""The header of a score table: which columns hold what, told by words and never by position."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.indices import components_of
from analysis.ingest.index_files.header_words import NO_FIT, WHOLE, Words, without_numbering, words
from analysis.ingest.index_files.layout_maps import EVER, Header, LayoutMap
from analysis.ingest.workbooks import CellValue, Sheet

Names = Mapping[str, Sequence[Words]]  # component → its registered names


@dataclass(frozen=True)
class HeaderCell:
    """A header cell with what it means; row and column count from 0. More than one meaning is an ambiguity."""

    row: int
    column: int
    text: str
    meanings: tuple[Header, ...]

    @property
    def meaning(self) -> Header | None:
        """The one thing it means."""
        return self.meanings[0] if self.meanings else None


@dataclass(frozen=True)
class Heading:
    """The header block of a sheet: the cell that decides for each column, and the lines of text above and between."""

    sheet: Sheet
    last_row: int
    cells: tuple[HeaderCell, ...]
    titles: tuple[str, ...]

    @property
    def components(self) -> frozenset[str]:
        """Components that the header names."""
        return frozenset(cell.meaning.component for cell in self.cells if cell.meaning and cell.meaning.component)


def registered_names(components: pd.DataFrame, index: str, year: int) -> Names:
    """The registry's Vietnamese and English names of an edition's components."""
    defined = components_of(components, index, year)
    return {row.component: [words(row.name_vi), words(row.name_en)] for row in defined.itertuples()}


def find_heading(sheet: Sheet, layout: LayoutMap, year: int | None = None, names: Names | None = None) -> Heading | None:
    """The header of a sheet, or None where its first rows name too few components."""
    searched = sheet.rows[: layout.says("header_rows")]
    rows: list[list[HeaderCell]] = []
    first = None
    for number, row in enumerate(searched):
        rows.append(list(_read_row(number, row, layout, year, names or {})))
        if first is None and len(_named(rows[-1])) >= layout.says("recognised_by"):
            first = number
        elif first is not None and not _is_header_row(rows[-1], row):
            rows.pop()
            break
    if first is None:
        return None
    top = first
    while top and _is_header_row(rows[top - 1], searched[top - 1]):
        top -= 1
    titles = tuple(str(value) for row in searched[:top] for value in row if isinstance(value, str))
    return Heading(sheet, len(rows) - 1, tuple(_deciding(rows[top:])), titles)


def _named(cells: Sequence[HeaderCell]) -> set[str]:
    return {cell.meaning.component for cell in cells if cell.meaning and cell.meaning.component}


def _read_row(number: int, row: Sequence[CellValue], layout: LayoutMap, year: int | None, names: Names) -> Iterator[HeaderCell]:
    for column, value in enumerate(row):
        if isinstance(value, str) and value.strip():
            yield HeaderCell(number, column, " ".join(value.split()), _meanings(words(value), layout, year, names))


def _meanings(found: Words, layout: LayoutMap, year: int | None, names: Names) -> tuple[Header, ...]:
    """The headers that fit best: one where the words are clear, several where they fit different things alike."""
    bare = without_numbering(found, layout.phrases["numbering"])
    known = layout.headers_by_word
    fits = [(max(phrase.fit(found), phrase.fit(bare)), header) for word in ("", *sorted(set(found))) for phrase, header in known.get(word, ())]
    fits += [((WHOLE, len(bare)), Header((), component, "score", EVER)) for component, listed in names.items() if found in listed or bare in listed]
    fits = [(fit, header) for fit, header in fits if header.speaks_of(year)]
    best = max((fit for fit, _ in fits), default=NO_FIT)
    chosen = [header for fit, header in fits if fit == best != NO_FIT]
    meanings = {(header.component or "", header.field, header.is_ignored): header for header in chosen}
    return tuple(meanings[key] for key in sorted(meanings))


def _is_header_row(cells: Sequence[HeaderCell], row: Sequence[CellValue]) -> bool:
    """Whether a row beside a header row belongs to it: texts of columns, and no score."""
    has_number = any(isinstance(value, int | float) and not isinstance(value, bool) for value in row)
    return not has_number and sum(bool(cell.meanings) for cell in cells) > 1


def _deciding(rows: Sequence[Sequence[HeaderCell]]) -> Iterator[HeaderCell]:
    """For each column the lowest cell that means something, else its lowest text."""
    by_column: dict[int, list[HeaderCell]] = {}
    for row in rows:
        for cell in row:
            by_column.setdefault(cell.column, []).append(cell)
    for _, cells in sorted(by_column.items()):
        yield next((cell for cell in reversed(cells) if cell.meanings), cells[-1])
