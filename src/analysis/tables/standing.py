"""Tables of the four indices."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell
from analysis.codes import BASES
from analysis.standing import RankDecomposition, last_published
from analysis.tables.notes import NOISE_BASIS_VI, STATUS_VI, VERDICT_VI
from analysis.units import province_name

LARGEST_ROUNDING = 0.056  # ten sub-indices of two decimals and the composite's own


def index_history(history: pd.DataFrame, index: str, rests_on: Provenance, short_names: Mapping[str, str] | None = None) -> Table:
    """Every edition of an index with its era, publication and source; a missing edition says why it is missing.

    ``short_names``: how a source line calls each registered source.
    """
    rows = tuple(_edition_row(row, short_names or {}) for _, row in history.iterrows())
    columns = (
        Column("Năm đánh giá"),
        Column("Phương pháp"),
        Column("Công bố"),
        Column("Điểm", 2),
        Column("Hạng"),
        Column("Mức giữa các tỉnh", 2),
        Column("Độ lệch so với trung bình các tỉnh (số độ lệch chuẩn)", 2),
        Column("Tình trạng"),
        Column("Nguồn"),
    )
    notes = ("Điểm chỉ so sánh được trong cùng một phương pháp.", "“*”: tính từ điểm các tỉnh, không phải thứ hạng do nơi công bố in.")
    return Table(f"history-{index.lower().replace(' ', '-')}", f"{index}: các phiên bản", columns, rows, rests_on, notes, is_annex=True)


def _edition_row(row: pd.Series, short_names: Mapping[str, str]) -> tuple[Cell, ...]:
    rank = None
    if not pd.isna(row["rank"]):
        denominator = "" if pd.isna(row["rank_of"]) else f"/{int(row['rank_of'])}"
        rank = f"{int(row['rank'])}{denominator}{'*' if row['is_rank_computed'] else ''}"
    status = STATUS_VI.get(row["status"]) or BASES[row["basis"]]
    source = None if pd.isna(row["source_id"]) else short_names.get(str(row["source_id"]), str(row["source_id"]))
    figures = (cell(row["score"]), rank, cell(row["median_score"]), cell(row["z_score"]))
    return str(row["edition_year"]), row["era"], _published(row), *figures, status, source


def _published(row: pd.Series) -> str | None:
    if pd.isna(row["published_date"]):
        return None
    return text.day(row["published_date"]) if row["published_precision"] == "day" else text.month(row["published_date"].strftime("%Y-%m"))


def distances(found: pd.DataFrame, units: pd.DataFrame, peers_vi: str, index: str, year: int, rests_on: Provenance) -> Table:
    """The province beside the median, the best and its peers in one edition; from ``standing.distances``."""
    rows = tuple(
        (
            _compared_with(row, units, peers_vi),
            cell(row["score"]),
            None if pd.isna(row["rank"]) else f"{int(row['rank'])}/{int(row['rank_of'])}",
            None if pd.isna(row["distance_score"]) else text.signed(row["distance_score"]),
        )
        for _, row in found.iterrows()
    )
    columns = (Column("So với"), Column("Điểm", 2), Column("Hạng"), Column("Tỉnh hơn (+), kém (−) bao nhiêu điểm"))
    notes = ("Khoảng cách trong cùng một năm, cùng cách chấm; không nói lên thay đổi so với năm trước. Thứ hạng tính từ điểm.",)
    return Table(
        f"distances-{index.lower().replace(' ', '-')}", f"{index} {year}: tỉnh so với các tỉnh", columns, rows, rests_on, notes, is_annex=True
    )


def _compared_with(row: pd.Series, units: pd.DataFrame, peers_vi: str) -> str:
    if row["kind"] == "median":
        return f"mức giữa {row['provinces_count']} tỉnh, thành"
    if row["kind"] == "peers_median":
        return f"mức giữa {peers_vi}"
    name = province_name(units, str(row["province_code"]))
    return f"{name} (cao nhất)" if row["kind"] == "best" else name


def index_changes(changes: pd.DataFrame, rests_on: Provenance) -> Table:
    """Moves inside eras with the verdict; from ``standing.changes`` of one or more indices."""
    rows = tuple(
        (
            row["index"],
            f"{row['from_year']} → {row['to_year']}",
            text.signed(row["change_score"]),
            None if pd.isna(row["judged_score"]) or row["noise_basis"] == "published_se" else text.signed(row["judged_score"]),
            None if pd.isna(row["rank_change"]) else text.signed(row["rank_change"], 0),
            None if pd.isna(row["noise_score"]) else f"±{text.number(row['noise_score'], 2)}",
            NOISE_BASIS_VI[row["noise_basis"]],
            VERDICT_VI[row["verdict"]],
        )
        for _, row in changes.iterrows()
    )
    columns = (
        Column("Chỉ số"),
        Column("Giai đoạn"),
        Column("Thay đổi điểm"),
        Column("Sau khi trừ thay đổi chung của các tỉnh"),
        Column("Thay đổi hạng (+ là lên)"),
        Column("Mức để so"),
        Column("Mức lấy từ đâu"),
        Column("Thay đổi có rõ không"),
    )
    notes = (
        "Mức để so: chỉ do ngẫu nhiên thì khoảng 19 trên 20 lần không vượt mức này. Sai số do nơi công bố in là sai số chọn mẫu, so với thay đổi "
        "của điểm; dao động của các tỉnh là mức lên xuống thường thấy giữa các năm, so với thay đổi sau khi trừ thay đổi chung; "
        "cỡ mẫu chỉ đủ để nói “trong mức dao động”, không đủ để nói “rõ”.",
        "Thay đổi hạng chỉ ghi khi hai năm có cùng số tỉnh được xếp hạng.",
    )
    title = "Thay đổi giữa hai năm liền nhau trong cùng phương pháp"
    return Table("index-changes", title, columns, rows, rests_on, notes, is_annex=True)


def standing_overview(histories: dict[str, pd.DataFrame], year: int, rests_on: Provenance, verdicts: Mapping[str, str] | None = None) -> Table:
    """The four indices of the report year in one small table, with the last edition held before it and whether the change is clear.

    ``verdicts``: of the move into the year, by index, where one is judged.
    """
    rows = tuple(_overview_row(index, history, year, (verdicts or {}).get(index, "not_known")) for index, history in histories.items())
    columns = (Column("Chỉ số"), Column(f"Năm {year}"), Column("Lần gần nhất trước đó có số"), Column("So với nhau"))
    return Table("standing-overview", f"Bốn chỉ số của tỉnh năm {year}", columns, rows, rests_on)


def _overview_row(index: str, history: pd.DataFrame, year: int, verdict: str) -> tuple[Cell, ...]:
    of_year = history[history["edition_year"] == year]
    now = of_year.iloc[0] if len(of_year) else None
    last = last_published(history, year)
    shown_now = "không có kỳ đánh giá" if now is None else STATUS_VI.get(now["status"]) or position(now)
    shown_last = None if last is None else f"{last['edition_year']}: {position(last)}"
    if now is None or last is None or now["status"] != "published":
        return index, shown_now, shown_last, None
    return index, shown_now, shown_last, f"thay đổi: {VERDICT_VI[verdict]}" if now["era"] == last["era"] else "cách chấm đã đổi, không so"


def position(row: pd.Series, *, tells_missing: bool = True) -> str:
    """``47,18 điểm, hạng 2/60`` with whatever of it is known, and what of it nobody printed."""
    score = "" if pd.isna(row["score"]) else f"{text.number(row['score'], 2)} điểm{_unprinted(row.get('basis'))}"
    if pd.isna(row["rank"]):
        return f"{score} (chưa có thứ hạng)" if tells_missing else score
    rank = f"hạng {int(row['rank'])}" + ("" if pd.isna(row["rank_of"]) else f"/{int(row['rank_of'])}")
    rank += " (tính từ điểm)" if row.get("is_rank_computed", False) else _unprinted(row.get("rank_basis"))
    if score:
        return f"{score}, {rank}"
    return f"{rank} (chưa có điểm)" if tells_missing else rank


def _unprinted(basis: object) -> str:
    """A word for figures that were worked out from what was published."""
    return " (suy ra)" if basis in ("derived", "order") else ""


def constant_weights(published: pd.DataFrame, found: pd.DataFrame, eras: list[str], rests_on: Provenance, *, is_annex: bool = False) -> Table:
    """An index as published beside the same components under each era's weights, one row an edition that can be recomputed.

    ``found`` is from ``standing.constant_weight_standing``; ranks are known only where all provinces are held.
    """
    by_key = found.set_index(["edition_year", "weight_era"])
    history = published.set_index("edition_year")
    years = sorted({int(year) for year in found["edition_year"]})
    rows = tuple(
        (str(year), cell(history["score"].get(year)), *(part for era in eras for part in _under_weights(by_key, year, era))) for year in years
    )
    columns = (
        Column("Năm đánh giá"),
        Column("Điểm công bố hoặc suy ra", 2),
        *(column for era in eras for column in (Column(f"Theo trọng số {era}", 2), Column(f"Hạng theo trọng số {era}"))),
    )
    inexact = [str(row.edition_year) for row in found[found["is_published_era"]].itertuples() if _is_off(row, history["score"])]
    notes = (
        "Chỉ tính cho năm có đủ điểm các chỉ số thành phần; chênh lệch tới 0,05 điểm so với số công bố là do làm tròn.",
        *([f"Năm {', '.join(inexact)}: trọng số khôi phục không cho lại đúng điểm công bố."] if inexact else []),
        "Trọng số suy ra từ chính số liệu công bố; nơi công bố không thông báo lần đổi trọng số gần nhất.",
    )
    index = str(published["index"].iloc[0])
    title = f"{index} tính lại với trọng số giữ nguyên, đặt cạnh điểm công bố"
    return Table(f"{index.lower().replace(' ', '-')}-constant-weights", title, columns, rows, rests_on, notes, is_annex=is_annex)


def _is_off(row: Any, published: pd.Series) -> bool:
    score = published.get(row.edition_year)
    return bool(score is not None and not pd.isna(score) and abs(float(score) - row.composite_score) > LARGEST_ROUNDING)


def _under_weights(by_key: pd.DataFrame, year: int, era: str) -> tuple[Cell, Cell]:
    """Composite and rank of one edition under one era's weights, where it has all their components."""
    if (year, era) not in by_key.index:
        return None, None
    row = by_key.loc[(year, era)]
    return cell(row["composite_score"]), None if pd.isna(row["rank"]) else f"{int(row['rank'])}/{int(row['rank_of'])}"


def rank_decomposition(found: RankDecomposition, index: str, names: Mapping[str, str], rests_on: Provenance) -> Table:
    """Sub-indices of the two editions behind a rank change, with both weights; from ``standing.rank_decomposition``."""
    rows = tuple(
        (
            names.get(row["component"], row["component"]),
            *(cell(row[field]) for field in ("from_score", "to_score", "from_median_score", "to_median_score")),
            cell(row["from_weight_pct"]),
            cell(row["to_weight_pct"]),
            text.signed(row["contribution_score"]),
        )
        for _, row in found.components.iterrows()
    )
    columns = (
        Column("Thành phần"),
        Column(f"Điểm {found.from_year}", 2),
        Column(f"Điểm {found.to_year}", 2),
        Column(f"Mức giữa các tỉnh {found.from_year}", 2),
        Column(f"Mức giữa các tỉnh {found.to_year}", 2),
        Column(f"Trọng số {found.from_year} (%)", 0),
        Column(f"Trọng số {found.to_year} (%)", 0),
        Column("Phần góp vào điểm tổng hợp, đã trừ thay đổi chung"),
    )
    notes = (_ranks_note(found), "Phần góp tính với bình quân trọng số hai kỳ. Mức giữa: một nửa số tỉnh cao hơn, một nửa thấp hơn (trung vị).")
    title = f"{index} {found.from_year} và {found.to_year}: điểm thành phần và trọng số"
    return Table(f"rank-decomposition-{index.lower().replace(' ', '-')}", title, columns, rows, rests_on, notes, is_annex=True)


def _ranks_note(found: RankDecomposition) -> str:
    start, end = f"/{found.from_rank_of} năm {found.from_year}", f"/{found.to_rank_of} năm {found.to_year}"
    if not found.crosses_era:
        return f"Hạng {found.from_rank}{start}, hạng {found.to_rank}{end}."
    return (
        f"Theo trọng số cũ: hạng {found.from_rank}{start}, hạng {found.old_weights_to_rank}{end}. "
        f"Theo trọng số mới: hạng {found.new_weights_from_rank}{start}, hạng {found.to_rank}{end}."
    )
