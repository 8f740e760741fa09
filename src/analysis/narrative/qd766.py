"""Sentences on the 766 index: what is known, which item costs most points, where more effort earns none."""

import pandas as pd

from analysis import text
from analysis.blocks import Provenance, Sentence
from analysis.contracts.uptake_schemas import QD766_ISSUED
from analysis.figures.qd766 import SCORING_VI
from analysis.qd766 import ESTIMATE, item_label, ranked
from analysis.rates import RATES
from analysis.tables.qd766 import STEP_PCT, points_of_step

UPTAKE_KEY = "online_all"  # the rate that the report follows
WHOLE_INDEX = "Bộ chỉ số 766"
ALMOST_POINTS = 0.1  # fewer points left than this are hardly worth an effort


def before_decision(year: int, rests_on: Provenance) -> Sentence:
    """A report year before the index."""
    said = f"{WHOLE_INDEX} có từ Quyết định 766/QĐ-TTg ngày {text.day(QD766_ISSUED)}, nên không tính cho năm {year}."
    return Sentence(said, rests_on, is_note=True)


def nothing_counted(place: str, year: int, rests_on: Provenance) -> Sentence:
    """Neither counts of the portal nor rates of our own."""
    return Sentence(f"Chưa có số liệu để tính điểm {WHOLE_INDEX} năm {year} của {place}.", rests_on)


def known_points(scored: pd.DataFrame, place: str, period_vi: str, rests_on: Provenance) -> Sentence:
    """How many points are known of how many at stake; a total only where every item was counted."""
    counted = ranked(scored)
    reached, stake = text.number(counted["score"].sum(), 2), text.number(counted["item_max_score"].sum())
    whole = text.number(scored["item_max_score"].sum())
    if len(counted) == len(scored):
        said = f"{place} đạt {reached} trên {whole} điểm; mọi mục đều có số liệu"
    else:
        said = (
            f"{place} có số liệu của {len(counted)} trên {len(scored)} mục, đạt {reached} trên {stake} điểm của các mục đó; "
            f"các mục còn lại chưa có số liệu nên chưa có điểm của cả bộ chỉ số ({whole} điểm)"
        )
    if scored["is_estimate"].any():
        origin = f"Chưa có số đếm của Cổng Dịch vụ công quốc gia cho kỳ này. Điểm dưới đây là {ESTIMATE}, {SCORING_VI}."
        return Sentence(f"{origin} {text.sentence_case(period_vi)}, {said}.", rests_on)
    return Sentence(f"Theo số đếm trên Cổng Dịch vụ công quốc gia, {period_vi}, {said}.", rests_on)


def costliest(scored: pd.DataFrame, rests_on: Provenance) -> Sentence:
    """The item or items that cost most points, and what the next percentage point earns."""
    counted = ranked(scored)
    most = counted["lost_score"].max()
    if most == 0:
        return Sentence(f"Mọi mục có số liệu của {WHOLE_INDEX} đều đủ điểm.", rests_on)
    told = [_cost(item) for _, item in counted[counted["lost_score"] == most].iterrows()]
    return Sentence(f"Mất nhiều điểm nhất trong các mục có số liệu: {text.enumerate_vi(told)}.", rests_on)


def _cost(item: pd.Series) -> str:
    lost = f"mất {text.number(item['lost_score'], 2)} trên {text.number(item['item_max_score'])} điểm"
    gain = f"tăng tỷ lệ {STEP_PCT} điểm phần trăm thì thêm {text.number(points_of_step(item), 2)} điểm"
    return f"mục {item_label(item)} ({lost}; tỷ lệ {text.percent(item['rate_pct'] / 100)}, {gain})"


def not_estimated(scored: pd.DataFrame, rests_on: Provenance) -> list[Sentence]:
    """Why items that count services have no estimate, though our tables hold them."""
    is_held = scored["rate_key"].map(lambda key: not pd.isna(key) and not RATES[key].is_additive).astype(bool)
    out = scored[is_held & scored["score"].isna() & scored["is_estimate"].fillna(False).astype(bool)]
    if out.empty:
        return []
    items = text.enumerate_vi([str(number) for number in out["number_vi"]])
    said = f"Không ước tính mục {items}: các mục này đếm dịch vụ, mà nhiều đơn vị cung cấp cùng một dịch vụ nên không cộng thành số của cả tỉnh được."
    return [Sentence(said, rests_on, is_note=True)]


def no_more_to_earn(scored: pd.DataFrame, rests_on: Provenance) -> Sentence:
    """The items that have all their points, and from which rate on the rate that the report follows earns none."""
    full = scored[scored["is_saturated"].fillna(False)]
    told = [f"mục {item_label(item)} ({text.percent(item['rate_pct'] / 100)}, ngưỡng {_target(item)})" for _, item in full.iterrows()]
    said = f"Đã đủ điểm, tăng thêm tỷ lệ không thêm điểm: {text.enumerate_vi(told)}. " if told else "Chưa mục nào có số liệu đã đủ điểm. "
    almost = scored[(scored["lost_score"] < ALMOST_POINTS).fillna(False) & ~scored["is_saturated"].fillna(False)]
    near = [f"mục {item_label(item)} ({text.percent(item['rate_pct'] / 100)}, ngưỡng {_target(item)})" for _, item in almost.iterrows()]
    said += f"Gần đủ điểm, cố thêm được chưa đến {text.number(ALMOST_POINTS, 1)} điểm: {text.enumerate_vi(near)}. " if near else ""
    followed = scored[scored["rate_key"] == UPTAKE_KEY]
    if not followed.empty and followed.iloc[0]["target_pct"] < 100:
        item = followed.iloc[0]
        said += (
            f"Ở mục {item['number_vi']}, từ {_target(item)} trở lên, tăng tỷ lệ nộp trực tuyến không thêm điểm; "
            "vì vậy báo cáo theo dõi tỷ lệ gốc, không theo dõi điểm 766."
        )
    return Sentence(said.rstrip(), rests_on)


def _target(item: pd.Series) -> str:
    return text.percent(item["target_pct"] / 100, 0)


def formula_check(checked: pd.DataFrame, names: dict[tuple[str, str], str]) -> str:
    """The formula held against scores that the portal printed beside its counts, from ``qd766.reproduced``."""
    told = [_check(group, names) for _, group in checked.iterrows()]
    return f"Kiểm lại công thức bằng điểm nhóm mà Cổng đã công bố cùng số đếm: {'; '.join(told)}."


def _check(group: pd.Series, names: dict[tuple[str, str], str]) -> str:
    place = names.get((group["unit_code"], group["vintage"]), str(group["unit_code"]))
    period = f"đến {text.day(group['period_end_date'])}"
    found, printed = text.number(group["rounded_score"], 2), text.number(group["published_score"], 2)
    verdict = "trùng với Cổng" if group["is_reproduced"] else f"khác với Cổng ({printed})"
    return f"{place} {period}, nhóm {text.decapitalised(group['group_vi'])}: {found} trên {text.number(group['group_max_score'])} điểm, {verdict}"
