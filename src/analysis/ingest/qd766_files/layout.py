"""The form for counts of the 766 index: its sheets, fields and columns, for writer and reader alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import pandas as pd

from analysis.contracts.uptake_schemas import QD766_ISSUED
from analysis.ingest.index_files.annex_layout import key_of_words
from analysis.text import day
from analysis.units import MERGER_DAY

KIND: Final = "qd766-counts"
TABLE: Final = "qd766_counts"
TABLE_SHEET, GUIDE_SHEET = "Số liệu 766", "Hướng dẫn"
TITLE = "Bảng nhập Bộ chỉ số 766"  # begins the first cell of the table; a CSV of the form is known by it
MOST_HEADING_ROWS = 40  # fields and headings stand above this row
COMMAND = "lantoa template qd766 --from 2024-01-01 --to 2024-12-31 --out so-lieu-766.xlsx"
MERGER_VI = day(MERGER_DAY)

FieldKey = Literal["start", "end", "address"]
CODE, UNIT, ITEM, ITEM_NAME, NUMERATOR, DENOMINATOR, RATE = "code", "unit", "item", "item_name", "numerator", "denominator", "rate"
COUNT_KEYS = (NUMERATOR, DENOMINATOR)
FIGURE_KEYS = (*COUNT_KEYS, RATE)


@dataclass(frozen=True)
class FormField:
    """A line above the table: its label, other labels that mean it, and what is to be written."""

    key: FieldKey
    label: str
    synonyms: tuple[str, ...]
    said: str


FIELDS = (
    FormField("start", "Từ ngày", ("Kỳ từ ngày", "Ngày bắt đầu"), "ngày/tháng/năm, ngày đầu của kỳ đã chọn trên Cổng"),
    FormField("end", "Đến ngày", ("Kỳ đến ngày", "Ngày kết thúc"), "ngày/tháng/năm, ngày cuối của kỳ; kỳ chưa hết thì ghi ngày chép số"),
    FormField("address", "Địa chỉ trang", ("Địa chỉ", "Nguồn", "Đường dẫn", "Link"), "địa chỉ trang của Cổng đã chép số, hoặc số văn bản"),
)

HEADINGS: dict[str, tuple[str, ...]] = {
    CODE: ("Mã đơn vị", "Mã"),
    UNIT: ("Đơn vị", "Tên đơn vị", "Địa phương"),
    ITEM: ("Mục", "Mã mục", "Số mục", "Chỉ tiêu"),
    ITEM_NAME: ("Tên mục", "Tên chỉ tiêu", "Nội dung"),
    NUMERATOR: ("Tử số", "Tử"),
    DENOMINATOR: ("Mẫu số", "Mẫu"),
    RATE: ("Tỷ lệ (%)", "Tỷ lệ", "Tỉ lệ", "Tỉ lệ (%)"),
}
HELP_HEADINGS = ("STT", "TT", "Tử số đếm gì", "Mẫu số đếm gì", "Điểm tối đa", "Ghi chú")  # tell the filler something; not read
KEYS_OF_HEADINGS = {key_of_words(heading): key for key, headings in HEADINGS.items() for heading in headings}
KEYS_OF_HELP = {key_of_words(heading) for heading in HELP_HEADINGS}
KEYS_OF_FIELDS: dict[str, FieldKey] = {key_of_words(label): one.key for one in FIELDS for label in (one.label, *one.synonyms)}


def scored_items(items: pd.DataFrame) -> pd.DataFrame:
    """The items that bear points, in the order of the index: what the form asks for."""
    return items[items["item_max_score"].notna()].sort_values(["group", "item"], kind="stable").reset_index(drop=True)


def is_rate_only(item: pd.Series) -> bool:
    """Whether an item is a rate without counts, such as 100 % less two shares."""
    return bool(pd.isna(item["denominator_vi"]))


def number_of(item: pd.Series) -> str:
    """The number of an item as the index prints it, or our word for the one that bears none."""
    return str(item["item"] if pd.isna(item["number_vi"]) else item["number_vi"])


def period_faults(start: date, end: date, today: date | None = None) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a period, as (found, accepted, action); ``today`` is the day that it may not run beyond."""
    shown = f"từ {day(start)} đến {day(end)}"
    if start > end:
        yield shown, "ngày đầu không sau ngày cuối", "sửa ngày của kỳ"
    elif start < MERGER_DAY <= end:
        yield shown, f"kỳ kết thúc trước, hoặc bắt đầu từ ngày {MERGER_VI}", "tách kỳ tại ngày sắp xếp đơn vị hành chính"
    if end < QD766_ISSUED:
        yield shown, f"kỳ kết thúc từ {day(QD766_ISSUED)}, ngày ban hành Quyết định 766/QĐ-TTg", "kiểm tra năm của kỳ"
    if today is not None and end > today:
        yield shown, f"ngày cuối không sau ngày nhận tệp ({day(today)})", "kỳ chưa hết thì ghi ngày chép số"
