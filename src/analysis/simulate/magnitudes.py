"""How large and how frequent simulated activities are.

Published magnitudes (``activity_magnitudes.csv``) are cited beside the numbers they gave; everything
marked "invented" has no source, because no result report of such a plan was found.
"""

from dataclasses import dataclass, field, replace

SESSION_PEOPLE = (43, 71)  # people a session: 43.1, 59.6 and 70.8 in three published counts
ARTICLE_VIEWS = (150, 850)  # views an official article: 151, 624, 665, 842 published
POST_VIEWS = (100, 900)  # invented; commune pages have 2,500-10,000 followers
LOCAL_CONTEST_ENTRIES = (60, 135)  # upper end: 135 young officials of 27 units (TP.HCM); lower end invented
PROVINCE_CONTEST_ENTRIES = (8_000, 26_000)  # upper end: 25,980 entries (Huế 2025); lower end invented
CITIZEN_SHARE_OF_CONTEST = 1_581 / 25_980  # Huế 2025: 24,399 officials and 1,581 citizens
LOCAL_LEAFLETS = (100, 800)  # invented: no leaflet count was found
PROVINCE_LEAFLETS = (3_000, 15_000)  # invented
HANDBOOKS = (50, 400)  # invented
LOCAL_PANEL_M2 = (8, 60)  # invented; all topics together made 2,623 m² in half a year (Bình Dương 2020)
PROVINCE_PANEL_M2 = (80, 400)  # invented, same comparison
RADIO_PLAYS = (4, 40)  # invented; stations play up to twice a day
RADIO_LISTENERS_A_PLAY = (20, 120)  # invented, always logged as an estimate
TELEVISION_VIEWERS = (2_000, 12_000)  # invented, always logged as an estimate
CLIP_VIEWS = (150, 2_500)  # invented
VISITORS = (150, 900)  # invented; the provincial library's 7 book shows held 910 copies each
DELEGATION_PEOPLE = (8, 25)  # invented

QUANTITY_KNOWN_SHARE = 0.95  # invented: a few rows state no number
EVIDENCE_SHARE = 0.6  # invented: the rest name no evidence
PRECISION_SHARES = {"day": 0.82, "month": 0.14, "quarter": 0.04}  # invented: most rows are dated to the day

LOCAL_ROWS_A_MONTH = {"commune": 0.65, "district": 1.2, "department": 1.0}  # invented, for 4,000-6,000 rows in six years
UNIT_INTENSITY_SHAPE = 3.0  # invented: gamma shape of lasting differences between units
BURST_SHAPE = 0.8  # invented: gamma shape of month-to-month bursts, as campaigns come and go
STARTED_BEFORE_SHARE = {"commune": 0.35, "district": 0.8, "department": 0.6}  # invented: active from the first month
NEVER_LOGS_SHARE = {"commune": 0.06, "district": 0.0, "department": 0.05}  # invented: silent in all years
LAST_ONSET_FRACTION = 0.75  # invented: first campaigns are staggered over this part of the period
SILENT_YEAR_SHARE = 0.06  # invented: an active unit reports nothing for a whole year
OUTSIDE_PLAN_SHARE = 0.1  # invented: logged without a plan in a plan year

LOCAL_CHANNEL_MIX = {  # invented weights
    "commune": {"radio": 28, "social_media": 18, "web_portal": 14, "visual": 12, "dialogue": 10, "print": 9, "training": 8, "contest": 1},
    "district": {"web_portal": 22, "radio": 16, "social_media": 15, "press": 12, "training": 12, "visual": 9, "dialogue": 8, "print": 6},
    "department": {"web_portal": 32, "training": 20, "press": 14, "social_media": 12, "dialogue": 10, "print": 7, "video": 4, "contest": 1},
}
OFFICE_ROWS_A_YEAR = {  # invented; press, portal and video follow the frequencies of plan 6334 (12, 24 and 4)
    "press": 12,
    "television": 4,
    "radio": 2,
    "web_portal": 24,
    "social_media": 8,
    "visual": 12,
    "print": 3,
    "video": 4,
    "training": 4,
    "dialogue": 2,
    "contest": 1,
    "exhibition": 2,
    "oversight": 3,
    "study_visit": 2,
    "media_monitoring": 12,
}

HELD_SHARE = {"office": 0.9, "local": 0.68}  # invented: planned occasions that take place at all
LATE_SHARE = 0.14  # invented: counted occasions that come after their turn
LATE_WINDOW_SHARE = 0.35  # invented: occasions that come after a window shorter than the year
LONGEST_DELAY_MONTHS = 2  # invented
ITEM_DROPPED_SHARE = 0.15  # invented: window items of the office that never start
LOCAL_WINDOW_SHARE = 0.15  # invented: local units that take part in a shared window item
FURTHER_OCCASIONS = 4  # invented: mean of "và các bản tin chuyên đề", which the plan does not count

MEETING_CHANNELS = frozenset({"training", "dialogue", "contest", "exhibition", "oversight", "study_visit"})
CLOSURE_MONTHS = frozenset({"2021-07", "2021-08", "2021-09"})  # COVID-19: gatherings were forbidden in the province


@dataclass(frozen=True)
class Kind:
    """Shape of an activity of one channel: what is counted, how many, for whom, and what reach means."""

    counter: str
    quantity: tuple[int, int]
    audiences: dict[str, int]
    phrases: tuple[str, ...]
    reach_kind: str | None = None
    reach_each: tuple[int, int] = (1, 1)
    reach_basis: str = "recorded"
    reach_known_share: float = 0.0
    days: tuple[int, int] = (1, 1)
    evidence: tuple[str, ...] = field(default=("ảnh chụp",))


PUBLIC = {"citizens": 5, "citizens_businesses": 3, "businesses": 1}  # invented weights, as all audiences below

KINDS = {
    "press": Kind("bai", (1, 3), PUBLIC, ("Bài báo về", "Tin trên Báo Bình Dương về"), evidence=("bản chụp bài báo",)),
    "television": Kind(
        "phong_su",
        (1, 1),
        PUBLIC,
        ("Phóng sự truyền hình về",),
        "luot_xem",
        TELEVISION_VIEWERS,
        "estimated",
        0.25,
        evidence=("lịch phát sóng",),
    ),
    "radio": Kind(
        "luot_phat",
        RADIO_PLAYS,
        {"citizens": 1},
        ("Phát thanh hướng dẫn", "Bản tin truyền thanh về"),
        "luot_nghe",
        RADIO_LISTENERS_A_PLAY,
        "estimated",
        0.15,
        (3, 10),
        ("sổ theo dõi phát thanh",),
    ),
    "web_portal": Kind(
        "bai",
        (1, 3),
        PUBLIC,
        ("Bài trên trang thông tin điện tử về", "Bài hướng dẫn"),
        "luot_xem",
        ARTICLE_VIEWS,
        "recorded",
        0.6,
        evidence=("đường dẫn bài",),
    ),
    "social_media": Kind(
        "bai",
        (1, 5),
        {"citizens": 4, "citizens_businesses": 1},
        ("Bài đăng Zalo về", "Bài đăng Facebook về"),
        "luot_xem",
        POST_VIEWS,
        "recorded",
        0.55,
        evidence=("ảnh chụp màn hình",),
    ),
    "visual": Kind("m2", LOCAL_PANEL_M2, {"citizens": 3, "mixed": 1}, ("Pa-nô, băng-rôn về", "Màn hình LED về"), days=(10, 30)),
    "print": Kind(
        "to",
        LOCAL_LEAFLETS,
        {"citizens": 3, "citizens_businesses": 2},
        ("Tờ rơi hướng dẫn", "Tờ gấp về"),
        "ban_in",
        reach_known_share=0.75,
        evidence=("bản lưu",),
    ),
    "video": Kind("clip", (1, 2), PUBLIC, ("Video hướng dẫn",), "luot_xem", CLIP_VIEWS, "recorded", 0.5, evidence=("đường dẫn video",)),
    "training": Kind(
        "lop",
        (1, 2),
        {"officials": 8, "mixed": 2},
        ("Tập huấn về", "Hội nghị phổ biến"),
        "luot_nguoi",
        SESSION_PEOPLE,
        "recorded",
        0.8,
        evidence=("danh sách tham dự",),
    ),
    "dialogue": Kind(
        "buoi",
        (1, 2),
        {"citizens": 3, "businesses": 2, "citizens_businesses": 3},
        ("Đối thoại về", "Tọa đàm về"),
        "luot_nguoi",
        SESSION_PEOPLE,
        "recorded",
        0.75,
        evidence=("biên bản", "ảnh chụp"),
    ),
    "contest": Kind(
        "cuoc",
        (1, 1),
        {"officials": 1},
        ("Hội thi tìm hiểu",),
        "luot_thi",
        LOCAL_CONTEST_ENTRIES,
        "recorded",
        0.9,
        (1, 5),
        ("kết quả hội thi",),
    ),
    "exhibition": Kind("dot", (1, 1), {"mixed": 1, "citizens": 1}, ("Triển lãm về",), "luot_nguoi", VISITORS, "estimated", 0.5, (2, 7)),
    "oversight": Kind("cuoc", (1, 2), {"mixed": 1}, ("Giám sát, phản biện việc",), evidence=("thông báo kết quả",)),
    "study_visit": Kind(
        "doan",
        (1, 1),
        {"officials": 1},
        ("Học tập kinh nghiệm về",),
        "luot_nguoi",
        DELEGATION_PEOPLE,
        "recorded",
        0.9,
        (1, 3),
        ("báo cáo chuyến đi",),
    ),
    "media_monitoring": Kind("bao_cao", (1, 1), {"officials": 1}, ("Điểm báo về",), evidence=("bản báo cáo",)),
}
OFFICE_KINDS = KINDS | {
    "print": replace(KINDS["print"], quantity=PROVINCE_LEAFLETS),
    "visual": replace(KINDS["visual"], quantity=PROVINCE_PANEL_M2),
    "contest": replace(KINDS["contest"], reach_each=PROVINCE_CONTEST_ENTRIES, days=(7, 14)),
}
HANDBOOK = replace(KINDS["print"], counter="cuon", quantity=HANDBOOKS, phrases=("Sổ tay nghiệp vụ về",))
ISSUE_CHANNELS = frozenset({"press", "web_portal"})  # planned by the issue: "01 kỳ/tháng", "02 kỳ/tháng"

PUBLIC_TOPICS = (
    "nộp hồ sơ trực tuyến",
    "tài khoản Cổng Dịch vụ công",
    "nhận kết quả qua bưu chính công ích",
    "thanh toán phí, lệ phí trực tuyến",
    "thủ tục hộ tịch, chứng thực",
    "thủ tục đất đai tại Bộ phận Một cửa",
    "thủ tục đăng ký kinh doanh",
    "gửi phản ánh, kiến nghị về thủ tục hành chính",
    "một cửa, một cửa liên thông",
)
OFFICIAL_TOPICS = (
    "kiểm soát thủ tục hành chính",
    "nghiệp vụ một cửa, một cửa liên thông",
    "số hóa hồ sơ, giấy tờ",
    "kỹ năng hỗ trợ người dân nộp hồ sơ trực tuyến",
    "tiếp nhận, xử lý phản ánh, kiến nghị",
)


def kind_of(channel: str, audience: str | None, *, by_office: bool) -> Kind:
    """Shape of an activity; print for officials is a handbook, not a leaflet."""
    if channel == "print" and audience == "officials":
        return HANDBOOK
    return (OFFICE_KINDS if by_office else KINDS)[channel]
