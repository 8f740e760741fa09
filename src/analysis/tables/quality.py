"""Tables on where the numbers come from."""

import pandas as pd

from analysis import text
from analysis.blocks import Column, Provenance, Table, cell, provenance
from analysis.codes import INDICES
from analysis.sources import REFERENCE_ONLY
from analysis.tables.notes import STATUS_VI


def sources(register: pd.DataFrame) -> Table:
    """The register of received files with rows read, kept and set aside."""
    rows = tuple(
        (
            text.sentence_case(row["short_vi"]),
            row["document"],
            row["publisher"],
            row["edition"],
            "mô phỏng" if row["is_synthetic"] else "công bố, danh mục",
            None if row["table"] == REFERENCE_ONLY else cell(row["rows_in_count"]),
            None if row["table"] == REFERENCE_ONLY else cell(row["set_aside_count"]),
            row["published"] or text.DASH,
        )
        for _, row in register.iterrows()
    )
    columns = (
        Column("Tên gọi trong báo cáo"),
        Column("Tài liệu"),
        Column("Nơi công bố"),
        Column("Phiên bản"),
        Column("Loại"),
        Column("Dòng đọc được", 0),
        Column("Không sử dụng", 0),
        Column("Công bố"),
    )
    return Table("sources", "Nguồn số liệu", columns, rows, register_provenance(register))


def register_provenance(register: pd.DataFrame) -> Provenance:
    """All registered sources; a table about the register is not itself synthetic, so synthetic sources are left out."""
    real = register[~register["is_synthetic"]]
    return Provenance(tuple(sorted(real["source_id"])), is_synthetic=False)


def set_aside(rows_aside: pd.DataFrame) -> Table:
    """Rows of received files that were not used, and why."""
    rows = tuple((row["row_vi"], row["reason_vi"], cell(row["line"])) for _, row in rows_aside.iterrows())
    columns = (Column("Số liệu"), Column("Vì sao không dùng"), Column("Dòng trong tệp gốc", 0))
    return Table("set-aside", "Số liệu không sử dụng", columns, rows, provenance(rows_aside), is_annex=True)


def index_gaps(histories: dict[str, pd.DataFrame], rests_on: Provenance) -> Table:
    """Editions that are missing for the province, by index and reason."""
    rows = []
    for index, history in histories.items():
        for status, label in STATUS_VI.items():
            years = [str(year) for year in history.loc[history["status"] == status, "edition_year"]]
            if years:
                rows.append((f"{index} ({INDICES[index]})", label, ", ".join(years)))
    return Table(
        "index-gaps", "Phiên bản không có điểm của tỉnh", (Column("Chỉ số"), Column("Vì sao"), Column("Năm đánh giá")), tuple(rows), rests_on
    )
