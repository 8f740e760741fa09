"""Tables of the four indices."""

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell
from analysis.codes import BASES
from analysis.standing import last_published
from analysis.tables.notes import STATUS_VI, VERDICT_VI


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
    notes = ("Điểm chỉ so sánh được trong cùng một phương pháp.", "“*”: tính từ điểm các tỉnh, không phải thứ hạng do nơi công bố in.")
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
    notes = (
        "Mức dao động thường gặp: chỉ do ngẫu nhiên thì khoảng 19 trên 20 lần không vượt mức này; "
        "với PCI, so sau khi trừ thay đổi chung của các tỉnh.",
    )
    return Table("index-changes", "Thay đổi giữa hai năm liền nhau trong cùng phương pháp", columns, rows, rests_on, notes)


def standing_overview(histories: dict[str, pd.DataFrame], year: int, rests_on: Provenance) -> Table:
    """The four indices of the report year in one small table, with the last edition held before it."""
    rows = tuple(_overview_row(index, history, year) for index, history in histories.items())
    columns = (Column("Chỉ số"), Column(f"Năm {year}"), Column("Lần gần nhất trước đó có số"), Column("So với nhau"))
    return Table("standing-overview", f"Bốn chỉ số của tỉnh năm {year}", columns, rows, rests_on)


def _overview_row(index: str, history: pd.DataFrame, year: int) -> tuple[Cell, ...]:
    of_year = history[history["edition_year"] == year]
    now = of_year.iloc[0] if len(of_year) else None
    last = last_published(history, year)
    shown_now = "không có phiên bản" if now is None else STATUS_VI.get(now["status"]) or position(now)
    shown_last = None if last is None else f"{last['edition_year']}: {position(last)}"
    if now is None or last is None or now["status"] != "published":
        return index, shown_now, shown_last, None
    return index, shown_now, shown_last, "cùng cách chấm" if now["era"] == last["era"] else "cách chấm đã đổi, không so"


def position(row: pd.Series) -> str:
    """``47,18 điểm, hạng 2/60`` with whatever of it is known."""
    score = "" if pd.isna(row["score"]) else f"{text.number(row['score'], 2)} điểm"
    if pd.isna(row["rank"]):
        return f"{score} (chưa có thứ hạng)"
    rank = f"hạng {int(row['rank'])}" + ("" if pd.isna(row["rank_of"]) else f"/{int(row['rank_of'])}")
    return f"{score}, {rank}" if score else f"{rank} (chưa có điểm)"


def constant_weights(published: pd.DataFrame, recomputed: dict[str, pd.DataFrame], rests_on: Provenance) -> Table:
    """PCI as published beside the same sub-indices under each era's weights, one row an edition that can be recomputed."""
    by_era = {era: own.set_index("edition_year")["composite_score"] for era, own in recomputed.items()}
    years = sorted({int(year) for own in by_era.values() for year in own.index})
    scores = published.set_index("edition_year")["score"]
    rows = tuple((str(year), cell(scores.get(year)), *(cell(own.get(year)) for own in by_era.values())) for year in years)
    columns = (Column("Năm đánh giá"), Column("Điểm công bố", 2), *(Column(f"Tính lại theo trọng số {era}", 2) for era in by_era))
    notes = (
        "Chỉ tính cho năm có đủ điểm các chỉ số thành phần; chênh lệch vài phần trăm điểm so với số công bố là do làm tròn.",
        "Trọng số suy ra từ chính số liệu công bố; nơi công bố không thông báo lần đổi trọng số gần nhất.",
    )
    return Table("pci-constant-weights", "PCI tính lại với trọng số giữ nguyên, đặt cạnh điểm công bố", columns, rows, rests_on, notes)
