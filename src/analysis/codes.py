"""Code lists of the house: code → Vietnamese label. An unknown code stops the run (see ``contracts``)."""

CHANNELS = {
    "press": "báo chí",
    "television": "truyền hình",
    "radio": "truyền thanh cơ sở",
    "web_portal": "cổng, trang thông tin điện tử",
    "social_media": "mạng xã hội",
    "visual": "cổ động trực quan",
    "print": "ấn phẩm, tờ rơi, tờ gấp",
    "video": "video, clip",
    "training": "tập huấn, hội nghị",
    "dialogue": "đối thoại, tọa đàm",
    "contest": "hội thi",
    "exhibition": "triển lãm",
    "oversight": "giám sát, phản biện",
    "study_visit": "đoàn công tác, học tập kinh nghiệm",
    "media_monitoring": "theo dõi, điểm báo",
}

AUDIENCES = {
    "citizens": "người dân",
    "businesses": "doanh nghiệp",
    "citizens_businesses": "người dân và doanh nghiệp",
    "officials": "cán bộ, công chức, viên chức",
    "mixed": "cả cán bộ và người dân",
}

# Counters are different things and are never added together.
COUNTERS = {
    "tin": "tin",
    "bai": "bài",
    "phong_su": "phóng sự",
    "ky": "kỳ",
    "so": "số",
    "cuoc": "cuộc",
    "buoi": "buổi",
    "lop": "lớp",
    "dot": "đợt",
    "to": "tờ",
    "cuon": "cuốn",
    "m2": "m²",
    "clip": "clip",
    "luot_phat": "lượt phát",
    "bao_cao": "báo cáo",
    "doan": "đoàn",
}

REACH_KINDS = {
    "luot_xem": "lượt xem",
    "luot_nghe": "lượt nghe",
    "luot_nguoi": "lượt người",
    "luot_thi": "lượt thi",
    "ban_in": "bản in",
}

REACH_BASES = {"recorded": "có ghi nhận", "estimated": "ước tính của đơn vị"}

DATE_PRECISIONS = {"day": "ngày", "month": "tháng", "quarter": "quý", "year": "năm"}

SCHEDULE_KINDS = {
    "continuous": "thường xuyên",
    "window": "trong khoảng thời gian",
    "recurring": "định kỳ",
    "on_demand": "khi phát sinh",
    "not_understood": "chưa hiểu được",
}

RATE_KEYS = {
    "online_all": "hồ sơ nộp trực tuyến trên tổng hồ sơ tiếp nhận",
    "online_of_online_services": "hồ sơ nộp trực tuyến trên hồ sơ của các thủ tục có dịch vụ trực tuyến",
    "toan_trinh": "hồ sơ nộp trực tuyến toàn trình trên tổng hồ sơ tiếp nhận",
    "mot_phan": "hồ sơ nộp trực tuyến một phần trên tổng hồ sơ tiếp nhận",
    "services_offered": "thủ tục có dịch vụ công trực tuyến trên tổng thủ tục thuộc thẩm quyền",
    "services_used": "dịch vụ công trực tuyến có phát sinh hồ sơ trên dịch vụ đã cung cấp",
    "epay_dossiers": "hồ sơ thanh toán trực tuyến trên hồ sơ có nghĩa vụ tài chính",
    "digitised_in": "hồ sơ được số hóa khi tiếp nhận trên tổng hồ sơ tiếp nhận",
    "digitised_out": "hồ sơ có kết quả điện tử trên tổng hồ sơ đã giải quyết",
    "bcci_in": "hồ sơ tiếp nhận qua bưu chính công ích trên tổng hồ sơ tiếp nhận",
    "bcci_out": "kết quả trả qua bưu chính công ích trên tổng hồ sơ đã giải quyết",
}

UPTAKE_BASES = {
    "monthly_table": "bảng hồ sơ theo tháng",
    "snapshots": "hiệu số của số liệu lũy kế",
    "dossiers": "sổ hồ sơ của phần mềm một cửa",
}

SERVICE_LEVELS = {
    "toan_trinh": "toàn trình (trước Nghị định 42/2022/NĐ-CP: mức độ 4)",
    "mot_phan": "một phần (trước Nghị định 42/2022/NĐ-CP: mức độ 3)",
    "no_online_service": "chưa có dịch vụ trực tuyến",
    "not_known": "không ghi mức độ",
}

DOSSIER_CHANNELS = {"counter": "trực tiếp", "online": "trực tuyến", "post": "bưu chính công ích"}

# Why a row of a dossier log is not counted, in the order in which reasons are looked for: a row has the first that fits.
DOSSIER_REASONS = {
    "broken_line": "dòng không tách được thành các cột",
    "no_unit": "không có mã đơn vị",
    "unit_of_other_vintage": "mã đơn vị thuộc danh mục khác",
    "unknown_unit": "mã đơn vị không có trong danh mục",
    "no_dossier_id": "không có mã hồ sơ",
    "no_received_day": "không có ngày tiếp nhận, hoặc không đọc được",
    "before_2000": "ngày tiếp nhận trước năm 2000",
    "in_future": "ngày tiếp nhận hoặc ngày trả kết quả sau ngày xuất dữ liệu",
    "outside_vintage": "ngày tiếp nhận ngoài thời gian dùng của danh mục đơn vị",
    "unreadable_day": "ngày hẹn trả hoặc ngày trả kết quả không đọc được",
    "result_before_receipt": "trả kết quả trước khi tiếp nhận",
    "unknown_channel": "kênh tiếp nhận không có trong bảng mã",
    "unknown_level": "mức độ dịch vụ không có trong bảng mã",
    "unreadable_fee": "phí, lệ phí không đọc được",
    "negative_fee": "phí, lệ phí âm",
    "unknown_flag": "ô có/không không có trong bảng mã",
    "not_marked_synthetic": "dòng không mang dấu mô phỏng, hoặc dòng thật trong sổ mô phỏng",
    "repeated_id": "trùng mã hồ sơ với một dòng khác",
}
DOSSIER_OUTCOMES = {"counted": "được tính", **DOSSIER_REASONS}

# Decree 42/2022/NĐ-CP of 24/06/2022, in force 15/08/2022, relabelled levels 3 and 4: the series is not the same before and after.
REGIMES = {
    "levels_3_4": "theo mức độ 3, 4 (trước Nghị định 42/2022/NĐ-CP)",
    "decree_42": "theo toàn trình, một phần (từ Nghị định 42/2022/NĐ-CP)",
}
DECREE_42_MONTH = "2022-08"
DECREE_42_FIRST_MONTH = "2022-09"  # first whole calendar month under the decree

INDICES = {
    "PAR INDEX": "Chỉ số cải cách hành chính",
    "SIPAS": "Chỉ số hài lòng về sự phục vụ hành chính",
    "PCI": "Chỉ số năng lực cạnh tranh cấp tỉnh",
    "PAPI": "Chỉ số hiệu quả quản trị và hành chính công cấp tỉnh",
}

COMPOSITE = "TOTAL"  # the component code of an index's published composite

# How a figure was got; which source is believed is declared in the index registry.
BASES = {
    "publisher_file": "tệp của nơi công bố",
    "stated": "đã công bố",
    "order": "đã công bố, hạng theo thứ tự nêu tên",
    "compiled": "bảng tổng hợp đã đối chiếu với nơi công bố",
    "derived": "suy ra từ công bố",
    "secondary": "chỉ có ở nguồn thứ cấp",
}

SHARED_RANK = "Hai tỉnh cùng một hạng"  # how notices of a build call what reconciling leaves open

SECONDARY = "secondary"  # the basis of a figure that no publisher or agency is known to have stated

SCORE_FIELDS = {"score": "điểm", "rank": "hạng", "standard_error_score": "sai số chuẩn"}

DIRECTIONS = {"higher_is_better": "điểm cao hơn là tốt hơn", "lower_is_better": "điểm thấp hơn là tốt hơn"}

# How a parent component follows from its parts in an edition.
COMPOSITE_RULES = {
    "sum": "tổng các thành phần",
    "part_sum": "tổng các thành phần, có thành phần chưa khai trong danh mục",
    "weighted": "tổng theo trọng số",
    "not_known": "không tái lập được",
}

MEASURED_BASES = {"stated": "nơi công bố nêu", "reference_year": "lấy cả năm đánh giá"}

UNIT_LEVELS = {
    "province": "tỉnh, thành phố",
    "department": "sở, ngành",
    "district": "huyện, thị xã, thành phố",
    "commune": "xã, phường, thị trấn",
}

VINTAGES = {
    "64-tinh": "danh mục 64 tỉnh, thành (đến 31/07/2008)",
    "63-tinh": "danh mục 63 tỉnh, thành (đến 30/06/2025)",
    "34-tinh": "danh mục 34 tỉnh, thành (từ 01/07/2025)",
}

PLAN_VINTAGES = {vintage: label for vintage, label in VINTAGES.items() if vintage != "64-tinh"}  # no plan is older than 2008

LINK_EXTENTS = {"whole": "nhập toàn bộ", "part": "nhập một phần", "unchanged": "giữ nguyên", "renamed_part": "đổi tên, nhập một phần"}

EVENT_KINDS = {
    "covid_closure": "giãn cách do COVID-19",
    "legal_change": "thay đổi quy định",
    "restructuring": "sắp xếp tổ chức, thủ tục",
    "unit_change": "thay đổi đơn vị hành chính",
    "unit_type_change": "thay đổi loại đơn vị hành chính",
}
