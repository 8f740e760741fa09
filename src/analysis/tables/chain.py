"""The chain from what a plan does to the index it may move, as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import text
from analysis.blocks import Column, Provenance, Table
from analysis.codes import RATE_KEYS
from analysis.tables.notes import STATUS_VI
from analysis.theme import VERDICT_VI


@dataclass(frozen=True)
class Link:
    """One declared link of a plan's section to a component, with what was measured of it in the report year.

    ``activities_count`` is None without a log, ``share`` (0-1) None where the rate is not measured, ``edition`` a row of
    ``standing.history`` and ``move`` one of ``standing.changes``, None where there is none.
    """

    section: str
    section_vi: str
    output_vi: str
    outtake_vi: str
    outcome_vi: str
    rate_key: str | None
    reason_vi: str
    index: str
    component_vi: str
    is_circular: bool
    activities_count: int | None
    share: float | None
    edition: pd.Series | None
    move: pd.Series | None


def chain(links: Sequence[Link], plan_number: str, rests_on: Provenance) -> list[Table]:
    """One table a section of the plan, one row a link: who is reached, what they then do, the nearest component, what was measured."""
    sections = {link.section: [found for found in links if found.section == link.section] for link in links}
    columns = (
        Column("Ai được tiếp cận"),
        Column("Việc làm sau đó"),
        Column("Thành phần chỉ số gần nhất"),
        Column("Năm báo cáo"),
    )
    return [
        Table(f"outcome-chain-{number}", _title(found[0], plan_number), columns, tuple(map(_row, found)), rests_on, (_output(found[0]),))
        for number, found in enumerate(sections.values(), 1)
    ]


def _title(link: Link, plan_number: str) -> str:
    return f"Từ mục {link.section} của Kế hoạch {plan_number} đến chỉ số: {text.decapitalised(link.section_vi)}"


def _row(link: Link) -> tuple[str, ...]:
    return link.outtake_vi, _outcome(link), f"{link.index}: {link.component_vi}", _measured(link)


def _output(link: Link) -> str:
    counted = "" if link.activities_count is None else f"; đã ghi {text.number(link.activities_count)} hoạt động"
    return f"Sản phẩm: {link.output_vi}{counted}."


def _outcome(link: Link) -> str:
    if link.rate_key is None or pd.isna(link.rate_key):
        return link.outcome_vi
    measured = "chưa có số" if link.share is None else text.percent(link.share)
    return f"{link.outcome_vi} ({RATE_KEYS[link.rate_key]}: {measured})"


def _measured(link: Link) -> str:
    """Score of the component in the report year and the judged change into it; circular ones say so."""
    if link.edition is None:
        said = "không có kỳ đánh giá"
    elif link.edition["status"] != "published":
        said = STATUS_VI[link.edition["status"]]
    else:
        said = "chỉ có thứ hạng" if pd.isna(link.edition["score"]) else f"{text.number(link.edition['score'], 2)} điểm"
    if link.move is not None:
        said += f"; {text.signed(link.move['change_score'])} so với {link.move['from_year']}: {VERDICT_VI[link.move['verdict']]}"
    return f"{said}. Chấm cả việc truyền thông, không dùng làm kết quả" if link.is_circular else said
