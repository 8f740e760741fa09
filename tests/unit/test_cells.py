"""Cells of a long panel: sorted on a calendar clock, blind to the order of rows, and refused or reduced with the reason."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.inside.cells import Cells, cells_of
from analysis.estimate.refusals import DesignRefused

ARRAYS = ("unit_of", "month_of", "effect_of", "outcome", "weights", "clusters")


def make_panel(units: int = 6, months: int = 8, first: str = "2020-11", seed: int = 0) -> pd.DataFrame:
    clock = pd.period_range(first, periods=months, freq="M").astype(str)
    rows = pd.DataFrame([(f"X{unit}", f"H{unit % 2}", month) for unit in range(units) for month in clock], columns=["xa", "huyen", "thang"])
    random = np.random.default_rng(seed)
    return rows.assign(ty_le=random.normal(40, 5, len(rows)), ho_so=random.integers(1, 50, len(rows)))


def cells(panel: pd.DataFrame, **options) -> Cells:
    return cells_of(panel, **{"unit": "xa", "time": "thang", "outcome": "ty_le", **options})


def test_cells_are_sorted_and_a_month_without_a_row_leaves_a_gap():
    panel = make_panel(units=4, months=4).query("not (xa == 'X1' and thang == '2020-12')").iloc[::-1]
    found = cells(panel, weights="ho_so", cluster="huyen")
    assert found.units == ("X0", "X1", "X2", "X3")
    assert found.months == ("2020-11", "2020-12", "2021-01", "2021-02")
    assert found.unit_of.tolist() == [0] * 4 + [1] * 3 + [2] * 4 + [3] * 4
    assert found.month_of.tolist() == [0, 1, 2, 3, 0, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]
    assert (found.cluster_names, found.clusters.tolist(), found.clustered_by) == (("H0", "H1"), [0, 1, 0, 1], "huyen")
    assert found.cluster_of.tolist() == [0] * 4 + [1] * 3 + [0] * 4 + [1] * 4
    expected = panel.sort_values(["xa", "thang"])
    assert found.outcome.tolist() == expected["ty_le"].tolist()
    assert found.weights.tolist() == expected["ho_so"].tolist()


def test_a_month_that_no_unit_reports_still_counts_on_the_clock():
    found = cells(make_panel(months=6).query("thang != '2021-01'"))
    assert found.months_count == 6
    assert 2 not in found.month_of


def test_units_are_their_own_clusters_and_count_alike_unless_told_otherwise():
    found = cells(make_panel())
    assert (found.clusters_count, found.clustered_by) == (6, "xa")
    assert (found.weights == 1).all()
    assert (found.effect_of == found.month_of).all()


def test_groups_of_units_have_month_effects_of_their_own():
    found = cells(make_panel(), month_effects_by="huyen")
    of_group = np.array([int(name[1]) % 2 for name in np.array(found.units)[found.unit_of]])
    assert (found.effect_of == of_group * found.months_count + found.month_of).all()


def test_a_matrix_goes_to_cells_and_back():
    found = cells(make_panel(units=5, months=5).drop(index=[3, 11]))
    grid = found.grid(found.outcome)
    assert np.isnan(grid).sum() == 2
    assert (found.at(grid) == found.outcome).all()
    assert found.at(np.stack([grid, 2 * grid])).shape == (2, 23)


def test_cells_chosen_or_given_other_outcomes_stay_numbered_as_they_were():
    found = cells(make_panel())
    kept = found.where(found.unit_of > 2, "Bỏ ba xã.")
    assert kept.units == found.units
    assert set(kept.unit_of) == {3, 4, 5}
    assert kept.notes_vi == ("Bỏ ba xã.",)
    assert (found.with_outcome(2 * found.outcome).outcome == 2 * found.outcome).all()


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_the_order_of_rows_and_other_columns_change_nothing(seed):
    panel = make_panel()
    mixed = panel.sample(frac=1, random_state=seed).assign(khac=seed)
    one, other = (cells(rows, weights="ho_so", cluster="huyen", month_effects_by="huyen") for rows in (panel, mixed))
    assert all((getattr(one, name) == getattr(other, name)).all() for name in ARRAYS)
    assert one.data_hash == other.data_hash


@given(st.integers(-30, 30))
@settings(max_examples=15)
def test_other_years_only_move_the_first_month(years):
    panel = make_panel()
    moved = panel.assign(thang=[str(pd.Period(month, "M") + 12 * years) for month in panel["thang"]])
    one, other = cells(panel), cells(moved)
    assert other.first_month == one.first_month + 12 * years
    assert all((getattr(one, name) == getattr(other, name)).all() for name in ARRAYS)


def test_months_may_be_periods():
    panel = make_panel()
    found = cells(panel.assign(thang=pd.PeriodIndex(panel["thang"], freq="M")))
    assert (found.months, found.data_hash) == (cells(panel).months, cells(panel).data_hash)


def test_the_hash_is_that_of_what_was_used():
    panel = make_panel()
    changed = panel.assign(ty_le=panel["ty_le"].where(panel.index != 5, 0.0))
    hashes = {cells(panel).data_hash, cells(changed).data_hash, cells(panel, weights="ho_so").data_hash}
    assert len(hashes) == 3


def test_rows_without_a_denominator_are_left_out_and_counted():
    panel = make_panel()
    panel["ho_so"] = panel["ho_so"].astype("Int64")
    panel.loc[panel.index[:3], "ho_so"] = 0
    panel.loc[panel.index[8:10], "ho_so"] = pd.NA
    panel.loc[panel.index[40], "ty_le"] = np.nan
    found = cells(panel, weights="ho_so")
    assert len(found.outcome) == 48 - 6
    assert found.notes_vi == ("Bỏ 6 dòng của 3 đơn vị vì không có hồ sơ làm mẫu số hoặc không có số liệu.",)


def test_a_unit_of_one_month_is_left_out_and_counted():
    panel = make_panel()
    found = cells(panel[(panel["xa"] != "X5") | (panel["thang"] == "2021-01")])
    assert found.units == ("X0", "X1", "X2", "X3", "X4")
    assert found.notes_vi == ("Bỏ 1 đơn vị chỉ có một tháng số liệu.",)


def doubled(panel: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([panel, panel.head(1)])


@pytest.mark.parametrize(
    ("changed", "options", "said"),
    [
        (lambda panel: panel, {"outcome": "pci"}, "Bảng không có cột pci; các cột đang có: xa, huyen, thang, ty_le, ho_so."),
        (lambda panel: panel, {"weights": "so_hs", "cluster": "vung"}, "Bảng không có cột so_hs, vung"),
        (lambda panel: panel, {"level": 1.0}, "Mức tin cậy phải nằm giữa 0 và 1; gặp 1."),
        (lambda panel: panel.assign(xa=panel["xa"].mask(panel.index == 3)), {}, "Cột xa để trống ở 1 dòng; mỗi dòng phải ghi đơn vị."),
        (lambda panel: panel.assign(xa=panel["xa"].mask(panel.index < 2).astype("string")), {}, "Cột xa để trống ở 2 dòng"),
        (doubled, {}, "Có đơn vị ghi hai dòng trong một tháng: X0; mỗi đơn vị mỗi tháng chỉ một dòng."),
        (lambda panel: panel.replace("2021-01", "2021-13"), {}, "Cột thang: tháng phải ghi dạng năm-tháng như 2021-03; gặp 2021-13."),
        (lambda panel: panel.replace("2021-01", "1/2021"), {}, "gặp 1/2021."),
        (lambda panel: panel.assign(thang=panel["thang"].mask(panel.index == 3)), {}, "tháng phải ghi dạng năm-tháng"),
        (lambda panel: panel.assign(thang=pd.PeriodIndex(panel["thang"], freq="Q")), {}, "gặp 2020Q4, 2021Q1, 2021Q2."),
        (lambda panel: panel.assign(ty_le=np.inf), {}, "Cột ty_le có giá trị vô hạn hoặc trọng số âm"),
        (lambda panel: panel.assign(ho_so=-1), {"weights": "ho_so"}, "Cột ho_so có giá trị vô hạn hoặc trọng số âm"),
        (lambda panel: panel.assign(ty_le="bốn mươi"), {}, "Cột ty_le không phải là số."),
        (
            lambda panel: panel.assign(vintage=np.where(panel["thang"] < "2021-02", "cũ", "mới")),
            {},
            "Có đơn vị thuộc hai danh mục đơn vị trong cùng bảng: X0, X1, X2 và 3 nơi khác; quy về một danh mục rồi tính lại.",
        ),
        (
            lambda panel: panel.assign(huyen=panel["huyen"].where(panel.index != 9, "H9")),
            {"cluster": "huyen"},
            "Có đơn vị có hai giá trị ở cột huyen trong cùng bảng: X1",
        ),
        (lambda panel: panel.assign(huyen=panel["huyen"].mask(panel["xa"] == "X4")), {"cluster": "huyen"}, "Cột huyen để trống ở X4."),
        (lambda panel: panel.query("xa < 'X3'"), {}, "Chỉ có 3 đơn vị và 8 tháng có số liệu; cần ít nhất 4 đơn vị và 3 tháng."),
        (lambda panel: panel.query("xa == 'X0'"), {}, "Chỉ có 1 đơn vị và 8 tháng có số liệu"),
        (lambda panel: panel.query("thang < '2021-01'"), {}, "Chỉ có 6 đơn vị và 2 tháng có số liệu"),
        (lambda panel: panel.head(0), {}, "Chỉ có 0 đơn vị và 0 tháng có số liệu"),
        (lambda panel: panel.assign(ho_so=0), {"weights": "ho_so"}, "Chỉ có 0 đơn vị và 0 tháng có số liệu"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(changed, options, said):
    with pytest.raises(DesignRefused) as refusal:
        cells(changed(make_panel()), **options)
    assert said in str(refusal.value)
