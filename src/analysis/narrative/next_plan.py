"""Sentences on next year's plan: what the facts of the year say of each item, and what a roll-out in waves would make knowable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.estimate.grade import LABELS_VI, VERBS_VI
from analysis.estimate.inside.power import PowerResult
from analysis.narrative.outcomes import Assessment, all_sources

POINTS_VI = "điểm phần trăm"
MOSTLY = 0.5  # from this share of an item's activities on, its time rather than a slip is in question
DECIMALS = 2
MIN_STAGGERED = 8  # communes that already do an item: with fewer, waves of communes could not be compared
ADVICE_VI = {
    "assign": "Bỏ, hoặc giao lại người và thời hạn",
    "hurry": "Giao rõ người và thời hạn ngay trong năm",
    "move": "Dời thời gian",
    "widen": "Giữ cho cán bộ, hoặc thêm người dân vào đối tượng",
    "shortfall": "Xem lại số lần hoặc cách làm",
    "catch_up": "Làm bù trong phần còn lại của năm",
    "stagger": "Giữ, chia đợt giữa các xã",
    "keep": "Giữ",
    "wait": "Chưa xét",
}
ORDER = tuple(ADVICE_VI)


@dataclass(frozen=True)
class Advice:
    """What to do with an item (a key of ``ADVICE_VI``) and the facts behind it."""

    kind: str
    reason_vi: str


def advice(item: pd.Series, assessments: Sequence[Assessment], *, is_over: bool = True) -> Advice:
    """The advice on one item from what was counted of it, and the grades of the year's outcomes.

    ``item`` is a row of ``item_progress`` with ``public_count`` and ``communes_count``. No item is called effective or not: effects are judged
    for all of a year's communication together, and only where a design carries it. Until the year is over (``is_over``) what lags behind
    is to be made up, not dropped.
    """
    done = int(item["done_count"])
    if not done:
        return _untouched(item, is_over=is_over)
    off_time = int(item["early_count"]) + int(item["gap_count"]) + int(item["late_count"])
    if off_time >= MOSTLY * done:
        return Advice("move", f"{off_time} trên {done} hoạt động ở ngoài thời gian kế hoạch nêu")
    if not int(item["public_count"]):
        return Advice("widen", f"cả {done} hoạt động dành cho cán bộ, không có hoạt động nào hướng tới người dân, doanh nghiệp")
    share = item["owed_share"]
    if pd.notna(share) and float(share) < 1:
        return Advice("shortfall" if is_over else "catch_up", f"đạt {text.percent(float(share), 0)} số lần đã đến hạn")
    public = f"{int(item['public_count'])} trên {done} hoạt động hướng tới người dân, doanh nghiệp"
    if supported := [found for found in assessments if found.verdict.grade in VERBS_VI]:
        return Advice("keep", f"{public}; bằng chứng chung của năm: {_best_label(supported)}")
    if int(item["communes_count"]) >= MIN_STAGGERED:
        return Advice("stagger", f"{public}, ở {int(item['communes_count'])} xã; {_not_known_vi(assessments)}")
    who = "không do xã làm" if not int(item["communes_count"]) else f"mới ở {int(item['communes_count'])} xã"
    return Advice("keep", f"{public}, {who} nên chưa chia đợt giữa các xã được")


def _untouched(item: pd.Series, *, is_over: bool) -> Advice:
    if not item["is_due"] or item["schedule_kind"] == "on_demand":
        return Advice("wait", "chưa đến thời gian, hoặc chỉ làm khi phát sinh")
    return Advice("assign" if is_over else "hurry", "đã đến thời gian thực hiện mà nhật ký chưa ghi hoạt động nào")


def _not_known_vi(assessments: Sequence[Assessment]) -> str:
    """Why it is not known whether anything changed with the communes' communication, with the grade of the chapter that compares them."""
    inside = [item for item in assessments if item.unit_vi == POINTS_VI]
    label = f" (chương “Trong tỉnh”: {_best_label(inside)})" if inside else ""
    is_compared = any(item.estimate is not None for item in inside)
    reason = " vì nơi làm trước, nơi làm sau không do bốc thăm" if is_compared else ""
    return f"chưa biết có thay đổi gì kèm theo{reason}{label}"


def _best_label(supported: Sequence[Assessment]) -> str:
    return LABELS_VI[min(item.verdict.grade for item in supported)]


def in_one_line(kinds: Mapping[str, int], year: int, rests_on: Provenance) -> Finding:
    """How many items fall to each advice."""
    said = [f"{kinds[kind]} mục: {text.decapitalised(ADVICE_VI[kind])}" for kind in ORDER if kinds.get(kind)]
    total = sum(kinds.values())
    evidence = "Xếp theo điều đếm được trong năm; không mục nào được coi là có hay không có tác dụng."
    return Finding("next-plan-items", f"Từ {total} mục của kế hoạch {year} cho kế hoạch {year + 1}: {'; '.join(said)}.", evidence, rests_on)


def no_items(year: int, rests_on: Provenance) -> Sentence:
    """Nothing to keep or drop without the items of a plan."""
    return Sentence(f"Chưa có danh mục các mục của kế hoạch năm {year} nên chưa xếp được mục nào giữ, bỏ, dời hay chia đợt.", rests_on)


def what_is_known(assessments: Sequence[Assessment], year: int) -> Sentence | None:
    """What grades allow for the choice of items; None without an outcome."""
    if not assessments:
        return None
    supported = [item for item in assessments if item.verdict.grade in VERBS_VI]
    counts = {grade: sum(item.verdict.grade == grade for item in assessments) for grade in LABELS_VI}
    told = "; ".join(f"{LABELS_VI[grade]}: {count} kết quả" for grade, count in counts.items() if count)
    if supported:
        said = f"Mức bằng chứng của năm {year}: {told}. Bằng chứng là của cả năm truyền thông, không tách được từng mục."
    else:
        said = (
            f"Mức bằng chứng của năm {year}: {told}. Không kết quả nào cho phép bỏ một mục vì “không có tác dụng” hoặc giữ vì “có tác dụng”; "
            "chia đợt bằng bốc thăm thì năm sau có thể trả lời được nếu thay đổi đủ lớn."
        )
    return Sentence(said, all_sources(list(assessments)))


def could_find(
    as_is: Mapping[int, PowerResult],
    if_all: Mapping[int, PowerResult],
    chosen: int,
    alike: Sequence[int],
    place: str,
    logging: int,
    rests_on: Provenance,
) -> Finding:
    """What ``chosen`` waves would find: in the communes that sent a log first, then if all did; and which numbers of waves are ``alike``."""
    power = (as_is or if_all)[chosen]
    if power.mde is None:
        return Finding("next-plan-power", f"{place}: có quá ít xã để bốc thăm chia đợt và nhận ra thay đổi.", "", rests_on)
    drawn = f"chia {power.units_count} xã{' có nhật ký' if as_is else ''} thành {chosen} đợt bằng bốc thăm trong một năm"
    size = f"thì nhận ra được (khả năng 80 %) thay đổi từ {_size(power)} {POINTS_VI} tỷ lệ nộp trực tuyến trở lên"
    if as_is:
        said, all_power = f"Như hiện nay, {drawn} {size}", if_all.get(chosen)
        more = f"; nếu mọi xã gửi nhật ký ({all_power.units_count} xã): từ {_size(all_power)}" if all_power and all_power.mde is not None else ""
    else:
        said, more = f"Nếu mọi xã gửi nhật ký, {drawn} {size}; hiện mới có {logging} xã gửi nhật ký, chưa đủ để chia đợt", ""
    return Finding("next-plan-power", f"{said}{more}.", f"{_alike_vi(alike)}{_simulated_vi(power)}", rests_on)


def _size(power: PowerResult) -> str:
    return text.number(power.mde or 0.0, DECIMALS)


def _alike_vi(alike: Sequence[int]) -> str:
    if len(alike) < 2:
        return ""
    return f"{', '.join(map(str, alike[:-1]))} hay {alike[-1]} đợt như nhau trong sai số mô phỏng: chọn theo khả năng tổ chức. "


def _simulated_vi(power: PowerResult) -> str:
    past = f"{power.past_months} tháng, từ {text.month(power.past_first)} đến {text.month(power.past_last)}"
    notes = "".join(f" {note}" for note in power.notes_vi)
    return (
        f"Mô phỏng {power.draws} lần trên biến động của chính các xã ({past}); khi không có thay đổi, phép thử báo động nhầm "
        f"{text.percent(power.false_alarm_rate)} (±{text.percent(power.false_alarm_error)}).{notes}"
    )


def how_to_draw(waves: int, first_month: str | None, rests_on: Provenance) -> Sentence:
    """The command that draws the list; without a month where those of the plan's year are over."""
    month = first_month or "NĂM-THÁNG"
    ahead = "" if first_month else " NĂM-THÁNG là tháng đợt đầu bắt đầu, còn ở phía trước ngày bốc thăm."
    said = (
        f"Lập danh sách để ban hành: lantoa waves --waves {waves} --first-month {month} --gap {12 // waves} --seed SỐ --item MỤC --out TỆP.xlsx."
        f"{ahead} Hạt giống phải chọn trước khi bốc, trước mặt nhiều người, và chỉ bốc một lần; sau khi bốc không đổi đợt của xã nào."
    )
    return Sentence(said, rests_on, is_note=True)


def no_power(reason_vi: str, rests_on: Provenance) -> Sentence:
    """Why nothing can be said of waves."""
    return Sentence(f"Chưa tính được cách chia đợt nào nhận ra được bao nhiêu: {text.decapitalised(reason_vi).rstrip('.')}.", rests_on)


def cost(
    cost_vnd: float | None,
    costed: int,
    activities: int,
    effect: Assessment | None,
    dossiers: float,
    rests_on: Provenance,
    *,
    is_of_compared: bool = False,
) -> Sentence:
    """Cost of one more online dossier, only from recorded costs and an effect of grade A or B; otherwise which of the two is missing.

    ``cost_vnd`` is the sum over the treated units' public activities, of which ``costed`` of ``activities`` give it; ``dossiers`` what
    these units received in the months judged. ``is_of_compared``: the activities are only those of the communes compared.
    """
    is_known = cost_vnd is not None and costed == activities and activities > 0
    grade = effect.verdict.grade if effect else "D"
    points = effect.estimate.estimate if effect and effect.estimate and grade in VERBS_VI else None
    lacking = []
    if not is_known:
        whose = " của các xã được so" if is_of_compared else ""
        counted = f"{text.number(costed)} trên {text.number(activities)} hoạt động hướng tới người dân, doanh nghiệp{whose}"
        lacking.append(f"chi phí (mới ghi ở {counted})")
    if points is None:
        lacking.append(f"mức thay đổi có bằng chứng A hoặc B (hiện là {grade}: {LABELS_VI[grade]})")
    if lacking:
        return Sentence(f"Chưa tính chi phí cho mỗi hồ sơ nộp trực tuyến tăng thêm: còn thiếu {text.enumerate_vi(lacking)}.", rests_on)
    more = (points or 0.0) / 100 * dossiers
    if more <= 0:
        return Sentence("Không tính chi phí cho mỗi hồ sơ trực tuyến tăng thêm: mức thay đổi không theo hướng tăng.", rests_on)
    each = text.number(round((cost_vnd or 0.0) / more, -3))
    said = f"Chi phí đã ghi chia cho số hồ sơ trực tuyến cao hơn mức chờ đợi: khoảng {each} đồng mỗi hồ sơ ({text.number(more)} hồ sơ)."
    return Sentence(said, rests_on, _interval(cost_vnd or 0.0, effect, dossiers))


def _interval(cost_vnd: float, effect: Assessment | None, dossiers: float) -> str:
    estimate = effect.estimate if effect else None
    if estimate is None or estimate.ci_low is None or estimate.ci_high is None or estimate.ci_low <= 0:
        return "Không nêu được cận trên của chi phí vì khoảng tin cậy của mức thay đổi chạm 0."
    low, high = (text.number(round(cost_vnd / (bound / 100 * dossiers), -3)) for bound in (estimate.ci_high, estimate.ci_low))
    return f"Theo khoảng tin cậy {text.percent(estimate.level, 0)} của mức thay đổi: từ {low} đến {high} đồng."
