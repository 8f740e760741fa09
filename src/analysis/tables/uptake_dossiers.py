"""Tables of the log of dossiers: its account, and days to a result by channel and field."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis import text
from analysis.blocks import Cell, Column, Provenance, Table, cell
from analysis.codes import DOSSIER_OUTCOMES
from analysis.tables.hidden import HIDDEN, TOO_FEW, printed_counts, printed_shares
from analysis.uptake import MINIMUM_CELL, SMALL_DENOMINATOR
from analysis.uptake.suppression import Groupings

DAYS_NOTE = "Số ngày: từ ngày tiếp nhận đến ngày có kết quả, tính cả ngày nghỉ; chỉ tính hồ sơ đã có kết quả."
ON_TIME_NOTE = "Đúng hạn: trên số hồ sơ đã có kết quả và có ngày hẹn trả."
ON_TIME_HIDDEN_NOTE = f"Đúng hạn “{HIDDEN}”: có dưới {MINIMUM_CELL} hồ sơ đúng hạn hoặc dưới {MINIMUM_CELL} hồ sơ trễ hạn."
ALIKE_NOTE = (
    "Chênh lệch cùng đơn vị, tháng, mức độ: trong từng đơn vị, tháng, lĩnh vực và mức độ dịch vụ, trung vị trực tuyến trừ trung vị trực tiếp; "
    "bình quân theo số hồ sơ trực tuyến. Số âm là trực tuyến sớm hơn."
)


def account(outcomes: pd.DataFrame, rests_on: Provenance) -> Table:
    """Every row of the logs held: counted, or set aside for the first reason that fits; the rows add up to the rows in.

    Nothing is hidden here: these are lines of a file, not people.
    """
    summed = outcomes.groupby("outcome", observed=True)["rows_count"].sum()
    total = int(summed.sum())
    named = {code: text.sentence_case(label) if code == "counted" else f"Để riêng: {label}" for code, label in DOSSIER_OUTCOMES.items()}
    listed = [(label, int(summed[code])) for code, label in named.items() if code in summed and summed[code] > 0]
    rows = [(label, count, count / total) for label, count in [("Tổng số dòng trong sổ", total), *listed]] if total else []
    columns = (Column("Dòng của sổ hồ sơ"), Column("Số dòng", 0), Column("Tỷ lệ", 1, is_percent=True))
    return Table("dossier-account", "Sổ hồ sơ: số dòng vào, được tính và để riêng", columns, tuple(rows), rests_on, is_annex=True)


def by_channel(rows: pd.DataFrame, title: str, rests_on: Provenance) -> Table:
    """Days and on-time shares, one row a channel; a median of under 30 results is not told.

    All dossiers received are published as the denominator of a rate, so one small count hides a second; no total of results is.
    ``rows``: ``channel_vi``, ``received_count``, ``resolved_count``, the columns of ``days_by_channel`` and the on-time counts and shares.
    """
    came, ended = printed_counts(rows, ["received_count"], totals=[[]]), printed_counts(rows, ["resolved_count"])
    shares = printed_on_time(rows)
    counts = zip(came.cells["received_count"], ended.cells["resolved_count"], strict=True)
    days = [_days(row) for _, row in rows.iterrows()]
    is_wide = any(interval not in (None, TOO_FEW, exact) for _, interval, _, exact in days)
    shown = tuple(
        (name, *pair, half, *([interval] if is_wide else []), most, share)
        for name, pair, (half, interval, most, _), share in zip(rows["channel_vi"], counts, days, shares, strict=True)
    )
    columns = (
        Column("Kênh"),
        Column("Hồ sơ tiếp nhận", 0),
        Column("Đã có kết quả", 0),
        Column("Một nửa số hồ sơ trong (ngày)", 1),
        *([Column("Khoảng tin cậy 95 % của số ngày ở một nửa")] if is_wide else []),
        Column("9/10 hồ sơ trong (ngày)", 1),
        Column("Đúng hạn", 1, is_percent=True),
    )
    notes = (DAYS_NOTE, *_on_time_notes(shares), *(came.notes or ended.notes))
    return Table("days-by-channel", title, columns, shown, rests_on, notes, is_annex=True)


def _days(row: pd.Series) -> tuple[Cell, Cell, Cell, str]:
    """Days of half the results, their interval, days of nine tenths, and how an interval without any width would read."""
    if pd.isna(row["q50"]):
        return TOO_FEW, None, None, ""
    bounds = [row["q50_low"], row["q50_high"]]
    told = None if any(pd.isna(bound) for bound in bounds) else " – ".join(f"{bound:.0f}" for bound in bounds)
    exact = f"{row['q50']:.0f} – {row['q50']:.0f} ngày"
    return cell(row["q50"]), f"{told} ngày" if told else None, cell(row["q90"]), exact


def printed_on_time(rows: pd.DataFrame, totals: Groupings = ()) -> list[Cell]:
    """On-time shares as they may be printed, in the order of the rows; ``totals`` are the sums of them that are told elsewhere."""
    found = printed_shares(rows, ("on_time_count", "due_count"), ["on_time_share"], totals=totals)
    return [_on_time_share(before, after) for (_, before), (_, after) in zip(rows.iterrows(), found.rows.iterrows(), strict=True)]


def _on_time_notes(shares: Iterable[Cell]) -> tuple[str, ...]:
    return (ON_TIME_NOTE, *([ON_TIME_HIDDEN_NOTE] if HIDDEN in shares else []))


def _on_time_share(known: pd.Series, shown: pd.Series) -> Cell:
    if pd.isna(known["on_time_share"]):
        return None
    if bool(known["on_time_is_small"]):
        return TOO_FEW
    return HIDDEN if pd.isna(shown["on_time_share"]) else cell(shown["on_time_share"])


def by_field(online: pd.DataFrame, counter: pd.DataFrame, alike: pd.DataFrame, title: str, rests_on: Provenance) -> Table:
    """The gap among alike dossiers of each field, with results and on-time shares of both channels.

    The three frames hold the same fields (``field_vi``) in the same order: sums of cells of each channel, and ``gap_alike``.
    """
    sides = [_side(rows) for rows in (online, counter)]
    shown = tuple(
        (row["field_vi"], *_gap(row), *first, *second)
        for (_, row), first, second in zip(alike.iterrows(), sides[0].cells, sides[1].cells, strict=True)
    )
    columns = (
        Column("Lĩnh vực"),
        Column("Chênh lệch (ngày)", 1),
        Column("Hồ sơ trực tuyến so được"),
        Column("Trực tuyến: đã có kết quả", 0),
        Column("Trực tuyến: đúng hạn", 1, is_percent=True),
        Column("Trực tiếp: đã có kết quả", 0),
        Column("Trực tiếp: đúng hạn", 1, is_percent=True),
    )
    shares = [share for side in sides for _, share in side.cells]
    notes = dict.fromkeys((ALIKE_NOTE, *_on_time_notes(shares), *sides[0].notes, *sides[1].notes))
    return Table("days-by-field", title, columns, shown, rests_on, tuple(notes), is_annex=True)


@dataclass(frozen=True)
class _Side:
    """Printed cells of one channel by field: results and the on-time share."""

    cells: list[tuple[Cell, Cell]]
    notes: tuple[str, ...]


def _side(rows: pd.DataFrame) -> _Side:
    counts, shares = printed_counts(rows, ["resolved_count"], totals=[[]]), printed_on_time(rows, totals=[[]])
    return _Side(list(zip(counts.cells["resolved_count"], shares, strict=True)), counts.notes)


def _gap(row: pd.Series) -> tuple[Cell, Cell]:
    if pd.isna(row["gap_days"]) or row["alike_dossiers_count"] < SMALL_DENOMINATOR:
        return None, TOO_FEW
    return cell(row["gap_days"]), text.percent(row["alike_share"], 0)
