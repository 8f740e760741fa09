"""Sentences on data quality and on what next year's plan should make measurable."""

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence, provenance
from analysis.codes import SHARED_RANK
from analysis.corrections import EXPIRED
from analysis.delivery import untouched_items
from analysis.narrative.next_plan import ADVICE_VI
from analysis.tables import FIGURE, register_provenance

NOTICES_SHOWN = 3


def synthetic_share(register: pd.DataFrame) -> Sentence:
    """Which parts rest on invented rows."""
    invented = register[register["is_synthetic"]]
    rests_on = register_provenance(register)
    if invented.empty:
        return Sentence("Toàn bộ số liệu trong báo cáo này là số liệu thật đã đăng ký nguồn.", rests_on)
    named = text.enumerate_vi([text.decapitalised(str(name)) for name in invented["document"]])
    return Sentence(
        f"Có {len(invented)} loại số liệu nội bộ không được công khai nên bộ công cụ kèm bản mô phỏng: {named}. "
        "Mọi biểu đồ, bảng và nhận định dùng đến đều đóng dấu “SỐ LIỆU MÔ PHỎNG”; khi nạp số liệu thật, dấu này mất đi.",
        rests_on,
    )


def rows_account(register: pd.DataFrame) -> Sentence:
    """Rows read, and figures of them that were not used."""
    aside = int(register["set_aside_count"].sum())
    read = int(register["rows_in_count"].sum())
    return Sentence(
        f"Đã đọc {text.number(read)} dòng từ {len(register)} tệp nguồn; không sử dụng {text.number(aside)} số liệu, lý do nêu trong phụ lục.",
        register_provenance(register),
    )


def disagreement(conflicts: pd.DataFrame, scores: pd.DataFrame, trust: pd.DataFrame) -> Sentence | None:
    """On how many index figures sources disagree; None when on none."""
    count = len(conflicts.drop_duplicates([*FIGURE, "field"]))
    if not count:
        return None
    return Sentence(
        f"Các nguồn ghi khác nhau ở {text.number(count)} trong {text.number(len(scores))} số liệu chỉ số; số được dùng là số của nguồn đáng tin hơn "
        f"theo thứ tự khai báo trong danh mục chỉ số, từ {trust['name_vi'].iloc[0]} đến {trust['name_vi'].iloc[-1]}.",
        provenance(conflicts, trust),
    )


def shared_ranks(notices: pd.DataFrame, scores: pd.DataFrame) -> Sentence | None:
    """Ranks that two provinces share and that nothing held resolves; None when there is none."""
    told = [f"{notice.where_vi}: {notice.said_vi}" for notice in notices[notices["cause_vi"] == SHARED_RANK].itertuples()]
    if not told:
        return None
    more = f"; và {len(told) - NOTICES_SHOWN} trường hợp khác" if len(told) > NOTICES_SHOWN else ""
    rests_on = provenance(scores[scores["rank"].notna()])
    return Sentence(f"Thứ hạng chưa rõ vì nguồn ghi một hạng cho hai tỉnh: {'; '.join(told[:NOTICES_SHOWN])}{more}.", rests_on)


def expired_corrections(notices: pd.DataFrame, corrections: pd.DataFrame) -> list[Sentence]:
    """One sentence for each declared correction whose wrong value the source no longer has."""
    expired = notices[notices["cause_vi"] == EXPIRED]
    return [Sentence(f"{EXPIRED} ({notice.where_vi}): {notice.said_vi}.", provenance(corrections)) for notice in expired.itertuples()]


def nothing_loaded(plans: pd.DataFrame) -> Sentence:
    """The first step for a province without plan and log."""
    return Sentence("Việc đầu tiên: nạp kế hoạch truyền thông, nhật ký hoạt động của các đơn vị và bảng hồ sơ theo tháng.", provenance(plans))


def first_step(progress: pd.DataFrame | None, silent: pd.DataFrame, activities: pd.DataFrame, *, has_plan: bool, is_over: bool) -> Finding:
    """What to do now, from this year's counts: items nobody touched, units that are silent, how to learn more next year."""
    steps = []
    untouched = [] if progress is None else list(untouched_items(progress)["activity_type"])
    if untouched:
        named = "; ".join(untouched) if any("," in kind for kind in untouched) else text.enumerate_vi(untouched)
        steps.append(f"{text.decapitalised(ADVICE_VI['assign' if is_over else 'hurry'])} cho {named}")
    if len(silent):
        steps.append(f"{'làm rõ lý do ở' if is_over else 'đôn đốc'} {len(silent)} đơn vị chưa ghi nhận hoạt động nào")
    steps.append("chia đợt triển khai giữa các xã để năm sau so sánh được nơi làm trước với nơi làm sau")
    if not has_plan:
        steps.insert(0, "nạp kế hoạch của năm")
    rests_on = provenance(activities) if progress is None else provenance(progress, activities)
    return Finding("first-step", f"Việc nên làm: {'; '.join(steps)}.", "Chi tiết ở chương “Kế hoạch năm tới”.", rests_on)


def urge(silent: pd.DataFrame, below: pd.DataFrame, activities: pd.DataFrame, *, is_over: bool) -> Sentence:
    """Units that logged nothing."""
    asked = "Làm rõ lý do ở" if is_over else "Đôn đốc"
    said = f"{asked} {len(silent)}/{len(below)} đơn vị chưa ghi nhận hoạt động nào (chưa làm hoặc chưa gửi nhật ký; danh sách ở chương 2)."
    return Sentence(said, provenance(below, activities))


def state_numbers(progress: pd.DataFrame) -> Sentence | None:
    """Items whose plan states nothing countable."""
    unstated = int(progress["expected_count"].isna().sum())
    if not unstated:
        return None
    said = f"Nêu số lần hoặc sản phẩm đếm được: {unstated} trên {len(progress)} mục của kế hoạch không nêu nên không tính được mức hoàn thành."
    return Sentence(said, provenance(progress))


def record_reach(unrecorded: int, activities: pd.DataFrame) -> Sentence:
    """Activities that do not say whom they reached."""
    counted = f"{text.number(unrecorded)} trên {text.number(len(activities))} hoạt động đang để trống"
    return Sentence(f"Ghi số lượt tiếp cận của từng hoạt động: {counted}.", provenance(activities))


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
