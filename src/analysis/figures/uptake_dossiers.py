"""The chart of the gap in days between channels by field, among dossiers that are alike."""

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Provenance, Series, cells, numbers

MOST_FIELDS = 12  # bars that fit one screen


def gap_by_field(alike: pd.DataFrame, place: str, period_vi: str, rests_on: Provenance) -> Chart:
    """A bar a field, days online less days at the counter, those soonest online first; below zero is sooner.

    ``alike`` from ``uptake.alike.gap_alike(by=["field_vi"])``, only fields with enough dossiers to tell, at least one. Of more than
    ``MOST_FIELDS`` those with most online dossiers compared are drawn.
    """
    drawn = alike.sort_values(["alike_dossiers_count", "field_vi"], ascending=[False, True]).head(MOST_FIELDS)
    ordered = drawn.sort_values(["gap_days", "field_vi"])
    compared = tuple(f"so được {text.number(count)} hồ sơ trực tuyến" for count in ordered["alike_dossiers_count"])
    return Chart(
        "gap-by-field",
        _title(ordered, len(alike)),
        f"Số ngày có kết quả khi nộp trực tuyến trừ khi nộp trực tiếp, cùng đơn vị, tháng, mức độ dịch vụ, {place}, hồ sơ tiếp nhận {period_vi}",
        "bar",
        "category",
        "",
        "ngày",
        (Series("chênh lệch số ngày", cells(ordered["field_vi"]), numbers(ordered["gap_days"]), labels=compared),),
        rests_on,
        alt_vi=f"Biểu đồ thanh {len(ordered)} lĩnh vực, chênh lệch số ngày có kết quả giữa nộp trực tuyến và nộp trực tiếp.",
        decimals=1,
        notes_vi=("Số âm: nộp trực tuyến có kết quả sớm hơn. Mọi lĩnh vực ở bảng trong phụ lục.",),
        y_from_zero=True,
    )


def _title(ordered: pd.DataFrame, known: int) -> str:
    first = ordered.iloc[0]
    shown = text.number(abs(float(first["gap_days"])), 1)
    sooner = sum(float(gap) < 0 and bool(text.number(abs(float(gap)), 1).strip("0,")) for gap in ordered["gap_days"])
    among = f"{len(ordered)} lĩnh vực nhiều hồ sơ nhất" if len(ordered) < known else f"{len(ordered)} lĩnh vực"
    if not sooner:
        return f"Cùng loại hồ sơ, trực tuyến không có kết quả sớm hơn trực tiếp ở lĩnh vực nào trong {among}"
    return f"Cùng loại hồ sơ, trực tuyến có kết quả sớm hơn ở {sooner} trong {among}, sớm nhất ở {first['field_vi']} ({shown} ngày)"
