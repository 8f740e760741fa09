"""A reviewed plan into the register: its two tables as CSV, with the review and the document as received beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.ingest.intake import Arrival, NotAsAsked, safe_name
from analysis.ingest.plan_document import ReviewedPlan
from analysis.sources import REFERENCE_ONLY, Source, sha256_of
from analysis.store import Tables
from analysis.text import day

TERMS = "Văn bản của cơ quan nhà nước, không thuộc đối tượng bảo hộ quyền tác giả"


@dataclass(frozen=True)
class PlanOptions:
    """What the office decided on the command line: the day of receipt, the document as received, and whether an earlier version goes."""

    received_on: date
    document: Path | None = None
    replaces: str | None = None
    is_synthetic: bool = False


def plan_arrivals(
    reviewed: ReviewedPlan, review: Path, workspace: Path, tables: Tables, registered: Sequence[Source], options: PlanOptions
) -> list[Arrival]:
    """Files to place for a plan, written into ``workspace``; none when the plan in force says the same.

    Raises ``NotAsAsked`` when another version of the plan is in force and ``replaces`` does not name it.
    """
    plan = reviewed.plan_rows.iloc[0]
    number = str(plan["plan_number"])
    files = {"plans": _csv(reviewed.plan_rows, workspace / "plan.csv"), "plan_items": _csv(reviewed.item_rows, workspace / "items.csv")}
    old = _in_force(number, tables, registered)
    if old and {source.sha256 for source in old} == {sha256_of(path) for path in files.values() if path}:
        return []
    if old and options.replaces != number:
        held = ", ".join(source.source_id for source in old)
        raise NotAsAsked(f"Kế hoạch {number} đã có ({held}) và nội dung khác với bản này. Nếu bản này thay bản đó, thêm --replaces {number}.")
    stem = _stem(number, str(plan["plan_year"]), registered, review)
    arrivals = [
        Arrival(path, _entry(stem, table, path, plan, options), tuple(old) if table == "plans" else ()) for table, path in files.items() if path
    ]
    references = [path for path in (review, options.document) if path is not None]
    return arrivals + [Arrival(path, _entry(stem, REFERENCE_ONLY, path, plan, options)) for path in references]


def _csv(rows: pd.DataFrame, path: Path) -> Path | None:
    if rows.empty:
        return None
    rows.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path


def _in_force(number: str, tables: Tables, registered: Sequence[Source]) -> list[Source]:
    held = {source for table in (tables.plans, tables.plan_items) for source in table.loc[table["plan_number"] == number, "source_id"]}
    return [source for source in registered if source.source_id in held and source.is_in_force]


def _stem(number: str, year: str, registered: Sequence[Source], review: Path) -> str:
    """``plan-6334-2021``; a later version carries the first digits of its review's hash as well."""
    stem = f"plan-{number.partition('/')[0]}-{year}"
    taken = any(source.source_id == stem or source.source_id.startswith(f"{stem}-") for source in registered)
    return f"{stem}-{sha256_of(review)[:8]}" if taken else stem


def _entry(stem: str, table: str, path: Path, plan: pd.Series, options: PlanOptions) -> Source:
    number = str(plan["plan_number"])
    kind, short = {
        "plans": ("", f"Kế hoạch {number}"),
        "plan_items": ("-items", f"phụ lục Kế hoạch {number}"),
    }.get(table, (f"-{safe_name(path.stem)}", f"tệp {path.name} của Kế hoạch {number}"))
    return Source(
        source_id=stem + kind,
        path=f"plans/{number.replace('/', '-')}/{stem}/{safe_name(path.name)}",
        table=table,
        short_vi=short,
        publisher=str(plan["issuer_vi"]),
        document=short[:1].upper() + short[1:],
        edition=f"kế hoạch năm {plan['plan_year']}",
        published=day(date.fromisoformat(str(plan["issued_date"]))),
        received_on=options.received_on.isoformat(),
        addresses=(str(plan["address"]) or f"tệp {path.name} do Văn phòng cung cấp",),
        sha256=sha256_of(path),
        is_synthetic=options.is_synthetic,
        terms=TERMS,
        note="Đọc từ văn bản và rà soát trước khi nạp.",
    )
