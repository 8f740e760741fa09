"""Sentences on what estimators inside a province find when the truth is known: sizes, intervals, false alarms, and where they fail."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence
from analysis.estimate.inside.truth_recovery import COVERAGE, FALSE_ALARMS, MAX_BIAS_PCT

SIMULATED = Provenance((), is_synthetic=True)
LEVELS_VI = {"commune": "giao theo xã", "district": "giao theo huyện"}


@dataclass(frozen=True)
class Ground:
    """What the table was measured on: panels drawn for each scenario and level, their size, and the seed."""

    draws: int
    units: int
    months: int
    districts: int
    seed: int

    @property
    def short_vi(self) -> str:
        """``200 bảng mô phỏng mỗi kịch bản``."""
        return f"{text.number(self.draws)} bảng mô phỏng mỗi kịch bản"

    @property
    def said_vi(self) -> str:
        """``200 bảng mô phỏng mỗi kịch bản, 92 xã trong 9 huyện × 72 tháng, hạt giống 766``."""
        return f"{self.short_vi}, {self.units} xã trong {self.districts} huyện × {self.months} tháng, hạt giống {self.seed}"


def headline(rows: pd.DataFrame, ground: Ground) -> Finding:
    """What the ways to be used find of the truth of the first scenario, and what those not to be used find."""
    first = rows[(rows["scenario"] == rows["scenario"].iloc[0]) & (rows["assignment"] == rows["assignment"].iloc[0])].drop_duplicates("method")
    sound, naive = (first[first["is_recommended"] == wanted] for wanted in (True, False))
    said = f"Kịch bản “{first['scenario_vi'].iloc[0]}”, mức thật {text.number(first['truth'].iloc[0], 2)}: {_found(sound)}"
    said += f"; cách không nên dùng: {_found(naive)}." if len(naive) else "."
    return Finding("recovery-found", said, f"Bình quân trên {ground.said_vi}.", SIMULATED)


def promises(rows: pd.DataFrame) -> Finding:
    """How many of the recommended ways keep what they promise where their assumptions hold, and which do not."""
    judged = rows[rows["is_recommended"] & rows["holds"]]
    broken = judged[judged["promise"] == "broken"]
    said = (
        f"{int((judged['promise'] == 'kept').sum())} trên {len(judged)} cách nên dùng giữ đủ ba lời hứa: lệch không quá "
        f"{text.number(MAX_BIAS_PCT)}\u00a0%, khoảng 95 % chứa mức thật {_band(COVERAGE)}, báo động nhầm {_band(FALSE_ALARMS)}"
    )
    near = int((judged["promise"] == "near").sum())
    said += f"; {near} cách nằm sát dải, trong sai số đo." if near else "."
    evidence = "; ".join(_numbers(row) for _, row in broken.iterrows())
    return Finding("recovery-promises", said, f"Không giữ: {evidence}." if evidence else "Không cách nào ra khỏi dải quá sai số đo.", SIMULATED)


def beyond_repair(rows: pd.DataFrame) -> Sentence | None:
    """What recommended ways find where assumptions do not hold, wrong or right all the same; None where no such scenario was drawn."""
    asked = rows[rows["is_recommended"] & ~rows["holds"]]
    if asked.empty:
        return None
    is_wrong = asked["promise"] == "broken"
    openings = {
        "Khi giả định không còn đúng, cách nên dùng cũng có thể sai": is_wrong,
        "Trong kịch bản không thỏa giả định, có cách vẫn không ra khỏi dải quá sai số đo": ~is_wrong,
    }
    said = [f"{opening}: {_listed(asked[chosen])}." for opening, chosen in openings.items() if chosen.any()]
    return Sentence(" ".join(said), SIMULATED)


def notes(ground: Ground) -> Sequence[Sentence]:
    """How the table is to be read."""
    return [
        Sentence(
            f"Mọi số trong phần này là mô phỏng: {ground.said_vi}. Mỗi bảng được hỏi với mức thật đã cài, rồi hỏi lại "
            "khi không có gì: mỗi lần p không quá 0,05 là một báo động nhầm. "
            "Cùng một hạt giống cho cùng biến động ở mọi kịch bản, nên các dòng khác nhau do cách tính chứ không do may rủi.",
            SIMULATED,
            is_note=True,
        ),
        Sentence(
            "Giữ lời hứa trên số liệu mô phỏng là điều kiện cần, chưa đủ: số liệu thật có thể khác mô phỏng ở chỗ không ai nghĩ tới. "
            "Vì vậy báo cáo còn đo báo động nhầm trên chính số liệu của tỉnh.",
            SIMULATED,
            is_note=True,
        ),
    ]


def _listed(rows: pd.DataFrame) -> str:
    return "; ".join(f"{row['scenario_vi']} – {_numbers(row)}" for _, row in rows.iterrows())


def _found(rows: pd.DataFrame) -> str:
    return text.enumerate_vi([f"{row['method_vi']} tìm thấy {text.number(row['estimate'], 2)}" for _, row in rows.iterrows()])


def _numbers(row: "pd.Series[float]") -> str:
    """One way with its three numbers."""
    return (
        f"{row['method_vi']} ({LEVELS_VI[str(row['assignment'])]}, sai số {row['errors_vi']}): lệch {text.signed(row['bias_pct'], 1)}\u00a0%, "
        f"khoảng chứa {text.percent(row['coverage'], 0)}, báo động nhầm {text.percent(row['false_alarm_rate'])}"
    )


def _band(band: tuple[float, float]) -> str:
    return f"{text.number(100 * band[0])}{text.DASH}{text.percent(band[1], 0)}"
