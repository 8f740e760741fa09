"""Doses beside cells: on the calendar clock, unknown where no log says, reassigned in whole histories."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.inside.cells import Cells, cells_of
from analysis.estimate.inside.doses import Dose, dose_of, known_at
from analysis.estimate.refusals import DesignRefused
from analysis.exposure import SATURATIONS, saturated


def make_panel(units: int = 4, months: int = 6) -> pd.DataFrame:
    """Unit u says 10 u + t in month t; outcomes only in months 2 to 4."""
    clock = pd.period_range("2020-11", periods=months, freq="M").astype(str)
    rows = [(f"X{unit}", month, 10.0 * unit + place, place) for unit in range(units) for place, month in enumerate(clock)]
    panel = pd.DataFrame(rows, columns=["xa", "thang", "lieu", "thu"])
    return panel.assign(ty_le=panel["lieu"].where(panel["thu"].between(2, 4)) % 7)


def cells(panel: pd.DataFrame) -> Cells:
    return cells_of(panel, unit="xa", time="thang", outcome="ty_le")


def dose(panel: pd.DataFrame, **options) -> Dose:
    return dose_of(panel, cells(panel), **{"unit": "xa", "time": "thang", "dose": "lieu", **options})


def test_rows_without_an_outcome_still_tell_the_dose():
    found = dose(make_panel())
    assert found.values.tolist() == [[10 * unit + month for month in range(6)] for unit in range(4)]
    assert (found.before, found.months_count) == (2, 3)


def test_lags_look_back_and_leads_ahead_on_the_clock_of_the_outcome():
    found = dose(make_panel())
    assert found.lag(0)[1].tolist() == [12, 13, 14]
    assert found.lag(2)[1].tolist() == [10, 11, 12]
    assert found.lag(-1)[1].tolist() == [13, 14, 15]
    assert found.lag(4)[0] == pytest.approx([np.nan, np.nan, 0], nan_ok=True)
    assert found.lag(-3)[0] == pytest.approx([5, np.nan, np.nan], nan_ok=True)
    assert found.lags(-1, 2).shape == (4, 4, 3)
    assert (found.lags(-1, 2)[2] == found.lag(1)).all()


def test_a_month_without_a_row_is_unknown_and_does_not_shorten_the_clock():
    panel = make_panel()
    found = dose(panel[(panel["xa"] != "X2") | (panel["thu"] != 1)])
    assert found.values[2] == pytest.approx([20, np.nan, 22, 23, 24, 25], nan_ok=True)
    assert found.lag(2)[2] == pytest.approx([20, np.nan, 22], nan_ok=True)


def test_cells_are_known_where_every_lag_is():
    panel = make_panel()
    panel["lieu"] = panel["lieu"].mask((panel["xa"] == "X1") & (panel["thu"] == 1)).astype("Float64")
    known = known_at(cells(panel), dose(panel).lags(0, 2))
    assert known.reshape(4, 3).tolist() == [[True] * 3, [False, False, True], [True] * 3, [True] * 3]


def test_whole_histories_are_given_to_others():
    found = dose(make_panel())
    given_to = found.of_units(np.array([2, 0, 0, 3]))
    assert given_to.values[:, 0].tolist() == [20, 0, 0, 30]
    assert (given_to.before, given_to.months_count) == (found.before, found.months_count)


@pytest.mark.parametrize("saturation", SATURATIONS)
def test_a_saturation_is_that_of_exposure(saturation):
    panel = make_panel()
    assert dose(panel, saturation=saturation).values == pytest.approx(saturated(dose(panel).values, saturation))


@given(st.integers(0, 10_000))
@settings(max_examples=15)
def test_the_order_of_rows_and_units_without_outcome_change_nothing(seed):
    panel = make_panel()
    more = pd.concat([panel, panel[panel["xa"] == "X0"].assign(xa="A0", ty_le=np.nan, lieu=99.0)])
    mixed = more.sample(frac=1, random_state=seed)
    found = dose_of(mixed, cells(panel), unit="xa", time="thang", dose="lieu")
    assert (found.values == dose(panel).values).all()


@pytest.mark.parametrize(
    ("changed", "options", "said"),
    [
        (lambda panel: panel, {"dose": "phat_thanh"}, "Bảng không có cột phat_thanh; các cột đang có: xa, thang, lieu"),
        (lambda panel: panel.assign(lieu=-panel["lieu"]), {}, "Cột lieu có liều âm hoặc vô hạn; liều là số hoạt động, từ 0 trở lên."),
        (lambda panel: panel.assign(lieu=panel["lieu"].replace(0.0, np.inf)), {}, "Cột lieu có liều âm hoặc vô hạn"),
        (lambda panel: panel.assign(lieu="hai"), {}, "Cột lieu không phải là số."),
        (lambda panel: panel.assign(lieu=panel["lieu"].where(panel["xa"] == "X1")), {}, "có nhật ký của chưa đến hai đơn vị nên không so được"),
        (lambda panel: panel.assign(lieu=np.nan), {}, "có nhật ký của chưa đến hai đơn vị"),
        (lambda panel: panel.assign(lieu=2.0), {}, "Cột lieu: mọi đơn vị và mọi tháng có cùng một liều (2,00), không có gì để so."),
        (lambda panel: panel, {"saturation": "vô hạn"}, "Không có dạng bão hòa “vô hạn” trong danh sách đã khai."),
    ],
)
def test_doses_that_say_nothing_are_refused_in_words(changed, options, said):
    with pytest.raises(DesignRefused) as refusal:
        dose(changed(make_panel()), **options)
    assert said in str(refusal.value)
