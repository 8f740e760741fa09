"""Charts of plan delivery."""

from datetime import date

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Series, cells, numbers, provenance
from analysis.codes import CHANNELS
from analysis.delivery import MOST_NAMED, day_as_known, possible_days, so_far, unfinished_month, untouched_items, windows_of

FOR_PUBLIC = "cho người dân, doanh nghiệp hoặc chung"
FOR_OFFICIALS = "cho cán bộ, công chức"


def plan_timeline(progress: pd.DataFrame, activities: pd.DataFrame, as_of: date) -> Chart:
    """Windows of the plan's items with the activities logged for each; needs ``delivery.item_progress``.

    An activity known only to a month, quarter or year is a span of all days it may mean, no later than ``as_of``.
    """
    logged = activities[of_items(activities, progress)].sort_values("start_date")
    untouched = int((progress["done_count"] == 0).sum())
    title = f"{len(progress) - untouched}/{len(progress)} mục của kế hoạch có hoạt động được ghi nhận"
    missing = set(untouched_items(progress).index)
    labels = [f"[chưa có] {label}" if row in missing else label for row, label in zip(progress.index, item_labels(progress), strict=True)]
    rows = pd.Series(labels, index=pd.MultiIndex.from_frame(progress[["section", "stt"]]))
    pieces = [(label, piece) for label, (_, item) in zip(labels, progress.iterrows(), strict=True) for piece in windows_of(item)]
    windows = Series(
        "thời gian theo kế hoạch",
        cells(start for _, (start, _) in pieces),
        (None,) * len(pieces),
        labels=tuple(label for label, _ in pieces),
        x_end=cells(end for _, (_, end) in pieces),
    )
    dated, spans = logged[logged["date_precision"] == "day"], logged[logged["date_precision"] != "day"]
    done = Series("hoạt động đã ghi (ngày bắt đầu)", cells(dated["start_date"]), (None,) * len(dated), labels=_rows_of(dated, rows))
    return Chart(
        "plan-timeline",
        title,
        "Từng mục của kế hoạch: khoảng thời gian nêu trong kế hoạch và mỗi hoạt động đã ghi",
        "timeline",
        "date",
        "tháng",
        "",
        (windows, done, *([_spans(spans, rows, as_of)] if len(spans) else [])),
        provenance(progress, logged),
        alt_vi=f"Biểu đồ dòng thời gian của {len(progress)} mục kế hoạch; {untouched} mục không có hoạt động nào.",
        notes_vi=(
            *(
                [f"{text.number(len(spans))} hoạt động chỉ ghi đến tháng, quý hoặc năm được vẽ thành khoảng, đậm hơn khi chồng lên nhau."]
                if len(spans)
                else []
            ),
            *(["[chưa có]: thời gian của kế hoạch đã bắt đầu mà chưa có hoạt động nào được ghi."] if missing else []),
        ),
    )


def of_items(activities: pd.DataFrame, progress: pd.DataFrame) -> "pd.Series[bool]":
    """Which activities name an item of the plan."""
    key = ["plan_number", "plan_section", "plan_stt"]
    items = progress[["plan_number", "section", "stt"]].set_axis(key, axis=1)
    return pd.Series(pd.MultiIndex.from_frame(activities[key]).isin(pd.MultiIndex.from_frame(items)), index=activities.index)


def _rows_of(logged: pd.DataFrame, rows: pd.Series) -> tuple[str, ...]:
    return tuple(rows[key] for key in zip(logged["plan_section"], logged["plan_stt"], strict=True))


def _spans(logged: pd.DataFrame, rows: pd.Series, as_of: date) -> Series:
    """Activities without a day; ``segments`` hold their time as it is known."""
    days = possible_days(logged)
    return Series(
        "hoạt động chỉ ghi đến tháng, quý hoặc năm",
        cells(days["first_day"]),
        (None,) * len(logged),
        segments=tuple(day_as_known(day, precision) for day, precision in zip(logged["start_date"], logged["date_precision"], strict=True)),
        labels=_rows_of(logged, rows),
        x_end=cells(days["last_day"].clip(upper=pd.Timestamp(as_of))),
    )


def item_labels(items: pd.DataFrame) -> list[str]:
    """``II.1.9 Đối thoại …`` for every item."""
    return [f"{section}.{stt} {title}" for section, stt, title in zip(items["section"], items["stt"], items["title_vi"], strict=True)]


def channel_mix(mix: pd.DataFrame, activities: pd.DataFrame, year: int, as_of: date) -> Chart:
    """Activities by channel, officials apart; from ``delivery.channel_mix``."""
    names = tuple(text.sentence_case(CHANNELS[channel]) for channel in mix["channel"])
    total, most = int(mix["total_count"].sum()), mix["total_count"].max()
    top = [name for name, count in zip(names, mix["total_count"], strict=True) if count == most]
    said = f"{text.number(most)} trên {text.number(total)} hoạt động ({text.percent(most / total, 0)})"
    named = text.enumerate_vi([top[0], *(text.decapitalised(name) for name in top[1:])])
    title = f"{named} {_MOST_USED[len(top) > 1]}: {'mỗi kênh ' if len(top) > 1 else ''}{said}"
    return Chart(
        "channel-mix",
        title if len(top) <= MOST_NAMED else f"{text.number(total)} hoạt động theo {len(mix)} kênh",
        f"{so_far(year, as_of)}: số hoạt động theo kênh và đối tượng",
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


_MOST_USED = ("là kênh dùng nhiều nhất", "là các kênh dùng nhiều nhất")


def activities_by_month(monthly: pd.DataFrame, activities: pd.DataFrame, year: int, as_of: date) -> Chart:
    """Activities by month, officials apart; from ``delivery.activities_by_month``."""
    totals = monthly["public_count"] + monthly["officials_count"]
    months = tuple(f"{month}-01" for month in monthly["period_month"])
    top = [text.month(month) for month in monthly.loc[totals == totals.max(), "period_month"]]
    busiest = f"Tháng {text.enumerate_vi(top)} có nhiều hoạt động nhất: {'mỗi tháng ' if len(top) > 1 else ''}{text.number(totals.max())}"
    undated, unfinished = len(activities) - int(totals.sum()), unfinished_month(year, as_of)
    return Chart(
        "activities-by-month",
        busiest if len(top) <= MOST_NAMED else f"{text.number(totals.sum())} hoạt động theo tháng bắt đầu, năm {year}",
        f"{so_far(year, as_of)}: số hoạt động bắt đầu trong từng tháng",
        "stacked_bar",
        "month",
        "tháng",
        "hoạt động",
        (Series(FOR_PUBLIC, months, numbers(monthly["public_count"])), Series(FOR_OFFICIALS, months, numbers(monthly["officials_count"]))),
        provenance(activities),
        alt_vi=f"Biểu đồ cột số hoạt động theo tháng, cao nhất tháng {text.enumerate_vi(top)}.",
        notes_vi=(
            f"Không gồm {text.number(undated)} hoạt động chỉ ghi đến quý hoặc năm.",
            *([f"Tháng {text.month(f'{year}-{unfinished:02d}')} chưa hết: mới tính đến ngày {text.day(as_of)}."] if unfinished else []),
        ),
        y_from_zero=True,
    )
