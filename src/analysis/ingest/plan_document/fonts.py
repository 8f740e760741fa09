"""Text of a document typed with TCVN3 or VNI fonts turned into Unicode, and told; what is likely so but not certain is refused."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.encodings import to_unicode
from analysis.errors import DataFaults, Fault
from analysis.ingest.plan_document.blocks import Block, Paragraph
from analysis.ingest.plan_document.draft import Remark

UNCLEAR = "Không rõ chữ gõ bằng bảng mã nào"
FONTS_VI = {"tcvn3": "TCVN3 (.VnTime)", "vni": "VNI (VNI-Times)"}


def in_unicode(blocks: Sequence[Block], name: str) -> tuple[list[Block], list[Remark]]:
    """The blocks in Unicode and what was converted. Raises ``DataFaults`` with every text whose encoding is in doubt."""
    texts = [text for block in blocks for text in _texts(block)]
    converted = to_unicode(texts)
    wheres = [block.where for block in blocks for _ in _texts(block)]
    doubtful = [(where, text) for where, text, kind in zip(wheres, texts, converted.kinds, strict=True) if kind == "unknown"]
    if doubtful:
        accepted, action = (
            "chữ Unicode (phông Times New Roman, Arial …)",
            "chuyển mã sang Unicode bằng UniKey (bảng mã đích: Unicode dựng sẵn) rồi lưu lại",
        )
        raise DataFaults([Fault(UNCLEAR, f"{name}, {where}", f"“{text[:60]}”", accepted, action) for where, text in doubtful])
    remarks = [
        Remark(f"{converted.kinds.count(kind)} đoạn chữ gõ bằng phông {font} đã chuyển sang Unicode")
        for kind, font in FONTS_VI.items()
        if kind in converted.kinds
    ]
    fresh = iter(converted.texts)
    return [_with_texts(block, fresh) for block in blocks], remarks


def _texts(block: Block) -> list[str]:
    return [block.text] if isinstance(block, Paragraph) else [*block.cells, *block.shared.values()]


def _with_texts(block: Block, fresh: Iterator[str]) -> Block:
    if isinstance(block, Paragraph):
        return replace(block, text=next(fresh))
    cells = tuple(next(fresh) for _ in block.cells)
    return replace(block, cells=cells, shared={column: next(fresh) for column in block.shared})
