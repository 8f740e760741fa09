"""Telephone and identity numbers in free text: found however they are cut, masked, and nothing else taken for one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ingest.activity_log.personal import personal_numbers, without_personal
from analysis.text import day, number

# Numbers are invented.
PERSONAL = {
    "0912345678": "091…78",
    "0912.345.678": "091…78",
    "0912 345 678": "091…78",
    "0912 34 56 78": "091…78",
    "09 1234 5678": "091…78",
    "0912-345-678": "091…78",
    "+84 912 345 678": "849…78",
    "+84912345678": "849…78",
    "84912345678": "849…78",
    "01687654321": "016…21",
    "(0274) 3822 222": "027…22",
    "0274.3822222": "027…22",
    "001085001234": "001…34",
    "001 085 001 234": "001…34",
}


@pytest.mark.parametrize("around", ["{}", "Liên hệ: {}.", "SĐT:{}, chị Lan", "gọi {} để đăng ký", "5 {} 7"])
@pytest.mark.parametrize(("written", "masked"), PERSONAL.items())
def test_a_personal_number_is_found_and_masked(written, masked, around):
    text = around.format(written)
    assert personal_numbers(text) == [masked]
    assert written not in without_personal(text)


def test_several_numbers_are_all_masked_and_the_rest_stays():
    assert without_personal("gọi 0912345678 0987654321 hoặc 0905 111 222") == "gọi 091…78 098…21 hoặc 090…22"


@pytest.mark.parametrize(
    "text",
    [
        "https://binhduong.gov.vn/tin/0912345678",
        "binhduong.gov.vn/tin-0912345678.html",
        "Số 0912345678/UBND-VP",
        "hồ sơ 000.00.01.H09-210504-0001",
        "IMG_0912345678.jpg",
        "0912345678.pdf",
        "84912345678 đồng",
        "84.912.345.678 đồng",
        "500000000000",
        "ngày 02.05.2021 8.30",
        "phường 02 03 04 05 06",
        "Kế hoạch 6334/KH-UBND ngày 24/12/2020",
        "1.035.345.678.900",
        "ISBN 978-604-0-12345-6",
    ],
)
def test_addresses_documents_files_and_sums_are_no_personal_numbers(text):
    assert personal_numbers(text) == []
    assert without_personal(text) == text


@given(
    st.integers(0, 10**15),
    st.dates(date(2015, 1, 1), date(2026, 12, 31)),
    st.integers(1, 9999),
    st.sampled_from(["{amount} đồng ngày {day} theo {plan}", "{plan} – {amount}", "{day} - {day}: {amount}", "{dotted} {amount}; {iso}"]),
)
def test_sums_days_and_numbers_of_plans_raise_no_false_alarm(amount, when, plan, form):
    text = form.format(amount=number(amount), day=day(when), dotted=day(when).replace("/", "."), iso=when.isoformat(), plan=f"{plan}/KH-UBND")
    assert personal_numbers(text) == []


@given(st.text() | st.text(alphabet="0123456789 .-()+84/:đ"))
def test_any_text_keeps_all_but_the_middle_of_the_numbers_found_in_it(text):
    shown, found = without_personal(text), personal_numbers(text)
    assert all(masked in shown for masked in found)
    assert (shown == text) == (not found)
