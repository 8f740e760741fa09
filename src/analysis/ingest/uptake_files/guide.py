"""What the forms say to the official who fills them in: the columns, the rates made of them, how to write, how to send."""

from collections.abc import Iterator

from analysis import codes
from analysis.ingest.uptake_files.layout import (
    COLUMNS,
    DATA_SHEETS,
    INVENTED,
    LISTS_SHEET,
    MONTHLY,
    PARTS,
    REAL,
    SNAPSHOT,
    TITLES,
    TOLERANCE_DAYS,
    rates_fed_by,
)
from analysis.ingest.uptake_files.layout import HEADING_OF as NAMES
from analysis.rates import RATES
from analysis.text import sentence_case

_USE = {
    MONTHLY: "Mỗi dòng một đơn vị, một tháng; các dòng đã ghi sẵn, lọc theo tháng hoặc đơn vị rồi ghi số. Đơn vị, tháng không có số thì để nguyên.",
    SNAPSHOT: "Mỗi dòng một đơn vị, một lần chụp: số từ “Lũy kế từ ngày” đến hết “Đến hết ngày”. Giữ mọi lần chụp cũ, lần sau chép thêm dòng. "
    f"Số của tháng là hiệu số giữa lần chụp gần ngày cuối tháng (lệch không quá {TOLERANCE_DAYS} ngày) và lần chụp gần ngày cuối tháng trước.",
}
_WRITING = (
    ("Ô trống", "Ô trống = không có số liệu, không phải 0. Chỉ ghi 0 khi thật sự không có hồ sơ nào. Không ghi “-”, “x”, “không có”."),
    ("Cách ghi số", "1250 hoặc 1.250 (dấu chấm ngăn hàng nghìn). Ghi số đếm đúng, không ghi tỷ lệ, không ghi “khoảng”: bộ tự tính tỷ lệ."),
    ("Đơn vị", f"Ghi mã hoặc tên theo trang “{LISTS_SHEET}”. Ghi cả hai thì phải là cùng một đơn vị."),
    ("Dòng cộng", "Không cần ghi. Dòng “Tổng cộng”, “Toàn tỉnh” được bỏ qua; số của toàn tỉnh, nếu muốn nạp, ghi với mã tỉnh."),
    (
        "Toàn trình, một phần",
        f"Đến tháng 08/2022 ghi theo mức độ 4, mức độ 3; từ tháng {codes.DECREE_42_FIRST_MONTH[-2:]}/2022 ghi theo toàn trình, một phần "
        "(Nghị định 42/2022/NĐ-CP). Hai giai đoạn là hai cách gọi khác nhau và được tính riêng.",
    ),
    ("Không nhập", "Họ tên, số điện thoại, số căn cước, địa chỉ của người nộp hồ sơ; biểu này chỉ có số đếm."),
    ("Loại số liệu", f"“{REAL}”. Chỉ đổi thành “{INVENTED}” khi cả bảng là số bịa ra để thử; bảng như vậy không nạp chung với số thật."),
    ("Giữ nguyên", "Không đổi tên cột, không gộp ô. Có thể ẩn, lọc, xếp lại dòng (dòng ẩn vẫn được đọc) và thêm cột “Ghi chú”, “Tỷ lệ …”."),
)
_CAPTURES = (
    ("Lũy kế từ ngày", "Ngày cổng bắt đầu đếm, thường là 01/01. Sang năm mới thì đếm lại từ đầu: ghi 01/01 của năm mới."),
    (
        "Số trong tuần",
        "Số không lũy kế (“trong tuần”) thì ghi ngày đầu và ngày cuối tuần. Các tuần phải nối liền nhau, không thiếu ngày nào.",
    ),
    ("Số giảm", "Số lũy kế từ cùng một ngày không thể giảm; nếu cổng đã sửa số cũ, tệp bị trả lại để đối chiếu."),
    ("Số thủ tục, dịch vụ", "Là số vào ngày chụp, không trừ cho nhau. Số dịch vụ có hồ sơ không chia được theo tháng nên không có ở biểu này."),
)


def guide_lines(layout: str, province: str, year: int) -> Iterator[tuple[str, str]]:
    """Label and text of each line of the instruction sheet."""
    yield f"Hướng dẫn ghi {TITLES[layout][:1].lower()}{TITLES[layout][1:]}: {province} {year}", ""
    yield "Cách dùng", f"Ghi vào trang “{DATA_SHEETS[layout]}”. {_USE[layout]}"
    yield "", ""
    yield "Ý nghĩa các cột", ""
    for column in COLUMNS[layout]:
        wholes = [NAMES[whole] for part, whole in PARTS if part == column.key]
        held = f" Không lớn hơn {' và '.join(f'“{whole}”' for whole in wholes)}." if wholes else ""
        unused = "" if column.key in ("unit_code", "unit", "month", "start", "end") or rates_fed_by(column.key) else " Chưa dùng cho tỷ lệ nào."
        yield column.heading, f"{sentence_case(column.said)}.{held}{unused}"
    yield "", ""
    yield "Các tỷ lệ được tính", ""
    known = {column.key for column in COLUMNS[layout]}
    for rate in RATES.values():
        if {rate.numerator, rate.denominator} <= known:
            yield sentence_case(rate.name_vi), f"“{NAMES[rate.numerator]}” chia cho “{NAMES[rate.denominator]}”; thiếu một trong hai thì không tính."
    yield "", ""
    yield "Cách ghi", ""
    yield from _WRITING
    yield from () if layout == MONTHLY else _CAPTURES
    yield "", ""
    yield "Kiểm tra, nạp", f"lantoa check TỆP.xlsx; hết lỗi thì lantoa import TỆP.xlsx --kind {layout}."
