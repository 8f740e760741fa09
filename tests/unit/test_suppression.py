"""Small counts are hidden, and nothing that is printed beside them tells what they were."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.uptake import MINIMUM_CELL, suppress, suppress_shares, suppress_shares_with_totals, suppress_with_totals
from analysis.uptake.hiding import Equation, hidden_places, with_margins

TWO_WAY = [["unit"], ["channel"], []]
CELLS = st.one_of(st.integers(0, 6), st.integers(0, 300))


def table(counts: list[list[int | None]]) -> pd.DataFrame:
    """A row a unit and channel from a two-way table."""
    rows = [(f"u{unit}", f"c{channel}", count) for unit, line in enumerate(counts) for channel, count in enumerate(line)]
    return pd.DataFrame(rows, columns=["unit", "channel", "dossiers_count"]).astype({"dossiers_count": "Int64"})


def grid(rows: pd.DataFrame) -> list[list[int | None]]:
    """Back to the two-way table, None where hidden."""
    wide = rows.pivot(index="unit", columns="channel", values="dossiers_count").astype(object)
    return wide.where(wide.notna(), None).to_numpy().tolist()


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    width = draw(st.integers(1, 4))
    full = table(draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)))
    return full[draw(st.lists(st.booleans(), min_size=len(full), max_size=len(full)))].reset_index(drop=True)


def published_equations(rows: pd.DataFrame, values: np.ndarray, groupings: list[list[str]]) -> list[tuple[np.ndarray, int]]:
    """(cells of a group, their sum) for every group of every grouping, written without the code under test."""
    found = []
    for columns in groupings:
        names = rows[columns].agg("|".join, axis=1) if columns else pd.Series("", index=rows.index)
        found += [(np.flatnonzero(names == name), int(values[np.flatnonzero(names == name)].sum())) for name in names.unique()]
    return found


def determined_cells(rows: pd.DataFrame, values: np.ndarray, hidden: np.ndarray, printed: list[np.ndarray]) -> list[int]:
    """Hidden cells that lie in the row space of the printed totals, by ranks of matrices."""
    unknown = np.flatnonzero(hidden)
    if not len(unknown):
        return []
    system = np.array([[float(cell in group) for cell in unknown] for group in printed] or np.zeros((1, len(unknown))))
    rank = np.linalg.matrix_rank(system)
    return [int(cell) for place, cell in enumerate(unknown) if np.linalg.matrix_rank(np.vstack([system, np.eye(len(unknown))[place]])) == rank]


def test_counts_from_one_to_four_are_hidden_and_zero_and_five_are_shown():
    rows = table([[0, 1, 4, 5, 6]])
    found = suppress(rows, ["dossiers_count"])
    assert grid(found) == [[0, None, None, 5, 6]]
    assert found["is_suppressed"].tolist() == [False, True, True, False, False]
    assert MINIMUM_CELL == 5


def test_the_rows_that_were_passed_in_stay_as_they_were():
    rows = table([[1, 90]])
    suppress(rows, ["dossiers_count"], totals=[[]])
    assert rows["dossiers_count"].tolist() == [1, 90]


def test_a_second_count_is_hidden_where_a_total_would_tell_the_first():
    assert grid(suppress(table([[3, 90, 40, 0]]), ["dossiers_count"], totals=[["unit"]])) == [[None, 90, None, 0]]


def test_without_totals_no_second_count_is_hidden():
    assert grid(suppress(table([[3, 90, 40, 0]]), ["dossiers_count"])) == [[None, 90, 40, 0]]


def test_two_ones_that_add_up_to_two_are_told_by_their_sum_so_a_third_count_is_hidden():
    assert grid(suppress(table([[1, 1, 60, 70]]), ["dossiers_count"], totals=[[]])) == [[None, None, None, 70]]


def test_five_ones_that_add_up_to_five_need_another_count_since_none_can_be_zero():
    assert grid(suppress(table([[1, 1, 1, 1, 1, 60, 70]]), ["dossiers_count"], totals=[[]])) == [[None] * 6 + [70]]


def test_a_sum_that_leaves_no_choice_to_a_reader_told_which_are_small_is_covered():
    # 1 and 5: the small one is 1 or more, the other 5 or more, together 6. 4 and 4: both at most 4, together 8.
    assert grid(suppress(table([[1, 5, 60, 70]]), ["dossiers_count"], totals=[[]])) == [[None, None, None, 70]]
    assert grid(suppress(table([[4, 4, 60, 70]]), ["dossiers_count"], totals=[[]])) == [[None, None, None, 70]]
    assert grid(suppress(table([[2, 4, 60, 70]]), ["dossiers_count"], totals=[[]])) == [[None, None, 60, 70]]


def test_a_two_way_table_hides_a_rectangle():
    # By hand: 2 needs a second count in its row (30) and in its column (20); those two need the count that closes the rectangle.
    found = suppress(table([[2, 30, 90], [20, 40, 80], [70, 60, 50]]), ["dossiers_count"], totals=TWO_WAY)
    assert grid(found) == [[None, None, 90], [None, None, 80], [70, 60, 50]]


def test_a_count_that_only_a_combination_of_totals_tells_is_covered_too():
    # Two rectangles joined by one hidden cell: every line has two hidden cells, yet rows 0-1 less columns 0-1 give the joint.
    joint = [[1, 3, 4, 99], [4, 4, 99, 99], [99, 99, 4, 4], [99, 99, 4, 4]]
    values = table(joint)["dossiers_count"].to_numpy(dtype=np.int64)
    hidden = (values > 0) & (values < 5)
    units, channels = np.repeat(np.arange(4), 4), np.tile(np.arange(4), 4)
    printed = [np.flatnonzero(labels == label) for labels in (units, channels) for label in range(4)]
    assert determined_cells(table(joint), values, hidden, printed) == [2]
    found = suppress(table(joint), ["dossiers_count"], totals=TWO_WAY)
    assert determined_cells(table(joint), values, found["is_suppressed"].to_numpy(dtype=bool), printed) == []
    assert found["is_suppressed"].sum() > hidden.sum()


def test_a_count_alone_in_its_group_takes_the_total_with_it():
    rows = pd.DataFrame({"unit": ["u0", "u1", "u1"], "channel": ["c0", "c0", "c1"], "dossiers_count": [3, 40, 50]})
    found = suppress_with_totals(rows, ["dossiers_count"], totals=[["unit"], []])
    by_unit = found.totals[("unit",)]
    assert by_unit["dossiers_count"].isna().tolist() == [True, True]
    assert found.rows["dossiers_count"].isna().tolist() == [True, True, False]
    assert found.totals[()]["dossiers_count"].tolist() == [93]


def test_the_only_count_of_a_table_takes_every_total_with_it():
    found = suppress_with_totals(table([[3]]), ["dossiers_count"], totals=TWO_WAY)
    assert all(frame["dossiers_count"].isna().all() for frame in found.totals.values())


def test_a_total_of_nothing_hidden_is_the_sum():
    found = suppress_with_totals(table([[5, 6], [7, 8]]), ["dossiers_count"], totals=TWO_WAY)
    assert found.totals[("unit",)].to_numpy().tolist() == [["u0", 11], ["u1", 15]]
    assert found.totals[()]["dossiers_count"].tolist() == [26]
    assert not found.rows["is_suppressed"].any()


def test_unknown_counts_stay_unknown_hide_nobody_and_leave_the_total_unknown():
    found = suppress_with_totals(table([[3, None, 90]]), ["dossiers_count"], totals=[["unit"]])
    assert grid(found.rows) == [[None, None, None]]
    assert found.rows["is_suppressed"].tolist() == [True, False, True]
    assert found.totals[("unit",)]["dossiers_count"].isna().all()


def test_each_count_column_is_a_table_of_its_own():
    rows = pd.DataFrame({"unit": ["a", "b", "c"], "fee_count": [2, 50, 60], "due_count": [70, 80, 90]})
    found = suppress(rows, ["fee_count", "due_count"], totals=[[]])
    assert found["fee_count"].isna().tolist() == [True, True, False]
    assert found["due_count"].tolist() == [70, 80, 90]
    assert found["is_suppressed"].tolist() == [True, True, False]


def test_a_missing_name_is_a_group_too():
    rows = pd.DataFrame({"parent_code": ["718", None, None], "dossiers_count": [80, 2, 70]})
    assert suppress(rows, ["dossiers_count"], totals=[["parent_code"]])["dossiers_count"].isna().tolist() == [False, True, True]


def test_nothing_is_made_of_an_empty_table():
    found = suppress_with_totals(table([[1]]).iloc[:0], ["dossiers_count"], totals=TWO_WAY)
    assert found.rows.empty
    assert [len(frame) for frame in found.totals.values()] == [0, 0, 0]


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="negative"):
        suppress(table([[-1, 8]]), ["dossiers_count"])


@settings(max_examples=40)
@given(tables())
def test_no_hidden_count_follows_from_the_shown_ones_and_the_printed_totals(rows):
    found = suppress_with_totals(rows, ["dossiers_count"], totals=TWO_WAY)
    values = rows["dossiers_count"].to_numpy(dtype=np.int64)
    hidden = found.rows["dossiers_count"].isna().to_numpy()
    assert hidden[(values > 0) & (values < MINIMUM_CELL)].all()
    assert not hidden[values == 0].any()
    printed = []
    for columns in TWO_WAY:
        frame = found.totals[tuple(columns)]
        names = frame[columns].agg("|".join, axis=1).tolist() if columns and len(frame) else [""] * len(frame)
        own = rows[columns].agg("|".join, axis=1) if columns and len(rows) else pd.Series("", index=rows.index)
        for name, total in zip(names, frame["dossiers_count"], strict=True):
            cells = np.flatnonzero(own == name)
            if pd.notna(total):
                printed.append(cells)
                behind = cells[hidden[cells]]
                assert total == values[cells].sum()
                assert len(behind) != 1
                assert not len(behind) or values[behind].sum() >= MINIMUM_CELL
                assert not len(behind) or values[behind].sum() > len(behind)
                assert total == 0 or total >= MINIMUM_CELL
    assert determined_cells(rows, values, hidden, printed) == []


@settings(max_examples=40)
@given(tables())
def test_what_is_shown_is_true_and_what_need_not_be_hidden_is_shown(rows):
    found = suppress(rows, ["dossiers_count"], totals=TWO_WAY)
    shown = found["dossiers_count"].notna()
    assert (found.loc[shown, "dossiers_count"] == rows.loc[shown, "dossiers_count"]).all()
    assert found["is_suppressed"].tolist() == (~shown).tolist()
    if not rows["dossiers_count"].between(1, MINIMUM_CELL - 1).any() and (rows.groupby("unit").size() > 0).all():
        assert shown.all()


@settings(max_examples=40)
@given(tables())
def test_suppressing_twice_hides_nothing_more(rows):
    once = suppress(rows, ["dossiers_count"], totals=TWO_WAY)
    again = suppress(once.drop(columns="is_suppressed"), ["dossiers_count"])
    assert again["dossiers_count"].equals(once["dossiers_count"])


@given(st.lists(CELLS, min_size=1, max_size=12), st.data())
def test_no_cell_or_total_is_fixed_over_nested_and_crossed_groupings(cells, data):
    labels = [np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(cells), max_size=len(cells)))) for _ in range(2)]
    dense = [np.unique(found, return_inverse=True)[1] for found in (*labels, labels[0] * 3 + labels[1], np.zeros(len(cells), dtype=np.int64))]
    margins = with_margins(np.array(cells, dtype=np.int64), dense)
    assert all(margins.values[equation.whole] == margins.values[list(equation.parts)].sum() for equation in margins.equations)
    hidden = hidden_places(margins.values, margins.equations, MINIMUM_CELL)
    unknown = np.flatnonzero(hidden)
    system = np.zeros((len(margins.equations), len(hidden)))
    for number, equation in enumerate(margins.equations):
        system[number, list(equation.parts)] += 1
        system[number, equation.whole] -= 1
    system, rank = system[:, unknown], np.linalg.matrix_rank(system[:, unknown]) if len(unknown) else 0
    assert all(np.linalg.matrix_rank(np.vstack([system, row])) > rank for row in np.eye(len(unknown)))


def test_groupings_that_are_the_same_under_two_names_share_their_fate():
    rows = table([[3, 40, 50], [60, 70, 80]]).assign(label=lambda frame: frame["unit"].map({"u0": "z", "u1": "a"}))
    found = suppress_with_totals(rows, ["dossiers_count"], totals=[["unit"], ["label"]])
    assert grid(found.rows.drop(columns="label")) == [[None, None, 50], [60, 70, 80]]
    assert found.totals[("label",)].to_numpy().tolist() == [["a", 210], ["z", 93]]


def test_an_equation_whose_whole_is_hidden_needs_a_hidden_part():
    values = np.array([10, 20, 30, 40, 70])
    hidden = hidden_places(np.array([3, 20, 23]), [Equation(2, (0, 1))], 5)
    assert hidden.tolist() == [True, True, False]
    assert not hidden_places(values, [Equation(2, (0, 1)), Equation(4, (2, 3))], 5).any()


def shares(*counts: tuple[int | None, int | None]) -> pd.DataFrame:
    rows = pd.DataFrame(counts, columns=["on_time_count", "due_count"]).astype("Int64")
    return rows.assign(unit=[f"u{number}" for number in range(len(rows))], share=(rows["on_time_count"] / rows["due_count"]).astype("Float64"))


def hide_shares(rows: pd.DataFrame, **options: object) -> list[list[object]]:
    found = suppress_shares(rows, "on_time_count", "due_count", ["share"], **options)
    columns = found[["on_time_count", "due_count", "share"]].astype(object)
    return columns.where(columns.notna(), None).to_numpy().tolist()


def test_a_small_numerator_is_hidden_with_its_share():
    assert hide_shares(shares((3, 60), (30, 60))) == [[None, 60, None], [30, 60, 0.5]]


def test_a_small_rest_hides_the_numerator_that_tells_it():
    assert hide_shares(shares((58, 60), (60, 60), (0, 60))) == [[None, 60, None], [60, 60, 1.0], [0, 60, 0.0]]


def test_none_of_three_hides_the_three():
    assert hide_shares(shares((0, 3), (3, 3))) == [[None, None, None], [None, None, None]]


def test_a_row_without_one_of_its_counts_is_left_as_it_is():
    assert hide_shares(shares((None, 60), (2, None))) == [[None, 60, None], [2, None, None]]


def test_a_numerator_above_its_denominator_is_refused():
    with pytest.raises(ValueError, match="above its whole"):
        hide_shares(shares((6, 5)))


def test_with_totals_a_second_numerator_and_its_rest_are_hidden():
    rows = shares((3, 60), (30, 70), (40, 90))
    found = suppress_shares_with_totals(rows, "on_time_count", "due_count", ["share"], totals=[[]])
    assert found.rows["is_suppressed"].tolist() == [True, True, False]
    assert found.rows["due_count"].tolist() == [60, 70, 90]
    assert found.totals[()].to_numpy().tolist() == [[73, 220]]


@given(
    st.lists(st.one_of(st.integers(0, 8), st.integers(0, 200)).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), max_size=8)
)
def test_no_part_or_rest_follows_from_shares_and_totals(counts):
    rows = shares(*counts)
    found = suppress_shares_with_totals(rows, "on_time_count", "due_count", ["share"], totals=[[]])
    part, whole = (rows[name].to_numpy(dtype=np.int64) for name in ("on_time_count", "due_count"))
    rest = whole - part
    is_part, is_whole = (found.rows[name].isna().to_numpy() for name in ("on_time_count", "due_count"))
    assert is_part[((part > 0) & (part < 5)) | ((rest > 0) & (rest < 5))].all()
    assert is_whole[(whole > 0) & (whole < 5)].all()
    assert found.rows.loc[is_part | is_whole, "share"].isna().all()
    for name, mask in (("on_time_count", is_part), ("due_count", is_whole)):
        total = found.totals[()][name]
        if len(total) and pd.notna(total.iloc[0]):
            assert mask.sum() != 1
