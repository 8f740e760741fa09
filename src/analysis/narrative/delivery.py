"""Sentences on plan delivery: counted, never judged."""

from datetime import date, timedelta

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence, provenance
from analysis.codes import UNIT_LEVELS
from analysis.delivery import MOST_NAMED, is_over, so_far, untouched_items
from analysis.units import MERGER_DAY


def about_plan(plan: pd.Series | None, province_name: str, year: int, plans: pd.DataFrame) -> Sentence:
    """What plan there is for the year, with the contradictions it carries."""
    if plan is None:
        known = text.enumerate_vi([f"{row.plan_number} năm {row.plan_year} ({row.issuer_vi})" for row in plans.itertuples()])
        said = f"Chưa nạp kế hoạch truyền thông năm {year} của {province_name}"
        return Sentence(f"{said}; các kế hoạch đã nạp: {known}." if known else f"{said}.", provenance(plans))
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


def volume(activities: pd.DataFrame, below: pd.DataFrame, province_name: str, year: int, as_of: date) -> Finding | Sentence:
    """How much was logged; a plain sentence where there is no log."""
    if activities.empty:
        return Sentence(
            f"Chưa có nhật ký hoạt động truyền thông năm {year} của {province_name}, nên chưa nói được kế hoạch đã thực hiện đến đâu. "
            "Hãy nạp nhật ký của các đơn vị để có phần này.",
            provenance(below),
        )
    units = activities["unit_code"].nunique()
    logged = text.number(len(activities))
    said = f"{so_far(year, as_of)}, nhật ký ghi {logged} hoạt động truyền thông của {units} trên {len(below)} đơn vị"
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
    untouched = untouched_items(progress)
    said = f"{int((progress['done_count'] > 0).sum())}/{len(progress)} mục của kế hoạch đã có hoạt động"
    if len(untouched):
        named = text.enumerate_vi([f"mục {row.section}.{row.stt} ({row.activity_type})" for row in untouched.itertuples()])
        said += f"; chưa ghi nhận hoạt động nào ở {named}"
    return Finding(
        "delivery-items", f"{said}.", "Một mục được tính khi nhật ký có ít nhất một hoạt động ghi cho mục đó.", provenance(progress, activities)
    )


def completion(progress: pd.DataFrame, activities: pd.DataFrame, year: int, as_of: date) -> Finding | None:
    """Each item that states a number, by itself; occasions of different items are never added. None without any.

    Until the year is over an item is held against what is owed by the day, never against the whole year.
    """
    stated = judged(progress, is_over=is_over(year, as_of))
    if stated.empty:
        return None
    parts = [_judgement(item) for _, item in stated.sort_values(["share", "section", "stt"]).iterrows()]
    met = int((stated["share"] >= 1).sum())
    head = f"Trong {len(stated)} mục có nêu số lần, {met} mục {_met_vi(is_over=is_over(year, as_of))}"
    evidence = f"Phần làm vượt của đơn vị này không bù cho đơn vị khác; {len(progress) - len(stated)} mục còn lại không nêu số lần."
    more = [f"{item.section}.{item.stt}" for item in stated[stated["is_open_ended"].astype(bool)].itertuples()]
    if more:
        evidence += f" Ở mục {text.enumerate_vi(more)}, kế hoạch còn giao thêm một phần không nêu số lần; chỉ so với số lần nêu rõ."
    return Finding("delivery-completion", f"{head}: {'; '.join(parts)}.", evidence + as_of_note(as_of, year), provenance(progress, activities))


def judged(progress: pd.DataFrame, *, is_over: bool) -> pd.DataFrame:
    """Items with a stated number and units that lead them; ``share`` of it, or of what is owed until the year is over (NA while nothing is)."""
    stated = progress[progress["expected_total_count"].notna()]
    share = stated["completion_share" if is_over else "owed_share"].astype("Float64")
    return stated.assign(share=share, due_total_count=stated["expected_total_count" if is_over else "owed_total_count"])


def _met_vi(*, is_over: bool) -> str:
    return "đạt đủ" if is_over else "đã ghi đủ số lần đến hạn"


def counted(item: pd.Series) -> str:
    """``72/236 lần``, or ``40 lần trên 118 lần đến hạn`` while a part of what is stated is not owed yet."""
    done, due, stated = (text.number(item[name]) for name in ("occasions_count", "due_total_count", "expected_total_count"))
    more = " nêu rõ" if item["is_open_ended"] else ""
    return f"{done}/{stated} lần{more}" if due == stated else f"{done} lần trên {due} lần đến hạn"


def _judgement(item: pd.Series) -> str:
    named = f"{item['activity_type']} (mục {item['section']}.{item['stt']})"
    if pd.isna(item["share"]):
        return f"{named} {text.number(item['occasions_count'])} lần, chưa có lần nào đến hạn"
    return f"{named} {counted(item)}, " + (f"đạt {text.percent(item['share'], 0)}" if item["share"] < 1 else "đạt đủ")


def in_brief(progress: pd.DataFrame, activities: pd.DataFrame, silent: pd.DataFrame, below: pd.DataFrame, year: int, as_of: date) -> Finding:
    """Delivery in one finding for the leaders' page: items touched, the weakest stated item, units that are silent."""
    over, untouched = is_over(year, as_of), untouched_items(progress)
    said = "" if over else f"{so_far(year, as_of)}, "
    said += f"{int((progress['done_count'] > 0).sum())}/{len(progress)} mục của kế hoạch có ít nhất một hoạt động"
    if len(untouched):
        lacking = "chưa có" if over else "đã đến thời gian mà chưa có"
        said += f"; {lacking}: " + text.enumerate_vi([f"{row.activity_type} ({row.section}.{row.stt})" for row in untouched.itertuples()])
    said += _weakest(judged(progress, is_over=over), is_over=over)
    said += f". {len(silent)}/{len(below)} đơn vị chưa ghi nhận hoạt động nào."
    return Finding("delivery-brief", said, f"Đếm theo nhật ký hoạt động.{as_of_note(as_of, year)}", provenance(progress, activities, below))


def _weakest(stated: pd.DataFrame, *, is_over: bool) -> str:
    """How many stated items are met and which are furthest from it, all of them where several tie."""
    due = stated[stated["share"].notna()]
    if due.empty:
        return ""
    met = int((due["share"] >= 1).sum())
    of_which = f"{len(stated)} mục nêu số lần" if is_over else f"{len(due)} mục có số lần đến hạn"
    said = f". Trong {of_which}, {met} mục {_met_vi(is_over=is_over)}"
    lowest = due[due["share"] == due["share"].min()]
    if met == len(due) or len(lowest) > MOST_NAMED:
        return said
    named = [f"{item['activity_type']}, {counted(item)} ({text.percent(item['share'], 0)})" for _, item in lowest.iterrows()]
    return f"{said}; thấp nhất là {text.enumerate_vi(named)}"


def beside_the_plan(progress: pd.DataFrame, activities: pd.DataFrame, plan: pd.Series, year: int) -> Sentence:
    """Activities without an item of the plan, so that they and the table of items make up the whole log."""
    of_items = int(progress["done_count"].sum())
    said = (
        f"Trong {text.number(len(activities))} hoạt động đã ghi, {text.number(of_items)} thuộc {len(progress)} mục của kế hoạch {plan['plan_number']}"
    )
    outside = len(activities) - of_items
    said += f"; {text.number(outside)} không ghi mục nào của kế hoạch này và không có trong bảng từng mục" if outside else ""
    later = int((activities["start_date"].dt.year > year).sum())
    said += f"; kể cả {text.number(later)} hoạt động của kế hoạch bắt đầu sau năm {year}" if later else ""
    return Sentence(f"{said}.", provenance(progress, activities))


def units_ended(place: str, rests_on: Provenance) -> Sentence:
    """The units of the former provinces ended with the merger."""
    return Sentence(
        f"Đơn vị của {place} trong báo cáo này (danh mục 63 tỉnh) có đến hết ngày {text.day(MERGER_DAY - timedelta(days=1))}; "
        "từ ngày hôm sau tỉnh, xã theo danh mục mới và không còn cấp huyện, nên không có số liệu của các đơn vị này.",
        rests_on,
    )


def nothing_to_hold_against(year: int, rests_on: Provenance) -> Sentence:
    """Without a plan there are no items."""
    return Sentence(f"Không có kế hoạch năm {year} để đối chiếu từng mục.", rests_on)


def no_log_for(what: str, year: int, rests_on: Provenance) -> Sentence:
    """A part of the chapter that only a log could fill."""
    return Sentence(f"Chưa có nhật ký năm {year} nên chưa có số liệu về {what}.", rests_on)


def as_of_note(as_of: date, year: int) -> str:
    """`` Tính đến ngày …`` for a year that had not ended; empty afterwards."""
    return f" Tính đến ngày {text.day(as_of)}, năm chưa kết thúc." if as_of < date(year, 12, 31) else ""


def not_understood(progress: pd.DataFrame) -> Sentence | None:
    """Time phrases outside the grammar, so that nobody takes silence for a statement; None when all were understood."""
    odd = progress[progress["schedule_kind"] == "not_understood"]
    if odd.empty:
        return None
    named = text.enumerate_vi([f"“{row.time_phrase_vi}” (mục {row.section}.{row.stt})" for row in odd.itertuples()])
    return Sentence(f"Bộ công cụ chưa hiểu cụm thời gian {named}; coi như kế hoạch không nêu số lần và thời hạn là cả năm.", provenance(progress))


def lateness(progress: pd.DataFrame, activities: pd.DataFrame) -> Sentence | None:
    """Items with activities outside the plan's time: before it, between its pieces, after it; None when there are none."""
    parts = []
    for name, where in _OUTSIDE.items():
        there = progress[progress[name] > 0]
        if len(there):
            named = text.enumerate_vi([f"mục {row['section']}.{row['stt']} ({text.number(row[name])} hoạt động)" for _, row in there.iterrows()])
            parts.append(f"{where} ở {named}")
    if not parts:
        return None
    evidence = "Hoạt động chỉ ghi đến tháng, quý hoặc năm được coi là đúng thời gian nếu khoảng đó có ngày nằm trong thời gian của kế hoạch."
    return Sentence(f"Có hoạt động {'; '.join(parts)}.", provenance(progress, activities), evidence)


_OUTSIDE = {
    "early_count": "bắt đầu trước thời gian của kế hoạch",
    "gap_count": "nằm giữa các khoảng thời gian của kế hoạch",
    "late_count": "bắt đầu sau thời hạn của kế hoạch",
}


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
    parts = [f"{by_level[level]}/{totals[level]} {name}" for level, name in UNIT_LEVELS.items() if level in by_level.index]
    said = f"{len(silent)} trên {len(below)} đơn vị chưa ghi nhận hoạt động nào: {text.enumerate_vi(parts)}"
    evidence = "Đơn vị không có dòng nhật ký nào; có thể chưa làm hoặc chưa gửi."
    return Finding("delivery-silence", f"{said}.", evidence, provenance(below, activities))


def reach_gaps(unrecorded: int, activities: pd.DataFrame) -> Sentence:
    """How much of the log says nothing of whom it reached, and how much of the rest says about."""
    share = text.percent(unrecorded / len(activities), 0)
    recorded = activities[activities["reach_count"].notna()]
    approximate = int(recorded["is_reach_approximate"].sum())
    said = f"{text.number(unrecorded)} trên {text.number(len(activities))} hoạt động ({share}) không ghi số lượt tiếp cận; để trống, không tính là 0."
    if approximate:
        part = text.percent(approximate / len(recorded), 0)
        said += f" Trong {text.number(len(recorded))} hoạt động có ghi, {text.number(approximate)} ({part}) ghi số gần đúng."
    return Sentence(said, provenance(activities))


def cost(costs: pd.DataFrame, activities: pd.DataFrame) -> Sentence:
    """Of how many activities the cost is given, and its sum; from ``delivery.cost_by_channel``."""
    if costs.empty:
        return Sentence(f"Không có hoạt động nào trong {text.number(len(activities))} hoạt động ghi kinh phí.", provenance(activities))
    known, approximate = int(costs["known_count"].sum()), int(costs["approximate_count"].sum())
    said = f"{text.number(known)} trên {text.number(len(activities))} hoạt động có ghi kinh phí, cộng {text.number(costs['cost_vnd'].sum())} đồng"
    said += f"; trong đó {text.number(approximate)} hoạt động ghi số gần đúng" if approximate else ""
    return Sentence(f"{said}.", provenance(activities), "Chỉ cộng phần đã ghi; phần để trống chưa biết là bao nhiêu.")
