"""Misprints of sources as declared data: put right where the wrong value still stands, told as expired where it no longer does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import codes
from analysis.errors import Fault, Notice
from analysis.sources import Source

CORRECTIONS_FILE = "corrections.csv"
EXPIRED = "Mục đính chính không còn dùng được"
DECLARED = "Mục đính chính khai báo sai"
SAME = 1e-9  # two figures at most this far apart are one value
REPLACED_BASIS = "derived"  # a figure that we put in is not one that its source states

_INDEX_SCORES = "index_scores"
_FIGURE = ["index", "edition_year", "province_code", "component"]
_WRONG = ["corrects_source_id", *_FIGURE, "field", "wrong_value"]

Correction = dict[str, Any]
Row = dict[str, Any]
Told = tuple[str, str, str]  # what was found, what is accepted, what to do


@dataclass(frozen=True)
class Corrected:
    """Rows of one source after its corrections.

    ``rows`` keeps the index of the rows given, less those left without any figure; ``set_aside`` lists (place, what stood there, reason)
    of every figure that was replaced or taken out, so a row may stand in it twice; ``expired`` names the corrections whose wrong value
    is no longer in the source.
    """

    rows: pd.DataFrame
    set_aside: tuple[tuple[str, str, str], ...] = ()
    expired: tuple[Notice, ...] = ()


def apply(rows: pd.DataFrame, corrections: pd.DataFrame, source_id: str, places: pd.Series) -> Corrected:
    """Put the declared corrections of one source to its score rows, whose cells may be text or typed.

    ``rows`` has the columns of a score reading, ``places`` says where each stands (same index), ``corrections`` is the typed table.
    Every correction is held against the rows as they came, so their order decides nothing. A wrong figure gives way to the right one,
    unless another row of the source has that already; without a right one it is taken out. Where a score is replaced, or the rank of a row
    without a score, the row takes the address of the correction and basis ``derived``; its note tells what the source has. All other cells
    stay as they are.
    """
    listed = _of_source(corrections, source_id)
    candidates = rows[rows["province_code"].isin({correction["province_code"] for correction in listed})]
    mended: dict[Any, Row] = {}
    set_aside, expired = [], []
    for correction in listed:
        cells = candidates.loc[_is_about(candidates, correction), correction["field"]]
        wrong = cells[_equal(cells, correction["wrong_value"])]
        if wrong.empty:
            expired.append(_expired(correction, cells))
        right = correction["right_value"]
        put_in = pd.NA if pd.isna(right) or _equal(cells, right).any() else float(right)
        for line, cell in wrong.items():
            set_aside.append((str(places[line]), _stood(correction, cell), _reason(correction)))
            _mend(mended.setdefault(line, rows.loc[line].to_dict()), correction, put_in, is_text=isinstance(cell, str))
    return Corrected(_with(rows, mended), tuple(set_aside), tuple(expired))


def declared_faults(
    corrections: pd.DataFrame,
    units: pd.DataFrame,
    components: pd.DataFrame,
    editions: pd.DataFrame,
    sources: Iterable[Source],
    places: pd.Series | None = None,
) -> list[Fault]:
    """Faults of corrections that name what is not registered, that change nothing, or that stand twice.

    ``units``, ``components`` and ``editions`` are the tables of the house, ``sources`` all entries of the register; ``places`` says where
    each correction stands (same index; by its id where not given). Cells that could not be read are passed over: they have faults of
    their own.
    """
    where = _named(corrections) if places is None else places
    known = _Known.of(units, components, editions, sources)
    faults = [
        Fault(DECLARED, str(where[line]), *told) for line, correction in corrections.to_dict("index").items() for told in known.wrong_in(correction)
    ]
    for _, same in corrections.dropna(subset=_WRONG).groupby(_WRONG, sort=True):
        first, *others = same.index
        told = (f"“{_figure(same.loc[first].to_dict())}”: đã đính chính ở {where[first]}", "mỗi số sai một mục", "bỏ một trong hai mục")
        faults += [Fault(DECLARED, str(where[line]), *told) for line in others]
    return faults


def _of_source(corrections: pd.DataFrame, source_id: str) -> list[Correction]:
    complete = corrections.dropna(subset=_WRONG)
    of_source = complete[complete["corrects_source_id"] == source_id]
    return of_source.sort_values(["field", "correction_id"], ascending=[False, True]).to_dict("records")  # scores before ranks


def _is_about(rows: pd.DataFrame, correction: Correction) -> pd.Series:
    is_about = _equal(rows["edition_year"], correction["edition_year"])
    for column in ("index", "province_code", "component"):
        is_about &= (rows[column] == correction[column]).fillna(False).astype(bool)
    return is_about


def _equal(cells: pd.Series, value: float) -> pd.Series:
    numbers = pd.to_numeric(cells, errors="coerce").astype("Float64")
    return ((numbers - float(value)).abs() <= SAME).fillna(False).astype(bool)


def _is_empty(cell: Any) -> bool:
    return bool(pd.isna(cell)) or cell == ""


def _mend(row: Row, correction: Correction, right: Any, *, is_text: bool) -> None:
    """Put the right value, or none, into one cell, and say in the row what became of it."""
    field = correction["field"]
    if pd.isna(right):
        row[field] = "" if is_text else pd.NA
        return
    row[field] = _written(right) if is_text else (round(right) if field == "rank" else right)
    note = f"{codes.SCORE_FIELDS[field]} {_said(right)} thay cho {_said(correction['wrong_value'])} in sai"
    if field == "score" or (field == "rank" and _is_empty(row["score"])):
        note = f"{note} ở {row['address']}"
        row.update(basis=REPLACED_BASIS, address=correction["address"])
    row["note"] = note if _is_empty(row["note"]) else f"{row['note']}; {note}"


def _with(rows: pd.DataFrame, mended: dict[Any, Row]) -> pd.DataFrame:
    """The rows with those that were mended, less what is left without any figure."""
    result = rows.copy()
    for line, row in mended.items():
        for column in ("note", "address", "basis", *codes.SCORE_FIELDS):
            result.loc[line, column] = row[column]
    return result.drop(index=[line for line, row in mended.items() if all(_is_empty(row[field]) for field in codes.SCORE_FIELDS)])


def _written(value: float) -> str:
    """Shortest digits that give the value back, as the contracts read them: 89.6, 65."""
    return repr(float(value)).removesuffix(".0")


def _said(value: float | str) -> str:
    """A figure as messages show it: 89,6."""
    return (value if isinstance(value, str) else _written(value)).replace(".", ",")


def _figure(correction: Correction) -> str:
    return f"{correction['index']} {correction['edition_year']}, {correction['province_code']}, {correction['component']}"


def _stood(correction: Correction, cell: Any) -> str:
    return f"{_figure(correction)}: {codes.SCORE_FIELDS[correction['field']]} {_said(cell)}"


def _reason(correction: Correction) -> str:
    if pd.isna(correction["right_value"]):
        return str(correction["reason_vi"])
    return f"{correction['reason_vi']}; dùng {_said(correction['right_value'])} theo {correction['address']}"


def _expired(correction: Correction, cells: pd.Series) -> Notice:
    now = sorted({_said(cell) for cell in cells if not _is_empty(cell)})
    field = codes.SCORE_FIELDS[correction["field"]]
    instead = f"ghi {', '.join(now)}" if now else "không có số này"
    said = (
        f"nguồn {correction['corrects_source_id']} không còn ghi {field} {_said(correction['wrong_value'])} cho {_figure(correction)}, "
        f"nay {instead}; bỏ mục này khỏi {CORRECTIONS_FILE}"
    )
    return Notice(EXPIRED, _place(correction["correction_id"]), said)


def _place(correction_id: Any) -> str:
    return f"{CORRECTIONS_FILE}, mục {correction_id}"


def _named(corrections: pd.DataFrame) -> pd.Series:
    return pd.Series([_place(name) for name in corrections["correction_id"]], index=corrections.index, dtype="object")


@dataclass(frozen=True)
class _Known:
    """What a correction may name."""

    sources: frozenset[str]
    provinces: frozenset[str]
    editions: frozenset[tuple[Any, Any]]
    components: pd.DataFrame

    @classmethod
    def of(cls, units: pd.DataFrame, components: pd.DataFrame, editions: pd.DataFrame, sources: Iterable[Source]) -> "_Known":
        """What the tables hold that a correction may name."""
        provinces = units.loc[units["level"].isin(["province", "country"]), "unit_code"]
        known = editions.dropna(subset=["index", "edition_year"])
        return cls(
            frozenset(source.source_id for source in sources if source.table == _INDEX_SCORES),
            frozenset(provinces.dropna()),
            frozenset(zip(known["index"], known["edition_year"], strict=True)),
            components.dropna(subset=["index", "component", "first_year", "last_year"]),
        )

    def wrong_in(self, correction: Correction) -> Iterator[Told]:
        """What is wrong in one correction; an empty cell names nothing."""
        source, province, year = correction["corrects_source_id"], correction["province_code"], correction["edition_year"]
        if not pd.isna(source) and source not in self.sources:
            yield f"nguồn “{source}”", "nguồn số liệu chỉ số có trong sources.yml", "sửa corrects_source_id hoặc bỏ mục này"
        if not pd.isna(province) and province not in self.provinces:
            yield f"tỉnh “{province}”", "mã tỉnh có trong danh mục đơn vị", "sửa province_code"
        if not (pd.isna(correction["index"]) or pd.isna(year)):
            yield from self._unregistered(correction)
        right = correction["right_value"]
        if pd.isna(right):
            return
        if not pd.isna(correction["wrong_value"]) and abs(right - correction["wrong_value"]) <= SAME:
            yield f"right_value = wrong_value = {_written(right)}", "giá trị đúng khác giá trị sai, hoặc để trống", "sửa right_value hoặc bỏ mục này"
        if correction["field"] == "rank" and not float(right).is_integer():
            yield f"hạng “{_written(right)}”", "số nguyên", "sửa right_value"

    def _unregistered(self, correction: Correction) -> Iterator[Told]:
        index, year, component = correction["index"], correction["edition_year"], correction["component"]
        if (index, year) not in self.editions:
            yield f"kỳ “{index} {year}”", "kỳ có trong danh mục chỉ số", "sửa edition_year"
        elif not pd.isna(component):
            named = self.components[(self.components["index"] == index) & (self.components["component"] == component)]
            if not ((named["first_year"] <= year) & (named["last_year"] >= year)).any():
                yield f"thành phần “{component}” của {index} {year}", "thành phần có trong danh mục chỉ số của kỳ đó", "sửa component"
