"""A reviewed plan into the register: its two tables as CSV, with the review and the document as received beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.errors import Notice
from analysis.ingest.intake import Arrival, NotAsAsked
from analysis.ingest.plan_document import ReviewedPlan
from analysis.sources import REFERENCE_ONLY, Source, sha256_of
from analysis.store import Tables
from analysis.text import day_of_iso

# kind → file name in the register's folder (a document keeps its suffix), suffix of the source id, short name
KINDS = {
    "plans": ("plan.csv", "", "Kế hoạch {number}"),
    "plan_items": ("items.csv", "-items", "phụ lục Kế hoạch {number}"),
    "review": ("ra-soat.xlsx", "-review", "bản rà soát Kế hoạch {number}"),
    "document": ("van-ban", "-document", "văn bản Kế hoạch {number}"),
}
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

    Raises ``NotAsAsked`` when the plan, or another one of the same province and year, is in force and ``replaces`` does not name it.
    """
    plan = reviewed.plan_rows.iloc[0]
    written = {"plans": _csv(reviewed.plan_rows, workspace / "plan.csv"), "plan_items": _csv(reviewed.item_rows, workspace / "items.csv")}
    tabled = {table: path for table, path in written.items() if path is not None}
    old_number = _number_in_force(plan, tables.plans)
    old = _in_force(old_number, tables, registered)
    if old and {sha256_of(path) for path in tabled.values()} == {source.sha256 for source in old if source.table in tabled}:
        return []
    if old and options.replaces != old_number:
        held = f"Năm {plan['plan_year']} đã có kế hoạch {old_number} ({', '.join(source.source_id for source in old)})"
        raise NotAsAsked(f"{held}; mỗi tỉnh, mỗi năm một kế hoạch. Nếu bản này thay bản đó, thêm --replaces {old_number}.")
    stem = _stem(str(plan["plan_number"]), str(plan["plan_year"]), registered)
    papers = {"review": review, "document": options.document}
    if options.document is None or sha256_of(options.document) == sha256_of(review):
        papers = {"review": review}
        old = [source for source in old if not source.source_id.endswith("-document")]  # the paper as received stays with the plan
    arrivals = [Arrival(path, _entry(stem, table, path, plan, options)) for table, path in {**tabled, **papers}.items() if path is not None]
    return [replace(arrivals[0], replaces=tuple(old)), *arrivals[1:]]


def changed_items(reviewed: ReviewedPlan, replaces: str | None, tables: Tables) -> list[Notice]:
    """Items whose wording changed although activities in force are logged for them, as notices for the office."""
    old = tables.plan_items[tables.plan_items["plan_number"] == replaces].set_index(["section", "stt"])["title_vi"]
    used = tables.activities[tables.activities["plan_number"] == replaces].groupby(["plan_section", "plan_stt"]).size()
    new = {(row.section, int(row.stt)): row.title_vi for row in reviewed.item_rows.itertuples()}
    return [
        Notice(
            "Mục đã đổi nội dung",
            f"mục {section}.{stt}",
            f"“{title}” → “{new.get((section, stt), 'không còn')}”; {used[(section, stt)]} hoạt động đang ghi cho mục này",
        )
        for (section, stt), title in old.items()
        if (section, stt) in used.index and new.get((section, stt)) != title
    ]


def _csv(rows: pd.DataFrame, path: Path) -> Path | None:
    if rows.empty:
        return None
    rows.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path


def _number_in_force(plan: pd.Series, plans: pd.DataFrame) -> str:
    """The plan this one would stand beside: of the same number, or of the same province and year."""
    is_rival = (plans["plan_number"] == plan["plan_number"]) | (
        (plans["province_code"] == plan["province_code"]) & (plans["plan_year"].astype("string") == str(plan["plan_year"]))
    )
    return str(plans.loc[is_rival, "plan_number"].iloc[0]) if is_rival.any() else str(plan["plan_number"])


def _in_force(number: str, tables: Tables, registered: Sequence[Source]) -> list[Source]:
    """Tables and papers of a plan in force: whatever lies in the folder of its first table."""
    held = {source for table in (tables.plans, tables.plan_items) for source in table.loc[table["plan_number"] == number, "source_id"]}
    folders = {Path(source.path).parent for source in registered if source.source_id in held}
    return [source for source in registered if Path(source.path).parent in folders and source.is_in_force]


def _stem(number: str, year: str, registered: Sequence[Source]) -> str:
    """``plan-6334-2021``; later versions are numbered."""
    taken = [source.source_id for source in registered]
    stem = f"plan-{number.partition('/')[0]}-{year}"
    names = (stem, *(f"{stem}-ban-{version}" for version in range(2, 1000)))
    return next(name for name in names if name not in taken and not any(name + suffix in taken for _, suffix, _ in KINDS.values()))


def _entry(stem: str, kind: str, path: Path, plan: pd.Series, options: PlanOptions) -> Source:
    number = str(plan["plan_number"])
    file_name, suffix, short = KINDS[kind]
    short = short.format(number=number)
    return Source(
        source_id=stem + suffix,
        path=f"plans/{number.replace('/', '-')}/{stem}/{file_name}{'' if Path(file_name).suffix else path.suffix.casefold()}",
        table=kind if kind in ("plans", "plan_items") else REFERENCE_ONLY,
        short_vi=short,
        publisher=str(plan["issuer_vi"]),
        document=short[:1].upper() + short[1:],
        edition=f"kế hoạch năm {plan['plan_year']}",
        published=day_of_iso(str(plan["issued_date"])),
        received_on=options.received_on.isoformat(),
        addresses=(str(plan["address"]) or f"tệp {path.name} do Văn phòng cung cấp",),
        sha256=sha256_of(path),
        is_synthetic=options.is_synthetic,
        terms=TERMS,
        note="Đọc từ văn bản và rà soát trước khi nạp.",
    )
