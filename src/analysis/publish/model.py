"""The report model: what the notebooks recorded, in report order; every output is drawn from it alone."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from analysis.blocks import Block, Chapter, Chart, Finding, Sentence, Shown, Table, from_json, to_json
from analysis.errors import ReportRefused
from analysis.record import BLOCK_MIME

CHAPTER_ORDER = (
    "leaders",
    "delivery",
    "standing",
    "uptake",
    "outcomes",
    "evidence-uptake",
    "evidence-indices",
    "next-plan",
    "next-year",
    "quality",
)

Kind = TypeVar("Kind", Chart, Table, Finding, Sentence)


@dataclass(frozen=True)
class Section:
    """A chapter with its blocks in the order in which they were shown."""

    chapter: Chapter
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class SourceLine:
    """What a reader needs of a registered source."""

    source_id: str
    short_vi: str
    publisher: str
    document: str
    edition: str
    is_synthetic: bool
    addresses: str
    terms: str


@dataclass(frozen=True)
class ReportModel:
    """One report: whom and when it is about, its sections, and the sources its blocks name.

    ``eras`` maps index → edition year (text) → registered method era, for the gate.
    """

    year: int
    province_code: str
    province_vi: str
    as_of: str
    sections: tuple[Section, ...]
    sources: dict[str, SourceLine]
    eras: dict[str, dict[str, str]]

    def every(self, kind: type[Kind]) -> list[Kind]:
        """All blocks of a kind in report order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, kind)]

    @property
    def shown(self) -> list[Shown]:
        """All blocks that rest on sources, in report order."""
        return [block for section in self.sections for block in section.blocks if not isinstance(block, Chapter)]

    @property
    def printed(self) -> list[Shown]:
        """Blocks that stand on the page: all but tables kept for files beside it."""
        return [block for block in self.shown if not (isinstance(block, Table) and block.first_rows == 0)]

    @property
    def is_synthetic(self) -> bool:
        """Whether any block rests on synthetic rows."""
        return any(block.provenance.is_synthetic for block in self.shown)

    def to_json(self) -> dict[str, Any]:
        """The model as JSON data, as saved beside the report."""
        return {
            "year": self.year,
            "province_code": self.province_code,
            "province_vi": self.province_vi,
            "as_of": self.as_of,
            "sections": [[to_json(block) for block in (section.chapter, *section.blocks)] for section in self.sections],
            "eras": self.eras,
            "sources": {name: vars(source) for name, source in sorted(self.sources.items())},
        }


def recorded_blocks(notebook: Path) -> list[Block]:
    """Blocks that an executed notebook showed, in order.

    Raises ``ReportRefused`` for an output shown in another way: it would carry neither source nor stamp.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", []) if output.get("name") != "stderr"]
    bundles = [output.get("data", {}) for output in outputs]
    if any(BLOCK_MIME not in bundle for bundle in bundles):
        raise ReportRefused(f"Sổ tay {notebook.name} hiện kết quả không qua show(…) nên không có nguồn và dấu. Hãy bỏ dòng đó hoặc dùng show(…).")
    return [from_json(bundle[BLOCK_MIME]) for bundle in bundles]


def sections_of(blocks: list[Block]) -> tuple[Section, ...]:
    """Blocks grouped under the chapter shown before them, in report order.

    Raises ``ReportRefused`` for a block before any chapter, a chapter shown twice or unknown, or an empty chapter.
    """
    grouped: dict[str, tuple[Chapter, list[Block]]] = {}
    current: list[Block] | None = None
    for block in blocks:
        if isinstance(block, Chapter):
            if block.chapter_id in grouped or block.chapter_id not in CHAPTER_ORDER:
                raise ReportRefused(
                    f"Chương “{block.chapter_id}” được ghi hai lần hoặc không có trong báo cáo; chấp nhận: {', '.join(CHAPTER_ORDER)}."
                )
            current = []
            grouped[block.chapter_id] = (block, current)
        elif current is None:
            raise ReportRefused("Sổ tay ghi nội dung trước khi mở chương. Hãy gọi show(Chapter(…)) ở ô đầu.")
        else:
            current.append(block)
    empty = [chapter for chapter, (_, content) in grouped.items() if not content]
    if empty:
        raise ReportRefused(f"Chương không có nội dung: {', '.join(empty)}.")
    return tuple(Section(grouped[name][0], tuple(grouped[name][1])) for name in CHAPTER_ORDER if name in grouped)
