"""The form in which an office types a published table of an index: its sheets, fields and columns, for writer and reader alike."""

import re
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from analysis import codes
from analysis.indices import components_of
from analysis.text import fold

TABLE_SHEET, GUIDE_SHEET = "Bảng điểm chỉ số", "Hướng dẫn"
TITLE = "Bảng nhập chỉ số"  # begins the first cell of the table; a CSV of the form is known by it
MOST_HEADING_ROWS = 60  # fields and headings stand above this row; below it a sheet is not searched

CODE, PROVINCE, RANK, NOTE = "code", "province", "rank", "note"
COUNTRY_LABEL = "Bình quân cả nước (nếu nơi công bố nêu)"
PERCENT: Final = "%"
POINTS: Final = "điểm"

AnnexUnit = Literal["%", "điểm"]
FieldKey = Literal["index", "year", "document", "address", "published", "unit"]


@dataclass(frozen=True)
class AnnexField:
    """A line above the table: its label, other labels that mean it, what is to be written, and whether it may stay empty."""

    key: FieldKey
    label: str
    synonyms: tuple[str, ...]
    said: str
    is_required: bool = True


FIELDS = (
    AnnexField("index", "Chỉ số", ("Tên chỉ số",), f"một trong {', '.join(codes.INDICES)}"),
    AnnexField("year", "Năm đánh giá", ("Năm", "Phiên bản"), "năm mà chỉ số đo, không phải năm công bố"),
    AnnexField("document", "Văn bản công bố", ("Văn bản", "Nguồn", "Tài liệu"), "số, ngày, cơ quan ban hành; kèm phụ lục hoặc trang"),
    AnnexField(
        "address",
        "Địa chỉ trang",
        ("Địa chỉ", "Đường dẫn", "Link", "Địa chỉ trang web"),
        "địa chỉ trang đã chép số (http…); chỉ có bản giấy thì ghi số văn bản và trang",
    ),
    AnnexField("published", "Ngày công bố", ("Công bố ngày",), "ngày/tháng/năm; không biết thì để trống", is_required=False),
    AnnexField("unit", "Đơn vị của điểm", ("Đơn vị tính",), f"{PERCENT} hoặc {POINTS}"),
)

# The order in which publishers print the parts; components that are not here follow by name and number.
PRINTED_ORDER = {
    "PAR INDEX": (
        *("DIRECTION", "INSTITUTIONS", "PROCEDURES", "APPARATUS", "CIVIL_SERVANTS", "PUBLIC_FINANCE", "MODERNISATION"),
        *("APPRAISED", "SIPAS_PART", "LEADER_SURVEY", "SOCIO_ECONOMIC"),
    ),
    "SIPAS": ("POLICY", "SERVICE", "ACCESS", "PROCEDURES", "CIVIL_SERVANTS", "RESULTS", "FEEDBACK"),
}

FIXED_HEADINGS = {
    CODE: ("Mã", "Mã tỉnh"),
    PROVINCE: ("Tỉnh, thành phố", "Tỉnh", "Tỉnh/Thành phố", "Tỉnh, thành", "Tỉnh thành", "Địa phương", "Tên tỉnh", "Đơn vị"),
    RANK: ("Hạng", "Xếp hạng", "Thứ hạng", "Vị trí", "Vị thứ"),
    codes.COMPOSITE: ("Điểm tổng hợp", "Tổng hợp", "Chỉ số", "Chỉ số tổng hợp", "Điểm", "Tổng điểm", "Điểm số", "Giá trị", "Kết quả"),
    NOTE: ("Ghi chú",),
}
ORDINAL_HEADINGS = ("STT", "TT", "Số TT")  # of a pasted table; holds nothing of the index
COUNTRY_NAMES = ("ca nuoc", "binh quan", "trung binh", "toan quoc", "gia tri trung binh", "diem trung binh")
SUMMARY_NAMES = ("cao nhat", "thap nhat", "gia tri lon nhat", "gia tri nho nhat", "gia tri cao nhat", "gia tri thap nhat", "trung vi", "max", "min")
NOT_PUBLISHED = ("khong cong bo", "chua cong bo", "khong co", "khong co so lieu", "kcb", "-", "–", "—", "…", "...", "x")
_WORDS = re.compile(r"[a-z0-9]+")
_NUMBERED = re.compile(r"(\D*)(\d*)(.*)")


def key_of_words(text: str) -> str:
    """Folded words of a heading or label, without punctuation: what two ways to write it share."""
    return " ".join(_WORDS.findall(fold(text)))


def columns_of_edition(components: pd.DataFrame, index: str, year: int) -> pd.DataFrame:
    """Registered components of an edition in the order of the form: the composite, then the parts as publishers print them.

    One row a component, indexed by its code; ``heading`` is what stands above its column.
    """
    defined = components_of(components, index, year)
    ordered = defined.assign(order=[_place(str(code), index) for code in defined["component"]]).sort_values("order")
    headings = [
        "Điểm tổng hợp" if code == codes.COMPOSITE else str(name) for code, name in zip(ordered["component"], ordered["name_vi"], strict=True)
    ]
    return ordered.assign(heading=headings).drop(columns="order").set_index("component")


def _place(component: str, index: str) -> tuple[int, int, str, int, str]:
    """Sort key of a component: composite, declared order, then ``CSTP2`` before ``CSTP10``."""
    declared = PRINTED_ORDER.get(index, ())
    place = declared.index(component) if component in declared else len(declared)
    match = _NUMBERED.fullmatch(component)
    letters, digits, rest = match.groups() if match else (component, "", "")
    return int(component != codes.COMPOSITE), place, letters, int(digits or 0), rest


def most_ranked(edition: pd.Series, listed_count: int) -> int:
    """Provinces ranked in the edition, or listed where the registry does not say."""
    ranked = edition["ranked_units_count"]
    return int(ranked) if pd.notna(ranked) else listed_count


def edition_of(editions: pd.DataFrame, index: str, year: int) -> pd.Series | None:
    """The registered edition, or None."""
    found = editions[(editions["index"] == index) & (editions["edition_year"] == year)]
    return None if found.empty else found.iloc[0]
