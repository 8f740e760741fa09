"""Long tables of scores, one figure a line, gathered by others; how each is read is declared in ``layouts/panels.yml``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from analysis.codes import COMPOSITE
from analysis.errors import Cell, Fault, Notice
from analysis.ingest.index_files.checks import OFF_SCALE, SCALE_TOLERANCE, Edition, composite_faults
from analysis.ingest.index_files.figures import NOT_A_NUMBER, OTHER_LIST, UNKNOWN_PROVINCE, ZERO, Figures
from analysis.ingest.index_files.layout_maps import Entry, panel_entries
from analysis.ingest.index_files.provinces import Province
from analysis.ingest.index_files.workbook import NOT_REGISTERED, empty_reading, score_rows
from analysis.ingest.score_reading import IndexContext, ScoreReading
from analysis.ingest.workbooks import Sheet, read_workbook

NOT_A_PANEL = "Tệp không phải bảng dài đã khai"
REPEATED = "Một số liệu ghi hai lần"
UNKNOWN_STATUS = "Không biết số liệu được lấy thế nào"
UNKNOWN_COMPONENT = "Mã thành phần không có trong kỳ"
PARTIAL = "Kỳ chỉ có một phần các tỉnh"


Editions = dict[int, Edition | None]


@dataclass(frozen=True)
class _Panel:
    name: str
    sheet: Sheet
    entry: Entry
    lines: pd.DataFrame  # text columns province, year, component, score, source, status; indexed by line from 1


def panel_of(header: Sequence[object]) -> Entry | None:
    """The declared table whose columns a header row holds."""
    return next((entry for entry in panel_entries() if set(entry["columns"].values()) <= set(header)), None)


def read_panel(path: Path, name: str, context: IndexContext, expected_year: int | None = None) -> ScoreReading:
    """Every line as a figure, or set aside with its declared reason. Raises ``DataFaults`` when the file cannot be opened.

    A rank and a score of one province are two lines and stay two rows; with ``expected_year`` other years are a fault.
    """
    book = read_workbook(path, name)
    sheet = next((sheet for sheet in book.sheets if sheet.rows and panel_of(sheet.rows[0]) is not None), None)
    if sheet is None:
        accepted = "; ".join(", ".join(entry["columns"].values()) for entry in panel_entries())
        return empty_reading([Fault(NOT_A_PANEL, name, "dòng đầu không có đủ tên cột", f"các cột: {accepted}", "kiểm tra có đúng tệp không")])
    panel = _panel(name, sheet)
    reasons = _reasons(panel)
    used, aside = panel.lines[reasons == ""], panel.lines[reasons != ""]
    years = pd.to_numeric(used["year"], errors="coerce").where(lambda year: year % 1 == 0)
    editions = {int(year): Edition.of(context, panel.entry["index"], int(year)) for year in sorted(years.dropna().unique())}
    typed, faults = _typed(panel, used, years, editions)
    if expected_year is not None and (others := sorted(set(typed["edition_year"].dropna()) - {expected_year})):
        found = f"có cả năm {', '.join(map(str, others))}"
        faults.append(Fault("Tệp là của năm khác", name, found, f"số liệu năm {expected_year} như yêu cầu", "bỏ --year để lấy mọi năm trong tệp"))
    set_aside = tuple(
        (_place(panel, line), "; ".join(str(value) for value in row if value), str(reasons[line]))
        for line, row in zip(aside.index, aside.itertuples(index=False, name=None), strict=True)
    )
    places = pd.Series([_place(panel, line) for line in used.index], dtype="object")
    notices = (*book.notices, *_partial(panel, typed, editions))
    return ScoreReading(score_rows(typed.reset_index(drop=True)), places, tuple(faults), notices, set_aside, len(panel.lines))


def _panel(name: str, sheet: Sheet) -> _Panel:
    entry = panel_of(sheet.rows[0]) or {}
    header = [str(value) for value in sheet.rows[0]]
    lines = pd.DataFrame([list(row) for row in sheet.rows[1:]], columns=header, index=range(2, len(sheet.rows) + 1), dtype="object")
    renamed = {written: field for field, written in entry["columns"].items()}
    read = lines.rename(columns=renamed).reindex(columns=["province", "year", "component", "score", "source", "status"])
    return _Panel(name, sheet, entry, read.map(lambda value: "" if pd.isna(value) else str(value).strip())[~read.isna().all(axis=1)])


def _place(panel: _Panel, line: int) -> str:
    return f"{panel.name}, dòng {line}"


def _reasons(panel: _Panel) -> pd.Series:
    """Why each line is not used; empty for the others."""
    reasons = pd.Series("", index=panel.lines.index, dtype="object")
    for rule in panel.entry["set_aside"]:
        component = panel.lines["component"].map(lambda found, rule=rule: fnmatchcase(found, rule["component"]))
        status = panel.lines["status"].map(lambda found, rule=rule: fnmatchcase(found, rule.get("status", "*")))
        reasons[component & status & (reasons == "")] = rule["reason_vi"]
    return reasons


def _typed(panel: _Panel, used: pd.DataFrame, years: pd.Series, editions: Editions) -> tuple[pd.DataFrame, list[Fault]]:
    entry = panel.entry
    values = pd.to_numeric(used["score"].str.replace(",", ".", regex=False), errors="coerce")
    provinces = [_province(editions.get(year), name) for year, name in zip(years, used["province"], strict=True)]
    codes = {**entry["components"], **entry["ranks"], **entry["errors"]}
    components = used["component"].map(lambda code: codes.get(code, code))
    fields = used["component"].map(lambda code: "rank" if code in entry["ranks"] else "standard_error_score" if code in entry["errors"] else "score")
    typed = pd.DataFrame(
        {
            "index": entry["index"],
            "edition_year": years.astype("Int64"),
            "province_code": [province.code if province else None for province in provinces],
            "vintage": [province.vintage if province else None for province in provinces],
            "component": components,
            **{field: values.where(fields == field) for field in ("score", "rank", "standard_error_score")},
            "basis": _bases(used, entry),
            "note": None,
            "address": [f"tệp {Path(panel.name).name}: {source}" if source else f"tệp {Path(panel.name).name}" for source in used["source"]],
        },
        index=used.index,
    )
    return typed, list(_faults(panel, used, typed, values, editions))


def _province(edition: Edition | None, written: str) -> Province | None:
    return edition.names.resolve(written) if edition else None


def _bases(used: pd.DataFrame, entry: Entry) -> pd.Series:
    (column, declared), *_ = entry["bases"].items()
    if column == "status":
        return used["status"].map(declared)
    beginnings = sorted(declared, key=len, reverse=True)
    return used["source"].map(lambda source: next((declared[start] for start in beginnings if source.startswith(start)), None))


def _faults(panel: _Panel, used: pd.DataFrame, typed: pd.DataFrame, values: pd.Series, editions: Editions) -> Iterator[Fault]:
    """Faults of lines, each at its cell."""
    for line in used.index[typed["edition_year"].map(lambda year: pd.isna(year) or editions.get(year) is None)]:
        accepted = f"kỳ của {panel.entry['index']} có trong danh mục chỉ số"
        yield _fault(panel, line, "year", NOT_REGISTERED, used.loc[line, "year"], accepted, "sửa năm, hoặc khai kỳ trong danh mục chỉ số")
    known = typed[typed["edition_year"].map(lambda year: not pd.isna(year) and editions.get(year) is not None)]
    for line in known.index[known["province_code"].isna()]:
        edition = editions[int(known.loc[line, "edition_year"])]
        written = used.loc[line, "province"]
        is_other = edition is not None and edition.names.is_of_another_list(written)
        cause = OTHER_LIST if is_other else UNKNOWN_PROVINCE
        yield _fault(panel, line, "province", cause, written, "tên tỉnh, thành phố trong danh mục của kỳ", "sửa tên tỉnh")
    for line in used.index[values.isna()]:
        yield _fault(panel, line, "score", NOT_A_NUMBER, used.loc[line, "score"], "một số", "đối chiếu nguồn, sửa ô này")
    for line in used.index[typed["basis"].isna()]:
        column = next(iter(panel.entry["bases"]))
        accepted = ", ".join(panel.entry["bases"][column])
        yield _fault(panel, line, column, UNKNOWN_STATUS, used.loc[line, column], accepted, "sửa ô này")
    yield from _score_faults(panel, known, editions)
    yield from _composite_faults(panel, known, editions)
    field = used["component"]  # a rank and a score of one province are two codes
    repeated = pd.DataFrame({"province": used["province"], "year": used["year"], "code": field}).duplicated()
    for line in used.index[repeated]:
        yield _fault(panel, line, "component", REPEATED, " ".join(used.loc[line, ["province", "year", "component"]]), "một dòng", "bỏ dòng thừa")


def _score_faults(panel: _Panel, known: pd.DataFrame, editions: Editions) -> Iterator[Fault]:
    for (year, component), rows in known.groupby(["edition_year", "component"], sort=True):
        edition = editions[int(year)]
        if edition is None or component not in edition.codes:
            accepted = edition.labels(edition.codes) if edition else ""
            for line in rows.index:
                yield _fault(panel, line, "component", UNKNOWN_COMPONENT, component, accepted, "sửa mã, hoặc khai thành phần trong danh mục chỉ số")
            continue
        low, high = edition.scale(component)
        score = rows["score"]
        accepted = f"thang {low:g}-{high:g}".replace(".", ",")
        for line in rows.index[score == 0]:
            yield _fault(panel, line, "score", ZERO, "0", "điểm lớn hơn 0; chưa công bố thì bỏ cả dòng", "bỏ dòng này")
        for line in rows.index[(score != 0) & ((score < low - SCALE_TOLERANCE) | (score > high + SCALE_TOLERANCE))]:
            yield _fault(panel, line, "score", OFF_SCALE, f"{score[line]:g}", accepted, "đối chiếu nguồn")


def _composite_faults(panel: _Panel, typed: pd.DataFrame, editions: Editions) -> Iterator[Fault]:
    """Composites of an edition that do not follow from the parts in the same table."""
    column = [str(value) for value in panel.sheet.rows[0]].index(panel.entry["columns"]["score"]) + 1
    scored = typed[typed["score"].notna() & typed["province_code"].notna()]
    for year, rows in scored.groupby("edition_year", sort=True):
        edition, read = editions[int(year)], Figures()
        for line, component, code, vintage, score in rows[["component", "province_code", "vintage", "score"]].itertuples(name=None):
            read.stated["score"][component, Province(code, vintage)] = score
            read.cells["score"][component, Province(code, vintage)] = Cell(panel.sheet.name, line, column)
        if edition is not None:
            yield from composite_faults(read, edition, panel.name)


def _fault(panel: _Panel, line: int, field: str, cause: str, found: object, accepted: str, action: str) -> Fault:
    header = [str(value) for value in panel.sheet.rows[0]]
    cell = Cell(panel.sheet.name, line, header.index(panel.entry["columns"].get(field, panel.entry["columns"]["component"])) + 1)
    return Fault(cause, f"{_place(panel, line)}, cột {header[cell.column - 1]}", f"“{found}”", accepted, action, cell)


def _partial(panel: _Panel, typed: pd.DataFrame, editions: Editions) -> Iterator[Notice]:
    """What is said of editions of which a table holds composites of only some provinces."""
    composites = typed[(typed["component"] == COMPOSITE) & typed["score"].notna()]
    for year, rows in composites.groupby("edition_year", sort=True):
        edition = editions[int(year)]
        if edition and edition.ranked_count and len(rows) < edition.ranked_count:
            said = f"{edition.index} {year}: điểm tổng hợp của {len(rows)}/{edition.ranked_count} tỉnh, phần còn lại để trống"
            yield Notice(PARTIAL, panel.name, said)
