"""The render gate: what the model holds is counted against what the file holds, and the never-rules are checked.

A report that fails here is not published; the one before it stays.
"""

import re
import unicodedata
from collections import Counter
from html.parser import HTMLParser

from analysis.blocks import Chart, Finding, Sentence, Table
from analysis.errors import ReportRefused
from analysis.publish.model import ReportModel
from analysis.theme import SYNTHETIC_STAMP

MAX_HTML_BYTES = 6_000_000  # so that it can still be sent by an office's mail
CAUSAL_WORDS = ("góp phần", "đi kèm với", "nhờ truyền thông", "làm tăng", "làm giảm", "giúp tăng", "dẫn đến", "tác động làm")
GRADES_WITH_CAUSAL_VERB = ("A", "B")
_NETWORK = re.compile(r"""(?:src|href|action|data)\s*=\s*["'](?:https?:)?//|url\(\s*["']?https?:|@import""", re.IGNORECASE)


class _Counter(HTMLParser):
    """Counts elements by tag and class, figures drawn, and the text outside scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()
        self.text: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.classes.update((dict(attrs).get("class") or "").split())
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text.append(data)


def check(model: ReportModel, html: str) -> dict[str, int]:
    """Counts of what was checked, for the manifest. Raises ``ReportRefused`` naming every departure."""
    page = _Counter()
    page.feed(html)
    counts = {"charts": len(model.every(Chart)), "tables": len(model.every(Table)), "findings": len(model.every(Finding))}
    faults = [*_count_faults(model, page, counts), *_rule_faults(model), *_page_faults(html, "".join(page.text))]
    if faults:
        raise ReportRefused("Báo cáo không qua được khâu kiểm tra, bản cũ còn nguyên: " + "; ".join(faults) + ".")
    return {**counts, "html_bytes": len(html.encode())}


def _count_faults(model: ReportModel, page: _Counter, counts: dict[str, int]) -> list[str]:
    stamped = sum(block.provenance.is_synthetic for block in model.shown)
    stamped += sum(chart.provenance.is_synthetic for chart in model.every(Chart))  # its data table carries one too
    expected = {
        "biểu đồ": (counts["charts"], page.classes["plot"]),
        "bảng": (counts["tables"] + counts["charts"], page.tags["table"]),  # each chart carries its data table
        "chú thích bảng": (page.tags["table"], page.tags["caption"]),
        "nhận định": (counts["findings"], page.classes["finding"]),
        "dấu mô phỏng": (stamped + model.is_synthetic, page.classes["stamp"]),  # one more in the banner
    }
    return [f"{name}: mô hình có {wanted}, tệp có {found}" for name, (wanted, found) in expected.items() if wanted != found]


def _rule_faults(model: ReportModel) -> list[str]:
    faults = []
    for block in model.shown:
        name = block.title if isinstance(block, Chart | Table) else block.text_vi
        unknown = [source for source in block.provenance.source_ids if source not in model.sources]
        known = [model.sources[source] for source in block.provenance.source_ids if source in model.sources]
        if not block.provenance.source_ids:
            faults.append(f"không có nguồn: “{name}”")
        if unknown:
            faults.append(f"nguồn chưa đăng ký ({', '.join(unknown)}): “{name}”")
        if any(source.is_synthetic for source in known) and not block.provenance.is_synthetic:
            faults.append(f"dùng số liệu mô phỏng mà không đóng dấu: “{name}”")
    return faults + _causal_faults(model) + _segment_faults(model)


def _causal_faults(model: ReportModel) -> list[str]:
    """No causal verb outside a finding whose grade allows it."""
    spoken: list[tuple[str, str | None]] = [(finding.text_vi, finding.grade) for finding in model.every(Finding)]
    spoken += [(sentence.text_vi, None) for sentence in model.every(Sentence)]
    return [
        f"từ chỉ nguyên nhân “{word}” vượt mức bằng chứng: “{said}”"
        for said, grade in spoken
        for word in CAUSAL_WORDS
        if word in said.lower() and grade not in GRADES_WITH_CAUSAL_VERB
    ]


def _segment_faults(model: ReportModel) -> list[str]:
    """Every line over editions or months must say to which era or regime each point belongs."""
    return [
        f"đường không ghi phương pháp của từng điểm: “{chart.title}”, {series.name}"
        for chart in model.every(Chart)
        for series in chart.series
        if chart.kind == "line" and len(series.segments) != len(series.x)
    ]


def _page_faults(html: str, shown: str) -> list[str]:
    faults = []
    size = len(html.encode())
    if size > MAX_HTML_BYTES:
        faults.append(f"tệp HTML nặng {size:,} byte, tối đa {MAX_HTML_BYTES:,}")
    if not unicodedata.is_normalized("NFC", shown):
        faults.append("chữ trên trang chưa ở dạng NFC")
    head = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    if found := _NETWORK.search(head):
        faults.append(f"trang gọi ra mạng: “{found.group()}”")
    if re.search(r"\bnan\b|\bNone\b|<NA>|\bNaT\b", shown):
        faults.append("trang còn giá trị thô (nan, None)")
    ids = re.findall(r'\bid="([^"]+)"', head)
    if repeated := sorted({found for found in ids if ids.count(found) > 1}):
        faults.append(f"định danh lặp trên trang: {', '.join(repeated)}")
    return faults + ([f"thiếu dấu “{SYNTHETIC_STAMP}”"] if 'class="stamp"' in html and SYNTHETIC_STAMP not in shown else [])
