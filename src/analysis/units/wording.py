"""How offices write units, as data: types, abbreviations, groups, and bodies that are not ours. Nothing here decides.

Except for official names, wordings are folded (lower case, no diacritics, no punctuation) and leave out the words of ``UNSAID``.
"""

from dataclasses import dataclass

# Forms of a type before a name, by level. A unit keeps its code and bare name when its type changes, so any type of its level is read.
TYPE_FORMS: dict[str, dict[str, tuple[str, ...]]] = {
    "province": {"Tỉnh": ("tinh", "t"), "Thành phố": ("thanh pho", "tp")},
    "district": {"Huyện": ("huyen", "h"), "Thị xã": ("thi xa", "tx"), "Thành phố": ("thanh pho", "tp"), "Quận": ("quan", "q")},
    "commune": {"Phường": ("phuong", "p"), "Xã": ("xa", "x"), "Thị trấn": ("thi tran", "tt"), "Đặc khu": ("dac khu",)},
}
TYPES_NOT_IN = {"63-tinh": ("Đặc khu",), "34-tinh": ("Thị trấn",)}

# Words that may be said or left out without meaning another unit.
UNSAID = ("va", "cac", "thuoc", "truc thuoc")

# Shortened words → written out; whole words, longer ones first.
SHORTENED = {
    "uy ban nhan dan": "ubnd",
    "vpubnd": "van phong ubnd",
    "vp": "van phong",
    "bhxh": "bao hiem xa hoi",
    "bql": "ban quan ly",
    "ban ql": "ban quan ly",
    "kcn": "khu cong nghiep",
    "tphcm": "thanh pho ho chi minh",
    "tp hcm": "thanh pho ho chi minh",
}

# First words of an official name → how else it is written. An abbreviation stands for every word of the name;
# names with words left out ("Sở Văn hóa") are close to the unit, not the unit, and are shown for confirmation.
DEPARTMENT_ALIASES: dict[str, tuple[str, ...]] = {
    "Ban Quản lý các khu công nghiệp": ("Ban Quản lý KCN", "BQLKCN"),
    "Bảo hiểm xã hội": (),
    "Sở Công Thương": ("Sở CT",),
    "Sở Giao thông vận tải": ("Sở GTVT",),
    "Sở Giáo dục và Đào tạo": ("Sở GD&ĐT",),
    "Sở Kế hoạch và Đầu tư": ("Sở KH&ĐT",),
    "Sở Khoa học và Công nghệ": ("Sở KH&CN",),
    "Sở Lao động - Thương binh và Xã hội": ("Sở LĐTB&XH",),
    "Sở Nông nghiệp và Phát triển nông thôn": ("Sở NN&PTNT", "Sở Nông nghiệp và PTNT"),
    "Sở Tài nguyên và Môi trường": ("Sở TN&MT",),
    "Sở Thông tin và Truyền thông": ("Sở TT&TT",),
    "Sở Văn hóa, Thể thao và Du lịch": ("Sở VHTT&DL", "Sở VH, TT và DL"),
    "Thanh tra": (),
    "Văn phòng Ủy ban nhân dân": ("Văn phòng UB",),
}

# A part that answers through its unit: said in brackets after it, it changes nothing; said alone or with the province, it is the unit.
PARTS = {
    "trung tam hanh chinh cong": "Văn phòng Ủy ban nhân dân",
    "trung tam hcc": "Văn phòng Ủy ban nhân dân",
    "tt hanh chinh cong": "Văn phòng Ủy ban nhân dân",
    "tt hcc": "Văn phòng Ủy ban nhân dân",
    "tthcc": "Văn phòng Ủy ban nhân dân",
    "trung tam phuc vu hanh chinh cong": "Văn phòng Ủy ban nhân dân",
    "trung tam pvhcc": "Văn phòng Ủy ban nhân dân",
    "tt phuc vu hanh chinh cong": "Văn phòng Ủy ban nhân dân",
    "tt pvhcc": "Văn phòng Ủy ban nhân dân",
    "ttpvhcc": "Văn phòng Ủy ban nhân dân",
}

# Officers addressed for the body they head, as written before its name.
HEADS = ("Thủ trưởng", "Giám đốc", "Chủ tịch", "Chánh", "Lãnh đạo", "Trưởng")

# Qualifiers that narrow nothing we could count.
QUALIFIERS = (
    "dong tren dia ban tinh",
    "tren dia ban tinh",
    "dong tren dia ban",
    "tren dia ban",
    "dong tren",  # the words behind it left out
    "co lien quan",
    "lien quan",
    "cua tinh",
    "cap tinh",
    "khac",
    "tinh",
)


@dataclass(frozen=True)
class Group:
    """Units addressed together: all of a level, of some types where ``types`` is not empty."""

    name_vi: str
    level: str
    types: tuple[str, ...]
    wordings: tuple[str, ...]
    vintages: tuple[str, ...] = ("63-tinh", "34-tinh")


DEPARTMENT_TYPES = ("Sở", "Ban quản lý", "Thanh tra tỉnh", "Văn phòng")

GROUPS = (
    Group(
        "Các sở, ban, ngành",
        "department",
        DEPARTMENT_TYPES,
        ("so ban nganh", "so nganh", "so ban", "ban nganh", "so ban nganh ubnd", "so", "co quan chuyen mon ubnd"),
    ),
    Group("Cơ quan ngành dọc", "department", ("Cơ quan ngành dọc",), ("co quan nganh doc", "nganh doc", "co quan trung uong")),
    Group("UBND cấp huyện", "district", (), ("ubnd cap huyen", "cap huyen", "ubnd huyen thi thanh pho", "huyen thi thanh pho"), ("63-tinh",)),
    Group("UBND cấp xã", "commune", (), ("ubnd cap xa", "cap xa")),
)

NO_LONGER = {
    ("UBND cấp huyện", "34-tinh"): "từ 01/07/2025 không còn cấp huyện; hãy ghi UBND cấp xã hoặc tên từng xã, phường",
}

# Addressed without saying who: no unit can be held to it.
OPEN_GROUPS = {
    "don vi dia phuong": "Các đơn vị, địa phương có liên quan",
    "co quan don vi dia phuong": "Các cơ quan, đơn vị, địa phương có liên quan",
    "co quan don vi": "Các cơ quan, đơn vị có liên quan",
    "don vi": "Các đơn vị có liên quan",
    "dia phuong": "Các địa phương",
    "ubnd cap": "UBND các cấp",
}

# Bodies that are known and are none of our units.
EXTERNAL = (
    "bao",
    "bao chi",
    "bo chi huy quan su",
    "buu dien",
    "ca nhan to chuc",
    "chuyen gia",
    "co quan bao chi",
    "co quan thong tan bao chi",
    "cong an",
    "cong thong tin dien tu",
    "cuc hai quan",
    "cuc thue",
    "dai phat thanh truyen hinh",
    "dai pt th",
    "dai ptth",
    "dai truyen thanh",
    "doan the",
    "doan the cap",
    "doan thanh nien",
    "doan thanh nien cong san ho chi minh",
    "doan tncs",
    "doan tncs hcm",
    "doan tncs ho chi minh",
    "doanh nghiep",
    "hiep hoi doanh nghiep",
    "hoi cuu chien binh",
    "hoi lien hiep phu nu",
    "hoi nong dan",
    "kho bac nha nuoc",
    "lien doan lao dong",
    "mat tran doan the",
    "mat tran to quoc",
    "mat tran to quoc viet nam",
    "nguoi dan",
    "nguoi dan doanh nghiep",
    "thong tan bao chi",
    "to chuc",
    "to chuc ca nhan",
    "to chuc ca nhan chuyen gia",
    "to chuc chinh tri xa hoi",
    "trung tam van hoa nghe thuat",
    "ubmttq",
    "ubmttq viet nam",
    "uy ban mat tran to quoc",
    "uy ban mat tran to quoc doan the cap",
    "uy ban mat tran to quoc viet nam",
    "uy ban mttq",
    "uy ban mttq viet nam",
    "vien thong",
    "vnpt",
)
