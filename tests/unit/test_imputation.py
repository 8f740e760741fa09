"""Imputation of staggered first campaigns: by hand, against planted effects, and unmoved by what must not move it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.inside.imputation import around_cohorts, event_path, imputed, staggered_event_study
from analysis.estimate.inside.starts import NEVER, clustered_errors
from analysis.estimate.inside.untreated import imputation_of
from analysis.estimate.inside.wild import wild_cluster_bootstrap
from analysis.estimate.refusals import DesignRefused
from staggered import cells_from, draw

NAMES = {"unit": "xa", "time": "thang", "outcome": "ty_le"}
HAND = np.array([[0.0, 0, 3], [0, 0, 1], [0, 2, 10], [4, 4, 9]])
HAND_FIRST = np.array([NEVER, NEVER, 2, 2])


def by_hand():
    found = imputation_of(cells_from(HAND), HAND_FIRST, min_untreated=1)
    return found, found.shares(found.within(None))


def test_four_units_by_hand():
    found, shares = by_hand()
    assert found.cells.grid(found.effects)[2:, 2] == pytest.approx([10 - (1 + 2), 9 - (4 + 2)])
    assert found.average(shares) == pytest.approx(5)


def test_the_weights_of_four_units_by_hand():
    found, shares = by_hand()
    weights = found.cells.grid(found.outcome_weights(shares[:, None])[:, 0])
    assert weights == pytest.approx(np.array([[0.25, 0.25, -0.5]] * 2 + [[-0.25, -0.25, 0.5]] * 2))


def test_the_gardner_error_of_four_units_by_hand():
    """Scores -1/2 and 1/2 of the untreated, 1 and -1 of the treated."""
    found, shares = by_hand()
    scores = found.outcome_weights(shares[:, None])[:, 0] * (found.residuals + np.where(shares > 0, found.effects - 5, 0))
    assert clustered_errors(found.cells, scores[:, None])[0] == pytest.approx(np.sqrt(2.5 * 4 / 3))


def test_the_left_out_error_of_four_units_by_hand():
    """As above, but each treated effect is held against that of the other: 4 and -4, so scores 2 and -2."""
    found, shares = by_hand()
    scores = found.outcome_weights(shares[:, None])[:, 0] * (found.residuals + np.where(shares > 0, around_cohorts(found, shares), 0))
    assert clustered_errors(found.cells, scores[:, None])[0] == pytest.approx(np.sqrt(8.5 * 4 / 3))


@pytest.mark.parametrize("errors", ["bjs", "gardner"])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_the_estimate_is_the_sum_of_weights_times_outcomes(errors, missing):
    drawn = draw(1, units=30, months=24, never=6, starts=(6, 20), missing=missing)
    found = imputed(drawn.cells, drawn.first, errors=errors)
    assert found.weights @ drawn.cells.outcome == pytest.approx(found.fit.estimate, abs=1e-9)
    totals = [np.bincount(codes, found.weights) for codes in (drawn.cells.unit_of, drawn.cells.month_of)]
    assert np.abs(np.concatenate(totals)).max() < 1e-12


@pytest.mark.parametrize("path", [lambda since: 0.5 * (since + 1.0), lambda since: 4.0 * 0.8**since], ids=["growing", "decaying"])
def test_without_noise_effects_that_grow_or_decay_are_found_exactly(path):
    drawn = draw(2, units=40, months=30, never=5, starts=(5, 28), path=path, noise=1e-9)
    found = imputed(drawn.cells, drawn.first, horizon=8)
    after = event_path(found)
    assert after.periods.tolist() == list(range(9))
    assert after.estimates == pytest.approx(path(np.arange(9)), abs=1e-6)
    assert found.fit.estimate == pytest.approx(drawn.effects[(drawn.since >= 0) & (drawn.since <= 8)].mean(), abs=1e-6)


@pytest.mark.parametrize(("errors", "lowest", "highest"), [("bjs", 0.9, 0.98), ("gardner", 0.89, 0.97)])
def test_intervals_of_ninety_one_units_cover_the_planted_effect(errors, lowest, highest):
    """Of 400 draws ``bjs`` covers 0.94 and ``gardner`` 0.93; left out within cohorts of one or two units, ``bjs`` would cover 0.98."""
    assert lowest <= np.mean([_covers(seed, errors) for seed in range(200)]) <= highest


def _covers(seed: int, errors, **options) -> bool:
    drawn = draw(seed, **options)
    found = imputed(drawn.cells, drawn.first, horizon=12, errors=errors)
    low, high = found.fit.interval(0.95)
    return low <= found.shares @ drawn.effects.ravel() <= high


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"never": 2}, {"never": 0}, {"starts": (24, 28)}, {"clusters": 20}], ids=str)
def test_the_default_interval_covers_in_harder_designs(options):
    assert 0.9 <= np.mean([_covers(seed, "bjs", **options) for seed in range(400)]) <= 0.995


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-100, 100))
def test_shifts_of_units_and_months_change_nothing_and_scale_scales(seed, scale, shift):
    drawn = draw(seed, units=24, months=18, never=6, starts=(4, 15), missing=0.05)
    cells, rng = drawn.cells, np.random.default_rng(seed)
    moved = cells.outcome + shift * rng.normal(size=24)[cells.unit_of] + shift * rng.normal(size=18)[cells.month_of]
    one, other = imputed(cells, drawn.first), imputed(cells.with_outcome(scale * moved), drawn.first)
    assert other.fit.estimate == pytest.approx(scale * one.fit.estimate, rel=1e-6, abs=1e-7 * scale)
    assert other.fit.std_error == pytest.approx(scale * one.fit.std_error, rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_names_and_row_order_change_nothing(seed):
    drawn = draw(seed, units=24, months=18, never=6, starts=(4, 15))
    rng = np.random.default_rng(seed)
    new = {f"X{unit:02d}": f"Z{place:02d}" for unit, place in enumerate(rng.permutation(24))}
    renamed = drawn.panel.assign(xa=drawn.panel["xa"].map(new)).sample(frac=1, random_state=seed)
    one = staggered_event_study(drawn.panel, first=drawn.starts, **NAMES)
    other = staggered_event_study(renamed, first={new[unit]: month for unit, month in drawn.starts.items()}, **NAMES)
    assert (other.estimate, other.std_error) == (pytest.approx(one.estimate, abs=1e-10), pytest.approx(one.std_error, abs=1e-10))
    pd.testing.assert_frame_equal(one.by_period, other.by_period)


def test_whole_weights_are_repeated_units():
    """A unit of weight two is two like units of one cluster."""
    drawn = draw(4, units=20, months=18, never=6, starts=(4, 15))
    doubled = np.where(np.arange(20) % 3 == 0, 2, 1)
    rows = np.repeat(np.arange(20), doubled)
    weighted = imputed(cells_from(drawn.outcome, weights=np.repeat(doubled[:, None].astype(float), 18, axis=1)), drawn.first)
    repeated = imputed(cells_from(drawn.outcome[rows], clusters=rows), drawn.first[rows])
    assert repeated.fit.estimate == pytest.approx(weighted.fit.estimate, abs=1e-10)
    assert repeated.fit.std_error == pytest.approx(weighted.fit.std_error, rel=1e-9)


def test_the_path_averages_to_the_whole():
    drawn = draw(5, units=40, months=30, never=8, starts=(8, 26))
    found = imputed(drawn.cells, drawn.first, horizon=10)
    after = event_path(found)
    assert np.average(after.estimates, weights=after.units_count) == pytest.approx(found.fit.estimate)


def test_the_public_result_says_what_it_rests_on():
    drawn = draw(6)
    found = staggered_event_study(drawn.panel, first=drawn.starts, **NAMES)
    assert found.by_period["period"].tolist() == [*range(-6, 0), *range(13)]
    assert found.by_period["is_after"].tolist() == [False] * 6 + [True] * 13
    assert (found.treated_count, found.clusters_count, found.df) == (71, 91, 90)
    assert (found.after_count, found.comparison_count) == (13, 91 - (drawn.first == drawn.first.min()).sum())
    assert found.ci_low < found.estimate < found.ci_high
    assert "bjs" in found.p_exact_from
    assert found.checks[0].name == "pre-trend"


def test_month_effects_by_group_take_out_what_a_group_has_in_common():
    drawn = draw(7, clusters=30)
    wave = np.random.default_rng(0).normal(0, 20, (2, 72))
    group = np.arange(91) % 2
    tilted = drawn.panel.assign(nhom=[f"N{int(label[1:]) % 2}" for label in drawn.panel["xa"]])
    moved = tilted.assign(ty_le=(drawn.outcome + wave[group]).ravel())
    options = {"first": drawn.starts, "month_effects_by": "nhom", **NAMES}
    assert staggered_event_study(moved, **options).estimate == pytest.approx(staggered_event_study(tilted, **options).estimate, abs=1e-8)


def test_units_that_were_always_treated_are_left_out_and_counted():
    drawn = draw(8, units=40, months=30, never=8, starts=(8, 26))
    running = drawn.starts | {"X00": "2018-01", "X01": "2017-06"}
    found = staggered_event_study(drawn.panel, first=running, **NAMES)
    without = staggered_event_study(
        drawn.panel[~drawn.panel["xa"].isin(["X00", "X01"])], first={u: m for u, m in running.items() if u not in ("X00", "X01")}, **NAMES
    )
    assert found.estimate == pytest.approx(without.estimate, abs=1e-10)
    assert any("2 đơn vị đã truyền thông từ tháng số liệu đầu tiên" in note for note in found.notes_vi)
    assert (found.clusters_count, found.df) == (38, 37) == (without.clusters_count, without.df)
    assert not {"X00", "X01"} & set(found.treated)


def test_with_twelve_clusters_or_fewer_the_bootstrap_tells_the_average():
    drawn = draw(8, units=60, months=30, never=10, starts=(8, 26), clusters=12)
    few = staggered_event_study(drawn.panel, first=drawn.starts, cluster="huyen", draws=199, seed=4, **NAMES)
    many = staggered_event_study(drawn.panel, first=drawn.starts, **NAMES)
    assert few.p_exact_from.startswith("wild cluster restricted bootstrap, 12 clusters")
    assert (few.ci_from, few.seed, few.clusters_count) == (few.p_exact_from, 4, 12)
    of = imputed(drawn.cells, drawn.first, horizon=12).linear()
    found = wild_cluster_bootstrap(of, draws=199, seed=4)
    assert (few.estimate, few.p_exact, few.ci_low, few.ci_high) == pytest.approx((of.estimate, found.p_value, found.ci_low, found.ci_high))
    assert "t, 59 df" in many.p_exact_from


def test_months_without_enough_untreated_clusters_are_left_out_and_counted():
    drawn = draw(9, units=40, months=30, never=0, starts=(8, 26))
    found = staggered_event_study(drawn.panel, first=drawn.starts, **NAMES, horizon=29)
    last_three = np.sort(drawn.first)[-3]
    lost = int((np.arange(30) >= last_three)[None, :].repeat(40, axis=0)[drawn.since >= 0].sum())
    assert any(f"Bỏ {lost} dòng" in note and "dưới 3 cụm" in note for note in found.notes_vi)


def test_an_unknown_unit_with_a_campaign_is_named():
    drawn = draw(10, units=40, months=30, never=8, starts=(8, 26))
    found = staggered_event_study(drawn.panel, first=drawn.starts | {"Y99": "2018-09"}, **NAMES)
    assert "1 đơn vị có truyền thông nhưng không có số liệu kết quả: Y99." in found.notes_vi


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ({}, "Không có đơn vị nào"),
        ({"X00": "3/2018"}, "năm-tháng"),
        ({"X00": "2018-13"}, "năm-tháng"),
        ({"X00": "2018-09"}, "chỉ có 1 cụm"),
        ({f"X{unit:02d}": "2018-01" for unit in range(12)}, "đều đã bắt đầu từ tháng số liệu đầu tiên"),
        ({f"X{unit:02d}": "2018-01" for unit in range(6)}, "đều đã bắt đầu từ tháng số liệu đầu tiên"),
        ({f"X{unit:02d}": "2018-09" for unit in range(12)}, "không có tháng nào còn đủ 3 cụm"),
        ({f"X{unit:02d}": "2030-01" for unit in range(12)}, "Không có đơn vị nào bắt đầu"),
    ],
)
def test_designs_that_cannot_answer_are_refused_with_the_reason(first, reason):
    drawn = draw(11, units=12, months=18, never=6, starts=(4, 15))
    with pytest.raises(DesignRefused, match=reason):
        staggered_event_study(drawn.panel, first=first, **NAMES)


def test_four_treated_clusters_of_many_units_are_refused():
    drawn = draw(12, units=60, months=30, never=0, starts=(8, 26), clusters=10)
    first = np.where(drawn.clusters < 4, drawn.first, NEVER)
    with pytest.raises(DesignRefused, match="chỉ có 4 cụm"):
        imputed(drawn.cells, first)


def test_a_panel_without_months_before_says_that_it_cannot_test():
    drawn = draw(15, units=40, months=12, never=10, starts=(1, 2))
    check = staggered_event_study(drawn.panel, first=drawn.starts, **NAMES).checks[0]
    assert check.is_passed is None
    assert "đủ tháng số liệu trước" in check.sentence_vi
