"""Sentences on plan delivery: counted, never judged."""

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Sentence, provenance
from analysis.codes import UNIT_LEVELS


def about_plan(plan: pd.Series | None, province_name: str, year: int, plans: pd.DataFrame) -> Sentence:
    """What plan there is for the year, with the contradictions it carries."""
    if plan is None:
        known = text.enumerate_vi([f"{row.plan_number} (năm {row.plan_year})" for row in plans.itertuples()])
        said = f"Bộ số liệu không có kế hoạch truyền thông năm {year} của {province_name}"
        return Sentence(f"{said}; các kế hoạch đang có: {known}." if known else f"{said}.", provenance(plans))
    dates = f"ngày {text.day(plan['issued_date'])}"
    if not pd.isna(plan["other_issued_date"]):
        dates += f" (trong văn bản còn ghi ngày {text.day(plan['other_issued_date'])})"
    said = f"Kế hoạch số {plan['plan_number']} {dates} của {plan['issuer_vi']}: {plan['title_vi']}."
    return Sentence(said, provenance(plans[plans["plan_number"] == plan["plan_number"]]), evidence_vi=str(plan["note_vi"] or ""))


def aims(plan: pd.Series, plans: pd.DataFrame) -> Sentence:
    """The aims of the plan, shortened by us."""
    return Sentence(
        f"Mục đích của kế hoạch: {'; '.join(text.decapitalised(aim.strip()) for aim in plan['aims_vi'].split(';'))}.",
        provenance(plans[plans["plan_number"] == plan["plan_number"]]),
    )


def volume(activities: pd.DataFrame, below: pd.DataFrame, province_name: str, year: int) -> Finding | Sentence:
    """How much was logged; a plain sentence where there is no log."""
    if activities.empty:
        return Sentence(
            f"Chưa có nhật ký hoạt động truyền thông năm {year} của {province_name}, nên chưa nói được kế hoạch đã thực hiện đến đâu. "
            "Hãy nạp nhật ký của các đơn vị để có phần này.",
            provenance(below),
        )
    counted = activities["unit_code"].nunique()
    said = f"Năm {year}, nhật ký ghi {text.number(len(activities))} hoạt động truyền thông của {counted} trên {len(below)} đơn vị"
    return Finding("delivery-volume", f"{said}.", f"Đếm từng dòng nhật ký bắt đầu trong năm {year}.", provenance(activities))


def items_unknown(plan: pd.Series, plans: pd.DataFrame) -> Sentence:
    """A plan whose annex is not at hand."""
    return Sentence(
        f"Bộ số liệu không có phụ lục của kế hoạch {plan['plan_number']}, nên không đối chiếu được từng mục và không tính mức hoàn thành.",
        provenance(plans[plans["plan_number"] == plan["plan_number"]]),
    )


def items_without_log(progress: pd.DataFrame) -> Sentence:
    """A plan whose items are known, in a year without any log."""
    return Sentence(f"Kế hoạch có {len(progress)} mục; chưa có nhật ký để biết mục nào đã làm.", provenance(progress))


def items_done(progress: pd.DataFrame, activities: pd.DataFrame) -> Finding:
    """Items with any activity, and those with none by name."""
    untouched = progress[progress["done_count"] == 0]
    said = f"{len(progress) - len(untouched)}/{len(progress)} mục của kế hoạch đã có hoạt động"
    if len(untouched):
        named = text.enumerate_vi([f"mục {row.section}.{row.stt} ({row.activity_type})" for row in untouched.itertuples()])
        said += f"; chưa ghi nhận hoạt động nào ở {named}"
    return Finding(
        "delivery-items", f"{said}.", "Một mục được tính khi nhật ký có ít nhất một hoạt động ghi cho mục đó.", provenance(progress, activities)
    )


def completion(progress: pd.DataFrame, activities: pd.DataFrame) -> Finding | None:
    """Stated occasions met, with the weakest item; None when the plan states no number at all."""
    stated = progress[progress["expected_total_count"].notna()]
    if stated.empty:
        return None
    met = float((stated["completion_share"].astype(float) * stated["expected_total_count"].astype(float)).sum())
    total = int(stated["expected_total_count"].sum())
    weakest = stated.loc[stated["completion_share"].astype(float).idxmin()]
    said = (
        f"{len(stated)} mục có nêu số lần: đạt {text.number(met)} trên {text.number(total)} lần ({text.percent(met / total, 0)}); "
        f"thấp nhất là mục {weakest['section']}.{weakest['stt']} ({weakest['activity_type']}), {text.percent(float(weakest['completion_share']), 0)}."
    )
    rest = len(progress) - len(stated)
    return Finding("delivery-completion", said, f"{rest} mục còn lại không nêu số lần nên không tính tỷ lệ.", provenance(progress, activities))


def lateness(progress: pd.DataFrame, activities: pd.DataFrame) -> Sentence | None:
    """Items with activities begun after their window; None when there are none."""
    late = progress[progress["late_count"] > 0]
    if late.empty:
        return None
    named = text.enumerate_vi([f"mục {row.section}.{row.stt} ({row.late_count} hoạt động)" for row in late.itertuples()])
    return Sentence(f"Có hoạt động bắt đầu sau thời hạn của kế hoạch ở {named}.", provenance(progress, activities))


def silence(silent: pd.DataFrame, below: pd.DataFrame, activities: pd.DataFrame) -> Finding:
    """Units that logged nothing, by level."""
    if silent.empty:
        return Finding(
            "delivery-silence",
            f"Cả {len(below)} đơn vị đều có hoạt động được ghi.",
            "So với danh mục đơn vị của tỉnh.",
            provenance(below, activities),
        )
    by_level = silent["level"].value_counts()
    totals = below["level"].value_counts()
    parts = [f"{by_level[level]}/{totals[level]} đơn vị cấp {name}" for level, name in UNIT_LEVELS.items() if level in by_level.index]
    said = f"{len(silent)} trên {len(below)} đơn vị chưa ghi nhận hoạt động nào: {text.enumerate_vi(parts)}"
    evidence = "Đơn vị không có dòng nhật ký nào; có thể chưa làm hoặc chưa gửi."
    return Finding("delivery-silence", f"{said}.", evidence, provenance(below, activities))


def reach_gaps(unrecorded: int, activities: pd.DataFrame) -> Sentence:
    """How much of the log says nothing of whom it reached."""
    share = text.percent(unrecorded / len(activities), 0)
    return Sentence(
        f"{text.number(unrecorded)} trên {text.number(len(activities))} hoạt động ({share}) không ghi số lượt tiếp cận; để trống, không tính là 0.",
        provenance(activities),
    )
