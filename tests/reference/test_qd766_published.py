"""Scores of the 766 index that the national portal printed, against our formula from the counts that it printed beside them."""

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest

from analysis.qd766 import group_scores, reproduced, scores

PHU_THO = ("25", "34-tinh")
ONLINE, PAYMENT = ("3.1", "3.2", "3.3"), ("3.5a", "3.5b", "3.6")
FIXTURES = "ChippedTopaz/qd766:tests/fixtures"

# Counts of each item in order, and the score of the group that the portal printed; read in the files named.
READINGS = {
    f"{FIXTURES}/provide-online-tree/year-all.json: Phú Thọ, 2026": (ONLINE, [(52, 89), (516, 1884), (589496, 597894)], "8.56"),
    f"{FIXTURES}/provide-online-tree/quarter-all.json: Phú Thọ, III/2026": (ONLINE, [(52, 89), (449, 1884), (435258, 440558)], "8.41"),
    f"{FIXTURES}/provide-online-tree/month-all.json: Phú Thọ, 8/2026": (ONLINE, [(52, 56), (406, 1968), (150956, 152595)], "8.83"),
    f"{FIXTURES}/formality-online-payment-tree/year-all.json: Phú Thọ": (PAYMENT, [(68, 313), (119, 313), (309542, 358625)], "6.67"),
    "Ban quản lý các khu công nghiệp": (PAYMENT, [(0, 3), (2, 3), (18, 18)], "7.67"),
    "Sở Công Thương": (PAYMENT, [(0, 13), (12, 13), (118, 118)], "8.00"),
    "Sở Giáo dục và Đào tạo": (PAYMENT, [(0, 2), (0, 2), (0, 2)], "0.00"),
    "Phường Việt Trì": (PAYMENT, [(10, 38), (18, 38), (4015, 4920)], "6.74"),
    "Phường Nông Trang": (PAYMENT, [(5, 40), (15, 40), (3384, 3804)], "6.59"),
    "Phường Vân Phú": (PAYMENT, [(6, 32), (8, 32), (5623, 5914)], "6.80"),
    "Xã Bản Nguyên": (PAYMENT, [(11, 39), (20, 39), (5154, 5553)], "7.56"),
    "Xã Tây Cốc": (PAYMENT, [(6, 33), (9, 33), (1878, 2334)], "5.96"),
    "Xã Thanh Ba": (PAYMENT, [(11, 38), (19, 38), (1933, 2341)], "6.92"),  # the sum of exact item scores is 6.928
    "Xã Xuân Lũng": (PAYMENT, [(8, 39), (17, 39), (3092, 3471)], "6.94"),  # 6.947
    "Xã Hoàng Cương": (PAYMENT, [(10, 37), (17, 37), (2692, 2991)], "7.23"),  # 7.224
    "Xã Hy Cương": (PAYMENT, [(6, 40), (16, 40), (1707, 1864)], "6.87"),
    "Xã Bình Phú": (PAYMENT, [(10, 41), (21, 41), (1883, 2123)], "7.21"),
    "Phường Phong Châu": (PAYMENT, [(5, 36), (11, 36), (2582, 2816)], "6.61"),
}


def counts_of(items: tuple[str, ...], counted: list[tuple[int, int]]) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "unit_code": PHU_THO[0],
            "vintage": PHU_THO[1],
            "period_start_date": pd.Timestamp("2026-01-01"),
            "period_end_date": pd.Timestamp("2026-09-26"),
            "item": items,
            "numerator_count": [numerator for numerator, _ in counted],
            "denominator_count": [denominator for _, denominator in counted],
            "rate_pct": pd.NA,
            "is_synthetic": False,
            "address": "trang",
        }
    )
    return rows.astype({"numerator_count": "Int64", "denominator_count": "Int64", "rate_pct": "Float64", "item": "string", "is_synthetic": "boolean"})


def as_printed(value: float) -> str:
    return str(Decimal(repr(float(value))).quantize(Decimal("0.01"), ROUND_HALF_UP))


@pytest.mark.parametrize("reading", READINGS)
def test_the_formula_gives_the_score_that_the_portal_printed(built, reading):
    items, counted, printed = READINGS[reading]
    groups = group_scores(scores(counts_of(items, counted), built.tables["qd766_items"]))
    known = groups[groups["counted_count"] > 0]
    assert known["is_complete"].tolist() == [True]
    assert as_printed(known["rounded_score"].iloc[0]) == printed
    assert abs(known["known_score"].iloc[0] - float(printed)) < 0.015  # three items, each rounded by half a hundredth at most


def test_an_item_at_half_a_hundredth_makes_the_group_differ_by_a_hundredth_at_most(built):
    counted = [(8, 40), (18, 40), (1437, 1541)]  # Xã Chân Mộng, printed 7.22: the item 3.5b stands at 1.125
    groups = group_scores(scores(counts_of(PAYMENT, counted).assign(group_score=7.22), built.tables["qd766_items"]))
    checked = reproduced(groups)
    assert checked["rounded_score"].tolist() == pytest.approx([7.23])
    assert checked["is_reproduced"].tolist() == [False]


def test_the_shipped_counts_of_phu_tho_give_8_56_and_6_67(built):
    groups = group_scores(scores(built.tables["qd766_counts"], built.tables["qd766_items"]))
    own = groups[(groups["unit_code"] == PHU_THO[0]) & (groups["vintage"] == PHU_THO[1])].set_index("group")
    for column in ("known_score", "rounded_score"):
        assert {group: as_printed(own.loc[group, column]) for group in ("3a", "3b")} == {"3a": "8.56", "3b": "6.67"}
    assert own["published_score"].dropna().to_dict() == {"3a": 8.56, "3b": 6.67}
    checked = reproduced(groups)
    assert checked["group"].tolist() == ["3a", "3b"]
    assert checked["is_reproduced"].all()


def test_the_points_of_the_items_add_to_those_of_each_group_and_to_100(built):
    items = built.tables["qd766_items"]
    by_group = items.groupby("group").agg(added=("item_max_score", "sum"), stated=("group_max_score", "first"), said=("group_max_score", "nunique"))
    assert by_group["added"].to_dict() == {"1": 18, "2": 20, "3a": 12, "3b": 10, "4": 22, "5": 18}
    assert (by_group["added"] == by_group["stated"]).all()
    assert (by_group["said"] == 1).all()
    assert by_group["added"].sum() == 100


def test_targets_and_unscored_items_are_those_of_the_structure(built):
    items = built.tables["qd766_items"].set_index("item")
    below_100 = items.loc[items["target_pct"] < 100, "target_pct"].to_dict()
    assert below_100 == {"3.1": 80, "3.3": 50, "3.5a": 80, "3.5b": 80, "4.2": 80, "4.3": 80, "5.4": 90}
    assert items.index[items["item_max_score"].isna()].tolist() == ["2.2", "5.1"]
    assert items.index[items["number_vi"].isna()].tolist() == ["4.chung-thuc"]
    assert items.index[items["denominator_vi"].isna()].tolist() == ["5.4"]


def test_the_published_facts_of_phu_tho_hold_the_same_counts(built):
    facts = built.tables["uptake_facts"].set_index("fact_id")
    counts = built.tables["qd766_counts"].set_index("item")
    for fact, item in (("phutho-2026-online", "3.3"), ("phutho-2026-epay", "3.6")):
        for column in ("numerator_count", "denominator_count"):
            assert facts.loc[fact, column] == counts.loc[item, column]
