"""Plan documents as offices keep them: read (.txt, .docx, .xlsx, .pdf), drafted, reviewed by a person, handed on as rows of the raw tables."""

from analysis.ingest.plan_document.blocks import Block, Paragraph, Row, Told, read_document
from analysis.ingest.plan_document.draft import Fact, Finding, Mend, PlanDraft, PlanItem, ReadUnits, Remark, UnitReading
from analysis.ingest.plan_document.parse import parse_plan
from analysis.ingest.plan_document.review import write_review
from analysis.ingest.plan_document.reviewed import ReviewedPlan, is_review, read_review
from analysis.ingest.plan_document.words import review_lines, schedule_words

__all__ = [
    "Block",
    "Fact",
    "Finding",
    "Mend",
    "Paragraph",
    "PlanDraft",
    "PlanItem",
    "ReadUnits",
    "Remark",
    "ReviewedPlan",
    "Row",
    "Told",
    "UnitReading",
    "is_review",
    "parse_plan",
    "read_document",
    "read_review",
    "review_lines",
    "schedule_words",
    "write_review",
]
