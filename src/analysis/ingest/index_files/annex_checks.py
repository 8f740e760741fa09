"""What the figures of an annex must hold to: the registered scales, sums, ranks that follow the scores, no province left out by a slip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from analysis import codes
from analysis.errors import Fault, Notice
from analysis.indices import WHOLE_PANEL_COUNT
from analysis.ingest.index_files.annex_layout import PERCENT, RANK, AnnexUnit, most_ranked
from analysis.ingest.index_files.annex_rows import Line, Rows
from analysis.ingest.index_files.annex_sheet import Columns, Form
from analysis.ingest.index_files.provinces import ProvinceNames
from analysis.text import number

EMPTY_TABLE = "Bảng chưa có số"
ZERO = "Điểm 0"
OFF_SCALE = "Điểm ngoài thang"
OTHER_SCALE = "Cả cột ở thang khác"
RANK_IMPOSSIBLE = "Hạng không thể có"
RANK_SHARED = "Hai tỉnh cùng hạng mà khác điểm"
RANK_CONTRADICTS = "Hạng trái với điểm"
SUM_DIFFERS = "Tổng thành phần khác điểm tổng hợp"
PROVINCE_MISSING = "Thiếu tỉnh"
TOO_MANY = "Nhiều tỉnh hơn phiên bản"
PARTIAL = "Chỉ có một phần các tỉnh"
MEAN_DIFFERS = "Bình quân cả nước khác bình quân các tỉnh"

SUM_TOLERANCE = 0.05  # several parts, each rounded to two decimals
MEAN_TOLERANCE = 0.1  # publishers may weigh provinces
SCALE_TOLERANCE = 0.005  # 3,333 on a scale printed as 3,33
_SHARE_MAXIMUM, _LEAST_FOR_SHARES = 1.0, 10.0  # a column of shares where the scale goes to 10 or more
_LEAST_SHARES = 10  # figures of a part, which may be worth less than one point, that make a column of shares
_PERCENT_TOP = 100.0
_LEAST_OFF_SCALE = 2  # figures that make a column of another scale, and not a slip in one cell


@dataclass(frozen=True)
class AnnexTable:
    """A read annex with what the registry says of its edition; ``components`` as ``columns_of_edition`` gives them."""

    form: Form
    columns: Columns
    rows: Rows
    names: ProvinceNames
    edition: pd.Series
    components: pd.DataFrame
    weights: dict[str, float]

    @property
    def scored(self) -> list[str]:
        """Components that have a column, in its order."""
        return [key for key in self.columns.of if key in self.components.index]

    @property
    def every_line(self) -> list[Line]:
        """Provinces and, where it is there, the country."""
        return [*self.rows.lines, *([self.rows.country] if self.rows.country else [])]

    def where(self, line: Line, key: str) -> str:
        """File, sheet and cell of a figure."""
        return self.form.where(line.row, self.columns.of[key])

    def fault(self, cause: str, line: Line, key: str, found: str, accepted: str, action: str) -> Fault:
        """A fault at the cell of a figure."""
        cell = self.form.cell(line.row, self.columns.of[key])
        return Fault(cause, self.where(line, key), found, accepted, action, cell)

    def name(self, line: Line) -> str:
        """Name of the province of a line."""
        return self.names.name(line.province) if line.province else "cả nước"

    def most(self) -> int:
        """Provinces ranked in the edition, or listed where the registry does not say."""
        return most_ranked(self.edition, len(self.names.all))


def table_faults(table: AnnexTable, unit: AnnexUnit | None) -> Iterator[Fault]:
    """Everything that the figures contradict, each at its cell."""
    if not any(line.figures for line in table.every_line):
        if not table.rows.faults:  # a row that could not be read is told already
            where, accepted = f"{table.form.name}, trang tính “{table.form.sheet.name}”", "ít nhất một tỉnh có hạng hoặc điểm"
            yield Fault(EMPTY_TABLE, where, "không có số nào", accepted, "gõ hoặc dán số vào bảng")
        return
    off = dict(_other_scales(table, unit))
    yield from off.values()
    for key in table.scored:
        if key not in off:
            yield from _cells_off_scale(table, key)
    yield from _rank_faults(table)
    if codes.COMPOSITE not in off:
        yield from _order_faults(table)
    if not off:
        yield from _sum_faults(table)
    yield from _count_faults(table)


def _other_scales(table: AnnexTable, unit: AnnexUnit | None) -> Iterator[tuple[str, Fault]]:
    """Components whose whole column stands on another scale than the registered one."""
    for key in table.scored:
        values = [line.figures[key] for line in table.every_line if line.figures.get(key)]
        low, high = _scale(table, key)
        outside = [value for value in values if not low - SCALE_TOLERANCE <= value <= high + SCALE_TOLERANCE]
        least = 1 if key == codes.COMPOSITE else _LEAST_SHARES
        is_share = len(values) >= least and max(values) <= _SHARE_MAXIMUM and high >= _LEAST_FOR_SHARES
        is_outside = len(outside) >= _LEAST_OFF_SCALE and 2 * len(outside) > len(values)
        is_percent = unit == PERCENT and key == codes.COMPOSITE and high < _PERCENT_TOP and bool(values)
        if is_share or is_outside or is_percent:
            yield key, _scale_fault(table, key, values, is_percent)


def _scale_fault(table: AnnexTable, key: str, values: Sequence[float], is_percent: bool) -> Fault:
    low, high = _scale(table, key)
    heading_row, column = table.form.heading_row, table.columns.of[key]
    if max(values) <= _SHARE_MAXIMUM:
        action = "số đang ở dạng tỷ lệ 0–1: nhân với 100 rồi dán lại giá trị"
    elif min(values) > _PERCENT_TOP:
        action = "có thể dấu phẩy thập phân đã mất khi dán (85,32 thành 8532): dán lại, hoặc gõ lại số"
    else:
        action = "kiểm tra đây là điểm hay phần trăm điểm tối đa, và có đúng cột không"
    found = f"{len(values)} số từ {_shown(min(values))} đến {_shown(max(values))}"
    found += f", đơn vị ghi là {PERCENT}" if is_percent else ""
    accepted = f"“{table.components.loc[key, 'heading']}” từ {_shown(low)} đến {_shown(high)}"
    return Fault(OTHER_SCALE, table.form.where(heading_row, column), found, accepted, action, table.form.cell(heading_row, column))


def _cells_off_scale(table: AnnexTable, key: str) -> Iterator[Fault]:
    low, high = _scale(table, key)
    for line in table.every_line:
        value = line.figures.get(key)
        if value == 0:
            accepted = "điểm lớn hơn 0; tỉnh không được công bố thì để trống"
            yield table.fault(ZERO, line, key, "“0”", accepted, "xóa số 0, hoặc ghi “không công bố”")
        elif value is not None and not low - SCALE_TOLERANCE <= value <= high + SCALE_TOLERANCE:
            accepted = f"“{table.components.loc[key, 'heading']}” từ {_shown(low)} đến {_shown(high)}"
            yield table.fault(OFF_SCALE, line, key, f"“{_shown(value)}”", accepted, "đối chiếu với bản in; có thể mất dấu phẩy thập phân")


def _rank_faults(table: AnnexTable) -> Iterator[Fault]:
    for line in table.rows.lines:
        rank = line.figures.get(RANK)
        if rank is not None and not (rank == int(rank) and 1 <= rank <= table.most()):
            accepted = f"số nguyên từ 1 đến {table.most()}"
            yield table.fault(RANK_IMPOSSIBLE, line, RANK, f"“{_shown(rank)}”", accepted, "đối chiếu với bản in")


def _order_faults(table: AnnexTable) -> Iterator[Fault]:
    """Ranks that do not follow the composite: a better rank with a worse score, or one rank with two scores. Ties are printed ties."""
    is_lower_better = table.components.loc[codes.COMPOSITE, "direction"] == "lower_is_better" if codes.COMPOSITE in table.scored else False
    sign = -1 if is_lower_better else 1
    both = [line for line in table.rows.lines if line.figures.get(RANK) and _is_on_scale(table, line)]
    ordered = sorted(both, key=lambda line: (line.figures[RANK], -sign * line.figures[codes.COMPOSITE], line.row))
    for better, worse in pairwise(ordered):
        scores = [line.figures[codes.COMPOSITE] for line in (better, worse)]
        if scores[0] == scores[1]:
            continue
        told = [f"{table.name(line)} hạng {_shown(line.figures[RANK])}, {_shown(line.figures[codes.COMPOSITE])} điểm" for line in (better, worse)]
        other = f"ô {table.form.cell(better.row, table.columns.of[RANK]).name}"
        if better.figures[RANK] == worse.figures[RANK]:
            yield table.fault(
                RANK_SHARED, worse, RANK, "; ".join(told), f"cùng hạng thì cùng điểm (xem {other})", "đối chiếu hạng và điểm của hai tỉnh"
            )
        elif sign * scores[0] < sign * scores[1]:
            accepted = f"hạng tốt hơn thì điểm không kém hơn (xem {other})"
            yield table.fault(RANK_CONTRADICTS, worse, RANK, "; ".join(told), accepted, "đối chiếu hạng và điểm của hai tỉnh")


def _is_on_scale(table: AnnexTable, line: Line) -> bool:
    """Whether a line has a composite that may be right; what is off its scale is told already."""
    if codes.COMPOSITE not in table.scored or not (value := line.figures.get(codes.COMPOSITE)):
        return False
    low, high = _scale(table, codes.COMPOSITE)
    return low - SCALE_TOLERANCE <= value <= high + SCALE_TOLERANCE


def _sum_faults(table: AnnexTable) -> Iterator[Fault]:
    """A parent that its parts contradict, as far as the registry says how it follows from them.

    It equals a sum of which every part is given, and is no less than parts of a sum of which some are not registered.
    """
    rule = str(table.edition["composite_rule"])
    for parent in table.scored if rule != "not_known" else ():
        parts = [str(code) for code in table.components.index[table.components["parent_component"] == parent]]
        shares = _shares(table, parent, parts, rule)
        is_weighted, heading = rule not in ("sum", "part_sum"), f"“{table.components.loc[parent, 'heading']}”"
        for line in table.every_line if shares else ():
            if not {parent, *parts} <= line.figures.keys():
                continue
            total, stated = sum(line.figures[part] * shares[part] for part in parts), line.figures[parent]
            if total - stated > SUM_TOLERANCE or (rule != "part_sum" and stated - total > SUM_TOLERANCE):
                follows = "tính theo trọng số cho" if is_weighted else "cộng lại"
                found = f"{table.name(line)}, {heading}: {_shown(stated)}, trong khi {len(parts)} thành phần {follows} {_shown(total)}"
                relation = "không kém" if rule == "part_sum" else "bằng"
                summed = "điểm theo trọng số của" if is_weighted else "tổng"
                accepted = f"{relation} {summed} các thành phần, lệch không quá {_shown(SUM_TOLERANCE)}"
                yield table.fault(SUM_DIFFERS, line, parent, found, accepted, "đối chiếu từng thành phần với bản in")


def _shares(table: AnnexTable, parent: str, parts: Sequence[str], rule: str) -> dict[str, float]:
    """With what each part enters its parent; empty where that is not known."""
    if rule in ("sum", "part_sum"):
        return dict.fromkeys(parts, 1.0)
    if parent != codes.COMPOSITE or not set(parts) <= table.weights.keys():
        return {}
    tenfold = _scale(table, parent)[1] / max((_scale(table, part)[1] for part in parts), default=1.0)
    return {part: tenfold * table.weights[part] / 100 for part in parts}


def _count_faults(table: AnnexTable) -> Iterator[Fault]:
    """More provinces than the edition ranked, or one of nearly all left out without a word."""
    filled = {line.province for line in table.rows.lines if line.figures.keys() & {RANK, codes.COMPOSITE}}
    said = {line.province for line in table.rows.lines if line.silent}
    where = f"{table.form.name}, trang tính “{table.form.sheet.name}”"
    if len(filled) > table.most():
        yield Fault(TOO_MANY, where, f"{len(filled)} tỉnh", f"không quá {table.most()} tỉnh", "kiểm tra năm của bảng; bỏ tỉnh không được xếp hạng")
    told = filled | said
    if len(filled) >= WHOLE_PANEL_COUNT and len(told) < table.most():
        names = ", ".join(table.names.name(province) for province in table.names.all if province not in told)
        accepted = f"đủ {table.most()} tỉnh; tỉnh nơi công bố không nêu thì ghi “không công bố” ở ô điểm tổng hợp"
        yield Fault(PROVINCE_MISSING, where, f"{len(filled)} tỉnh, chưa có {names}", accepted, "điền tỉnh còn thiếu, hoặc ghi “không công bố”")


def table_notices(table: AnnexTable) -> Iterator[Notice]:
    """What a reader should know of a table that may be taken in: how many provinces, whether the country's mean fits."""
    where = f"{table.form.name}, trang tính “{table.form.sheet.name}”"
    filled = [line for line in table.rows.lines if line.figures.keys() & {RANK, codes.COMPOSITE}]
    if len(filled) < WHOLE_PANEL_COUNT:
        said = f"{len(filled)} trên {table.most()} tỉnh; chừng đó không dùng để tính vị trí trong năm (cần ít nhất {WHOLE_PANEL_COUNT} tỉnh)"
        yield Notice(PARTIAL, where, said)
    country = table.rows.country
    for key in table.scored if country else ():
        values = [line.figures[key] for line in table.rows.lines if key in line.figures]
        if country is None or key not in country.figures or len(values) < table.most():
            continue
        stated, mean = country.figures[key], sum(values) / len(values)
        if abs(mean - stated) > MEAN_TOLERANCE:
            said = f"{table.components.loc[key, 'heading']}: ghi {_shown(stated)}, bình quân {len(values)} tỉnh là {_shown(round(mean, 2))}"
            yield Notice(MEAN_DIFFERS, table.where(country, key), said)


def _scale(table: AnnexTable, key: str) -> tuple[float, float]:
    return float(table.components.loc[key, "scale_min_score"]), float(table.components.loc[key, "scale_max_score"])


def _shown(value: float) -> str:
    """A figure with its decimals and no more: ``85,32``, ``12``."""
    return number(value, 3).rstrip("0").rstrip(",")
