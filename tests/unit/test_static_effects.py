"""The static comparison: its weights by the published example, and how far it goes astray where effects change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimate.inside.imputation import imputed
from analysis.estimate.inside.starts import NEVER
from analysis.estimate.inside.static_effects import static_effect, static_two_way
from analysis.estimate.refusals import DesignRefused
from staggered import cells_from, draw

NAMES = {"unit": "xa", "time": "thang", "outcome": "ty_le"}


def test_the_example_of_de_chaisemartin_and_d_haultfoeuille():
    """Two groups, three periods (their section I.B): weights 1/2, 1 and -1/2; here five units a group."""
    outcome = np.random.default_rng(0).normal(size=(10, 3))
    found = static_effect(cells_from(outcome), np.repeat([2, 1], 5))
    assert found.cell_weights.reshape(10, 3) == pytest.approx(np.repeat([[0, 0, 0.1], [0, 0.2, -0.1]], 5, axis=0))
    assert (found.negative_share, found.negative_sum) == (pytest.approx(1 / 3), pytest.approx(-0.5))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_without_noise_the_coefficient_is_the_weighted_sum_of_effects(seed):
    drawn = draw(seed, units=24, months=18, never=4, starts=(3, 16), path=lambda since: 1.0 * since, noise=1e-9)
    found = static_effect(drawn.cells, drawn.first)
    assert found.fit.estimate == pytest.approx(found.cell_weights @ drawn.effects.ravel(), abs=1e-6)
    assert found.cell_weights.sum() == pytest.approx(1)


def test_where_effects_grow_and_all_start_the_static_coefficient_has_the_wrong_sign_and_imputation_does_not():
    drawn = draw(3, units=60, months=36, never=0, starts=(3, 33), path=lambda since: 0.5 * (since + 1.0), noise=0.05)
    static, found = static_effect(drawn.cells, drawn.first), imputed(drawn.cells, drawn.first)
    assert found.fit.estimate == pytest.approx(found.shares @ drawn.effects.ravel(), rel=0.02)
    assert static.fit.estimate < 0 < found.fit.estimate
    assert static.negative_share > 0.2


def test_the_public_result_is_labelled_and_carries_the_negative_weights():
    drawn = draw(4)
    found = static_two_way(drawn.panel, first=drawn.starts, **NAMES)
    named = {quantity.name: quantity.value for quantity in found.quantities}
    assert 0 < named["negative_weights_share"] < 100
    assert named["negative_weights_sum"] < 0
    assert "chỉ để đối chiếu" in found.estimand_vi
    assert "trọng số âm" in found.notes_vi[-1]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-100, 100))
def test_shifts_of_units_and_months_change_nothing_and_scale_scales(seed, scale, shift):
    drawn = draw(seed, units=24, months=18, never=6, starts=(4, 15), missing=0.05)
    cells, rng = drawn.cells, np.random.default_rng(seed)
    moved = scale * (cells.outcome + shift * rng.normal(size=24)[cells.unit_of] + shift * rng.normal(size=18)[cells.month_of])
    one, other = static_effect(cells, drawn.first), static_effect(cells.with_outcome(moved), drawn.first)
    assert other.fit.estimate == pytest.approx(scale * one.fit.estimate, rel=1e-6, abs=1e-7 * scale)
    assert other.fit.std_error == pytest.approx(scale * one.fit.std_error, rel=1e-6)
    assert other.cell_weights == pytest.approx(one.cell_weights)


def test_one_start_for_all_is_refused():
    drawn = draw(5, units=12, months=18, never=6, starts=(4, 15))
    with pytest.raises(DesignRefused, match="không tách được khỏi biến động chung"):
        static_effect(drawn.cells, np.full(12, 6))


def test_few_treated_units_are_refused():
    drawn = draw(5, units=12, months=18, never=6, starts=(4, 15))
    with pytest.raises(DesignRefused, match="chỉ có 1 cụm"):
        static_effect(drawn.cells, np.array([6] + [NEVER] * 11))
