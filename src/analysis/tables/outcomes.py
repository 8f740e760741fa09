"""Tables of the chapter on contribution."""

from typing import Any

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell


def province_years(years: pd.DataFrame, histories: dict[str, pd.DataFrame], rests_on: Provenance) -> Table:
    """What was said beside what was measured, one row a year; from ``panel.province_years``. A change of era is marked."""
    indices = list(histories)
    eras = {index: history.set_index("edition_year")["era"] for index, history in histories.items()}
    rows = tuple(
        (
            str(row["year"]),
            cell(row["activities_count"]),
            cell(row["online_share"]),
            *(_score_rank(row[f"{index} score"], row[f"{index} rank"], is_break=_is_break(eras[index], row["year"])) for index in indices),
        )
        for _, row in years.iterrows()
    )
    columns = (
        Column("Năm"),
        Column("Hoạt động đã ghi", 0),
        Column("Nộp trực tuyến", 1, is_percent=True),
        *(Column(f"{index}, điểm (hạng)") for index in indices),
    )
    mixed = years["activities_count"].notna() & years["online_share"].isna()
    notes = ["Đặt cạnh nhau để đọc, không phải để suy ra nguyên nhân.", "“‡”: cách chấm điểm đổi từ năm này, không so với các năm trên."]
    if mixed.any():
        named = ", ".join(str(year) for year in years.loc[mixed, "year"])
        notes.append(f"Năm {named}: không tính tỷ lệ cả năm vì thiếu bảng hồ sơ hoặc trong năm có hai cách gọi mức độ dịch vụ.")
    return Table("province-years", "Hoạt động, mức dùng dịch vụ trực tuyến và bốn chỉ số theo năm", columns, rows, rests_on, tuple(notes))


def _is_break(eras: pd.Series, year: int) -> bool:
    """Whether an edition's era differs from that of the edition before."""
    before = eras[eras.index < year]
    return year in eras.index and len(before) > 0 and bool(eras[year] != before.iloc[-1])


def _score_rank(score: Any, rank: Any, *, is_break: bool) -> str | None:
    shown = None if pd.isna(score) else text.number(float(score), 2)
    if not pd.isna(rank):
        shown = f"{shown or text.DASH} ({int(rank)})"
    return f"‡ {shown}" if is_break and shown else shown


def assessments(rows: tuple[tuple[Cell, ...], ...], rests_on: Provenance) -> Table:
    """Each outcome with its grade and reason; from ``narrative.outcomes``."""
    columns = (Column("Kết quả xem xét"), Column("Mức bằng chứng"), Column("Vì sao"), Column("Cần thêm gì để trả lời"))
    return Table("assessments", "Có thể nói gì về đóng góp của truyền thông", columns, rows, rests_on)
