"""Tables on where the numbers come from."""

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell, provenance
from analysis.codes import INDICES
from analysis.sources import REFERENCE_ONLY
from analysis.tables.notes import STATUS_VI

SAME_REASON_SHOWN = 10


def in_force(register: pd.DataFrame) -> pd.DataFrame:
    """The registered files from which tables are built: neither superseded nor withdrawn."""
    return register[(register["superseded_by"] == "") & (register["withdrawn_on"] == "")]


def sources(register: pd.DataFrame) -> Table:
    """The files in force with rows read, kept and set aside; logs that units sent, and files of the index folder by publisher, in one row."""
    used = in_force(register)
    is_log, is_beside = (used["table"] == "activities") & (used["layout"] != ""), used["received_on"] == ""
    rows = [_source_row(row) for _, row in used[~is_log & ~is_beside].iterrows()]
    rows += [_logs_row(logs) for _, logs in used[is_log].groupby("is_synthetic")]
    rows += [_folder_row(files) for _, files in used[is_beside].groupby("publisher")]
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
    replaced = len(register) - len(used)
    notes = (f"Không kể {replaced} tệp đã được bản khác thay hoặc rút lại; các tệp đó vẫn được giữ.",) if replaced else ()
    return Table("sources", "Nguồn số liệu", columns, tuple(rows), register_provenance(register), notes)


def _source_row(row: pd.Series) -> tuple[Cell, ...]:
    is_reference = row["table"] == REFERENCE_ONLY
    return (
        text.sentence_case(row["short_vi"]),
        row["document"],
        row["publisher"],
        row["edition"],
        "mô phỏng" if row["is_synthetic"] else "công bố, danh mục",
        None if is_reference else cell(row["rows_in_count"]),
        None if is_reference else cell(row["set_aside_count"]),
        row["published"] or text.DASH,
    )


def _logs_row(logs: pd.DataFrame) -> tuple[Cell, ...]:
    partial = int((logs["left_out_count"] > 0).sum())
    return (
        text.sentence_case(logs["short_vi"].iloc[0]),
        f"{len(logs)} tệp nhật ký" + (f", {partial} tệp nạp một phần" if partial else ""),
        logs["publisher"].iloc[0] if logs["publisher"].nunique() == 1 else "các đơn vị",
        logs["edition"].iloc[0] if len(logs) == 1 else "theo từng tệp",
        "mô phỏng" if logs["is_synthetic"].iloc[0] else "đơn vị gửi",
        cell(logs["rows_in_count"].sum()),
        cell(logs["set_aside_count"].sum()),
        "không công bố",
    )


def _folder_row(files: pd.DataFrame) -> tuple[Cell, ...]:
    """Files that stand in the office's index folder and not in the register."""
    return (
        "Tệp trong thư mục chỉ số",
        f"{len(files)} tệp của đơn vị",
        files["publisher"].iloc[0],
        "; ".join(dict.fromkeys(files["edition"])),
        "công bố, danh mục",
        cell(files["rows_in_count"].sum()),
        cell(files["set_aside_count"].sum()),
        text.DASH,
    )


def register_provenance(register: pd.DataFrame) -> Provenance:
    """All registered sources; a table about the register is not itself synthetic, so synthetic sources are left out."""
    real = register[~register["is_synthetic"]]
    return Provenance(tuple(sorted(real["source_id"])), is_synthetic=False)


def set_aside(rows_aside: pd.DataFrame) -> Table:
    """Figures of received files that were not used, and why; many of one file with one reason stand in one row with the first of them."""
    rows: list[tuple[Cell, ...]] = []
    for (_, reason), same in rows_aside.groupby(["source_id", "reason_vi"], sort=False):
        first = same.iloc[0]
        if len(same) > SAME_REASON_SHOWN:
            rows.append((f"{first['row_vi']} và {text.number(len(same) - 1)} số liệu khác cùng tệp", reason, cell(first["line"])))
        else:
            rows += [(row["row_vi"], reason, cell(row["line"])) for _, row in same.iterrows()]
    columns = (Column("Số liệu"), Column("Vì sao không dùng"), Column("Dòng trong tệp gốc", 0))
    return Table("set-aside", "Số liệu không sử dụng", columns, tuple(rows), provenance(rows_aside), is_annex=True)


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
