"""Charts that put what was said beside what was measured, without joining them by a line or a verb."""

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Provenance, Series, cells, numbers


def activities_by_year(years: pd.DataFrame, rests_on: Provenance) -> Chart:
    """Activities logged a year, from ``panel.province_years``."""
    shown = years[years["activities_count"].notna()]
    return Chart(
        "activities-by-year",
        f"Nhật ký có {text.number(shown['activities_count'].sum())} hoạt động trong {len(shown)} năm",
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


def standing_by_year(years: pd.DataFrame, histories: dict[str, pd.DataFrame], rests_on: Provenance) -> Chart:
    """Within-year z of each index that has one; segments follow the eras, since even z breaks with the questions."""
    series = []
    for index, history in histories.items():
        shown = history[history["edition_year"].isin(years["year"])]
        if shown["z_score"].notna().any():
            series.append(Series(index, cells(shown["edition_year"]), numbers(shown["z_score"]), segments=tuple(shown["era"])))
    return Chart(
        "standing-by-year",
        "Vị trí so với mặt bằng các tỉnh trong từng năm",
        "Số độ lệch chuẩn trên (+) hoặc dưới (−) mức trung bình các tỉnh cùng năm; chỉ tính khi có điểm của hầu hết các tỉnh",
        "line",
        "year",
        "năm đánh giá",
        "độ lệch chuẩn",
        tuple(series),
        rests_on,
        alt_vi="Biểu đồ đường vị trí tương đối theo năm, ngắt tại chỗ đổi phương pháp.",
        decimals=1,
        notes_vi=("Ngay cả vị trí tương đối cũng không nối qua chỗ bộ câu hỏi thay đổi.",),
    )


def dose_and_rate(months: pd.DataFrame, rests_on: Provenance) -> tuple[Chart, Chart]:
    """Two charts on the same months: activities for the public, and the online rate; ``months`` has a row a month."""
    x = tuple(f"{month}-01" for month in months["period_month"])
    dose = Chart(
        "dose-by-month",
        "Hoạt động hướng tới người dân, doanh nghiệp theo tháng",
        "Tổng số hoạt động của các xã, sở, ngành có số liệu hồ sơ",
        "stacked_bar",
        "month",
        "tháng",
        "hoạt động",
        (Series("hoạt động", x, numbers(months["dose_count"])),),
        rests_on,
        alt_vi="Biểu đồ cột số hoạt động theo tháng.",
        decimals=0,
        y_from_zero=True,
    )
    rate = Chart(
        "rate-beside-dose",
        "Tỷ lệ nộp hồ sơ trực tuyến của cùng các đơn vị và tháng",
        "Hồ sơ nộp trực tuyến trên tổng hồ sơ tiếp nhận",
        "line",
        "month",
        "tháng",
        "%",
        (Series("tỷ lệ", x, numbers(months["share"] * 100), segments=tuple(months["regime"])),),
        rests_on,
        alt_vi="Biểu đồ đường tỷ lệ nộp trực tuyến theo tháng.",
        decimals=1,
        y_from_zero=True,
    )
    return dose, rate
