"""Plan documents: the same items from every form, the office's own plan in place, and what is refused with the reason."""

import csv
import unicodedata
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from docx.oxml import OxmlElement

from analysis.errors import DataFaults
from analysis.ingest.plan_document import Paragraph, PlanDraft, Row, parse_plan, read_document, review_lines
from analysis.spreadsheets import new_workbook, put, save
from analysis.text import fold

ROOT = Path(__file__).resolve().parents[2]
OWN = ROOT / "tests" / "data" / "plan" / "ke-hoach-999-2021"
LOCKED_PDF = OWN.with_name("ke-hoach-999-2021-co-mat-khau.pdf")
SHARED = ROOT.parent / "shared"
REAL = SHARED / "seeds" / "ke-hoach-6334-2021.txt"
NEWS = SHARED / "seeds" / "tin-ke-hoach-689-2019.txt"
TYPED = ROOT / "data" / "raw" / "plans" / "6334-KH-UBND" / "items.csv"
needs_seeds = pytest.mark.skipif(not REAL.is_file(), reason="the seed texts of the office are not in this checkout")

OFFICE = "Văn phòng UBND tỉnh"
OWN_ITEMS = [
    ("I", 1, "Các Sở, ban, ngành; UBND cấp huyện; Cơ quan ngành dọc", "Báo Mô Phỏng", "Tin, bài", "Thường xuyên", "continuous", None),
    ("I", 2, "Sở Tư pháp", "Đoàn TNCS tỉnh", "Lớp tập huấn", "Quý I, III", "window", None),
    ("II.1", 1, OFFICE, "Báo Mô Phỏng", "- Đoàn báo chí. - Tin, bài đăng trên Cổng Thông tin điện tử", "Trong năm 2021", "window", None),
    ("II.1", 2, OFFICE, "Công an tỉnh", "Pano", "Trước ngày 30/6", "window", None),
    ("II.1", 3, f"{OFFICE}; Đoàn TNCS và các Sở", "Sở Nội vụ", "Hội thi", "Quý III-IV/2021", "window", None),
    ("II.1", 4, "UBND cấp huyện", "", "Buổi đối thoại", "Định kỳ 6 tháng/01 lần", "recurring", 2),
    ("II.2", 1, f"{OFFICE} (Trung tâm Hành chính công tỉnh)", "Sở Nội vụ", "Bản tin", "02 kỳ/tháng và các bản tin chuyên đề", "recurring", 24),
    ("II.2", 2, OFFICE, "Sở Nội vụ", "Video", "Đầu năm", "not_understood", None),
]


def draft_of(path: Path, **more) -> PlanDraft:
    return parse_plan(read_document(path, path.name), path.name, **more)


def items_of(draft: PlanDraft) -> list[tuple]:
    return [
        (
            item.section,
            item.stt,
            item.lead_units_vi,
            item.coordinating_units_vi,
            item.deliverable_vi,
            item.time_phrase_vi,
            item.schedule.kind,
            item.schedule.expected_count,
        )
        for item in draft.items
    ]


def opened(draft: PlanDraft) -> list[str]:
    return [f"{item.label}: {remark.said}" for item in draft.items for remark in item.remarks if remark.is_open]


@pytest.mark.parametrize("suffix", [".txt", ".docx", ".xlsx", ".pdf"])
def test_every_form_of_a_document_gives_the_same_items_and_facts(suffix):
    draft = draft_of(OWN.with_suffix(suffix))
    assert items_of(draft) == OWN_ITEMS
    assert [item.content_vi.removeprefix("[Mô phỏng] ") for item in draft.items[1:5]] == [
        "Tập huấn cho tình nguyện viên tại các bộ phận một cửa",
        "Tổ chức đoàn báo chí đi thực tế",
        "Treo băng-rôn, pano",
        "Hội thi tìm hiểu về thủ tục hành chính",
    ]
    assert draft.sections == {
        "I": "[Mô phỏng] Truyền thông chung",
        "II": "[Mô phỏng] Truyền thông hỗ trợ",
        "II.1": "[Mô phỏng] Nhóm việc thứ nhất",
        "II.2": "[Mô phỏng] Nhóm việc thứ hai",
    }
    facts = {key: fact.value for key, fact in draft.facts.items()}
    assert (facts["plan_number"], facts["plan_year"], facts["issued_date"], facts["other_issued_date"]) == (
        "999/KH-UBND",
        "2021",
        "22/12/2020",
        "15/12/2020",
    )
    assert facts["title_vi"] == "[Mô phỏng] Truyền thông cải cách thủ tục hành chính năm 2021 trên địa bàn tỉnh Mô Phỏng"
    assert facts["issuer_vi"] == "Ủy ban nhân dân tỉnh Mô Phỏng"
    assert facts["aims_vi"] == "[Mô phỏng] Để người dân biết và dùng dịch vụ công trực tuyến; [Mô phỏng] Nêu kết quả của Cổng Dịch vụ công tỉnh"


@pytest.mark.parametrize("suffix", [".txt", ".docx", ".xlsx", ".pdf"])
def test_everything_understood_differently_from_how_it_stands_is_told(suffix):
    draft = draft_of(OWN.with_suffix(suffix))
    assert opened(draft) == [
        "II.1.3: phần nối “Đoàn TNCS và các Sở” đứng ở cột “Đơn vị thực hiện”; kiểm tra xem có thuộc “Đơn vị phối hợp” không",
        "II.2.2: chưa hiểu thời gian “Đầu năm”",
    ]
    assert [fact.key for fact in draft.conflicts] == ["issued_date", "province_code", "vintage"]
    assert draft.conflicts[0].to_decide.startswith("văn bản có 2 ngày: 22/12/2020")
    told = {item.label: " ".join(remark.said for remark in item.remarks) for item in draft.items}
    assert "bị ngắt trang: nối thêm “Nội dung công việc”" in told["I.2"]
    assert "đọc theo tiêu đề thiếu cột" in told["II.1.1"]
    assert "đọc theo vị trí" in told["II.1.2"]
    assert told["II.1.4"] == ""
    assert {mend.after for mend in draft.mends if "TNCS" in mend.after} == {"òng UBND tỉnh; Đoàn TNCS và các Sở"}
    assert len(draft.mends) == 8


def test_cong_that_is_no_portal_stays_as_written():
    draft = draft_of(OWN.with_suffix(".txt"))
    assert draft.items[3].coordinating_units_vi == "Công an tỉnh"


@needs_seeds
def test_the_plan_of_2021_gives_its_eighteen_items_as_typed_by_hand():
    draft = draft_of(REAL)
    typed = pd.read_csv(TYPED, dtype=str, keep_default_na=False)
    assert [(item.section, str(item.stt)) for item in draft.items] == list(zip(typed["section"], typed["stt"], strict=True))
    assert [item.main_channel for item in draft.items] == list(typed["main_channel"])
    assert [item.time_phrase_vi for item in draft.items] == list(typed["time_phrase_vi"])
    whole = [item for item in draft.items if item.label != "I.4"]  # the text breaks off in the middle of two cells of I.4
    for item in whole:
        row = typed[(typed["section"] == item.section) & (typed["stt"] == str(item.stt))].iloc[0]
        assert same(item.lead_units_vi) == same(row["lead_units_vi"])
        assert same(item.coordinating_units_vi) == same(row["coordinating_units_vi"])
        assert same(row["deliverable_vi"])[-20:] in same(item.deliverable_vi) or item.label in {"I.2", "II.1.2"}  # shortened when typed
    assert "đóng trên địa bàn tỉnh đăng tải, phát hành trên các phương tiện truyền thông; Cổng Thông tin điện tử của tỉnh" in whole[4].deliverable_vi


def same(text: str) -> str:
    return fold(text).replace(",", "").replace(".", "").replace(";", "").strip()


@needs_seeds
def test_the_plan_of_2021_says_when_and_how_often():
    carried = SHARED / "data" / "carry" / "plan_2021_6334_rows.csv"
    with carried.open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))[1:]
    found = [
        (item.schedule.start.isoformat(), item.schedule.end.isoformat(), str(item.schedule.expected_count or ""), item.schedule.is_open_ended)
        for item in draft_of(REAL).items
    ]
    assert found == [(row[10], row[11], row[9], "bản tin chuyên đề" in row[6]) for row in rows]


@needs_seeds
def test_the_plan_of_2021_shows_its_conflict_and_what_to_confirm():
    draft = draft_of(REAL)
    facts = {key: fact.value for key, fact in draft.facts.items()}
    assert (facts["plan_number"], facts["plan_year"], facts["issued_date"], facts["other_issued_date"]) == (
        "6334/KH-UBND",
        "2021",
        "24/12/2020",
        "17/12/2020",
    )
    assert facts["issuer_vi"] == "Ủy ban nhân dân tỉnh Bình Dương"
    assert [line.partition(":")[0] for line in opened(draft)] == ["I.4", "I.4", "II.1.8"]
    assert "Đoàn TNCS và các Sở" in opened(draft)[2]
    texts = " ".join(
        value for item in draft.items for value in (item.content_vi, item.lead_units_vi, item.coordinating_units_vi, item.deliverable_vi)
    )
    for wrong in ("<", "Công Thông tin", "Công Dịch vụ", "ngành đọc", "tinh nguyện", "TNCSS", "án phẩm", "băng-ron", "STT"):
        assert f" {wrong}" not in f" {texts}"
    assert len(draft.mends) == 18
    assert list(draft.sections) == ["I", "II", "II.1", "II.2"]


@needs_seeds
def test_a_news_text_gives_the_facts_of_its_plan_and_says_that_there_are_no_items():
    draft = draft_of(NEWS)
    facts = {key: fact.value for key, fact in draft.facts.items()}
    assert (facts["plan_number"], facts["plan_year"], facts["issued_date"], facts["other_issued_date"]) == ("689/KH-UBND", "2019", "20/02/2019", "")
    assert facts["issuer_vi"] == "Ủy ban nhân dân tỉnh Bình Dương"
    assert facts["aims_vi"].startswith("Nhằm tuyên truyền, phổ biến đến toàn thể cán bộ")
    assert draft.items == ()
    assert [remark for remark in draft.remarks if remark.is_open] == []
    lines = review_lines(draft)
    assert lines.count("Không có mục nào (Văn bản không có phụ lục: kế hoạch chỉ có số, ngày, mục đích).") == 1
    after = lines[lines.index("Đã hiểu khác với cách viết trong văn bản (1):") :] if draft.remarks else []
    assert not any("Không có mục nào" in line for line in after)


HEADING = "TT\tNội dung\tCơ quan chủ trì\tCơ quan phối hợp\tSản phẩm/kết quả\tThời gian hoàn thành\n"
ONE_ITEM = "1\t[Mô phỏng] Phát tờ rơi\tSở Nội vụ\tSở Tư pháp\tTờ rơi\tQuý II/2021\n"


def written(tmp_path: Path, text: str | bytes, name: str = "ke-hoach.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


ENCODED = [
    ("UTF-8 with mark", lambda text: text.encode("utf-8-sig")),
    ("UTF-16", lambda text: text.encode("utf-16")),
    ("NFD", lambda text: unicodedata.normalize("NFD", text).encode()),
    ("Windows-1258", lambda text: as_1258(text)),
]


def as_1258(text: str) -> bytes:
    """Letters with their hats and horns, tones as marks of their own, as the code page has them."""
    kept = []
    for char in unicodedata.normalize("NFC", text):
        pieces = unicodedata.normalize("NFD", char)
        tones = [mark for mark in pieces if mark in "\u0300\u0301\u0303\u0309\u0323"]
        kept.append(unicodedata.normalize("NFC", "".join(piece for piece in pieces if piece not in tones)) + "".join(tones))
    return "".join(kept).encode("cp1258")


@pytest.mark.parametrize("encode", [encode for _, encode in ENCODED], ids=[name for name, _ in ENCODED])
def test_a_text_file_in_any_accepted_encoding_is_read_alike(tmp_path, encode):
    plain = draft_of(written(tmp_path, HEADING + ONE_ITEM, "chuan.txt"))
    assert items_of(draft_of(written(tmp_path, encode(HEADING + ONE_ITEM)))) == items_of(plain) != []


# Lower-case letters of TCVN 5712-3 in the order of its code page.
TCVN3 = dict(
    zip(
        "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵăâêôơưđ",
        "µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ¨©ª«¬\u00ad®",
        strict=True,
    )
)


def in_tcvn3(text: str) -> str:
    return "".join(TCVN3.get(char, char) for char in text)


def test_a_document_typed_with_an_old_font_is_converted_and_told(tmp_path):
    rows = "".join(f"{number}\tPhát tờ rơi, mở hội thảo, phối hợp\tSở Nội vụ\tVăn phòng\tTờ rơi\tQuý II\n" for number in (1, 2))
    plain = draft_of(written(tmp_path, HEADING + rows))
    document = Document()
    table = document.add_table(rows=3, cols=6)
    for row, line in zip(table.rows, (HEADING + rows).splitlines(), strict=True):
        for cell, text in zip(row.cells, line.split("\t"), strict=True):
            cell.text = in_tcvn3(text)
    document.save(str(tmp_path / "cu.docx"))
    draft = draft_of(tmp_path / "cu.docx")
    assert items_of(draft) == items_of(plain)
    assert any("TCVN3" in remark.said for remark in draft.remarks)


def test_what_the_reader_of_workbooks_tells_is_told_on(tmp_path):
    book = new_workbook("[Mô phỏng]")
    sheet = book.create_sheet("Phụ lục")
    rows = HEADING + "".join(f"{number}\tPhát tờ rơi, mở hội thảo, phối hợp\tSở Nội vụ\tVăn phòng\tTờ rơi\tQuý II\n" for number in (1, 2))
    for line, row in enumerate(rows.splitlines(), 1):
        for column, text in enumerate(row.split("\t"), 1):
            put(sheet.cell(line, column), in_tcvn3(text))
    save(book, tmp_path / "cu.xlsx")
    draft = draft_of(tmp_path / "cu.xlsx")
    assert [item.lead_units_vi for item in draft.items] == ["Sở Nội vụ", "Sở Nội vụ"]
    assert any("Phụ lục" in remark.said and "TCVN3" in remark.said for remark in draft.remarks)


def refusal(path: Path) -> str:
    with pytest.raises(DataFaults) as refused:
        draft_of(path)
    assert all(fault.action and fault.accepted for fault in refused.value.faults)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"", "Tệp rỗng"),
        ("a.txt", b" \r\n\t\n", "Tệp rỗng"),
        ("a.docx", b"", "Tệp rỗng"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "đuôi tệp “.doc”"),
        ("a.txt", b"PK\x03\x04rest", "nội dung là tệp nén"),
        ("a.docx", b"%PDF-1.7 rest", "nội dung là tệp PDF"),
        ("a.docx", b"\xd0\xcf\x11\xe0rest", "tệp Office đời cũ"),
        ("a.docx", b"plain text", "tệp khác hoặc tệp hỏng"),
        ("a.pdf", b"plain text", "tệp khác hoặc tệp hỏng"),
        ("a.pdf", b"%PDF-1.7\ntruncated", "PDF còn nguyên"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "bảng mã không nhận ra"),
        ("a.txt", b"\x81\x8d\x8f\x9d caf\x81", "bảng mã không nhận ra"),
        ("a.txt", "STT\tViệc gì\tAi\tBao giờ\n1\tx\ty\tz\n".encode(), "Bảng không có tiêu đề quen"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_to_do(tmp_path, name, content, said):
    assert said in refusal(written(tmp_path, content, name))


@pytest.mark.parametrize("name", ["khong-co.docx", "khong-co.txt", "khong-co", "a\0b.docx", "dai" * 200 + ".docx"])
def test_a_path_without_a_file_is_refused_with_what_to_do(tmp_path, name):
    assert "kiểm tra lại" in refusal(tmp_path / name)


def test_a_folder_in_place_of_a_document_is_refused(tmp_path):
    folder = tmp_path / "ke-hoach.docx"
    folder.mkdir()
    assert "gặp một thư mục" in refusal(folder)


def test_a_document_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, HEADING + ONE_ITEM)
    monkeypatch.setattr(Path, "open", refuse)
    assert "không có quyền đọc" in refusal(path)


def test_a_locked_pdf_is_refused():
    assert "Tệp có mật khẩu" in refusal(LOCKED_PDF)


def test_a_scan_without_a_text_layer_is_refused(tmp_path):
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    listed = "".join(f"{place:010d} 00000 n \n" for place in places)
    body += f"xref\n0 4\n0000000000 65535 f \n{listed}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    assert "không có lớp chữ" in refusal(written(tmp_path, body, "anh-chup.pdf"))


def test_a_truncated_word_document_is_refused(tmp_path):
    content = OWN.with_suffix(".docx").read_bytes()
    assert "a.docx" in refusal(written(tmp_path, content[: len(content) // 2], "a.docx"))


def rewritten(tmp_path: Path, change) -> Path:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(OWN.with_suffix(".docx")) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.namelist():
            if (content := change(member, source.read(member))) is not None:
                target.writestr(member, content)
    return path


def test_a_word_document_with_an_entity_is_refused(tmp_path):
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]>'
    path = rewritten(tmp_path, lambda member, content: bomb + content.partition(b"?>")[2] if member == "word/document.xml" else content)
    assert "DOCTYPE" in refusal(path)


def test_a_zip_bomb_under_the_name_of_a_word_document_is_refused(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (64 * 1024**2))
    assert "Tệp không an toàn" in refusal(path)


def test_a_workbook_under_the_name_of_a_word_document_is_refused(tmp_path):
    assert "không phải văn bản Word" in refusal(written(tmp_path, OWN.with_suffix(".xlsx").read_bytes(), "a.docx"))


def test_a_word_document_without_a_part_it_needs_is_refused(tmp_path):
    assert "a.docx" in refusal(rewritten(tmp_path, lambda member, content: None if member == "[Content_Types].xml" else content))


def word_table(tmp_path: Path, fill) -> Path:
    document = Document()
    document.add_paragraph("[Mô phỏng] I. Việc chung")
    table = document.add_table(rows=3, cols=6)
    for row, line in zip(table.rows, [HEADING, ONE_ITEM, ONE_ITEM.replace("1\t", "2\t", 1)], strict=True):
        for cell, text in zip(row.cells, line.strip().split("\t"), strict=True):
            cell.text = text
    fill(document, table)
    document.save(str(tmp_path / "a.docx"))
    return tmp_path / "a.docx"


def test_a_nested_table_stays_in_its_cell(tmp_path):
    def fill(document, table):
        inner = table.cell(1, 4).add_table(rows=1, cols=2)
        inner.cell(0, 0).text, inner.cell(0, 1).text = "Áp phích", "Clip"

    first, second = draft_of(word_table(tmp_path, fill)).items
    assert (first.deliverable_vi, second.deliverable_vi) == ("Tờ rơi Áp phích Clip", "Tờ rơi")


def test_a_cell_merged_downwards_holds_for_every_item_it_spans(tmp_path):
    def fill(document, table):
        table.cell(2, 2).text = ""
        table.cell(1, 2).merge(table.cell(2, 2))

    first, second = draft_of(word_table(tmp_path, fill)).items
    assert first.lead_units_vi == second.lead_units_vi == "Sở Nội vụ"
    assert any("gộp với hàng trên" in remark.said for remark in second.remarks)


def test_rows_in_a_content_control_and_moved_text_are_read_once(tmp_path):
    def fill(document, table):
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        control.append(content)
        row = table.rows[2]._tr
        row.addprevious(control)
        content.append(row)
        moved = OxmlElement("w:moveFrom")
        paragraph = table.cell(1, 1).paragraphs[0]
        run = paragraph.add_run("chuyển đi")._r
        paragraph._p.append(moved)
        moved.append(run)

    first, second = draft_of(word_table(tmp_path, fill)).items
    assert (first.content_vi, second.stt) == ("[Mô phỏng] Phát tờ rơi", 2)


def test_a_table_of_something_else_is_left_out_and_named(tmp_path):
    def fill(document, table):
        document.add_paragraph("[Mô phỏng] Kinh phí")
        other = document.add_table(rows=2, cols=3)
        for row, texts in zip(other.rows, [("STT", "Khoản chi", "Số tiền"), ("1", "In ấn", "5 triệu")], strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text

    draft = draft_of(word_table(tmp_path, fill))
    assert [item.stt for item in draft.items] == [1, 2]
    assert any("bảng 2, hàng 1: bảng không có tiêu đề quen" in remark.said for remark in draft.remarks)


def test_a_letterhead_in_a_table_without_lines_is_read_as_the_head(tmp_path):
    def fill(document, table):
        head = document.add_table(rows=1, cols=2)
        head.cell(0, 0).text = "ỦY BAN NHÂN DÂN\nTỈNH MÔ PHỎNG\nSố: 77/KH-UBND"
        head.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nMô Phỏng, ngày 05 tháng 01 năm 2021"
        document.element.body.insert(0, head._tbl)

    facts = {key: fact.value for key, fact in draft_of(word_table(tmp_path, fill)).facts.items()}
    assert (facts["plan_number"], facts["issued_date"], facts["issuer_vi"]) == ("77/KH-UBND", "05/01/2021", "Ủy ban nhân dân tỉnh Mô Phỏng")


def test_blocks_say_where_they_stand(tmp_path):
    blocks = read_document(written(tmp_path, "[Mô phỏng]\n" + HEADING + ONE_ITEM), "a.txt")
    assert [(type(block), block.where) for block in blocks] == [(Paragraph, "dòng 1"), (Row, "dòng 2"), (Row, "dòng 3")]
