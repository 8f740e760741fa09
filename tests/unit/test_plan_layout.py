"""Rows of a plan's annex to items: what offices do to tables, and that no word is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataFaults
from analysis.ingest.plan_document import Block, Paragraph, PlanDraft, Row, parse_plan, review_lines
from analysis.ingest.plan_document.declared import channel_words, field_of_heading, slips
from analysis.ingest.plan_document.mending import mended
from analysis.ingest.plan_document.propose import LONGEST_TITLE, proposed_channel, proposed_title

HEADINGS = ("STT", "Nội dung công việc", "Đơn vị thực hiện", "Đơn vị phối hợp", "Sản phẩm", "Thời gian")
FIVE = ("STT", "Nội dung công việc", "Đơn vị thực hiện", "Sản phẩm", "Thời gian")
TITLE = Paragraph("Kế hoạch số 1/KH-UBND năm 2021", "dòng 1")


def draft_of(*rows: tuple[str, ...] | str, table: int = 1) -> PlanDraft:
    """A draft of rows of one table; a text is a paragraph, None begins another table."""
    blocks: list[Block] = [TITLE]
    for line, row in enumerate(rows, 2):
        if row is None:
            table += 1
        elif isinstance(row, str):
            blocks.append(Paragraph(row, f"dòng {line}"))
        else:
            blocks.append(Row(row, f"dòng {line}", table))
    return parse_plan(blocks, "ke-hoach.txt")


def item(stt: str, content: str = "Phát tờ rơi", time: str = "Quý II", lead: str = "Sở Nội vụ", coordinating: str = "Sở Tư pháp") -> tuple[str, ...]:
    return (stt, content, lead, coordinating, "Tờ rơi", time)


def labels(draft: PlanDraft) -> list[str]:
    return [found.label for found in draft.items]


def said(draft: PlanDraft, *, is_open: bool | None = None) -> str:
    remarks = [remark for found in draft.items for remark in found.remarks] + list(draft.remarks)
    return "\n".join(remark.said for remark in remarks if is_open is None or remark.is_open == is_open)


def test_stt_restarts_in_each_section_in_or_outside_the_table():
    draft = draft_of(
        "PHẦN I. Việc chung", HEADINGS, item("1"), item("2"), ("II. Việc riêng", "", "", "", "", ""), item("1"), "II.2. Việc khác", item("01.")
    )
    assert labels(draft) == ["I.1", "I.2", "II.1", "II.2.1"]
    assert said(draft) == ""


def test_a_section_may_stand_in_two_cells_and_have_subsections_by_number():
    draft = draft_of(
        HEADINGS, ("I", "Việc chung", "", "", "", ""), ("1. Nhóm một", "", "", "", "", ""), item("1"), ("2. Nhóm hai", "", "", "", "", ""), item("1")
    )
    assert labels(draft) == ["I.1.1", "I.2.1"]
    assert draft.sections == {"I": "Việc chung", "I.1": "Nhóm một", "I.2": "Nhóm hai"}


def test_items_above_any_section_are_proposed_for_the_first_and_marked():
    draft = draft_of(HEADINGS, item("1"))
    assert labels(draft) == ["I.1"]
    assert "không thấy tên phần" in said(draft, is_open=True)


def test_a_missing_stt_is_proposed_and_marked():
    draft = draft_of("I. Việc", HEADINGS, item("1"), item("", "Mở hội thi"), item("3"))
    assert labels(draft) == ["I.1", "I.2", "I.3"]
    assert "thiếu STT: đề xuất 2" in said(draft, is_open=True)


def test_an_stt_that_is_no_number_is_proposed_anew_and_marked():
    draft = draft_of("I. Việc", HEADINGS, item("1.1"), item("1.2"))
    assert labels(draft) == ["I.1", "I.2"]
    assert "STT “1.1” không phải số nguyên: đề xuất 1" in said(draft, is_open=True)


def test_an_stt_that_repeats_or_skips_is_marked():
    draft = draft_of("I. Việc", HEADINGS, item("1"), item("1"), item("4"))
    assert "STT 1 lặp lại trong phần I" in said(draft, is_open=True)
    assert "STT nhảy từ 1 đến 4 trong phần I" in said(draft, is_open=True)


def test_a_row_cut_without_a_page_break_is_rejoined_and_marked():
    draft = draft_of("I. Việc", HEADINGS, item("1", "Phát tờ rơi cho"), ("", "người dân", "", "", "", ""))
    assert draft.items[0].content_vi == "Phát tờ rơi cho người dân"
    assert "có hàng tiếp theo không có STT" in said(draft, is_open=True)


def test_a_row_cut_by_a_page_without_a_heading_of_its_own_is_rejoined():
    draft = draft_of("I. Việc", HEADINGS, item("1", "Phát tờ rơi cho"), None, ("", "người dân", "", "", "", ""), item("2"))
    assert [found.content_vi for found in draft.items] == ["Phát tờ rơi cho người dân", "Phát tờ rơi"]
    assert said(draft, is_open=True) == ""


def test_on_a_page_whose_heading_lost_a_column_a_short_row_is_read_by_that_heading():
    lost = (*FIVE[:2], *FIVE[3:], "", "")
    draft = draft_of("I. Việc", HEADINGS, item("1"), lost, ("2", "Mở hội thi", "Hội thi", "Quý III", "", ""))
    assert (draft.items[1].deliverable_vi, draft.items[1].time_phrase_vi, draft.items[1].lead_units_vi) == ("Hội thi", "Quý III", "")
    assert "thiếu ô “Đơn vị thực hiện”" in said(draft, is_open=True)


def test_two_tables_with_headings_of_their_own_are_both_read():
    draft = draft_of("I. Việc", HEADINGS, item("1"), None, "II. Việc khác", FIVE, ("1", "Mở hội thi", "Sở Nội vụ", "Hội thi", "Khi có hướng dẫn"))
    assert labels(draft) == ["I.1", "II.1"]
    second = draft.items[1]
    assert (second.lead_units_vi, second.coordinating_units_vi, second.deliverable_vi, second.time_phrase_vi) == (
        "Sở Nội vụ",
        "",
        "Hội thi",
        "Khi có hướng dẫn",
    )


def test_a_heading_of_two_lines_is_read_as_one():
    first = ("TT", "Nội dung", "Đơn vị", "", "Kết quả", "Tiến độ")
    draft = draft_of("I. Việc", first, ("", "", "Chủ trì", "Phối hợp", "", ""), item("1"))
    assert (draft.items[0].lead_units_vi, draft.items[0].coordinating_units_vi) == ("Sở Nội vụ", "Sở Tư pháp")


def test_a_row_of_column_numbers_is_no_item():
    assert labels(draft_of("I. Việc", HEADINGS, ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)"), item("1"))) == ["I.1"]


def test_a_column_that_is_not_used_is_told_and_words_without_a_heading_are_marked():
    draft = draft_of("I. Việc", (*HEADINGS, "Kinh phí", ""), (*item("1"), "5 triệu", "viết tay"))
    assert "cột “Kinh phí” không dùng đến" in said(draft)
    assert "không đọc: “viết tay”" in said(draft, is_open=True)


def test_a_misread_heading_is_understood_and_marked():
    draft = draft_of("I. Việc", (*HEADINGS[:5], "Thời glan"), item("1"))
    assert draft.items[0].time_phrase_vi == "Quý II"
    assert "tiêu đề “Thời glan” hiểu là “Thời gian”" in said(draft, is_open=True)


@pytest.mark.parametrize(
    ("cell", "field"), [("Nội dung", "content"), ("CƠ QUAN CHỦ TRÌ", "lead"), ("Đơn vị chủ trì", "lead"), ("Cơ quan phối hợp", "coordinating")]
)
def test_headings_have_synonyms(cell, field):
    assert field_of_heading(cell) == field


@pytest.mark.parametrize(
    ("cell", "field"), [("Thời gian hoàn thành", "time"), ("Sản phẩm/kết quả", "deliverable"), ("Sản phẩm / kết quả", "deliverable"), ("TT", "stt")]
)
def test_more_headings_have_synonyms(cell, field):
    assert field_of_heading(cell) == field


def test_a_missing_cell_a_cut_cell_and_a_time_outside_the_year_are_marked():
    draft = draft_of("I. Việc", HEADINGS, item("1", time=""), item("2", lead="Sở Nội vụ và các"), item("3", time="Quý II/2022"))
    assert [found for found in ("thiếu ô “Thời gian”", "có thể bị cắt", "nằm ngoài năm 2021") if found not in said(draft, is_open=True)] == []


def test_text_between_the_tables_is_counted_not_lost():
    assert "2 đoạn văn ngoài bảng" in said(draft_of("I. Việc", HEADINGS, item("1"), "Người lập bảng", "Một ghi chú khác", item("2")))


def test_tables_without_known_headings_are_refused_with_what_was_found():
    with pytest.raises(DataFaults, match="Mã \\| Tên \\| Giá"):
        draft_of(("Mã", "Tên", "Giá"), ("1", "a", "b"))


def test_a_table_with_a_heading_and_nothing_below_says_that_there_are_no_items():
    assert "bảng không có mục nào" in said(draft_of(HEADINGS))


def test_every_declared_slip_is_mended_with_before_and_after_and_only_as_a_whole_word():
    for slip in slips():
        text, (mend,) = mended(f"a {slip.wrong} b", "ở đây")
        assert (text, mend.before, mend.after) == (f"a {slip.right} b", f"a {slip.wrong} b", f"a {slip.right} b")
    for kept in ("Công an tỉnh", "Công nghệ thông tin", "bán phẩm", "Đoàn TNCS", "dịch vụ công"):
        assert mended(kept, "") == (kept, [])


@pytest.mark.parametrize(
    ("content", "channel"),
    [
        ("Đăng tin, bài và phát tờ rơi", "print"),
        ("Theo dõi thông tin báo chí", "media_monitoring"),
        ("Họp giao ban", None),
        ("Làm video phát trên mạng xã hội", "video"),
    ],
)
def test_a_channel_is_proposed_from_the_declared_words(content, channel):
    found = proposed_channel(content, "")
    assert (found and found.channel) == channel


def test_the_declared_words_name_real_channels():
    from analysis import codes

    assert {word.channel for word in channel_words()} <= set(codes.CHANNELS)


@given(st.text(min_size=1, max_size=300))
def test_a_proposed_title_is_short_and_begins_the_item(content):
    title = proposed_title(" ".join(content.split()))
    assert len(title) <= LONGEST_TITLE


def test_a_title_is_the_first_clause_cut_at_a_word():
    assert proposed_title("Xây dựng tờ gấp như: - thứ nhất; - thứ hai") == "Xây dựng tờ gấp như"
    long = "Tuyên truyền " * 12
    assert proposed_title(long.strip()) == "Tuyên truyền " * 6 + "Tuyên…"


WORDS = st.sampled_from(["", "", "1", "2", "x1", "Quý II", "Hằng tháng", "II", "II. Phần", "3. Nhóm", "một ô dài", "(1)", "STT", "Ghi chú", "A. b"])
ROWS = st.lists(st.lists(WORDS, min_size=1, max_size=8).map(tuple), min_size=1, max_size=8)


@given(ROWS)
def test_no_table_crashes_and_no_word_of_a_row_is_lost(rows):
    marked = [
        tuple(cell and f"{cell}" if cell in ("", "1", "2") else f"{cell} z{line}z{column}" for column, cell in enumerate(row))
        for line, row in enumerate(rows)
    ]
    draft = draft_of("I. Việc", HEADINGS, *marked)
    told = " ".join(
        [
            *(value for found in draft.items for value in (found.content_vi, found.lead_units_vi, found.coordinating_units_vi)),
            *(value for found in draft.items for value in (found.deliverable_vi, found.time_phrase_vi)),
            *draft.sections.values(),
            said(draft),
        ]
    )
    lost = [cell for row in marked for cell in row if " z" in cell and cell.rpartition(" ")[2] not in told]
    assert len(lost) == 0
    assert max(map(len, review_lines(draft))) <= 110
