"""Charts of plan delivery."""

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Series, cells, numbers, provenance
from analysis.codes import CHANNELS
from analysis.delivery import untouched_items, windows_of

FOR_PUBLIC = "cho người dân, doanh nghiệp hoặc chung"
FOR_OFFICIALS = "cho cán bộ, công chức"


def plan_timeline(progress: pd.DataFrame, activities: pd.DataFrame) -> Chart:
    """Windows of the plan's items with the activities logged for each; needs ``delivery.item_progress``."""
    rows = progress.assign(label=item_labels(progress)).set_index(["section", "stt"])["label"]
    logged = activities[activities["plan_section"].notna()].sort_values("start_date")
    keys = list(zip(logged["plan_section"], logged["plan_stt"], strict=True))
    untouched = int((progress["done_count"] == 0).sum())
    title = f"{len(progress) - untouched}/{len(progress)} mục của kế hoạch có hoạt động được ghi nhận"
    missing = set(untouched_items(progress).index)
    labels = [f"{label} (chưa có)" if row in missing else label for row, label in zip(progress.index, item_labels(progress), strict=True)]
    pieces = [(label, piece) for label, (_, item) in zip(labels, progress.iterrows(), strict=True) for piece in windows_of(item)]
    windows = Series(
        "thời gian theo kế hoạch",
        cells(start for _, (start, _) in pieces),
        (None,) * len(pieces),
        labels=tuple(label for label, _ in pieces),
        x_end=cells(end for _, (_, end) in pieces),
    )
    done = Series("hoạt động đã ghi", cells(logged["start_date"]), (None,) * len(logged), labels=tuple(rows[key] for key in keys))
    return Chart(
        "plan-timeline",
        title,
        "Từng mục của kế hoạch: khoảng thời gian nêu trong kế hoạch và ngày của mỗi hoạt động đã ghi",
        "timeline",
        "date",
        "tháng",
        "",
        (windows, done),
        provenance(progress, logged),
        alt_vi=f"Biểu đồ dòng thời gian của {len(progress)} mục kế hoạch; {untouched} mục không có hoạt động nào.",
    )


def item_labels(items: pd.DataFrame) -> list[str]:
    """``II.1.9 Đối thoại …`` for every item."""
    return [f"{section}.{stt} {title}" for section, stt, title in zip(items["section"], items["stt"], items["title_vi"], strict=True)]


def channel_mix(mix: pd.DataFrame, activities: pd.DataFrame, year: int) -> Chart:
    """Activities by channel, officials apart; from ``delivery.channel_mix``."""
    names = tuple(text.sentence_case(CHANNELS[channel]) for channel in mix["channel"])
    total, top = int(mix["total_count"].sum()), mix.iloc[0]
    share = text.percent(top["total_count"] / total, 0)
    return Chart(
        "channel-mix",
        f"{names[0]} là kênh dùng nhiều nhất: {text.number(top['total_count'])} trên {text.number(total)} hoạt động ({share})",
        f"Số hoạt động năm {year} theo kênh và đối tượng",
        "stacked_bar",
        "category",
        "",
        "hoạt động",
        (Series(FOR_PUBLIC, names, numbers(mix["public_count"])), Series(FOR_OFFICIALS, names, numbers(mix["officials_count"]))),
        provenance(activities),
        alt_vi=f"Biểu đồ thanh xếp chồng số hoạt động của {len(mix)} kênh, tách phần dành cho cán bộ.",
        notes_vi=("Đếm số hoạt động, không cộng tin với bài, tờ với cuộc.",),
        y_from_zero=True,
    )


def activities_by_month(monthly: pd.DataFrame, activities: pd.DataFrame, year: int) -> Chart:
    """Activities by month, officials apart; from ``delivery.activities_by_month``."""
    totals = monthly["public_count"] + monthly["officials_count"]
    months = tuple(f"{month}-01" for month in monthly["period_month"])
    top = monthly.loc[totals.idxmax(), "period_month"]
    return Chart(
        "activities-by-month",
        f"Tháng {text.month(top)} có nhiều hoạt động nhất: {text.number(totals.max())}",
        f"Số hoạt động bắt đầu trong từng tháng của năm {year}",
        "stacked_bar",
        "month",
        "tháng",
        "hoạt động",
        (Series(FOR_PUBLIC, months, numbers(monthly["public_count"])), Series(FOR_OFFICIALS, months, numbers(monthly["officials_count"]))),
        provenance(activities),
        alt_vi=f"Biểu đồ cột số hoạt động theo tháng, cao nhất tháng {text.month(top)}.",
        notes_vi=(f"Không gồm {len(activities) - int(totals.sum())} hoạt động chỉ ghi đến quý hoặc năm.",),
        y_from_zero=True,
    )
