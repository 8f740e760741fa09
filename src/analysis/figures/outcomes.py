"""Charts that put what was said beside what was measured, without joining them by a line or a verb."""

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Mark, Provenance, Series, cells, numbers
from analysis.figures.standing import era_marks
from analysis.figures.uptake import SHORT_REGIMES


def activities_by_year(years: pd.DataFrame, rests_on: Provenance) -> Chart:
    """Activities logged a year, from ``panel.province_years``."""
    shown = years[years["activities_count"].notna()]
    return Chart(
        "activities-by-year",
        _growth_title(shown),
        "Số hoạt động truyền thông được ghi theo năm",
        "stacked_bar",
        "year",
        "năm",
        "hoạt động",
        (Series("hoạt động", cells(shown["year"]), numbers(shown["activities_count"])),),
        rests_on,
        alt_vi="Biểu đồ cột số hoạt động truyền thông theo năm.",
        y_from_zero=True,
    )


def _growth_title(shown: pd.DataFrame) -> str:
    first, last = shown.iloc[0], shown.iloc[-1]
    if len(shown) == 1:
        return f"Năm {int(first['year'])} ghi {text.number(first['activities_count'])} hoạt động"
    counts = [f"{text.number(row['activities_count'])} (năm {int(row['year'])})" for row in (first, last)]
    return f"Số hoạt động được ghi: {', '.join(counts)}"


def standing_by_year(years: pd.DataFrame, histories: dict[str, pd.DataFrame], rests_on: Provenance) -> Chart:
    """Within-year z of each index that has one; segments follow the eras, since even z breaks with the questions."""
    series: list[Series] = []
    marks: dict[float, Mark] = {}
    for index, history in histories.items():
        shown = history[history["edition_year"].isin(years["year"])]
        if shown["z_score"].notna().any():
            series.append(Series(index, cells(shown["edition_year"]), numbers(shown["z_score"]), segments=tuple(shown["era"]), index=index))
            marks |= {float(str(mark.x)): mark for mark in era_marks(shown)}
    return Chart(
        "standing-by-year",
        f"{text.enumerate_vi([found.name for found in series])}: vị trí so với mặt bằng các tỉnh trong từng năm",
        "Số độ lệch chuẩn trên (+) hoặc dưới (−) mức trung bình các tỉnh cùng năm; chỉ tính khi có điểm của hầu hết các tỉnh",
        "line",
        "year",
        "năm đánh giá",
        "độ lệch chuẩn",
        tuple(series),
        rests_on,
        alt_vi="Biểu đồ đường vị trí tương đối theo năm, ngắt tại chỗ đổi phương pháp.",
        decimals=1,
        marks=tuple(marks[position] for position in sorted(marks)),
        notes_vi=("Đường chấm dọc: cách chấm điểm thay đổi; ngay cả vị trí tương đối cũng không nối qua đó.",),
    )


def dose_by_month(months: pd.DataFrame, rests_on: Provenance, marks: tuple[Mark, ...]) -> Chart:
    """Activities for the public a month; ``months`` has a row a (period_month, regime) with ``dose_count``."""
    totals = months.groupby("period_month", as_index=False)["dose_count"].sum()
    return Chart(
        "dose-by-month",
        "Hoạt động hướng tới người dân, doanh nghiệp theo tháng",
        "Tổng số hoạt động của các xã, sở, ngành có bảng hồ sơ",
        "stacked_bar",
        "month",
        "tháng",
        "hoạt động",
        (Series("hoạt động", tuple(f"{month}-01" for month in totals["period_month"]), numbers(totals["dose_count"])),),
        rests_on,
        alt_vi="Biểu đồ cột số hoạt động theo tháng.",
        decimals=1,
        marks=marks,
        notes_vi=("Hoạt động chỉ ghi đến quý hoặc năm được chia đều cho các tháng nên có số lẻ.",),
        y_from_zero=True,
    )


def rate_beside_dose(months: pd.DataFrame, rests_on: Provenance, marks: tuple[Mark, ...]) -> Chart:
    """The online rate of the same units and months, one series a regime."""
    series = [
        Series(
            SHORT_REGIMES[regime],
            tuple(f"{month}-01" for month in rows["period_month"]),
            numbers(rows["share"] * 100),
            segments=(regime,) * len(rows),
        )
        for regime, rows in sorted(months.groupby("regime"), reverse=True)
    ]
    return Chart(
        "rate-beside-dose",
        "Tỷ lệ nộp hồ sơ trực tuyến của cùng các đơn vị và tháng",
        "Hồ sơ nộp trực tuyến trên tổng hồ sơ tiếp nhận",
        "line",
        "month",
        "tháng",
        "%",
        tuple(series),
        rests_on,
        alt_vi="Biểu đồ đường tỷ lệ nộp trực tuyến theo tháng.",
        decimals=1,
        marks=marks,
        y_from_zero=True,
    )
