"""Sentences on how tests behave where nothing happened: what the usual comparison does, the house rule, and what was measured on."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.codes import COMPOSITE
from analysis.comparable import RAW
from analysis.estimate.grade import ALPHA, MAX_FALSE_ALARM_RATE
from analysis.estimate.methods import PRIMARY

HAND_MADE = "before_after"  # the comparison that offices make


@dataclass(frozen=True)
class Ground:
    """What false alarms were measured on.

    ``units_counts``: provinces with every score, the fewest and the most over components. ``breaks``: editions at which the
    scores of some component stop comparing with those before. ``added``: component → first edition, where an index grew inside the
    editions used.
    """

    index: str
    components: tuple[str, ...]
    footing: str
    editions: tuple[int, ...]
    starts: tuple[int, ...]
    units_counts: tuple[int, int]
    breaks: tuple[int, ...]
    added: dict[str, int]
    effect_sd: float
    rests_on: Provenance

    @property
    def said_vi(self) -> str:
        """``PAPI (D1, D2) 2011–2024, 56 tỉnh có đủ điểm, kế hoạch giả định từ 2016–2020``."""
        fewest, most = self.units_counts
        units = str(most) if fewest == most else f"{fewest}{text.DASH}{most}"
        return (
            f"{self.index} ({', '.join(self.components)}) {text.year_spans(self.editions)}, {units} tỉnh có đủ điểm, "
            f"kế hoạch giả định bắt đầu {text.year_spans(self.starts)}"
        )


def headline(rows: pd.DataFrame, ground: Ground) -> Finding:
    """What the hand-made comparison does to plans that never existed."""
    found = _row(rows, HAND_MADE, "exact")
    said = (
        f"Trong {text.number(found['placebos_count'])} kế hoạch giả định ở những tỉnh không có kế hoạch nào, cách so các năm sau với các năm trước "
        f"của chính tỉnh gọi {text.percent(found['false_alarm_rate'])} là khác biệt; lời hứa của phép thử là {text.percent(ALPHA, 0)}."
    )
    return Finding("calibration-hand-made", said, f"{text.sentence_case(ground.said_vi)}. Sai số của tỷ lệ: ±{_points(found)}.", ground.rests_on)


def house_rule(rows: pd.DataFrame, ground: Ground) -> Finding:
    """How many methods may print, and how the one that reports rest on fares."""
    measured = rows.dropna(subset="false_alarm_rate")
    primary = _row(rows, PRIMARY.name, PRIMARY.statistic)
    allowed = text.percent(MAX_FALSE_ALARM_RATE, 0)
    verdict = "được in" if primary["may_print"] else "không được in"
    said = (
        f"Báo cáo chỉ in giá trị p và khoảng tin cậy của cách tính báo động nhầm không quá {allowed} trên chính bộ số liệu: "
        f"{int(measured['may_print'].sum())} trên {len(measured)} cách tính ở đây đạt. "
        f"Cách tính chính ({PRIMARY.name_vi}) {verdict}: báo động nhầm {text.percent(primary['false_alarm_rate'])} (±{_points(primary)}), "
        f"nhận ra {text.percent(primary['power'], 0)} khi thêm {text.number(ground.effect_sd, 1)} lần độ lệch chuẩn."
    )
    return Finding("calibration-house-rule", said, _near_limit(measured), ground.rests_on)


def _near_limit(measured: pd.DataFrame) -> str:
    """Methods whose measured rate lies within its own error of the limit, so that another panel may judge them otherwise."""
    near = measured[(measured["false_alarm_rate"] - MAX_FALSE_ALARM_RATE).abs() <= measured["monte_carlo_error"]]
    if near.empty:
        return "Không cách tính nào sát giới hạn đến mức sai số đo có thể đổi kết luận."
    names = [f"{row['name_vi']} ({text.percent(row['false_alarm_rate'])} ±{_points(row)})" for _, row in near.iterrows()]
    return f"Sát giới hạn, trong sai số đo: {text.enumerate_vi(names)}."


def how_to_read(ground: Ground) -> Sentence:
    """What a placebo plan is and why its alarms are false."""
    return Sentence(
        "Kế hoạch giả định: lần lượt từng tỉnh không có kế hoạch được coi như có kế hoạch từ một năm nào đó, rồi hỏi từng phép thử. "
        f"Vì không có gì xảy ra, mỗi lần p không quá {text.number(ALPHA, 2)} là một báo động nhầm. Các tỉnh khác cũng có hoạt động riêng; "
        "câu hỏi chỉ là một tỉnh bất kỳ có hay bị gọi là khác thường hay không.",
        ground.rests_on,
        is_note=True,
    )


def footing_note(ground: Ground) -> Sentence:
    """What was measured on, and why scores may stand here on both sides of a break of method."""
    purpose = "chỉ để xem phép thử cư xử ra sao khi không có gì xảy ra; không chênh lệch nào được ước lượng ở đây."
    if ground.footing == RAW:
        said = (
            f"Đo trên điểm công bố, {purpose} Chuyển động chung của các tỉnh nằm trong số liệu và là một lý do khiến cách so trước – sau "
            "báo động nhầm; đổi footing thành “z” để đo trên vị trí của từng tỉnh trong từng năm."
        )
    else:
        said = (
            f"Đo trên vị trí của từng tỉnh so với mức chung mỗi năm (tính bằng độ lệch chuẩn), {purpose} "
            "Chuyển động chung của các tỉnh không còn trong số liệu này."
        )
    if ground.breaks:
        years = text.enumerate_vi(list(map(str, ground.breaks)))
        said += f" Cách chấm có đổi ở phiên bản {years}: báo cáo không ước lượng trên điểm công bố qua các mốc đó."
    return Sentence(said, ground.rests_on, is_note=True)


def composite_note(ground: Ground) -> Sentence | None:
    """Why the composite is in or out, where the index grew inside the editions used; None where it did not."""
    if not ground.added:
        return None
    when = text.enumerate_vi([f"{component} từ {year}" for component, year in sorted(ground.added.items())])
    name = f"{ground.index} tổng hợp"
    if COMPOSITE in ground.components:
        said = f"{name} có thêm nội dung trong giai đoạn này ({when}), nên một phần báo động nhầm đến từ việc nội dung thay đổi."
    else:
        said = f"Không gồm {name}, vì nội dung của điểm này thay đổi trong giai đoạn ({when})."
    return Sentence(said, ground.rests_on, is_note=True)


def _row(rows: pd.DataFrame, name: str, statistic: str) -> "pd.Series[float]":
    return rows[(rows["name"] == name) & (rows["statistic"] == statistic)].iloc[0]


def _points(row: "pd.Series[float]") -> str:
    return f"{text.number(100 * float(row['monte_carlo_error']), 1)} điểm phần trăm"


def notes(ground: Ground) -> Sequence[Sentence]:
    """All notes on what was measured, in reading order."""
    found = (how_to_read(ground), footing_note(ground), composite_note(ground))
    return [note for note in found if note is not None]
