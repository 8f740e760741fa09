"""Blocks of a document to a draft that a person reviews before anything is imported."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from analysis.errors import DataFaults, Fault
from analysis.ingest.plan_document.blocks import Block, Paragraph, Told
from analysis.ingest.plan_document.declared import ITEM_FIELDS, known_headings
from analysis.ingest.plan_document.doubts import ANY_YEAR, doubts_of
from analysis.ingest.plan_document.draft import Fact, Mend, PlanDraft, PlanItem, ReadUnits, Remark
from analysis.ingest.plan_document.fonts import in_unicode
from analysis.ingest.plan_document.head import head_facts
from analysis.ingest.plan_document.layout import Annex, RawItem, read_annex
from analysis.ingest.plan_document.listed_units import province_facts, unit_reader
from analysis.ingest.plan_document.mending import clean, mended
from analysis.ingest.plan_document.propose import proposed_channel, proposed_title
from analysis.ingest.plan_document.words import FACT_LABELS
from analysis.periods import parse_schedule

NO_KNOWN_HEADING = "Bảng không có tiêu đề quen"
UNKNOWN_CHANNEL = "chưa rõ kênh: chọn trong danh sách"
WITHOUT_ITEMS = "Văn bản không có phụ lục: kế hoạch chỉ có số, ngày, mục đích"
SHOWN_ROWS = 3


def parse_plan(received: Sequence[Block | Told], name: str, units: pd.DataFrame | None = None, read_units: ReadUnits | None = None) -> PlanDraft:
    """Facts of the head and items of the annex, with everything mended or open said beside them.

    With the table ``units`` the province gets its code and unit phrases are read for its list, unless ``read_units`` is given.
    A document without any table, such as a news text, gives a draft without items that says so.
    Raises ``DataFaults`` when there are tables and none has known headings, or text is in a font encoding that cannot be told.
    """
    told = [Remark(f"{block.where}: {block.said}") for block in received if isinstance(block, Told)]
    blocks, converted = in_unicode([block for block in received if not isinstance(block, Told)], name)
    annex = read_annex(blocks)
    if annex.strange_headings and not annex.has_table:
        raise _no_known_heading(annex, name)
    head, mends = _mended_head(annex.head)
    facts = head_facts(head)
    province, vintage = province_facts(facts["province_vi"], facts["issued_date"], units)
    facts |= {"province_code": province, "vintage": vintage, "is_itemised": Fact("is_itemised", "có" if annex.items else "không")}
    reader = read_units or unit_reader(province.value, vintage.value, units)
    year = int(facts["plan_year"].value) if facts["plan_year"].value else None
    items = []
    for raw in annex.items:
        item, found = _item(raw, year, reader)
        items.append(item)
        mends += found
    remarks = (*told, *converted, *_fact_remarks(facts), *annex.remarks, *_document_remarks(annex))
    without_items = "" if annex.items or annex.has_table else WITHOUT_ITEMS
    return PlanDraft(name, facts, _with_stt_remarks(items), annex.used_sections, (*annex.mends, *mends), remarks, without_items)


def _no_known_heading(annex: Annex, name: str) -> DataFaults:
    others = len(known_headings()) - len(ITEM_FIELDS)
    accepted = f"hàng tiêu đề có “Nội dung” và ít nhất hai cột khác trong: {', '.join(ITEM_FIELDS.values())} (hoặc {others} cách gọi khác)"
    shown = [(row.where, " | ".join(row.cells[column].strip() for column in row.filled)) for row in annex.strange_headings[:SHOWN_ROWS]]
    return DataFaults([Fault(NO_KNOWN_HEADING, f"{name}, {where}", f"“{found[:200]}”", accepted, "đặt lại tên cột") for where, found in shown])


def _mended_head(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], list[Mend]]:
    head, mends = [], []
    for paragraph in paragraphs:
        text, found = mended(clean(paragraph.text), paragraph.where)
        head.append(Paragraph(text, paragraph.where))
        mends += found
    return head, mends


def _item(raw: RawItem, year: int | None, read_units: ReadUnits | None) -> tuple[PlanItem, list[Mend]]:
    cells, mends = {}, []
    for name, title in ITEM_FIELDS.items():
        cells[name], found = mended(clean(raw.cells.get(name, "")), f"mục {raw.section}.{raw.stt}, {title}")
        mends += found
    word = proposed_channel(cells["content"], cells["deliverable"])
    lead, coordinating = (tuple(read_units(cells[name])) if read_units and cells[name] else () for name in ("lead", "coordinating"))
    item = PlanItem(
        section=raw.section,
        stt=raw.stt,
        title_vi=proposed_title(cells["content"]),
        content_vi=cells["content"],
        activity_type=word.activity_type if word else "",
        main_channel=word.channel if word else "",
        lead_units_vi=cells["lead"],
        coordinating_units_vi=cells["coordinating"],
        deliverable_vi=cells["deliverable"],
        time_phrase_vi=cells["time"],
        schedule=parse_schedule(cells["time"], year or ANY_YEAR),
        where=raw.where,
        lead_readings=lead,
        coordinating_readings=coordinating,
    )
    return replace(item, remarks=(*raw.remarks, *_open_remarks(item, cells, year))), mends


def _open_remarks(item: PlanItem, cells: Mapping[str, str], year: int | None) -> list[Remark]:
    """What a person must settle: doubts about the cells, and a channel that is not known."""
    told = [doubt.said for doubt in doubts_of(cells, {"lead": item.lead_readings, "coordinating": item.coordinating_readings}, year)]
    told += [] if item.main_channel else [UNKNOWN_CHANNEL]
    return [Remark(said, is_open=True, is_read_again=True) for said in told]


def _with_stt_remarks(items: Sequence[PlanItem]) -> tuple[PlanItem, ...]:
    """STT that repeats or skips within its section is marked on the item where it shows."""
    last: dict[str, int] = {}
    seen: set[tuple[str, int | None]] = set()
    told = []
    for item in items:
        key, before = (item.section, item.stt), last.get(item.section, 0)
        doubts: tuple[Remark, ...] = ()
        if key in seen:
            doubts = (Remark(f"STT {item.stt} lặp lại trong phần {item.section}", is_open=True),)
        elif item.stt is not None and item.stt != before + 1:
            doubts = (Remark(f"STT nhảy từ {before} đến {item.stt} trong phần {item.section}", is_open=True),)
        seen.add(key)
        last[item.section] = item.stt or before
        told.append(replace(item, remarks=(*item.remarks, *doubts)))
    return tuple(told)


def _fact_remarks(facts: Mapping[str, Fact]) -> list[Remark]:
    return [Remark(f"{FACT_LABELS[fact.key]}: {said}") for fact in facts.values() for said in fact.told]


def _document_remarks(annex: Annex) -> list[Remark]:
    told = [Remark(f"{row.where}: bảng không có tiêu đề quen, không đọc") for row in annex.strange_headings]
    empty = {code: title for code, title in annex.sections.items() if code not in annex.used_sections}
    if empty and annex.has_table:
        told.append(Remark("Phần không có mục nào: " + "; ".join(f"{code}. {title}" for code, title in empty.items())))
    if annex.unread:
        first = annex.unread[0]
        told.append(Remark(f"{len(annex.unread)} đoạn văn ngoài bảng không đọc vào mục nào, đầu tiên: “{first.text[:60]}” ({first.where})"))
    if annex.has_table and not annex.items:
        told.append(Remark("Không có mục nào: bảng không có mục nào; chỉ nạp được phần đầu của kế hoạch", is_open=True))
    return told
