"""Cohort by cohort: by hand, against planted effects, and unmoved by what must not move it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.inside.group_time import averaged, callaway_santanna, group_time_effects
from analysis.estimate.inside.starts import NEVER
from analysis.estimate.refusals import DesignRefused
from staggered import cells_from, draw

NAMES = {"unit": "xa", "time": "thang", "outcome": "ty_le"}
HAND = np.array([[0.0, 0, 3], [0, 0, 1], [0, 2, 10], [4, 4, 9]])


def test_four_units_by_hand():
    """Treated change by 8 and 5 from the month before, controls by 3 and 1."""
    found = group_time_effects(cells_from(HAND), np.array([NEVER, NEVER, 2, 2]), min_controls=1)
    assert found.effects == pytest.approx(np.array([[-1.0, 0.0, 4.5]]))
    assert found.influence[0, :, 2] == pytest.approx([-0.5, 0.5, 0.75, -0.75])
    average = found.simple(found.within(0, 9))
    assert average.estimate == pytest.approx(4.5)
    assert average.std_error(found.cells) == pytest.approx(np.sqrt(1.625 * 4 / 3))


def test_later_starts_are_controls_until_they_start_and_never_their_own():
    outcome = np.array([[0.0, 0, 0, 0], [0, 5, 5, 5], [1, 2, 4, 9]])
    first = np.array([NEVER, 1, 3])
    yet = group_time_effects(cells_from(outcome), first, min_controls=1)
    assert yet.effects[0] == pytest.approx([0, 5 - 0.5, 5 - 1.5, 5])
    never = group_time_effects(cells_from(outcome), first, controls="never", min_controls=1)
    assert never.effects[0] == pytest.approx([0, 5, 5, 5])
    assert yet.effects[1, :3] == pytest.approx([-3, -2, 0])


def test_a_gap_takes_a_unit_out_of_the_months_it_touches_only():
    gappy = np.array([[0.0, 0, 3, 0], [0, 0, np.nan, 2], [0, 2, 10, 2], [4, 4, 9, 4]])
    found = group_time_effects(cells_from(gappy), np.array([NEVER, NEVER, 2, 2]), min_controls=1)
    assert found.effects[0, 2:] == pytest.approx([6.5 - 3, 0 - 1])


@pytest.mark.parametrize("aggregation", ["dynamic", "group", "simple"])
@pytest.mark.parametrize("path", [lambda since: 0.5 * (since + 1.0), lambda since: 4.0 * 0.8**since], ids=["growing", "decaying"])
def test_without_noise_effects_that_grow_or_decay_are_found_exactly(path, aggregation):
    drawn = draw(2, units=40, months=30, never=5, starts=(5, 17), path=path, noise=1e-9)
    found = group_time_effects(drawn.cells, drawn.first)
    _, fit = averaged(found, found.within(0, 8), aggregation)
    assert fit.estimate == pytest.approx(path(np.arange(9)).mean(), abs=1e-6)


def test_intervals_of_ninety_one_units_cover_the_planted_effect():
    covered = []
    for seed in range(60):
        drawn = draw(seed)
        found = group_time_effects(drawn.cells, drawn.first)
        _, fit = averaged(found, found.within(0, 12))
        truth = (2 * (1 - np.exp(-(np.arange(13) + 1) / 4))).mean()
        covered.append(fit.interval(0.95)[0] <= truth <= fit.interval(0.95)[1])
    assert 0.88 <= np.mean(covered) <= 1.0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-100, 100), st.sampled_from(["dynamic", "group", "simple"]))
def test_shifts_of_units_and_months_change_nothing_and_scale_scales(seed, scale, shift, aggregation):
    drawn = draw(seed, units=24, months=18, never=6, starts=(4, 15))
    cells, rng = drawn.cells, np.random.default_rng(seed)
    moved = scale * (cells.outcome + shift * rng.normal(size=24)[cells.unit_of] + shift * rng.normal(size=18)[cells.month_of])
    one, other = (group_time_effects(asked, drawn.first) for asked in (cells, cells.with_outcome(moved)))
    first, second = (averaged(found, found.within(0, 12), aggregation)[1] for found in (one, other))
    assert second.estimate == pytest.approx(scale * first.estimate, rel=1e-6, abs=1e-7 * scale)
    assert second.std_error == pytest.approx(scale * first.std_error, rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_names_and_row_order_change_nothing(seed):
    drawn = draw(seed, units=24, months=18, never=6, starts=(4, 15), missing=0.03)
    new = {f"X{unit:02d}": f"Z{place:02d}" for unit, place in enumerate(np.random.default_rng(seed).permutation(24))}
    renamed = drawn.panel.assign(xa=drawn.panel["xa"].map(new)).sample(frac=1, random_state=seed)
    one = callaway_santanna(drawn.panel, first=drawn.starts, **NAMES)
    other = callaway_santanna(renamed, first={new[unit]: month for unit, month in drawn.starts.items()}, **NAMES)
    assert (other.estimate, other.std_error) == (pytest.approx(one.estimate, abs=1e-10), pytest.approx(one.std_error, abs=1e-10))


def test_whole_weights_are_repeated_units():
    drawn = draw(4, units=20, months=18, never=8, starts=(4, 15))
    doubled = np.where(np.arange(20) % 3 == 0, 2, 1)
    rows = np.repeat(np.arange(20), doubled)
    weighted = group_time_effects(cells_from(drawn.outcome, weights=np.repeat(doubled[:, None].astype(float), 18, axis=1)), drawn.first)
    repeated = group_time_effects(cells_from(drawn.outcome[rows], clusters=rows), drawn.first[rows])
    one, other = (averaged(found, found.within(0, 12))[1] for found in (weighted, repeated))
    assert (other.estimate, other.std_error) == (pytest.approx(one.estimate, abs=1e-10), pytest.approx(one.std_error, rel=1e-9))


def test_the_public_result_says_what_it_rests_on():
    drawn = draw(6)
    found = callaway_santanna(drawn.panel, first=drawn.starts, **NAMES)
    assert found.by_period["period"].tolist() == [-6, -5, -4, -3, -2, *range(13)]
    assert (found.treated_count, found.clusters_count, found.df) == (71, 91, 90)
    assert found.by_period.loc[found.by_period["is_after"], "effect"].mean() == pytest.approx(found.estimate)
    assert "đơn vị chưa truyền thông" in found.estimand_vi


def test_units_that_had_begun_before_carry_nothing_and_are_no_clusters():
    drawn = draw(6, units=40, months=30, never=8, starts=(8, 26))
    running = drawn.starts | {"X00": "2018-01", "X01": "2017-06"}
    found = callaway_santanna(drawn.panel, first=running, **NAMES)
    assert (found.clusters_count, found.df) == (38, 37)
    assert any("2 đơn vị đã truyền thông từ tháng số liệu đầu tiên" in note for note in found.notes_vi)


def test_clusters_above_the_units_widen_what_they_share():
    drawn = draw(18, clusters=20, never=20)
    own = callaway_santanna(drawn.panel, first=drawn.starts, **NAMES)
    shared = callaway_santanna(drawn.panel, first=drawn.starts, cluster="huyen", **NAMES)
    assert (shared.estimate, shared.df) == (pytest.approx(own.estimate), 19)
    assert shared.std_error > own.std_error


@pytest.mark.parametrize(
    ("first", "options", "reason"),
    [
        ({"X00": "2018-09"}, {}, "chỉ có 1 cụm"),
        ({f"X{unit:02d}": "2018-01" for unit in range(12)}, {}, "đều đã bắt đầu từ tháng số liệu đầu tiên"),
        ({f"X{unit:02d}": "2018-09" for unit in range(12)}, {}, "không truyền thông lần nào|chưa truyền thông"),
        ({f"X{unit:02d}": f"2018-{3 + unit % 4:02d}" for unit in range(12)}, {"controls": "never"}, "đơn vị không truyền thông lần nào"),
        ({f"X{unit:02d}": "2018-09" for unit in range(6)}, {"horizon": -1}, "các tháng được xét"),
    ],
)
def test_designs_that_cannot_answer_are_refused_with_the_reason(first, options, reason):
    drawn = draw(11, units=12, months=18, never=6, starts=(4, 15))
    with pytest.raises(DesignRefused, match=reason):
        callaway_santanna(drawn.panel, first=first, **NAMES, **options)
