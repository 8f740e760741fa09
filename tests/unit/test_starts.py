"""The month of the first campaign on the clock of the cells: what is kept, what is left out and told, what is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.inside.starts import NEVER, months_since, span_of, starts_of
from analysis.estimate.refusals import DesignRefused
from staggered import cells_from

OUTCOME = np.arange(20.0).reshape(5, 4)  # five units from January to April 2018


def test_months_are_numbered_from_the_first_of_the_clock():
    cells, starts = starts_of(cells_from(OUTCOME), {0: "2018-03", 1: pd.Period("2018-02", "M"), 2: None, 3: "2019-01"})
    assert starts.tolist() == [2, 1, NEVER, 12, NEVER]
    assert (len(cells.outcome), cells.notes_vi) == (20, ())
    assert months_since(cells, starts)[:8].tolist() == [-2, -1, 0, 1, -1, 0, 1, 2]


def test_units_that_had_begun_before_they_were_seen_are_left_out_and_told():
    cells, starts = starts_of(cells_from(OUTCOME), {0: "2018-01", 1: "2017-06", 2: "2018-03"})
    assert starts.tolist() == [0, -7, 2, NEVER, NEVER]
    assert sorted(set(cells.unit_of)) == [2, 3, 4]
    assert cells.notes_vi == ("Bỏ 2 đơn vị đã truyền thông từ tháng số liệu đầu tiên, vì không biết mức trước đó của chính đơn vị.",)


def test_a_unit_is_seen_before_its_start_by_its_own_cells_and_not_by_the_clock():
    outcome = OUTCOME.copy()
    outcome[0, :2] = np.nan
    cells, _ = starts_of(cells_from(outcome), {0: "2018-03", 1: "2018-03"})
    assert sorted(set(cells.unit_of)) == [1, 2, 3, 4]
    assert "Bỏ 1 đơn vị" in cells.notes_vi[0]


@pytest.mark.parametrize("first", [dict.fromkeys(range(5), "2018-01"), {0: "2018-01", 3: "2016-12"}], ids=["all units", "all that have a start"])
def test_where_all_had_begun_before_the_design_is_refused(first):
    with pytest.raises(DesignRefused, match="đều đã bắt đầu từ tháng số liệu đầu tiên, nên không có mức trước để so"):
        starts_of(cells_from(OUTCOME), first)


def test_a_start_after_the_clock_beside_those_that_had_begun_is_no_start_either():
    """The last unit will begin in 2019: nothing is seen of it."""
    with pytest.raises(DesignRefused, match="đều đã bắt đầu từ tháng số liệu đầu tiên"):
        starts_of(cells_from(OUTCOME), {0: "2018-01", 4: "2019-01"})


def test_units_without_an_outcome_are_named():
    cells, _ = starts_of(cells_from(OUTCOME), {0: "2018-03", 7: "2018-02", 9: "2018-02"})
    assert cells.notes_vi == ("2 đơn vị có truyền thông nhưng không có số liệu kết quả: 7, 9.",)


@pytest.mark.parametrize(("first", "said"), [({}, "Không có đơn vị nào"), ({0: None}, "Không có đơn vị nào"), ({0: "3/2018"}, "gặp 3/2018")])
def test_no_start_and_no_month_are_refused(first, said):
    with pytest.raises(DesignRefused, match=said):
        starts_of(cells_from(OUTCOME), first)


def test_the_span_is_told_once_where_it_is_one_month():
    cells, starts = starts_of(cells_from(OUTCOME), {0: "2018-03", 1: "2018-02", 2: "2018-03"})
    assert span_of(cells, starts, np.array([True, True, True, False, False])) == "2018-02 – 2018-03"
    assert span_of(cells, starts, np.array([True, False, True, False, False])) == "2018-03"
