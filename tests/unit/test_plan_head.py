"""Facts of a plan's head: found where they stand, contradictions left to a person, nothing guessed."""

import pandas as pd
import pytest

from analysis.ingest.plan_document import Fact, Finding, Paragraph, parse_plan
from analysis.ingest.plan_document.aims import Aim, aim_of, shortened
from analysis.ingest.plan_document.head import head_facts
from analysis.ingest.plan_document.listed_units import province_facts, unit_reader

HEAD = [
    "ỦY BAN NHÂN DÂN TỈNH MÔ PHỎNG",
    "Số: 12/KH-UBND",
    "Mô Phỏng, ngày 05 tháng 01 năm 2021",
    "KẾ HOẠCH",
    "Truyền thông cải cách hành chính",
    "năm 2021",
    "Căn cứ Kế hoạch số 99/KH-UBND ngày 01/12/2020;",
    "I. MỤC ĐÍCH",
    "1. Mục đích: Để người dân biết; và dùng.",
    "2. Yêu cầu",
]


def facts_of(lines: list[str]) -> dict[str, Fact]:
    return head_facts([Paragraph(line, f"dòng {number}") for number, line in enumerate(lines, 1)])


def values_of(lines: list[str]) -> dict[str, str]:
    return {key: fact.value for key, fact in facts_of(lines).items()}


def test_a_whole_head_gives_every_fact_and_nothing_to_decide():
    facts = facts_of(HEAD)
    assert values_of(HEAD) == {
        "plan_number": "12/KH-UBND",
        "plan_year": "2021",
        "issued_date": "05/01/2021",
        "other_issued_date": "",
        "issuer_vi": "Ủy ban nhân dân tỉnh Mô Phỏng",
        "province_vi": "Mô Phỏng",
        "title_vi": "Truyền thông cải cách hành chính năm 2021",
        "aims_vi": "Để người dân biết",
    }
    assert [fact.key for fact in facts.values() if fact.to_decide] == []
    assert facts["plan_number"].found == (Finding("12/KH-UBND", "dòng 2"),)


def test_the_year_of_the_plan_is_not_the_year_of_issue():
    lines = [line.replace("05 tháng 01 năm 2021", "24 tháng 12 năm 2020") for line in HEAD]
    assert (values_of(lines)["plan_year"], values_of(lines)["issued_date"]) == ("2021", "24/12/2020")


def test_two_days_of_issue_are_shown_and_that_of_the_head_is_proposed():
    lines = [*HEAD, "(Ban hành kèm theo Kế hoạch số 12/KH-UBND ngày 04/01/2021 của Ủy ban nhân dân tỉnh Mô Phỏng)"]
    facts = facts_of(lines)
    assert (facts["issued_date"].value, facts["other_issued_date"].value) == ("05/01/2021", "04/01/2021")
    assert "dòng 3" in facts["issued_date"].to_decide
    assert "dòng 11" in facts["issued_date"].to_decide


def test_two_numbers_for_one_plan_are_shown():
    lines = [*HEAD, "(Ban hành kèm theo Kế hoạch số 13/KH-UBND ngày 05/01/2021)"]
    assert facts_of(lines)["plan_number"].to_decide == "văn bản nêu nhiều số: 12/KH-UBND; 13/KH-UBND"


def test_another_plan_named_in_the_text_is_no_second_number():
    assert facts_of([*HEAD, "Lồng ghép với Kế hoạch 55/KH-UBND về việc khác."])["plan_number"].to_decide == ""


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [
        (1, "plan_number", "không thấy số kế hoạch"),
        (2, "issued_date", "không thấy ngày ban hành"),
        (0, "issuer_vi", "không thấy cơ quan ban hành"),
        (5, "plan_year", "tên không nêu năm"),
        (8, "aims_vi", "không thấy phần mục đích"),
    ],
)
def test_a_fact_that_is_absent_is_left_empty_and_asked_for(line, key, said):
    fact = facts_of([text for number, text in enumerate(HEAD) if number != line])[key]
    assert fact.value == ""
    assert said in fact.to_decide


def test_a_day_left_blank_is_asked_for():
    lines = [line.replace("ngày 05 tháng 01 năm", "ngày … tháng … năm") for line in HEAD]
    assert facts_of(lines)["issued_date"].to_decide == "dòng ngày tháng bỏ trống: điền ngày ban hành"


@pytest.mark.parametrize("day", ["31 tháng 02", "45 tháng 13"])
def test_a_day_that_no_calendar_has_is_none(day):
    assert values_of([line.replace("05 tháng 01", day) for line in HEAD])["issued_date"] == ""


def test_a_plan_for_several_years_is_left_to_a_person():
    lines = [line.replace("năm 2021", "giai đoạn 2021-2025") if number == 5 else line for number, line in enumerate(HEAD)]
    assert facts_of(lines)["plan_year"].value == ""
    assert "kế hoạch nhiều năm" in facts_of(lines)["plan_year"].to_decide


def test_a_title_beside_the_word_plan_is_found():
    lines = ["KẾ HOẠCH Truyền thông năm 2022 trên địa bàn tỉnh", "Thực hiện Quyết định số 1/QĐ-TTg,"]
    assert (values_of(lines)["title_vi"], values_of(lines)["plan_year"]) == ("Truyền thông năm 2022 trên địa bàn tỉnh", "2022")


def test_a_place_with_a_dash_is_one_name():
    assert values_of(["(Ban hành kèm theo Kế hoạch số 1/KH-UBND của Ủy ban nhân dân tỉnh Bà Rịa-Vũng Tàu)"])["province_vi"] == "Bà Rịa - Vũng Tàu"


def test_a_text_is_shortened_at_a_word_where_it_is_only_shown():
    assert shortened("- Một hai ba; bốn", 90) == "Một hai ba"
    assert shortened("một " * 100, 10) == "một một…"


LONG = "Nâng cao nhận thức của người dân " + "và doanh nghiệp " * 30 + "về dịch vụ công trực tuyến"


@pytest.mark.parametrize(
    ("written", "aim"),
    [
        (f"- {LONG}.", Aim(LONG)),
        ("a) Để người dân biết.", Aim("Để người dân biết")),
        ("Để người dân biết. Ngoài ra để dùng.", Aim("Để người dân biết", is_cut=True)),
        ("Để người dân biết; và dùng.", Aim("Để người dân biết", is_cut=True)),
        ("Giới thiệu kết quả như: một cửa; bưu chính.", Aim("Giới thiệu kết quả như: một cửa, bưu chính", has_commas=True)),
        ("Giới thiệu (một cửa; bưu chính) tới dân.", Aim("Giới thiệu (một cửa, bưu chính) tới dân", has_commas=True)),
        ("Gắn với các; việc khác. Câu sau.", Aim("Gắn với các, việc khác", is_cut=True, has_commas=True)),
        ("Tuyên truyền tại TP. Thủ Đức và Q. 1 năm 2026.", Aim("Tuyên truyền tại TP. Thủ Đức và Q. 1 năm 2026")),
        ("Đạt 99.5% hồ sơ trước hạn ...", Aim("Đạt 99.5% hồ sơ trước hạn")),
    ],
)
def test_an_aim_is_kept_in_whole_sentences_without_a_semicolon_inside(written, aim):
    assert aim_of(written) == aim


def test_what_the_stored_aims_say_differently_is_told_with_its_place():
    lines = ["1. Mục đích:", "- Nêu các việc: một cửa; bưu chính.", "- Để dân biết. Để dân dùng.", "- Để dân hỏi.", "2. Yêu cầu"]
    fact = facts_of(lines)["aims_vi"]
    assert fact.value == "Nêu các việc: một cửa, bưu chính; Để dân biết; Để dân hỏi"
    assert fact.told == (
        "dấu chấm phẩy trong một mục đích ghi thành dấu phẩy (dòng 2)",
        "chỉ lấy câu đầu hoặc vế đầu, phần sau xem trong văn bản (dòng 3)",
    )
    remarks = [remark.said for remark in parse_plan([Paragraph(line, f"dòng {n}") for n, line in enumerate(lines, 1)], "a.txt").remarks]
    assert remarks == [f"Mục đích: {said}" for said in fact.told]


def test_more_aims_than_are_kept_are_counted():
    fact = facts_of(["1. Mục đích", *[f"- Việc {word}." for word in "abcdefghij"], "2. Yêu cầu"])["aims_vi"]
    assert fact.value.count(";") == 7
    assert fact.told == ("chỉ lấy 8 đoạn đầu trong 10 đoạn",)


UNITS = pd.DataFrame(
    [
        ("98", "63-tinh", "Tỉnh Bà Mô - Phỏng", "Tỉnh", "province", "00"),
        ("98", "34-tinh", "Tỉnh Khác", "Tỉnh", "province", "00"),
        ("98-SNV", "63-tinh", "Sở Nội vụ tỉnh Bà Mô - Phỏng", "Sở", "department", "98"),
    ],
    columns=["unit_code", "vintage", "name_vi", "unit_type", "level", "parent_code"],
)


def test_the_province_gets_its_code_from_the_list_in_force_on_the_day_of_issue():
    named = Fact("province_vi", "Bà Mô-Phỏng")
    for day, code, vintage in (("05/01/2021", "98", "63-tinh"), ("05/07/2025", "", "34-tinh"), ("", "", "")):
        found_code, found_vintage = province_facts(named, Fact("issued_date", day), UNITS)
        assert (found_code.value, found_vintage.value) == (code, vintage)
        assert bool(found_code.to_decide) is (code == "")


def test_unit_phrases_are_read_for_the_province_and_doubts_are_marked():
    reader = unit_reader("98", "63-tinh", UNITS)
    assert reader is not None
    assert [found.kind for found in reader("Sở Nội vụ")] == ["unit"]
    assert unit_reader("98", "", UNITS) is None
    assert unit_reader("98", "63-tinh", None) is None


def test_without_a_province_groups_and_outside_bodies_are_read_and_the_rest_waits():
    reader = unit_reader("", "63-tinh", UNITS)
    assert reader is not None
    found = reader("Các Sở, ban, ngành; UBND cấp huyện; Sở Nội vụ; Đoàn Thanh niên; các đơn vị, địa phương có liên quan")
    assert [(one.kind, len(one.unit_codes)) for one in found] == [("group", 0), ("group", 0), ("later", 0), ("external", 0), ("group", 0)]
    later = "đọc khi đã điền mã tỉnh"
    assert [one.suggestion for one in found[:4]] == [later, later, "", ""]
    assert "không nêu đơn vị nào" in found[4].suggestion


def test_a_level_that_is_no_more_is_said_also_without_a_province():
    reader = unit_reader("", "34-tinh", UNITS)
    assert reader is not None
    (found,) = reader("UBND cấp huyện")
    assert (found.kind, found.suggestion[:38]) == ("unknown", "từ 01/07/2025 không còn cấp huyện; hãy")


def test_a_reader_of_units_may_be_handed_in():
    class Doubt:
        text, kind, unit_codes, suggestion = "Sở Lạ", "near", (), "có phải “Sở Nội vụ”?"

    from analysis.ingest.plan_document import Row

    heading = Row(("STT", "Nội dung", "Đơn vị thực hiện", "Sản phẩm", "Thời gian"), "dòng 1", 1)
    draft = parse_plan([heading, Row(("1", "Phát tờ rơi", "Sở Lạ", "Tờ rơi", "Quý I"), "dòng 2", 1)], "a.txt", read_units=lambda _: [Doubt()])
    assert "đơn vị “Sở Lạ” gần giống: có phải “Sở Nội vụ”?" in [remark.said for remark in draft.items[0].remarks]
