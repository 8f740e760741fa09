"""Two shares stand side by side only when everything that decides it agrees; the difference carries Newcombe's interval."""

from dataclasses import replace
from datetime import date
from functools import reduce
from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from analysis.codes import RATE_KEYS, REGIMES
from analysis.rates import RATES
from analysis.uptake import Measure, RatesNotComparable, add, compare, measures_of_facts, measures_of_rates, rates, why_not_comparable

MAY = Measure(
    rate_key="online_all",
    regime="decree_42",
    unit_code="25741",
    vintage="63-tinh",
    level="commune",
    period_start=date(2024, 5, 1),
    period_end=date(2024, 5, 31),
    is_cumulative=False,
    numerator=300,
    denominator=1000,
    share=0.3,
    is_synthetic=False,
    denominator_vi="hồ sơ tiếp nhận",
)
JUNE = replace(MAY, period_start=date(2024, 6, 1), period_end=date(2024, 6, 30), numerator=450, denominator=900, share=0.5)
NEIGHBOUR = replace(MAY, unit_code="25744", numerator=10, denominator=200, share=0.05)
HALF_YEAR = replace(MAY, period_start=date(2024, 1, 1), period_end=date(2024, 6, 30), is_cumulative=True)
COUNTS = st.integers(1, 3000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


def counted(numerator: int, denominator: int, **changed: object) -> Measure:
    return replace(MAY, numerator=numerator, denominator=denominator, share=numerator / denominator, **changed)


def facts_of(built) -> dict[str, Measure]:
    facts = built.tables["uptake_facts"]
    rows = facts[facts["rate_key"].notna() & (facts["value_unit"] == "%")]
    return dict(zip(rows["fact_id"], measures_of_facts(facts), strict=True))


@given(COUNTS, COUNTS, st.floats(0.5, 0.999))
def test_the_interval_of_a_difference_equals_statsmodels(first, second, level):
    found = compare(counted(*first), counted(*second, unit_code="25744"), level)
    expected = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff", alpha=1 - level)
    assert (found.low_points, found.high_points) == pytest.approx([100 * bound for bound in expected], abs=1e-9)


def test_newcombes_published_example_is_reproduced():
    # Newcombe 1998, Statistics in Medicine 17, table II, case (a), method 10: 56/70 − 48/80 is 0.2 with 0.0524 to 0.3339.
    found = compare(counted(56, 70), counted(48, 80, unit_code="25744"))
    assert found.difference_points == pytest.approx(20)
    assert (found.low_points, found.high_points) == pytest.approx((5.24, 33.39), abs=0.005)
    assert found.is_clear


@given(COUNTS, COUNTS)
def test_a_difference_turns_round_when_the_two_are_swapped_and_lies_within_its_interval(first, second):
    here, there = counted(*first), counted(*second, unit_code="25744")
    found, turned = compare(here, there), compare(there, here)
    assert (turned.low_points, turned.high_points) == pytest.approx((-found.high_points, -found.low_points))
    assert found.low_points - 1e-9 <= found.difference_points <= found.high_points + 1e-9


def test_a_share_without_counts_has_a_difference_and_no_interval():
    found = compare(MAY, replace(JUNE, numerator=None, denominator=None))
    assert found.difference_points == pytest.approx(-20)
    assert (found.low_points, found.high_points, found.is_clear) == (None, None, None)


def test_small_denominators_are_marked_on_a_comparison():
    assert compare(counted(5, 29), JUNE).is_small
    assert not compare(counted(5, 30), JUNE).is_small


def test_the_counts_go_before_a_rounded_published_share():
    found = compare(replace(MAY, numerator=1, denominator=3, share=0.33), replace(JUNE, numerator=0, denominator=3))
    assert found.difference_points == pytest.approx(100 / 3)


def test_the_two_national_figures_of_july_2024_are_refused_with_every_reason(built):
    facts = facts_of(built)
    provinces, country = facts["provinces-2024-07-toan-trinh"], facts["vn-2024-6t-toan-trinh"]
    assert (provinces.share, country.share) == (0.17, 0.42)
    reasons = "; ".join(why_not_comparable(provinces, country))
    assert "một bên là số lũy kế (từ 01/01/2024 đến 30/06/2024), một bên là số riêng của kỳ (từ 01/07/2024 đến 31/07/2024)" in reasons
    assert "số liệu thứ nhất và thứ hai không nêu mẫu số" in reasons
    assert "một bên là tỉnh, thành phố, một bên là cả nước" in reasons
    with pytest.raises(RatesNotComparable, match=r"^Không so sánh được hai tỷ lệ: .*lũy kế.*; .*mẫu số.*; .*cả nước\.$"):
        compare(provinces, country)


def test_facts_of_different_keys_are_refused_naming_both_definitions(built):
    facts = facts_of(built)
    reasons = "; ".join(why_not_comparable(facts["phutho-2026-epay"], facts["phutho-2026-online"]))
    assert RATE_KEYS["epay_dossiers"] in reasons
    assert RATE_KEYS["online_all"] in reasons


def test_published_facts_that_may_be_compared_agree_in_all_that_was_told(built):
    facts = facts_of(built)
    allowed = [(facts[one], facts[other]) for one, other in permutations(facts, 2) if not why_not_comparable(facts[one], facts[other])]
    assert all((m.rate_key, m.regime, m.level, m.is_cumulative) == (n.rate_key, n.regime, n.level, n.is_cumulative) for m, n in allowed)
    assert all(measure.denominator_vi and measure.period_start and measure.period_end for pair in allowed for measure in pair)


def test_facts_carry_level_counts_and_period(built):
    facts = facts_of(built)
    online = facts["bd-2022-9t-online-l34"]
    assert (online.unit_code, online.level, online.numerator, online.denominator, online.period_end) == ("74", "province", 154766, 485067, None)
    assert facts["vn-2024-6t-toan-trinh"].level is None
    assert facts["binhthuan-2025-04-online"].level is None
    assert facts["binhthuan-2025-04-online"].counted_share == pytest.approx(0.39, abs=0.0005)


@pytest.mark.parametrize(
    ("unit_vi", "level"),
    [
        ("Quảng Nam (cấp xã)", "commune"),
        ("Bình Dương (91 xã)", "commune"),
        ("Bình Dương (9 huyện)", "district"),
        ("Quảng Nam (cấp tỉnh)", "department"),
        ("Bình Dương (cấp sở)", "department"),
        ("Cấp tỉnh trung bình", "province"),
        ("Bình Thuận (TT HCC tỉnh)", None),
    ],
)
def test_the_level_is_read_from_the_name_of_the_page(built, unit_vi, level):
    facts = built.tables["uptake_facts"]
    named = facts[facts["fact_id"] == "binhthuan-2025-04-online"].assign(unit_vi=unit_vi)
    assert measures_of_facts(named)[0].level == level


def test_rows_of_uptake_become_measures_with_the_level_of_their_unit(built):
    rows = built.tables["uptake"].head(300)
    measures = measures_of_rates(rows)
    assert [(m.rate_key, m.unit_code, m.numerator, m.denominator) for m in measures] == list(
        rows[["rate_key", "unit_code", "numerator_count", "denominator_count"]].itertuples(index=False, name=None)
    )
    assert {m.level for m in measures} <= {"commune", "department"}
    assert all(m.denominator_vi == RATES[m.rate_key].denominator_vi and m.is_synthetic for m in measures)


def test_the_level_of_a_joined_list_of_units_goes_before_the_code(built):
    row = built.tables["uptake"].head(1)
    assert [measures_of_rates(row.assign(level=level))[0].level for level in ("commune", "country", pd.NA)] == ["commune", None, None]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"rate_key": "bcci_in"}, "hai tỷ lệ khác nhau"),
        ({"regime": "levels_3_4"}, REGIMES["levels_3_4"]),
        ({"regime": None}, "không nêu"),
        ({"is_cumulative": True}, "số lũy kế"),
        ({"period_end": None}, "không nêu đủ kỳ số liệu"),
        ({"is_synthetic": True}, "mô phỏng"),
        ({"denominator_vi": None}, "số liệu thứ hai không nêu mẫu số"),
        ({"level": "department"}, "khác cấp: một bên là xã, phường, thị trấn, một bên là sở, ngành"),
        ({"level": None, "unit_code": None}, "không rõ số liệu thuộc đơn vị"),
        ({"vintage": "34-tinh"}, "khác địa giới"),
        ({"period_start": date(2024, 5, 31)}, "cùng đơn vị có kỳ trùng nhau"),
        ({"numerator": 0, "denominator": 0}, "mẫu số bằng 0"),
    ],
)
def test_each_disagreement_alone_is_refused_both_ways(changed, reason):
    assert why_not_comparable(MAY, JUNE) == []
    other = replace(JUNE, **changed)
    assert any(reason in found for found in why_not_comparable(MAY, other))
    assert len(why_not_comparable(MAY, other)) == len(why_not_comparable(other, MAY)) >= 1


def test_all_reasons_come_together():
    other = replace(JUNE, rate_key="toan_trinh", regime="levels_3_4", is_synthetic=True)
    with pytest.raises(RatesNotComparable, match=r"hai tỷ lệ khác nhau.*; khác cách gọi.*; một bên là số liệu thật"):
        compare(MAY, other)


def test_an_unknown_regime_is_borne_only_by_a_key_that_does_not_rest_on_levels():
    plain = [replace(measure, regime=None) for measure in (MAY, JUNE)]
    assert why_not_comparable(*plain) == []
    resting = [replace(measure, rate_key="toan_trinh") for measure in plain]
    assert why_not_comparable(*resting) == ["không rõ gọi mức độ dịch vụ theo cách trước hay từ Nghị định 42/2022/NĐ-CP"]


def test_a_month_and_a_quarter_may_be_compared():
    quarter = replace(MAY, period_start=date(2024, 1, 1), period_end=date(2024, 3, 31))
    assert why_not_comparable(MAY, quarter) == []


def test_cumulative_figures_compare_over_the_same_calendar_days_of_two_years_only():
    before = replace(HALF_YEAR, period_start=date(2023, 1, 1), period_end=date(2023, 6, 30))
    assert why_not_comparable(HALF_YEAR, before) == []
    five_months = replace(before, period_end=date(2023, 5, 31))
    assert [reason[:40] for reason in why_not_comparable(HALF_YEAR, five_months)] == ["hai số lũy kế không cùng khoảng thời gia"]
    longer = replace(HALF_YEAR, unit_code="25744", period_start=date(2023, 1, 1))
    assert len(why_not_comparable(HALF_YEAR, longer)) == 1


def test_the_end_of_february_is_one_day_of_the_calendar():
    leap = replace(HALF_YEAR, period_end=date(2024, 2, 29))
    common = replace(HALF_YEAR, period_start=date(2023, 1, 1), period_end=date(2023, 2, 28))
    assert why_not_comparable(leap, common) == []


def test_months_and_then_units_add_to_the_ratio_of_sums():
    both = add(MAY, JUNE)
    assert (both.numerator, both.denominator, both.share, both.period_start, both.period_end) == (
        750,
        1900,
        750 / 1900,
        MAY.period_start,
        JUNE.period_end,
    )
    units = add(MAY, NEIGHBOUR)
    assert (units.numerator, units.denominator, units.units, units.level) == (310, 1200, {"25741", "25744"}, "commune")


def test_communes_and_departments_add_in_any_order():
    three = (MAY, NEIGHBOUR, replace(MAY, unit_code="74-STC", level="department", numerator=1, denominator=50))
    sums = {(m.numerator, m.denominator, m.unit_code, m.level) for m in (reduce(add, order) for order in permutations(three))}
    assert sums == {(311, 1250, "25741 + 25744 + 74-STC", None)}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"rate_key": "bcci_in"}, "hai tỷ lệ khác nhau"),
        ({"rate_key": "services_used"}, "không cộng qua các tháng"),
        ({"regime": "levels_3_4"}, "khác cách gọi"),
        ({"is_cumulative": True}, "đã gồm các kỳ trước"),
        ({"is_synthetic": True}, "mô phỏng"),
        ({"denominator_vi": None}, "không nêu mẫu số"),
        ({"numerator": None}, "không có đủ tử số và mẫu số"),
        ({"vintage": "34-tinh"}, "khác địa giới"),
        ({"period_start": None}, "không nêu đủ kỳ số liệu"),
        ({"period_start": date(2024, 5, 31)}, "kỳ trùng nhau"),
        ({"period_start": date(2024, 6, 2)}, "hai kỳ không liền nhau"),
        ({"unit_code": "25744"}, "khác đơn vị thì phải cùng kỳ"),
        ({"unit_code": None}, "không rõ số liệu của đơn vị nào"),
        ({"unit_code": "74", "level": "province"}, "một bên có thể đã gồm bên kia"),
        ({"unit_code": "00", "level": None}, "một bên có thể đã gồm bên kia"),
        ({"unit_code": "25741 + 25744"}, "có chung một số đơn vị"),
    ],
)
def test_each_disagreement_alone_forbids_adding_both_ways(changed, reason):
    other = replace(JUNE, **changed)
    for pair in ((MAY, other), (other, MAY)):
        with pytest.raises(RatesNotComparable, match=rf"^Không cộng được hai số liệu: .*{reason}"):
            add(*pair)


def test_services_of_two_months_are_not_added_though_both_agree():
    with pytest.raises(RatesNotComparable, match="không cộng qua các tháng"):
        add(*(replace(measure, rate_key="services_offered") for measure in (MAY, JUNE)))


def test_adding_measures_agrees_with_rates_of_the_same_rows(built):
    uptake = built.tables["uptake"]
    unit = uptake["unit_code"].iloc[0]
    rows = uptake[(uptake["unit_code"] == unit) & (uptake["rate_key"] == "online_all") & uptake["period_month"].between("2021-01", "2021-12")]
    whole = reduce(add, measures_of_rates(rows.sort_values("period_month")))
    expected = rates(rows, "online_all", ["unit_code"]).iloc[0]
    assert (whole.numerator, whole.denominator, whole.share) == (
        expected["numerator_count"],
        expected["denominator_count"],
        pytest.approx(expected["share"]),
    )
    assert (whole.period_start, whole.period_end) == (date(2021, 1, 1), date(2021, 12, 31))


def test_a_fact_with_missing_cells_keeps_them_unknown(built):
    measures = measures_of_facts(built.tables["uptake_facts"].astype({"regime": "string"}))
    assert all(value is None or not pd.isna(value) for measure in measures for value in (measure.regime, measure.numerator, measure.period_start))
