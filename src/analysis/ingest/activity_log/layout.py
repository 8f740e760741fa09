"""The activity log as data: its columns in the order of the template, the words accepted in them, the marks it uses."""

from dataclasses import dataclass
from typing import Literal

from analysis import codes

Kind = Literal["ordinal", "plan", "item", "unit", "label", "day", "text", "count", "money"]

LOG_SHEET = "Nhật ký"
GUIDE_SHEET = "Hướng dẫn"
LISTS_SHEET = "Danh mục"
EXAMPLE_MARK = "VD"  # STT of the template's example rows begins with it
SYNTHETIC_MARK = "[Mô phỏng]"  # begins the title of every invented row
SHORTEST_TITLE = 5
DEAREST_VND = 5_000_000_000  # one activity costs millions to hundreds of millions; beyond it three zeros too many are likelier than the sum
FIRST_LOG_YEAR = 2015  # no office of ours logged before; an earlier day is a slip of the keyboard


@dataclass(frozen=True)
class LogColumn:
    """A column of the log: its name in code, its heading in the template, other headings that mean it, what its cells hold."""

    key: str
    heading: str
    kind: Kind
    synonyms: tuple[str, ...] = ()
    is_required: bool = False
    may_be_merged: bool = True  # one value over several rows means the same for each of them; a number cannot be divided


_PLAN_NUMBERS = (
    "Kế hoạch",
    "KH",
    "Kế hoạch số",
    "Số KH",
    "KH số",
    "Số của kế hoạch",
    "Số hiệu kế hoạch",
    "Số hiệu KH",
    "Ký hiệu KH",
    "Số/ký hiệu KH",
    "Số, ký hiệu kế hoạch",
    "Mã KH",
    "Mã kế hoạch",
    "Theo kế hoạch",
    "Thuộc kế hoạch",
)

LOG_COLUMNS = (
    LogColumn("stt", "STT", "ordinal", ("TT", "Số TT", "Số thứ tự"), may_be_merged=False),
    LogColumn("plan_number", "Số kế hoạch", "plan", _PLAN_NUMBERS),
    LogColumn("plan_item", "Mục kế hoạch", "item", ("Mục", "Mục trong kế hoạch", "Mục của kế hoạch", "Mục KH")),
    LogColumn("unit", "Đơn vị thực hiện", "unit", ("Đơn vị", "Cơ quan thực hiện", "Đơn vị chủ trì", "Đơn vị báo cáo"), is_required=True),
    LogColumn("channel", "Kênh truyền thông", "label", ("Kênh", "Hình thức", "Hình thức truyền thông", "Hình thức tuyên truyền"), is_required=True),
    LogColumn("audience", "Đối tượng", "label", ("Đối tượng truyền thông", "Đối tượng tuyên truyền", "Đối tượng tiếp cận"), is_required=True),
    LogColumn(
        "start",
        "Từ ngày",
        "day",
        ("Ngày bắt đầu", "Ngày", "Ngày thực hiện", "Ngày tổ chức", "Thời gian", "Thời gian thực hiện", "Ngày tháng"),
        is_required=True,
    ),
    LogColumn("end", "Đến ngày", "day", ("Ngày kết thúc",)),
    LogColumn("title", "Nội dung hoạt động", "text", ("Nội dung", "Tên hoạt động", "Hoạt động", "Nội dung thực hiện"), is_required=True),
    LogColumn("quantity", "Số lượng", "count", ("SL", "Khối lượng"), may_be_merged=False),
    LogColumn("counter", "Đơn vị tính", "label", ("ĐVT",)),
    LogColumn("reach", "Số lượt tiếp cận", "count", ("Lượt tiếp cận", "Số lượt", "Số người tiếp cận"), may_be_merged=False),
    LogColumn("reach_kind", "Loại tiếp cận", "label", ("Loại lượt tiếp cận", "Loại lượt")),
    LogColumn("reach_basis", "Cách ghi nhận", "label", ("Cách ghi nhận số lượt", "Căn cứ ghi nhận")),
    LogColumn("cost", "Kinh phí (đồng)", "money", ("Kinh phí thực hiện", "Số tiền (đồng)", "Chi phí (đồng)"), may_be_merged=False),
    LogColumn("evidence", "Minh chứng", "text", ("Tài liệu minh chứng", "Tài liệu kiểm chứng", "Đường dẫn", "Link")),
    LogColumn("note", "Ghi chú", "text", ("Ghi chú khác",)),
)
COLUMN_OF = {column.key: column for column in LOG_COLUMNS}
REQUIRED = tuple(column for column in LOG_COLUMNS if column.is_required)

# A cost column may name its unit; anything but đồng would have to be multiplied and is refused.
OTHER_MONEY_UNITS = ("triệu", "nghìn", "ngàn", "tỷ", "tỉ", "usd", "1.000", "1000")

LABELS: dict[str, dict[str, str]] = {
    "channel": codes.CHANNELS,
    "audience": codes.AUDIENCES,
    "counter": codes.COUNTERS,
    "reach_kind": codes.REACH_KINDS,
    "reach_basis": codes.REACH_BASES,
}

# Other words offices use → code; compared without case and diacritics. What could mean two codes has no place here.
SYNONYMS: dict[str, dict[str, str]] = {
    "channel": {
        "báo": "press",
        "báo in": "press",
        "báo điện tử": "press",
        "tivi": "television",
        "đài truyền hình": "television",
        "truyền thanh": "radio",
        "phát thanh": "radio",
        "loa truyền thanh": "radio",
        "đài truyền thanh": "radio",
        "cổng thông tin điện tử": "web_portal",
        "trang thông tin điện tử": "web_portal",
        "website": "web_portal",
        "facebook": "social_media",
        "fanpage": "social_media",
        "zalo": "social_media",
        "băng rôn": "visual",
        "pano": "visual",
        "áp phích": "visual",
        "tờ rơi": "print",
        "tờ gấp": "print",
        "ấn phẩm": "print",
        "sổ tay": "print",
        "video": "video",
        "clip": "video",
        "tập huấn": "training",
        "hội nghị": "training",
        "lớp tập huấn": "training",
        "đối thoại": "dialogue",
        "tọa đàm": "dialogue",
        "cuộc thi": "contest",
        "giám sát": "oversight",
        "phản biện": "oversight",
        "đoàn công tác": "study_visit",
        "học tập kinh nghiệm": "study_visit",
        "điểm báo": "media_monitoring",
    },
    "audience": {
        "dân": "citizens",
        "nhân dân": "citizens",
        "công dân": "citizens",
        "dn": "businesses",
        "người dân, doanh nghiệp": "citizens_businesses",
        "cbcc": "officials",
        "cbccvc": "officials",
        "cán bộ công chức": "officials",
        "cán bộ, công chức": "officials",
        "cán bộ công chức viên chức": "officials",
    },
    "counter": {
        "bài viết": "bai",
        "bài báo": "bai",
        "tin tức": "tin",
        "hội nghị": "cuoc",
        "lớp tập huấn": "lop",
        "tờ rơi": "to",
        "tờ gấp": "to",
        "quyển": "cuon",
        "m2": "m2",
        "mét vuông": "m2",
        "video": "clip",
        "lượt phát sóng": "luot_phat",
    },
    "reach_kind": {
        "lượt truy cập": "luot_xem",
        "view": "luot_xem",
        "lượt người tham dự": "luot_nguoi",
        "lượt tham dự": "luot_nguoi",
        "lượt dự thi": "luot_thi",
        "bản": "ban_in",
    },
    "reach_basis": {"ghi nhận": "recorded", "thống kê": "recorded", "ước tính": "estimated", "ước": "estimated", "ước lượng": "estimated"},
}

MONEY_UNITS = ("", "dong", "d", "vnd", "dong vn", "dong viet nam")
# Words behind a reach that name no kind of their own and agree with each kind counted in lượt.
BARE_REACH_UNIT = "luot"
