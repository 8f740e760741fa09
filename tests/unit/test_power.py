"""Power of a planned roll-out: the closed form where there is one, brute simulation of the very test, and what should help does."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analysis.estimate.inside.assignment import mechanism_of
from analysis.estimate.inside.power import design_power, resampled
from analysis.estimate.inside.rollout import stepped_wedge
from analysis.estimate.inside.waves import propose_waves, with_start_months
from analysis.estimate.refusals import DesignRefused

COLUMNS = {"unit": "unit", "time": "month", "outcome": "share"}


def history(units: int = 60, months: int = 48, sd: float = 2.0, ar: float = 0.0, district_sd: float = 0.0, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, sd, (units, months)) + rng.normal(0, district_sd, (6, months))[np.arange(units) % 6]
    for month in range(1, months):
        noise[:, month] += ar * noise[:, month - 1]
    shares = 40 + rng.normal(0, 6, (units, 1)) + rng.normal(0, 3, (1, months)) + noise
    labels = [str(month) for month in pd.period_range("2022-01", periods=months, freq="M")]
    names = [f"u{number:02d}" for number in range(units)]
    frame = pd.DataFrame({"unit": np.repeat(names, months), "month": labels * units, "share": shares.ravel()})
    return frame.assign(district=[f"d{int(name[1:]) % 6}" for name in frame["unit"]], size=[20 + int(name[1:]) for name in frame["unit"]])


def waves_of(frame: pd.DataFrame, waves: int = 3, gap: int = 4, seed: int = 7) -> pd.DataFrame:
    units = frame[["unit", "district"]].drop_duplicates()
    return with_start_months(propose_waves(units, unit="unit", waves=waves, seed=seed, stratum="district"), "2027-01", gap)


def test_with_independent_noise_it_is_the_closed_form_of_a_difference_in_differences():
    frame = history(units=80, months=60)
    table = pd.DataFrame({"unit": sorted(frame["unit"].unique())})
    table["first_month"] = np.where(np.arange(80) % 2 == 0, "2027-01", None)
    found = design_power(frame, **COLUMNS, waves=table, seed=3, months_before=12, months_after=11, draws=600)
    error = 2.0 * np.sqrt((1 / 12 + 1 / 12) * (1 / 40 + 1 / 40))
    assert found.std_error == pytest.approx(error, rel=0.06)
    assert found.mde == pytest.approx((norm.ppf(0.975) + norm.ppf(0.8)) * error, rel=0.08)
    assert found.false_alarm_rate == pytest.approx(0.05, abs=0.03)
    middle = found.curve.iloc[12]
    assert middle["power"] == pytest.approx(norm.cdf(middle["effect"] / error - norm.ppf(0.975)), abs=0.07)
    assert (found.waves_count, found.compared_months, found.months_count) == (1, 12, 24)


@pytest.mark.slow
def test_the_public_test_finds_an_effect_of_that_size_as_often_as_said():
    """Fresh panels of the same process, the effect planted, ``stepped_wedge`` itself run on each: 80 % found, 5 % without an effect."""
    found = design_power(history(ar=0.5, months=72), **COLUMNS, waves=waves_of(history()), seed=3, months_before=12, draws=600)
    labels = [str(month) for month in pd.period_range("2026-01", periods=found.months_count, freq="M")]
    hits, alarms = [], []
    for seed in range(150):
        fresh = history(ar=0.5, months=found.months_count + 20, seed=100 + seed).groupby("unit").tail(found.months_count)
        table = waves_of(fresh, seed=seed)
        fresh = fresh.assign(month=labels * 60)
        started = fresh["month"] >= fresh["unit"].map(table.set_index("unit")["first_month"])
        for effect, record in ((found.mde, hits), (0.0, alarms)):
            told = stepped_wedge(fresh.assign(share=fresh["share"] + effect * started), **COLUMNS, assignment=table, seed=seed, draws=99)
            record.append(told.p_exact <= 0.05)
    assert np.mean(hits) == pytest.approx(0.8, abs=0.11)
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.055)


def test_serial_and_district_correlation_of_the_past_stay_in_the_noise():
    rng = np.random.default_rng(1)
    residuals = rng.normal(size=(6, 400))
    for month in range(1, 400):
        residuals[:, month] += 0.7 * residuals[:, month - 1]
    residuals[1] = residuals[0]
    clusters = np.array([0, 0, 1, 2, 3, 4])
    noise = resampled(residuals, clusters, 24, 24, 300, np.random.default_rng(2))
    assert noise.shape == (300, 6, 24)
    np.testing.assert_array_equal(noise[:, 0], noise[:, 1])
    lagged = np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]
    assert lagged == pytest.approx(0.7, abs=0.05)
    assert abs(np.corrcoef(noise[:, 0].ravel(), noise[:, 2].ravel())[0, 1]) < 0.1


def test_a_short_block_is_joined_from_whole_pieces():
    residuals = np.arange(20.0)[None, :].repeat(2, axis=0)
    noise = resampled(residuals, np.array([0, 1]), 7, 3, 50, np.random.default_rng(0))
    steps = np.diff(noise, axis=2)
    assert set(np.unique(steps[:, :, [0, 1, 3, 4]])) <= {1.0, -19.0}


def test_correlated_months_and_districts_make_it_harder():
    def mde(cluster: str | None = None, **process: float) -> float:
        frame = history(**process)
        return design_power(frame, **COLUMNS, waves=waves_of(frame), seed=3, cluster=cluster).mde or np.nan

    plain = mde()
    assert mde(ar=0.6) > 1.3 * plain
    # districts are strata of the lot: shocks that a district shares fall on all of its waves alike
    assert mde(cluster="district", district_sd=2.0) < 1.35 * plain


def test_more_months_before_and_more_units_help_and_a_slow_or_vague_start_hurts():
    frame = history()
    asked = {**COLUMNS, "waves": waves_of(frame), "seed": 3}
    base = design_power(frame, **asked).mde
    assert base is not None
    assert design_power(frame, **asked, months_before=24).mde < base
    assert design_power(frame[frame["unit"] < "u30"], **asked).mde > 1.2 * base
    assert design_power(frame, **asked, shape="adstock", decay=0.7).mde > 1.2 * base
    assert base < design_power(frame, **asked, vague_share=0.5).mde < design_power(frame, **asked, vague_share=1.0).mde


def test_scale_goes_through_level_and_order_do_not():
    frame = history(units=24, months=36)
    asked = {**COLUMNS, "waves": waves_of(frame), "seed": 3, "draws": 100, "weights": "size"}
    found = design_power(frame, **asked)
    scaled = design_power(frame.assign(share=5 + 3 * frame["share"]).sample(frac=1, random_state=1), **asked)
    assert scaled.mde == pytest.approx(3 * found.mde)
    assert scaled.false_alarm_rate == found.false_alarm_rate


def test_a_known_effect_of_the_past_is_taken_out_when_asked():
    frame = history(units=40)
    rng = np.random.default_rng(4)
    frame["dose"] = rng.poisson(0.3, len(frame)).astype(float)
    moved = frame.assign(share=frame["share"] + 6 * frame["dose"])
    asked = {**COLUMNS, "waves": waves_of(frame), "seed": 3}
    plain, left_in = design_power(frame, **asked).mde, design_power(moved, **asked).mde
    taken_out = design_power(moved, **asked, dose="dose")
    assert left_in > 1.5 * plain
    assert taken_out.mde == pytest.approx(plain, rel=0.12)
    assert "chưa biết liều" in taken_out.notes_vi[-1]


def test_gaps_are_filled_and_units_without_a_past_are_counted():
    frame = history(units=24, months=36)
    table = waves_of(frame)
    thinned = frame[(frame["unit"] != "u03")].sample(frac=0.9, random_state=2)
    found = design_power(thinned, **COLUMNS, waves=table, seed=3, draws=100)
    assert found.units_count == 23
    assert found.notes_vi[-1].startswith("1 đơn vị trong bảng phân đợt không có số liệu")
    assert found.mde == pytest.approx(design_power(frame, **COLUMNS, waves=table, seed=3, draws=100).mde, rel=0.25)


def test_too_few_lots_have_no_detectable_effect():
    frame = history(units=4, months=24)
    table = pd.DataFrame({"unit": ["u00", "u01", "u02", "u03"], "first_month": ["2027-01", "2027-01", None, None]})
    assert not mechanism_of(table, "unit").allows(0.05)
    assert design_power(frame, **COLUMNS, waves=table, seed=3, months_after=5, draws=50).mde is None


@pytest.mark.parametrize(
    ("changes", "said"), [({"decay": 1.0}, "dưới 1"), ({"vague_share": 2.0}, "từ 0 đến 1"), ({"months_before": 0}, "ít nhất một tháng")]
)
def test_what_makes_no_sense_is_refused(changes, said):
    frame = history(units=12, months=24)
    with pytest.raises(DesignRefused, match=said):
        design_power(frame, **COLUMNS, waves=waves_of(frame), seed=3, **changes)


def test_one_wave_with_a_past_is_refused():
    frame = history(units=12, months=24)
    table = waves_of(frame)
    only = table.loc[table["wave"] == 1, "unit"]
    with pytest.raises(DesignRefused, match="đều thuộc một đợt"):
        design_power(frame[frame["unit"].isin(only)], **COLUMNS, waves=table, seed=3)


def test_a_past_of_less_than_two_years_is_refused_with_its_length():
    frame = history(units=24, months=23)
    with pytest.raises(DesignRefused, match="Mới có 23 tháng số liệu quá khứ, cần ít nhất 24 tháng"):
        design_power(frame, **COLUMNS, waves=waves_of(frame), seed=3)


def test_the_past_used_is_told_and_a_study_longer_than_it_is_called_optimistic():
    frame = history(units=24, months=24)
    found = design_power(frame, **COLUMNS, waves=waves_of(frame), seed=3, draws=50)
    assert (found.past_months, found.past_first, found.past_last) == (24, "2022-01", "2023-12")
    assert found.notes_vi == ()
    longer = design_power(frame, **COLUMNS, waves=waves_of(frame), seed=3, draws=50, months_before=24)
    assert longer.notes_vi[-1] == "Đợt triển khai dài 33 tháng, quá khứ chỉ có 24 tháng: mức tính ra có thể lạc quan."
