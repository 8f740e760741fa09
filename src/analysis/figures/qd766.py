"""The chart of the 766 index: points reached and points lost of every item that was counted."""

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Provenance, Series, cells, numbers
from analysis.qd766 import ESTIMATE, item_label, ranked

SCORING_VI = "theo cách chấm năm 2026"  # the structure held is that of 2026; of other years none is known
REACHED, LOST = "điểm đạt được", "điểm còn mất"


def item_points(scored: pd.DataFrame, place: str, period_vi: str, rests_on: Provenance) -> Chart:
    """A bar an item, as long as its maximum; items of one unit and period from ``qd766.scores``, at least one of them counted."""
    counted = ranked(scored)
    names = cells(item_label(item) for _, item in counted.iterrows())
    is_estimate = bool(scored["is_estimate"].any())
    return Chart(
        "qd766-items",
        _title(counted, is_estimate=is_estimate),
        f"Điểm từng mục có số liệu của Bộ chỉ số 766, {place}, {period_vi}" + (f" ({ESTIMATE}, {SCORING_VI})" if is_estimate else ""),
        "stacked_bar",
        "category",
        "",
        "điểm",
        (
            Series(REACHED, names, numbers(counted["score"])),
            Series(LOST, names, numbers(counted["lost_score"])),
        ),
        rests_on,
        alt_vi=f"Biểu đồ thanh {len(counted)} mục, mỗi thanh dài bằng điểm tối đa của mục, tách điểm đạt được và điểm còn mất.",
        decimals=2,
        notes_vi=(f"{len(counted)} trên {len(scored)} mục có số liệu; mục không có số liệu không vẽ, không phải 0 điểm.",),
        y_from_zero=True,
    )


def _title(counted: pd.DataFrame, *, is_estimate: bool) -> str:
    first = counted.iloc[0]
    if first["lost_score"] == 0:
        said = "Mọi mục có số liệu đều đủ điểm"
    else:
        lost = f"{text.number(first['lost_score'], 2)} trên {text.number(first['item_max_score'])} điểm"
        said = f"Mất nhiều điểm nhất ở mục {item_label(first)}: {lost}"
    return f"Ước tính: {text.decapitalised(said)}" if is_estimate else said
