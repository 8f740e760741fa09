"""Tables of the report: measured frames to ``Table`` blocks with their notes."""

from typing import Any

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell, provenance
from analysis.codes import BASES, INDICES, RATE_KEYS, REACH_KINDS
from analysis.sources import REFERENCE_ONLY
from analysis.theme import NOT_PUBLISHED

STATUS_VI = {
    "not_yet": NOT_PUBLISHED,
    "not_for_province": "không công bố cho tỉnh",
    "not_held": "bộ số liệu chưa có",
}
VERDICT_VI = {"clear": "rõ", "within_noise": "trong mức dao động ngẫu nhiên", "not_known": "chưa biết"}


def plan_items(progress: pd.DataFrame, activities: pd.DataFrame) -> Table:
    """Every item with what was planned and what was done; from ``delivery.item_progress``."""
    rows = tuple(
        (
            f"{item['section']}.{item['stt']}",
            item["title_vi"],
            item["lead_units_vi"],
            item["time_phrase_vi"],
            _done_phrase(item),
            cell(item["completion_share"]),
            cell(item["late_count"]),
        )
        for _, item in progress.iterrows()
    )
    columns = (
        Column("Mục"),
        Column("Nội dung"),
        Column("Đơn vị thực hiện"),
        Column("Thời gian theo kế hoạch"),
        Column("Kết quả đã ghi"),
        Column("Đạt so với số lần nêu trong kế hoạch", 0, is_percent=True),
        Column("Bắt đầu sau thời hạn", 0),
    )
    notes = (
        "“–”: kế hoạch không nêu số lần nên không tính tỷ lệ.",
        "Số lần nêu trong kế hoạch được hiểu là của từng đơn vị thực hiện; phần làm vượt của đơn vị này không bù cho đơn vị khác.",
    )
    return Table("plan-items", "Kết quả từng mục của kế hoạch", columns, rows, provenance(progress, activities), notes)


def _done_phrase(item: pd.Series) -> str:
    done, units = int(item["done_count"]), int(item["units_done_count"])
    if not done:
        return "chưa ghi nhận hoạt động"
    shown = f"đã làm {text.number(done)}" + (f" ({text.number(units)} đơn vị)" if units > 1 else "")
    if pd.isna(item["expected_total_count"]):
        return shown + ", kế hoạch không nêu số lần"
    return shown + f" trên {text.number(item['expected_total_count'])} lần"


def silent_units(silent: pd.DataFrame, below: pd.DataFrame, rests_on: Provenance) -> Table:
    """Units without any activity, by the unit above them."""
    parents = below.set_index("unit_code")["name_vi"]
    named = silent.assign(parent_vi=silent["parent_code"].map(parents).fillna("trực thuộc tỉnh"))
    ordered = named.sort_values(["parent_vi", "label_vi"], key=lambda column: column.map(text.sort_key))
    rows = tuple((str(row.label_vi), str(row.parent_vi)) for row in ordered.itertuples())
    return Table("silent-units", "Đơn vị chưa ghi nhận hoạt động nào", (Column("Đơn vị"), Column("Thuộc")), rows, rests_on)


def reach(reach_by_kind: pd.DataFrame, activities: pd.DataFrame) -> Table:
    """Reach by kind, officials apart; kinds are never summed."""
    rows = tuple(
        (
            text.sentence_case(REACH_KINDS[row["reach_kind"]]),
            "cán bộ, công chức" if row["is_officials"] else "người dân, doanh nghiệp hoặc chung",
            cell(row["reach_count"]) if row["recorded_count"] else None,
            cell(row["recorded_count"]),
            cell(row["activities_count"]),
        )
        for _, row in reach_by_kind.iterrows()
    )
    columns = (
        Column("Loại tiếp cận"),
        Column("Đối tượng"),
        Column("Số đã ghi", 0),
        Column("Hoạt động có ghi", 0),
        Column("Hoạt động thuộc loại này", 0),
    )
    notes = ("Không cộng các loại tiếp cận với nhau. Lượt người không phải là số người.",)
    return Table("reach", "Mức tiếp cận đã ghi, theo loại và đối tượng", columns, rows, provenance(activities), notes)


def index_history(history: pd.DataFrame, index: str, rests_on: Provenance) -> Table:
    """Every edition of an index with its era; a missing edition says why it is missing."""
    rows = tuple(_edition_row(row) for _, row in history.iterrows())
    columns = (
        Column("Năm đánh giá"),
        Column("Phương pháp"),
        Column("Điểm", 2),
        Column("Hạng"),
        Column("Độ lệch so với trung bình các tỉnh (số độ lệch chuẩn)", 2),
        Column("Tình trạng"),
    )
    notes = ("Điểm chỉ so sánh được trong cùng một phương pháp.", "“*”: thứ hạng do bộ công cụ xếp từ điểm của các tỉnh, nơi công bố không in.")
    return Table(f"history-{index.lower().replace(' ', '-')}", f"{index}: các phiên bản", columns, rows, rests_on, notes, is_annex=True)


def _edition_row(row: pd.Series) -> tuple[Cell, ...]:
    rank = None
    if not pd.isna(row["rank"]):
        denominator = "" if pd.isna(row["rank_of"]) else f"/{int(row['rank_of'])}"
        rank = f"{int(row['rank'])}{denominator}{'*' if row['is_rank_computed'] else ''}"
    status = STATUS_VI.get(row["status"]) or BASES[row["basis"]]
    return str(row["edition_year"]), row["era"], cell(row["score"]), rank, cell(row["z_score"]), status


def index_changes(changes: pd.DataFrame, rests_on: Provenance) -> Table:
    """Moves inside eras with the verdict; from ``standing.changes`` of one or more indices."""
    rows = tuple(
        (
            row["index"],
            f"{row['from_year']} → {row['to_year']}",
            text.signed(row["change_score"]),
            None if pd.isna(row["rank_change"]) else text.signed(row["rank_change"], 0),
            None if pd.isna(row["noise_score"]) else f"±{text.number(row['noise_score'], 2)}",
            VERDICT_VI[row["verdict"]],
        )
        for _, row in changes.iterrows()
    )
    columns = (
        Column("Chỉ số"),
        Column("Giai đoạn"),
        Column("Thay đổi điểm"),
        Column("Thay đổi hạng (+ là lên)"),
        Column("Mức dao động thường gặp"),
        Column("Thay đổi có rõ không"),
    )
    notes = ("Mức dao động thường gặp: trong 20 năm bình thường, khoảng 19 năm thay đổi không vượt mức này.",)
    return Table("index-changes", "Thay đổi giữa hai năm liền nhau trong cùng phương pháp", columns, rows, rests_on, notes)


def published_facts(facts: pd.DataFrame, title: str) -> Table:
    """Published facts of uptake, each with its denominator as the page names it."""
    rows = tuple(
        (
            row["unit_vi"],
            row["period_vi"],
            row["metric_vi"],
            ("khoảng " if row["is_approximate"] else "") + f"{_fact_number(row['value'])} {row['value_unit']}",
            _denominator(row),
            text.sentence_case(RATE_KEYS[row["rate_key"]]) if not pd.isna(row["rate_key"]) else "không xếp vào tỷ lệ nào",
            row["published_vi"],
        )
        for _, row in facts.iterrows()
    )
    columns = (
        Column("Đơn vị"),
        Column("Kỳ"),
        Column("Nội dung"),
        Column("Giá trị"),
        Column("Mẫu số"),
        Column("Cách tính tương ứng"),
        Column("Công bố"),
    )
    notes = ("Mỗi dòng là một định nghĩa riêng; hai dòng khác mẫu số không so sánh với nhau.",)
    return Table("published-facts", title, columns, rows, provenance(facts), notes)


def _fact_number(value: float) -> str:
    decimals = 0 if float(value).is_integer() else 4 if abs(value) < 1 else 2
    return text.number(value, decimals)


def _denominator(row: pd.Series) -> str:
    count = "" if pd.isna(row["denominator_count"]) else text.number(row["denominator_count"]) + " "
    if not pd.isna(row["denominator_vi"]):
        return count + str(row["denominator_vi"])
    return "không nêu" if row["value_unit"] == "%" else text.DASH


def fact_addresses(facts: pd.DataFrame) -> Table:
    """Where each published fact was read."""
    rows = tuple((row["unit_vi"], row["period_vi"], row["metric_vi"], row["address"]) for _, row in facts.iterrows())
    columns = (Column("Đơn vị"), Column("Kỳ"), Column("Nội dung"), Column("Trang công bố"))
    return Table("fact-addresses", "Trang công bố của từng số liệu về dịch vụ công trực tuyến", columns, rows, provenance(facts), is_annex=True)


def rates_table(rates: pd.DataFrame, title: str, table_id: str, rate_key: str, rests_on: Provenance) -> Table:
    """A rate by unit with both counts and its interval; units with too few dossiers say so instead of a share."""
    rows = tuple(
        (
            row["label_vi"],
            cell(row["numerator_count"]),
            cell(row["denominator_count"]),
            None if row["is_small"] else cell(row["share"]),
            "quá ít hồ sơ để nói" if row["is_small"] else f"{text.percent(row['low_share'])} – {text.percent(row['high_share'])}",
        )
        for _, row in rates.iterrows()
    )
    columns = (Column("Đơn vị"), Column("Tử số", 0), Column("Mẫu số", 0), Column("Tỷ lệ", 1, is_percent=True), Column("Khoảng tin cậy 95 %"))
    return Table(f"rates-{table_id}", title, columns, rows, rests_on, (f"{text.sentence_case(RATE_KEYS[rate_key])}.",), is_annex=True)


def province_years(years: pd.DataFrame, indices: list[str], rests_on: Provenance) -> Table:
    """What was said beside what was measured, one row a year; from ``panel.province_years``."""
    rows = tuple(
        (
            str(row["year"]),
            cell(row["activities_count"]),
            cell(row["online_share"]),
            *(_score_rank(row[f"{index} score"], row[f"{index} rank"]) for index in indices),
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
    notes = ["Đặt cạnh nhau để đọc, không phải để suy ra nguyên nhân."]
    if mixed.any():
        named = ", ".join(str(year) for year in years.loc[mixed, "year"])
        notes.append(f"Năm {named}: không tính tỷ lệ cả năm vì thiếu bảng hồ sơ hoặc trong năm có hai cách gọi mức độ dịch vụ.")
    return Table("province-years", "Hoạt động, mức dùng dịch vụ trực tuyến và bốn chỉ số theo năm", columns, rows, rests_on, tuple(notes))


def _score_rank(score: Any, rank: Any) -> str | None:
    shown = None if pd.isna(score) else text.number(float(score), 2)
    if pd.isna(rank):
        return shown
    return f"{shown or text.DASH} ({int(rank)})"


def assessments(rows: tuple[tuple[Cell, ...], ...], rests_on: Provenance) -> Table:
    """Each outcome with its grade and reason; from ``narrative.outcomes``."""
    columns = (Column("Kết quả xem xét"), Column("Mức bằng chứng"), Column("Vì sao"), Column("Cần thêm gì để trả lời"))
    return Table("assessments", "Có thể nói gì về đóng góp của truyền thông", columns, rows, rests_on)


def sources(register: pd.DataFrame) -> Table:
    """The register of received files with rows read, kept and set aside."""
    rows = tuple(
        (
            row["document"],
            row["publisher"],
            row["edition"],
            "mô phỏng" if row["is_synthetic"] else "thật",
            None if row["table"] == REFERENCE_ONLY else cell(row["rows_in_count"]),
            None if row["table"] == REFERENCE_ONLY else cell(row["set_aside_count"]),
            row["published"] or text.DASH,
        )
        for _, row in register.iterrows()
    )
    columns = (
        Column("Tài liệu"),
        Column("Nơi công bố"),
        Column("Phiên bản"),
        Column("Loại"),
        Column("Dòng đọc được", 0),
        Column("Để riêng", 0),
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
    return Table("set-aside", "Số liệu để riêng, không dùng", columns, rows, provenance(rows_aside), is_annex=True)


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
