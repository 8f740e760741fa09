"""The render gate: what the model holds is counted against what the file holds, and the never-rules are checked.

A report that fails here is not published; the one before it stays.
"""

import re
import unicodedata
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from analysis.blocks import Chart, Finding, Shown, Table
from analysis.errors import ReportRefused
from analysis.estimate.grade import VERBS_VI
from analysis.publish import urging
from analysis.publish.model import ReportModel
from analysis.theme import SYNTHETIC_STAMP

MAX_HTML_BYTES = 6_000_000  # so that it can still be sent by an office's mail
THROUGH_TIME = ("year", "month", "date")  # months since an event, sizes and groups have no era
CAUSAL_WORDS = ("góp phần", "đi kèm với", "nhờ truyền thông", "làm tăng", "làm giảm", "giúp tăng", "dẫn đến", "tác động làm")
_RAW_WORDS = re.compile(r"\b(?:None|NaN|NaT)\b|<NA>")
_RAW_VALUES = {"nan", "None", "NaT", "NaN", "inf"}
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
    tables = [block for block in model.printed if isinstance(block, Table)]
    counts = {"charts": len(model.every(Chart)), "tables": len(tables), "findings": len(model.every(Finding))}
    faults = [*_count_faults(model, page, counts), *_rule_faults(model), *_missing_text(model, "".join(page.text)), *_page_faults(html, page)]
    if faults:
        raise ReportRefused("Báo cáo không qua được khâu kiểm tra, bản cũ còn nguyên: " + "; ".join(faults) + ".")
    return {**counts, "html_bytes": len(html.encode())}


def check_urging(model: ReportModel, rendering: Path) -> dict[str, int]:
    """Counts of workbooks and rows, for the manifest: the rows of the model's list stand once in the workbook of all and once in the units'.

    Raises ``ReportRefused`` naming every workbook that departs, is missing or too many.
    """
    table = urging.table_of(model)
    expected = urging.rows_by_file(table) if table else {}
    found = {path.name: urging.rows_in(path) for path in (rendering / urging.FOLDER).glob("*")}
    departing = [name for name in sorted({*expected, *found}) if expected.get(name) != found.get(name)]
    faults = [f"{name}: mô hình có {expected.get(name, 0)} dòng, tệp có {found.get(name, 0)}" for name in departing]
    if table and sum(found.values()) != 2 * len(table.rows):
        faults.append(f"bảng có {len(table.rows)} dòng, các tệp có {sum(found.values())} dòng, chấp nhận gấp đôi")
    if faults:
        raise ReportRefused("Danh sách đôn đốc không khớp với báo cáo, bản cũ còn nguyên: " + "; ".join(faults) + ".")
    return {"urging_workbooks": len(found), "urging_rows": len(table.rows)} if table else {}


def _count_faults(model: ReportModel, page: _Counter, counts: dict[str, int]) -> list[str]:
    stamped = sum(block.provenance.is_synthetic for block in model.printed)
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
    """No causal verb anywhere but in a finding whose grade allows that very verb."""
    faults = []
    for block in model.shown:
        allowed = VERBS_VI.get(block.grade or "", "") if isinstance(block, Finding) else ""
        for said in _words_of(block):
            faults += [
                f"từ chỉ nguyên nhân “{word}” vượt mức bằng chứng: “{said}”" for word in CAUSAL_WORDS if word in said.lower() and word != allowed
            ]
    return faults


def _words_of(block: Shown) -> list[str]:
    """Everything a block says to the reader."""
    match block:
        case Chart():
            marked = [mark.label for mark in block.marks]
            named = [word for series in block.series for word in (series.name, *series.labels, *(str(x) for x in series.x))]
            return [block.title, block.subtitle, block.alt_vi, block.x_title, block.unit_vi, *block.notes_vi, *marked, *named]
        case Table():
            cells = [str(cell) for row in block.rows for cell in row if isinstance(cell, str)]
            return [block.title, *(column.title for column in block.columns), *block.notes_vi, *cells]
        case _:
            return [block.text_vi, block.evidence_vi]


def _segment_faults(model: ReportModel) -> list[str]:
    """Every point of a line through time says its era or regime, and for an index it is the registered era of that edition."""
    faults = []
    for chart in (chart for chart in model.every(Chart) if chart.kind == "line" and chart.x_kind in THROUGH_TIME):
        for series in chart.series:
            eras = model.eras.get(series.index, {})
            registered = [eras.get(str(x)) for x in series.x]
            if len(series.segments) != len(series.x) or (chart.x_kind == "year" and registered != list(series.segments)):
                faults.append(f"đường không theo phương pháp đã đăng ký của từng điểm: “{chart.title}”, {series.name}")
    return faults


def _missing_text(model: ReportModel, shown: str) -> list[str]:
    """Every title and sentence stands on the page as it is in the model, so nothing was cut or read as markup."""
    page = _folded_spaces(shown)
    wanted = [block.title if isinstance(block, Chart | Table) else block.text_vi for block in model.printed]
    return [f"trang thiếu hoặc làm sai câu: “{said}”" for said in wanted if _folded_spaces(said) not in page]


def _folded_spaces(said: str) -> str:
    return " ".join(said.split())


def _page_faults(html: str, page: _Counter) -> list[str]:
    faults = []
    size, shown = len(html.encode()), "".join(page.text)
    head = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    ids = re.findall(r'\bid="([^"]+)"', head)
    if size > MAX_HTML_BYTES:
        faults.append(f"tệp HTML nặng {size:,} byte, tối đa {MAX_HTML_BYTES:,}")
    if not unicodedata.is_normalized("NFC", shown):
        faults.append("chữ trên trang chưa ở dạng NFC")
    if found := _NETWORK.search(head):
        faults.append(f"trang gọi ra mạng: “{found.group()}”")
    if repeated := sorted({found for found in ids if ids.count(found) > 1}):
        faults.append(f"định danh lặp trên trang: {', '.join(repeated)}")
    worded = html.count(f'class="stamp">{SYNTHETIC_STAMP}<')
    if worded != page.classes["stamp"]:
        faults.append(f"có {page.classes['stamp']} dấu nhưng chỉ {worded} dấu ghi “{SYNTHETIC_STAMP}”")
    if words := sorted(set(_RAW_WORDS.findall(shown))):
        faults.append(f"câu còn giá trị thô: {', '.join(words)}")
    if raw := sorted({piece.strip() for piece in page.text if piece.strip() in _RAW_VALUES}):
        faults.append(f"trang còn giá trị thô: {', '.join(raw)}")
    return faults
