"""The two forms of online-service counts as data: a table of months, and cumulative snapshots; for writer and reader alike."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from analysis.rates import RATES

MONTHLY: Final = "uptake-monthly"
SNAPSHOT: Final = "uptake-snapshot"
UPTAKE_LAYOUTS = {MONTHLY: "bảng hồ sơ theo tháng", SNAPSHOT: "bảng số lũy kế"}
BASIS_OF = {MONTHLY: "monthly_table", SNAPSHOT: "snapshots"}

DATA_SHEETS = {MONTHLY: "Hồ sơ theo tháng", SNAPSHOT: "Số lũy kế"}
GUIDE_SHEET, LISTS_SHEET = "Hướng dẫn", "Danh mục"
TITLES = {MONTHLY: "Bảng hồ sơ dịch vụ công trực tuyến theo tháng", SNAPSHOT: "Bảng số lũy kế dịch vụ công trực tuyến"}
MOST_HEADING_ROWS = 60  # head and headings stand above this row; below it a sheet is not searched

TOLERANCE_DAYS = 3  # offices and the national portal capture on the nearest working day: a month end on a Saturday is two days away
FIRST_DAY = date(2008, 8, 1)  # the list of 63 provinces begins here; no unit is known before
REAL, INVENTED = "số liệu thật", "mô phỏng"

UNIT_CODE, UNIT, MONTH, START, END = "unit_code", "unit", "month", "start", "end"
FieldKey = Literal["province", "year", "vintage", "kind"]


@dataclass(frozen=True)
class FormField:
    """A line above the table: its label, other labels that mean it, and what is written beside it."""

    key: FieldKey
    label: str
    synonyms: tuple[str, ...]
    said: str


FIELDS = (
    FormField("province", "Tỉnh", ("Tỉnh, thành phố", "Mã tỉnh"), "mã và tên tỉnh, như 74 – Bình Dương"),
    FormField("year", "Năm", ("Năm báo cáo",), "năm bốn chữ số; bỏ trống ở bảng có nhiều năm"),
    FormField("vintage", "Danh mục đơn vị", (), "danh mục đơn vị hành chính của các tháng trong bảng; chỉ để đọc"),
    FormField("kind", "Loại số liệu", (), f"“{REAL}”, hoặc “{INVENTED}” nếu là số bịa ra để thử"),
)


@dataclass(frozen=True)
class FormColumn:
    """A column of a form: its name in code, its heading, other headings that mean it, and what is to be written."""

    key: str
    heading: str
    synonyms: tuple[str, ...]
    said: str


_CODE = FormColumn(UNIT_CODE, "Mã đơn vị", ("Mã", "Mã ĐV", "Mã cơ quan"), "mã trong danh mục đơn vị; trống cũng được nếu có tên")
_UNIT = FormColumn(
    UNIT,
    "Đơn vị",
    ("Tên đơn vị", "Cơ quan", "Cơ quan, đơn vị", "Cơ quan/Đơn vị", "Đơn vị tiếp nhận", "Đơn vị báo cáo"),
    "đơn vị tiếp nhận hồ sơ; dòng của huyện là hồ sơ bộ phận một cửa cấp huyện tiếp nhận, không gồm hồ sơ của xã",
)
_MONTH = FormColumn(MONTH, "Tháng", ("Tháng báo cáo", "Kỳ", "Kỳ báo cáo"), "tháng dương lịch, như 05/2022, 2022-05 hoặc tháng 5")
_START = FormColumn(START, "Lũy kế từ ngày", ("Từ ngày", "Tính từ ngày"), "ngày đầu được đếm, như 01/01/2022; số “trong tuần” thì ghi ngày đầu tuần")
_END = FormColumn(END, "Đến hết ngày", ("Đến ngày", "Lũy kế đến ngày", "Tính đến ngày", "Tính đến hết ngày"), "ngày cuối được đếm, như 31/05/2022")

COUNTS = (
    FormColumn(
        "received_count",
        "Hồ sơ tiếp nhận",
        ("Tổng hồ sơ tiếp nhận", "Số hồ sơ tiếp nhận", "Tổng số hồ sơ tiếp nhận"),
        "mọi hồ sơ tiếp nhận trong kỳ, nộp bằng bất cứ cách nào",
    ),
    FormColumn(
        "online_service_count",
        "Hồ sơ của thủ tục có dịch vụ trực tuyến",
        ("Hồ sơ của thủ tục có dịch vụ công trực tuyến", "Hồ sơ của TTHC có DVCTT"),
        "trong số tiếp nhận, hồ sơ của những thủ tục đã có dịch vụ trực tuyến, dù nộp bằng cách nào",
    ),
    FormColumn(
        "online_count",
        "Hồ sơ nộp trực tuyến",
        ("Hồ sơ trực tuyến", "Số hồ sơ trực tuyến", "Số hồ sơ nộp trực tuyến", "Hồ sơ tiếp nhận trực tuyến"),
        "trong số tiếp nhận, hồ sơ nộp trực tuyến",
    ),
    FormColumn(
        "full_online_count",
        "Hồ sơ trực tuyến toàn trình (mức độ 4)",
        ("Hồ sơ trực tuyến toàn trình", "Hồ sơ toàn trình", "Hồ sơ mức độ 4", "Hồ sơ trực tuyến mức độ 4", "Hồ sơ nộp trực tuyến toàn trình"),
        "trong số nộp trực tuyến, hồ sơ của dịch vụ toàn trình (đến 08/2022: mức độ 4)",
    ),
    FormColumn(
        "partial_online_count",
        "Hồ sơ trực tuyến một phần (mức độ 3)",
        ("Hồ sơ trực tuyến một phần", "Hồ sơ một phần", "Hồ sơ mức độ 3", "Hồ sơ trực tuyến mức độ 3", "Hồ sơ nộp trực tuyến một phần"),
        "trong số nộp trực tuyến, hồ sơ của dịch vụ một phần (đến 08/2022: mức độ 3)",
    ),
    FormColumn(
        "fee_count",
        "Hồ sơ có nghĩa vụ tài chính",
        ("Hồ sơ có phí, lệ phí", "Hồ sơ phải thanh toán"),
        "trong số tiếp nhận, hồ sơ phải nộp phí, lệ phí, thuế hoặc khoản khác",
    ),
    FormColumn(
        "paid_online_count",
        "Hồ sơ thanh toán trực tuyến",
        ("Thanh toán trực tuyến", "Số hồ sơ thanh toán trực tuyến"),
        "trong số có nghĩa vụ tài chính, hồ sơ đã thanh toán trực tuyến",
    ),
    FormColumn(
        "digitised_in_count",
        "Hồ sơ số hóa khi tiếp nhận",
        ("Hồ sơ được số hóa khi tiếp nhận", "Số hóa khi tiếp nhận", "Số hóa đầu vào"),
        "trong số tiếp nhận, hồ sơ được số hóa khi tiếp nhận",
    ),
    FormColumn(
        "resolved_count",
        "Hồ sơ đã giải quyết",
        ("Số hồ sơ đã giải quyết", "Hồ sơ giải quyết", "Tổng hồ sơ đã giải quyết"),
        "hồ sơ đã có kết quả trong kỳ, dù tiếp nhận từ kỳ trước",
    ),
    FormColumn(
        "digitised_out_count",
        "Hồ sơ có kết quả điện tử",
        ("Hồ sơ cấp kết quả điện tử", "Kết quả điện tử", "Số hóa kết quả", "Số hóa đầu ra"),
        "trong số đã giải quyết, hồ sơ có kết quả điện tử",
    ),
    FormColumn(
        "bcci_in_count",
        "Hồ sơ tiếp nhận qua bưu chính công ích",
        ("Hồ sơ tiếp nhận qua BCCI", "Tiếp nhận qua BCCI"),
        "trong số tiếp nhận, hồ sơ gửi qua bưu chính công ích",
    ),
    FormColumn(
        "bcci_out_count",
        "Kết quả trả qua bưu chính công ích",
        ("Hồ sơ trả kết quả qua BCCI", "Trả kết quả qua BCCI", "Trả kết quả qua bưu chính công ích"),
        "trong số đã giải quyết, hồ sơ trả kết quả qua bưu chính công ích",
    ),
    FormColumn(
        "procedures_count",
        "Thủ tục thuộc thẩm quyền",
        ("Số thủ tục thuộc thẩm quyền", "TTHC thuộc thẩm quyền", "Số TTHC"),
        "số thủ tục hành chính thuộc thẩm quyền của đơn vị vào ngày cuối kỳ",
    ),
    FormColumn(
        "services_offered_count",
        "Thủ tục có dịch vụ trực tuyến",
        ("Dịch vụ công trực tuyến đã cung cấp", "Số dịch vụ công trực tuyến", "Số DVCTT", "Thủ tục có dịch vụ công trực tuyến"),
        "trong số thủ tục, số đã cung cấp trực tuyến vào ngày cuối kỳ",
    ),
    FormColumn(
        "services_used_count",
        "Dịch vụ có hồ sơ trực tuyến",
        ("Dịch vụ công trực tuyến có phát sinh hồ sơ", "DVCTT có phát sinh hồ sơ", "Dịch vụ có phát sinh hồ sơ"),
        "trong số dịch vụ đã cung cấp, số có ít nhất một hồ sơ trực tuyến trong kỳ",
    ),
)

STOCKS = ("procedures_count", "services_offered_count")  # a number on a day, not in a span: never added, never differenced
NOT_ADDITIVE = "services_used_count"  # how many services had a dossier this year does not say how many had one this month
FLOWS = tuple(column.key for column in COUNTS if column.key not in (*STOCKS, NOT_ADDITIVE))
COLUMNS = {
    MONTHLY: (_CODE, _UNIT, _MONTH, *COUNTS),
    SNAPSHOT: (_CODE, _UNIT, _START, _END, *(column for column in COUNTS if column.key != NOT_ADDITIVE)),
}
HEADING_OF = {column.key: column.heading for layout in COLUMNS.values() for column in layout}
PERIOD_KEYS = {MONTHLY: (MONTH,), SNAPSHOT: (START, END)}

# No part is larger than its whole; the same pairs as in the contract of monthly tables.
PARTS = (
    ("online_service_count", "received_count"),
    ("online_count", "online_service_count"),
    ("online_count", "received_count"),
    ("full_online_count", "online_count"),
    ("partial_online_count", "online_count"),
    ("fee_count", "received_count"),
    ("paid_online_count", "fee_count"),
    ("digitised_in_count", "received_count"),
    ("digitised_out_count", "resolved_count"),
    ("bcci_in_count", "received_count"),
    ("bcci_out_count", "resolved_count"),
    ("services_offered_count", "procedures_count"),
    ("services_used_count", "services_offered_count"),
)
LEVELS_TOGETHER = ("full_online_count", "partial_online_count")  # a dossier is filed by one service: both together are no more than all online

# Headings of columns that hold nothing of ours: numbering, remarks, shares the house computes itself.
PASSED_OVER = ("stt", "tt", "so tt", "so thu tu", "ghi chu", "cap", "cap don vi", "loai don vi", "huyen", "dia ban")
PASSED_OVER_WORDS = ("ty le", "ti le")
TOTAL_NAMES = ("tong", "cong", "tong cong", "tong so", "toan tinh", "cap tinh", "cap huyen", "cap xa", "so nganh", "cac so nganh")
COUNT_UNITS = ("", "ho so", "hs", "thu tuc", "tthc", "dich vu", "dvc", "dvctt", "ket qua")


def rates_fed_by(key: str) -> tuple[str, ...]:
    """Names of the rates in which a column stands, as numerator or denominator."""
    return tuple(rate.name_vi for rate in RATES.values() if key in (rate.numerator, rate.denominator))
