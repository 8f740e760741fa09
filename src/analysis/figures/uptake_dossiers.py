"""The chart of days to a result by month and channel."""

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Mark, Series, numbers, provenance
from analysis.codes import DOSSIER_CHANNELS

CHANNELS_DRAWN = ("online", "counter")  # post is rare; its wide intervals would cover the two that are compared


def days_by_month(monthly: pd.DataFrame, days: pd.DataFrame, title: str, place: str, marks: tuple[Mark, ...]) -> Chart:
    """Median days to a result by month of receipt, online and at the counter, with the interval of each median.

    ``monthly`` from ``uptake.days_by_channel(by=["period_month"])``; months of too few results are gaps.
    """
    known = monthly[monthly["q50"].notna() & monthly["channel"].isin(CHANNELS_DRAWN)]
    first, last = known["period_month"].min(), known["period_month"].max()
    return Chart(
        "days-by-month",
        title,
        f"Số ngày từ tiếp nhận đến có kết quả ở trung vị, theo tháng tiếp nhận, {place}, từ tháng {text.month(first)} đến tháng {text.month(last)}",
        "line",
        "month",
        "tháng tiếp nhận",
        "ngày",
        tuple(_channel(monthly[monthly["channel"] == channel], channel) for channel in CHANNELS_DRAWN if (known["channel"] == channel).any()),
        provenance(days),
        alt_vi="Biểu đồ đường số ngày có kết quả theo tháng tiếp nhận, mỗi kênh một đường, kèm khoảng tin cậy 95 % của trung vị.",
        decimals=1,
        marks=marks,
        notes_vi=("Vạch quanh mỗi điểm: khoảng tin cậy 95 % của trung vị. Mỗi kênh có những thủ tục khác nhau: bảng theo lĩnh vực ở phụ lục.",),
        y_from_zero=True,
    )


def _channel(rows: pd.DataFrame, channel: str) -> Series:
    months = pd.period_range(rows["period_month"].min(), rows["period_month"].max(), freq="M").strftime("%Y-%m")
    filled = rows.set_index("period_month").reindex(months)
    low, high = (numbers(filled[name].mask(filled["q50"].isna())) for name in ("q50_low", "q50_high"))
    told = tuple("" if one is None or other is None else f"khoảng {one:.0f}{text.DASH}{other:.0f} ngày" for one, other in zip(low, high, strict=True))
    days = tuple(f"{month}-01" for month in months)
    return Series(DOSSIER_CHANNELS[channel], days, numbers(filled["q50"]), segments=("",) * len(days), low=low, high=high, labels=told)
