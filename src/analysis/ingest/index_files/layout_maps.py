"""Layout maps: how a publisher's workbook is read, declared in YAML files; see ``docs/index_layouts.md``.

Shipped maps lie in ``layouts``. A map of one's own is a file ``*.layout.yml`` beside a workbook or in a folder above it; it usually
``extends`` a shipped one and comes before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from analysis import codes
from analysis.errors import DataFaults, Fault
from analysis.ingest.index_files.header_words import Phrase
from analysis.project import OWN_MAPS

WORKBOOK_LAYOUTS = ("pci-workbook", "papi-workbook")
PANEL_LAYOUT = "index-panel"
BAD_MAP = "Bản đồ trang tính không dùng được"
EVER = (0, 9999)  # years of a header that speaks of every edition
LEVELS_ABOVE = 3  # an index folder keeps its files at most so deep, and data/raw has <index>/<edition>/

_SHIPPED = Path(__file__).with_name("layouts")
_NO_MAP = "provinces.yml"
_PHRASE_LISTS = ("sheets", "forbidden_sheets", "numbering", "province_words", "code_words", "skip_rows", "check_headers")
_LISTS = (*_PHRASE_LISTS, "headers", "overrides", "files", "year_from")
_SCALARS: dict[str, tuple[Any, ...]] = {
    "orientation": ("pairs", "columns"),
    "every_sheet": (True, False),
    "zero_is_missing": (True, False),
    "total_is_optional": (True, False),
    "parts_without_total": (True, False),
}
_NUMBERS = ("header_rows", "recognised_by")
_KEYS = {"map", "layout", "index", "extends", "check_sheets", *_LISTS, *_SCALARS, *_NUMBERS}
_HEADER_KEYS = {"component", "field", "years", "is_optional", "ignore", "words"}
_YEAR_SOURCES = {"header", "title", "sheet", "file"}

Entry = dict[str, Any]


@dataclass(frozen=True)
class Header:
    """What columns under some words hold: a ``field`` of a ``component``, or nothing to read.

    Without a component the field (rank, standard error) is of the score to its left. ``years`` are the editions it speaks of.
    """

    phrases: tuple[Phrase, ...]
    component: str | None
    field: str
    years: tuple[int, int]
    is_optional: bool = False
    is_ignored: bool = False

    def speaks_of(self, year: int | None) -> bool:
        """Whether the words mean this in an edition; any edition where the year is not known yet."""
        return year is None or self.years[0] <= year <= self.years[1]


@dataclass(frozen=True)
class LayoutMap:
    """One map; ``entry`` is its declaration with what it extends, ``place`` its file for messages."""

    name: str
    place: str
    entry: Entry
    headers: tuple[Header, ...]
    phrases: Mapping[str, tuple[Phrase, ...]]
    check_sheets: Mapping[str, tuple[Phrase, ...]]

    @cached_property
    def headers_by_word(self) -> Mapping[str, Sequence[tuple[Phrase, Header]]]:
        """Phrases of headers by their telling word, so that a text is held against those only that it may fit."""
        known: dict[str, list[tuple[Phrase, Header]]] = {}
        for header in self.headers:
            for phrase in header.phrases:
                known.setdefault(phrase.telling_word, []).append((phrase, header))
        return known

    @property
    def layout(self) -> str:
        """The layout kind."""
        return str(self.entry["layout"])

    @property
    def index(self) -> str:
        """The index whose scores the workbook holds."""
        return str(self.entry["index"])

    def says(self, key: str) -> Any:
        """A plain value of the declaration; None where nothing is declared."""
        return self.entry.get(key)

    def is_for(self, file_name: str) -> bool:
        """Whether the map is meant for a file of this name."""
        return any(fnmatch(file_name.casefold(), pattern.casefold()) for pattern in self.entry.get("files", ["*"]))

    def for_year(self, year: int) -> "LayoutMap":
        """The map with what it declares for one edition."""
        entry = {key: value for key, value in self.entry.items() if key != "overrides"}
        for override in self.entry.get("overrides", []):
            if override["years"][0] <= year <= override["years"][1]:
                entry = merged(entry, {key: value for key, value in override.items() if key != "years"})
        return build_map(entry, self.place)


def layouts(*folders: Path) -> tuple[LayoutMap, ...]:
    """The maps of one's own in ``folders`` in order of their names, then the shipped ones. Raises ``DataFaults`` for a faulty map."""
    shipped = _shipped()
    by_name = {layout_map.name: layout_map for layout_map in shipped}
    paths = dict.fromkeys(path for folder in folders if folder.is_dir() for path in sorted(folder.glob(OWN_MAPS)))
    own, faults = [], []
    for path in paths:
        entry, found = _read(path)
        faults += found or list(_entry_faults(_extended(entry, by_name), path.name, by_name, entry))
        if not faults:
            own.append(build_map(_extended(entry, by_name), path.name))
    if faults:
        raise DataFaults(faults)
    return (*own, *shipped)


def layouts_beside(path: Path) -> tuple[LayoutMap, ...]:
    """Maps for one file: those beside it and in the folders above it, nearest first, then the shipped ones."""
    return layouts(*list(path.absolute().parents)[: LEVELS_ABOVE + 1])


@cache
def _shipped() -> tuple[LayoutMap, ...]:
    entries = [(path.name, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in sorted(_SHIPPED.glob("*.yml")) if path.name != _NO_MAP]
    return tuple(build_map(entry, name) for name, entry in entries if entry["layout"] in WORKBOOK_LAYOUTS)


@cache
def panel_entries() -> tuple[Entry, ...]:
    """The shipped declarations of long tables, one a table."""
    declared = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(_SHIPPED.glob("*.yml")) if path.name != _NO_MAP]
    return tuple(panel for entry in declared if entry["layout"] == PANEL_LAYOUT for panel in entry["panels"])


def merged(base: Entry, over: Entry) -> Entry:
    """A declaration over another: lists come before the other's, all else in its place."""
    joined = {key: [*over[key], *base.get(key, [])] for key in over if key in _LISTS}
    return {**base, **over, **joined}


def build_map(entry: Entry, place: str) -> LayoutMap:
    """A map from a declaration without faults."""
    phrases = {key: _phrases(entry.get(key, [])) for key in _PHRASE_LISTS}
    headers = tuple(_header(header) for header in entry.get("headers", []))
    checks = {component: _phrases(sheets) for component, sheets in (entry.get("check_sheets") or {}).items()}
    return LayoutMap(str(entry["map"]), place, entry, headers, phrases, checks)


def _phrases(written: list[str]) -> tuple[Phrase, ...]:
    return tuple(Phrase.read(text) for text in written)


def _header(entry: Entry) -> Header:
    first, last = entry.get("years", EVER)
    field = entry.get("field", "score")
    return Header(_phrases(entry["words"]), entry.get("component"), field, (first, last), entry.get("is_optional", False), entry.get("ignore", False))


def _extended(entry: Entry, by_name: Mapping[str, LayoutMap]) -> Entry:
    base = by_name.get(str(entry.get("extends")))
    return merged(base.entry, entry) if base else entry


def _read(path: Path) -> tuple[Entry, list[Fault]]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        return {}, [_fault(path.name, f"“{error}”", "tệp YAML, mã UTF-8")]
    if not isinstance(found, dict):
        return {}, [_fault(path.name, f"“{found}”", "các trường map, extends, sheets, headers")]
    return found, []


def _fault(where: str, found: str, accepted: str) -> Fault:
    return Fault(BAD_MAP, where, found, accepted, "sửa tệp theo ví dụ trong docs/index_layouts.md")


def _entry_faults(entry: Entry, place: str, by_name: Mapping[str, LayoutMap], own: Entry) -> Iterator[Fault]:
    """What is wrong with a map of one's own, ``own`` as written and ``entry`` with what it extends."""
    if "extends" in own and str(own["extends"]) not in by_name:
        yield _fault(f"{place}, extends", f"“{own['extends']}”", ", ".join(by_name))
    for key in sorted(map(str, set(own) - _KEYS)):
        yield _fault(place, f"trường lạ “{key}”", ", ".join(sorted(_KEYS)))
    for key in ("map", "layout", "index", "headers"):
        if not entry.get(key):
            yield _fault(place, f"thiếu {key}", "map, layout, index và headers, hoặc extends một bản đồ có sẵn")
    if entry.get("layout") not in (None, *WORKBOOK_LAYOUTS):
        yield _fault(f"{place}, layout", f"“{entry['layout']}”", ", ".join(WORKBOOK_LAYOUTS))
    if entry.get("index") not in (None, *codes.INDICES):
        yield _fault(f"{place}, index", f"“{entry['index']}”", ", ".join(codes.INDICES))
    yield from _value_faults(own, place)
    for number, override in enumerate(_listed(own, "overrides"), 1):
        where = f"{place}, overrides mục {number}"
        if not isinstance(override, dict) or not _is_span(override.get("years")):
            yield _fault(where, f"“{override}”", "years: [năm đầu, năm cuối] và các trường thay cho những năm đó")
        else:
            yield from _value_faults(override, where)


def _value_faults(entry: Entry, place: str) -> Iterator[Fault]:
    for key in sorted(set(entry) & set(_LISTS)):
        if not isinstance(entry[key], list):
            yield _fault(f"{place}, {key}", f"“{entry[key]}”", "một danh sách YAML")
    for key in _PHRASE_LISTS:
        yield from _phrase_faults(_listed(entry, key), f"{place}, {key}")
    for key, accepted in _SCALARS.items():
        if key in entry and entry[key] not in accepted:
            yield _fault(f"{place}, {key}", f"“{entry[key]}”", ", ".join(str(value).lower() for value in accepted))
    for key in _NUMBERS:
        if key in entry and (not isinstance(entry[key], int) or entry[key] < 1):
            yield _fault(f"{place}, {key}", f"“{entry[key]}”", "số nguyên từ 1")
    if unknown := [str(source) for source in _listed(entry, "year_from") if source not in _YEAR_SOURCES]:
        yield _fault(f"{place}, year_from", f"“{', '.join(unknown)}”", ", ".join(sorted(_YEAR_SOURCES)))
    if "check_sheets" in entry and not isinstance(entry["check_sheets"], dict):
        yield _fault(f"{place}, check_sheets", f"“{entry['check_sheets']}”", "mã thành phần: danh sách tên trang")
    for number, header in enumerate(_listed(entry, "headers"), 1):
        yield from _header_faults(header, f"{place}, headers mục {number}")


def _header_faults(header: Any, place: str) -> Iterator[Fault]:
    if not isinstance(header, dict) or not isinstance(header.get("words"), list) or set(header) - _HEADER_KEYS:
        yield _fault(place, f"“{header}”", f"các trường {', '.join(sorted(_HEADER_KEYS))}; words là danh sách")
        return
    yield from _phrase_faults(header["words"], f"{place}, words")
    if "years" in header and not _is_span(header["years"]):
        yield _fault(f"{place}, years", f"“{header['years']}”", "[năm đầu, năm cuối]")
    if header.get("field", "score") not in codes.SCORE_FIELDS:
        yield _fault(f"{place}, field", f"“{header['field']}”", ", ".join(codes.SCORE_FIELDS))
    if "component" not in header and header.get("field", "score") == "score" and not header.get("ignore"):
        yield _fault(place, "thiếu component", "mã thành phần trong danh mục chỉ số, hoặc ignore: true")


def _phrase_faults(listed: list[Any], place: str) -> Iterator[Fault]:
    for written in listed:
        try:
            Phrase.read(written)
        except (TypeError, ValueError, AttributeError):
            yield _fault(place, f"“{written}”", "cụm chữ có ít nhất một chữ hoặc số")


def _listed(entry: Entry, key: str) -> list[Any]:
    return entry[key] if isinstance(entry.get(key), list) else []


def _is_span(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(year, int) for year in value) and value[0] <= value[1]
