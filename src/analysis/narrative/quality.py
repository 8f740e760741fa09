"""Sentences on data quality and on what next year's plan should make measurable."""

import pandas as pd

from analysis import text
from analysis.blocks import Provenance, Sentence, provenance
from analysis.tables import register_provenance


def synthetic_share(register: pd.DataFrame) -> Sentence:
    """Which parts rest on invented rows."""
    invented = register[register["is_synthetic"]]
    rests_on = register_provenance(register)
    if invented.empty:
        return Sentence("Toàn bộ số liệu trong báo cáo này là số liệu thật đã đăng ký nguồn.", rests_on)
    named = text.enumerate_vi([text.decapitalised(str(name)) for name in invented["document"]])
    return Sentence(
        f"Có {len(invented)} loại số liệu nội bộ không được công khai nên bộ công cụ dùng bản mô phỏng: {named}. "
        "Mọi biểu đồ, bảng và nhận định dùng đến đều đóng dấu “SỐ LIỆU MÔ PHỎNG”; khi nạp số liệu thật, dấu này mất đi.",
        rests_on,
    )


def rows_account(register: pd.DataFrame) -> Sentence:
    """Rows read, kept and set aside."""
    aside = int(register["set_aside_count"].sum())
    read = int(register["rows_in_count"].sum())
    return Sentence(
        f"Đã đọc {text.number(read)} dòng từ {len(register)} tệp nguồn; để riêng {text.number(aside)} dòng với lý do nêu trong phụ lục, "
        "không bỏ dòng nào mà không ghi lại.",
        register_provenance(register),
    )


def plan_lessons(progress: pd.DataFrame | None, unrecorded: int, activities: pd.DataFrame, plans: pd.DataFrame) -> list[Sentence]:
    """What to write into next year's plan so that delivery can be measured; each from a count of this year."""
    lessons = []
    if progress is not None:
        unstated = int(progress["expected_count"].isna().sum())
        lessons.append(
            Sentence(
                f"Nêu số lần hoặc sản phẩm đếm được: {unstated} trên {len(progress)} mục của kế hoạch năm nay không nêu, "
                "nên không tính được mức hoàn thành.",
                provenance(progress),
            )
        )
    if len(activities):
        lessons.append(
            Sentence(
                f"Ghi số lượt tiếp cận của từng hoạt động: {text.number(unrecorded)} trên {text.number(len(activities))} hoạt động đang để trống.",
                provenance(activities),
            )
        )
    lessons.append(
        Sentence(
            "Triển khai so le giữa các xã (chia đợt bằng bốc thăm) thay vì cùng lúc toàn tỉnh: chỉ khi có nơi làm trước, nơi làm sau "
            "thì năm tới mới so sánh được và trả lời được câu hỏi truyền thông có đóng góp hay không.",
            provenance(plans),
        )
    )
    return lessons


def missing_indices(histories: dict[str, pd.DataFrame], year: int, rests_on: Provenance) -> Sentence | None:
    """Which index figures of the year the office could supply; None when nothing is missing."""
    missing = [index for index, history in histories.items() if _is_missing(history, year)]
    if not missing:
        return None
    return Sentence(
        f"Bổ sung số liệu {text.enumerate_vi(missing)} năm {year} của tỉnh (phụ lục quyết định công bố); bộ số liệu chưa có điểm.", rests_on
    )


def _is_missing(history: pd.DataFrame, year: int) -> bool:
    of_year = history[history["edition_year"] == year]
    return bool(len(of_year)) and bool(
        of_year.iloc[0]["status"] == "not_held" or (of_year.iloc[0]["status"] == "published" and pd.isna(of_year.iloc[0]["score"]))
    )
