"""Dossiers that a log holds more than once: which row counts, and proof that no row was lost or counted twice."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.errors import LantoaError
from analysis.ingest.dossiers import expressions as says
from analysis.ingest.dossiers.aggregate import ASIDE_COLUMNS, Job, as_table, steps
from analysis.ingest.dossiers.csv_lines import odd_quotes
from analysis.ingest.dossiers.expressions import SUMS
from analysis.ingest.dossiers.inputs import Part
from analysis.ingest.dossiers.state import Hashes

HASHES_A_STEP = 500_000
_PREFERENCE = ["dossier_id", "resolved", "due", "received", "unit_code", "field_vi", "level", "channel", "fee", "paid_online", "digitised", "part"]
_GROUP = ["part", "unit_code", "month", "field_vi", "level", "channel", "days"]
_NO_COUNTS = pd.DataFrame(columns=[*_GROUP, *SUMS])
_NO_ASIDE = pd.DataFrame(columns=["part", *ASIDE_COLUMNS])


class CountsDiffer(LantoaError):
    """Rows counted and set aside are not the rows of the files: nothing is written."""


@dataclass(frozen=True)
class Settled:
    """Rows whose ids may stand twice: ``counts`` of those counted, as ``day_counts``; ``aside`` the others, with part and reason."""

    counts: pd.DataFrame
    aside: pd.DataFrame


def settle_repeats(job: Job, candidates: Hashes) -> Settled:
    """Of rows that share a dossier id the one with the latest result is kept, then the last by every other cell; the others are set aside.

    The rows are compared by their ids, whatever their hashes.
    """
    concerned = [part for part in job.parts if len(job.state.of_part(job.state.parts[part.name], candidates))]
    kept, aside = [_NO_COUNTS], [_NO_ASIDE]
    for start in range(0, len(candidates), HASHES_A_STEP):
        rows = _rows_with(job, concerned, candidates[start : start + HASHES_A_STEP])
        ordered = rows.sort_values(_PREFERENCE, na_position="first", kind="stable", ignore_index=True)
        is_counted = ordered["reason"] == 0
        is_repeated = is_counted & ordered[is_counted].duplicated("dossier_id", keep="last").reindex(ordered.index, fill_value=False)
        ordered.loc[is_repeated, "reason"] = says.REASON["repeated_id"]
        kept.append(_counts_of(ordered[ordered["reason"] == 0]))
        aside.append(ordered.loc[ordered["reason"] > 0, ["part", *ASIDE_COLUMNS]])
    return Settled(pd.concat(kept, ignore_index=True), pd.concat(aside).sort_values(["part", *ASIDE_COLUMNS], ignore_index=True))


def _rows_with(job: Job, parts: Sequence[Part], hashes: Hashes) -> pd.DataFrame:
    """Judged rows whose ids have one of the hashes."""
    frames = []
    for step in steps(parts, job.engine.rows_a_step):
        judged = job.told(step)
        frames.append(job.engine.frame(says.with_days_in_bounds(judged.semi_join(as_table(judged, hashes), "id_hash"))))
    return pd.concat(frames, ignore_index=True)


def _counts_of(rows: pd.DataFrame) -> pd.DataFrame:
    """``day_counts`` of a small frame of judged rows."""
    resolved, due = pd.to_datetime(rows["resolved"]), pd.to_datetime(rows["due"])
    counted = rows.assign(
        received=1,
        online=rows["channel"] == says.CHANNELS.index("online"),
        fee=rows["fee"] > 0,
        paid_online=rows["paid_online"] == says.YES,
        digitised=rows["digitised"] == says.YES,
        due=resolved.notna() & due.notna(),
        on_time=resolved <= due,
        resolved=resolved.notna(),
    )
    return counted.groupby(_GROUP, dropna=False, sort=True)[list(SUMS)].sum().astype("int64").reset_index()


def check_rows(job: Job, settled: Settled) -> int:
    """Rows of the whole log; proves for every part that each row of its footer, or each line of a CSV, was counted or set aside once.

    Raises ``CountsDiffer``.
    """
    among_settled = pd.concat([settled.counts.groupby("part")["received"].sum(), settled.aside["part"].value_counts()]).groupby(level=0).sum()
    total = 0
    for part in job.parts:
        known = job.state.parts[part.name]
        rows = known.rows + len(known.broken) + int(among_settled.get(job.numbers[part.name], 0))
        if part.rows is not None and rows != part.rows:
            raise CountsDiffer(f"{part.name}: tệp có {part.rows} dòng, đếm được {rows}. Chưa ghi gì; hãy chạy lại với --fresh.")
        if known.lines is not None and rows != known.lines:
            raise CountsDiffer(
                f"{part.name}: tệp có {known.lines} dòng hồ sơ, đọc được {rows}{odd_quotes(part)}. Chưa ghi gì. Thường là do dấu nháy kép lẻ, "
                "hoặc ô có xuống dòng, làm nhiều dòng dính vào nhau. Hãy xuất lại tệp không có xuống dòng trong ô, hoặc xuất dạng Parquet."
            )
        total += rows
    return total
