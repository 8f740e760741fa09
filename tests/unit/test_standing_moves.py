"""Is a move real: what each rule judges, and what it must leave unknown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.standing import MIN_MOVES_COUNT, changes, judge, known_noise, sampling_limit, yearly_noise

ERA = "2013-2021"
NOISE = pd.DataFrame(
    {
        "index": ["PCI"],
        "component": ["TOTAL"],
        "era": [ERA],
        "sd_yearly_change_score": [1.7],
        "p95_yearly_change_score": [3.72],
        "between_province_sd_score": [3.0],
        "source_id": ["registry"],
    }
)


def make_history(*rows: tuple[int, str, float | None], index: str = "PAPI", basis: str = "stated", error: float | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "index": index,
            "edition_year": [year for year, _, _ in rows],
            "era": [era for _, era, _ in rows],
            "score": pd.array([score for *_, score in rows], dtype="Float64"),
            "rank": pd.array(range(10, 10 + len(rows)), dtype="Int64"),
            "rank_of": pd.array([63] * len(rows), dtype="Int64"),
            "median_score": 50.0,
            "standard_error_score": pd.array([error] * len(rows), dtype="Float64"),
            "basis": basis,
        }
    )


def make_editions(eras: dict[int, str], index: str = "PCI", samples: dict[int, int | None] | None = None) -> pd.DataFrame:
    asked = [(samples or {}).get(year) for year in eras]
    return pd.DataFrame(
        {
            "index": index,
            "edition_year": pd.array(list(eras), dtype="Int64"),
            "era": list(eras.values()),
            "vintage": "63-tinh",
            "ranked_units_count": pd.array([63] * len(eras), dtype="Int64"),
            "sample_size_count": pd.array(asked, dtype="Int64"),
        }
    )


def make_scores(levels: np.ndarray, first_year: int, component: str = "TOTAL", index: str = "PCI") -> pd.DataFrame:
    """A panel from an array of (provinces, years); NaN is no row."""
    places = [(str(100 + place), first_year + year, levels[place, year]) for place in range(levels.shape[0]) for year in range(levels.shape[1])]
    table = pd.DataFrame(places, columns=["province_code", "edition_year", "score"]).dropna()
    table = table.assign(index=index, component=component, vintage="63-tinh", basis="stated", source_id="s")
    return table.astype({"score": "Float64", "edition_year": "Int64"})


# The moves of one province


def test_moves_never_cross_an_era_or_a_missing_edition():
    rows = [(2018, "a", 40.0), (2019, "a", 41.0), (2020, "b", 50.0), (2021, "b", None), (2022, "b", 52.0)]
    moves = changes(make_history(*rows), NOISE)
    assert moves[["from_year", "to_year"]].values.tolist() == [[2018, 2019]]


def test_editions_two_years_apart_make_no_yearly_move():
    assert changes(make_history((2018, ERA, 60.0), (2020, ERA, 70.0), index="PCI"), NOISE).empty


def test_a_secondary_figure_makes_no_move():
    assert changes(make_history((2018, "a", 40.0), (2019, "a", 50.0), basis="secondary"), NOISE).empty


def test_a_better_rank_is_a_positive_rank_change():
    past = make_history((2018, "a", 40.0), (2019, "a", 41.0)).assign(rank=pd.array([22, 6], dtype="Int64"))
    assert changes(past, NOISE)["rank_change"].tolist() == [16]


def test_standard_errors_judge_the_raw_move_by_their_joint_95_per_cent_band_before_any_other_rule():
    history = make_history((2018, ERA, 60.0), (2019, ERA, 61.0), index="PCI", error=0.3).assign(median_score=[50.0, 51.0])
    move = changes(history, NOISE).iloc[0]
    assert move["noise_score"] == pytest.approx(1.96 * np.hypot(0.3, 0.3))
    assert (move["judged_score"], move["noise_basis"], move["verdict"]) == (1.0, "published_se", "clear")


def test_one_missing_standard_error_leaves_the_move_to_the_next_rule():
    history = make_history((2018, ERA, 60.0), (2019, ERA, 61.0), index="PCI", error=0.3)
    history.loc[0, "standard_error_score"] = pd.NA
    assert changes(history, NOISE)["noise_basis"].tolist() == ["registry"]


def test_measured_yearly_noise_judges_only_moves_of_its_own_era():
    of_era = changes(make_history((2018, ERA, 60.0), (2019, ERA, 63.72), (2020, ERA, 67.45), index="PCI"), NOISE)
    assert of_era["verdict"].tolist() == ["within_noise", "clear"]
    other = changes(make_history((2022, "2022-2024", 60.0), (2023, "2022-2024", 70.0), index="PCI"), NOISE)
    assert other[["noise_basis", "verdict"]].values.tolist() == [["none", "not_known"]]


def make_pci(*medians: float | None) -> pd.DataFrame:
    """Two editions of PCI five points apart, with the median province of each."""
    return make_history((2018, ERA, 60.0), (2019, ERA, 65.0), index="PCI").assign(median_score=medians)


@pytest.mark.parametrize(
    ("medians", "verdict"), [((60.0, 65.0), "within_noise"), ((60.0, 60.0), "clear"), ((60.0, 50.0), "clear"), ((None, 60.0), "not_known")]
)
def test_measured_yearly_noise_judges_only_the_move_beyond_that_of_the_median_province(medians, verdict):
    move = changes(make_pci(*medians), NOISE).iloc[0]
    assert (move["change_score"], move["verdict"]) == (5.0, verdict)


def test_the_noise_of_another_component_judges_nothing():
    assert changes(make_pci(60.0, 60.0), NOISE, "CSTP1")["verdict"].tolist() == ["not_known"]


@pytest.mark.parametrize("index", ["PAPI", "PAR INDEX"])
def test_without_any_measure_of_noise_a_move_is_not_judged_whatever_the_sample(index):
    sample = make_editions({2018: "a", 2019: "a"}, index, {2018: 30000, 2019: 30000})
    move = changes(make_history((2018, "a", 40.0), (2019, "a", 90.0), index=index), NOISE, sample=sample).iloc[0]
    assert (move["noise_basis"], move["verdict"]) == ("none", "not_known")
    assert pd.isna(move["noise_score"])


@pytest.mark.parametrize(("change", "limit", "verdict"), [(3.0, None, "not_known"), (3.0, 3.0, "within_noise"), (-3.1, 3.0, "clear")])
def test_a_move_is_clear_only_beyond_the_limit_in_either_direction(change, limit, verdict):
    assert judge(change, limit) == verdict


# SIPAS: what a sample size allows


def sipas(*scores: float) -> pd.DataFrame:
    return make_history(*((2018 + position, "e", score) for position, score in enumerate(scores)), index="SIPAS")


def test_the_sampling_limit_of_sipas_is_that_of_two_even_shares_of_the_national_sample():
    past, sample = sipas(80.0, 90.0), make_editions({2018: "e", 2019: "e"}, "SIPAS", {2018: 35280, 2019: 31500})
    limit = 1.96 * np.sqrt(0.8 * 0.2 / 560 + 0.9 * 0.1 / 500) * 100
    assert sampling_limit(past.iloc[0], past.iloc[1], sample) == pytest.approx(limit)


@given(st.floats(0, 100), st.floats(0, 100), st.integers(100, 10**6))
def test_a_move_of_sipas_is_never_clear_by_its_sample_size(before, after, people):
    sample = make_editions({2018: "e", 2019: "e"}, "SIPAS", {2018: people, 2019: people})
    move = changes(sipas(before, after), NOISE, sample=sample).iloc[0]
    assert move["noise_basis"] == "sample_size"
    assert move["verdict"] == ("within_noise" if abs(after - before) <= move["noise_score"] else "not_known")


def test_sipas_without_a_stated_sample_in_either_year_is_not_known():
    sample = make_editions({2018: "e", 2019: "e"}, "SIPAS", {2018: 35268})
    assert changes(sipas(80.0, 80.1), NOISE, sample=sample)["verdict"].tolist() == ["not_known"]
    assert changes(sipas(80.0, 80.1), NOISE)["verdict"].tolist() == ["not_known"]
    assert changes(sipas(80.0, 80.1), NOISE, sample=make_editions({2018: "e"}, "SIPAS", {2018: 35268}))["verdict"].tolist() == ["not_known"]


# Noise measured on whole panels

EDITIONS = make_editions(dict.fromkeys(range(2013, 2016), "a") | dict.fromkeys((2016, 2017), "b"))


def random_levels(seed: int, provinces: int = 60, years: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).normal(60, 4, size=(provinces, years)).round(2)


def test_noise_is_the_sd_and_95th_percentile_of_moves_net_of_the_change_of_the_median():
    levels = random_levels(1)
    net = levels[:, :3] - np.median(levels[:, :3], axis=0)
    moves = np.diff(net, axis=1).ravel()
    found = yearly_noise(make_scores(levels, 2013), EDITIONS, "PCI")
    assert found[["era", "moves_count"]].values.tolist() == [["a", 120]]  # era b holds one step of 60 provinces, fewer than 100 moves
    assert found["sd_change_score"].item() == pytest.approx(np.std(moves, ddof=1))
    assert found["p95_change_score"].item() == pytest.approx(np.percentile(np.abs(moves), 95))
    assert found["between_province_sd_score"].item() == pytest.approx(np.std(levels[:, :3], axis=0, ddof=1).mean())


def test_moves_over_two_years_are_between_editions_two_years_apart_of_one_era():
    levels = random_levels(2, provinces=120)
    found = yearly_noise(make_scores(levels, 2013), EDITIONS, "PCI", span_years=2)
    net = levels - np.median(levels, axis=0)
    assert found[["era", "span_years", "moves_count"]].values.tolist() == [["a", 2, 120]]
    assert found["p95_change_score"].item() == pytest.approx(np.percentile(np.abs(net[:, 2] - net[:, 0]), 95))


def test_an_edition_that_is_not_wholly_held_makes_no_moves():
    levels = random_levels(3)
    levels[6:, 1] = np.nan
    assert yearly_noise(make_scores(levels, 2013), EDITIONS, "PCI").empty
    assert yearly_noise(make_scores(levels, 2013), EDITIONS, "SIPAS").empty


def test_fewer_than_100_moves_give_no_noise():
    levels = random_levels(4, provinces=MIN_MOVES_COUNT // 2)
    counted = [len(yearly_noise(make_scores(levels[:provinces], 2013), EDITIONS, "PCI", whole=40)) for provinces in (49, 50)]
    assert counted == [0, 1]


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.lists(st.integers(-20, 20), min_size=5, max_size=5))
def test_a_change_common_to_all_provinces_is_no_noise(seed, common):
    levels = random_levels(seed)
    plain = yearly_noise(make_scores(levels, 2013), EDITIONS, "PCI")
    shifted = yearly_noise(make_scores(levels + np.array(common), 2013), EDITIONS, "PCI")
    pd.testing.assert_frame_equal(plain, shifted, check_exact=False, atol=1e-9)


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_at_most_one_move_in_twenty_of_the_panel_exceeds_its_own_noise_and_order_of_rows_is_nothing(seed):
    scores = make_scores(random_levels(seed), 2013)
    noise = known_noise(scores, EDITIONS, NOISE)
    limit = noise["p95_yearly_change_score"].iloc[-1]
    levels = random_levels(seed)[:, :3]
    moves = np.abs(np.diff(levels - np.median(levels, axis=0), axis=1)).ravel()
    assert 0 < (moves > limit).mean() <= 0.05
    pd.testing.assert_frame_equal(noise, known_noise(scores.sample(frac=1, random_state=1), EDITIONS, NOISE))


def test_noise_measured_on_the_panel_comes_before_the_registrys_of_that_era_and_only_of_that():
    registry = pd.concat([NOISE.assign(era="a"), NOISE.assign(era="b"), NOISE.assign(index="PAPI", era="z")], ignore_index=True)
    found = known_noise(make_scores(random_levels(5), 2013), EDITIONS, registry)
    assert found[["index", "era", "noise_basis"]].values.tolist() == [["PAPI", "z", "registry"], ["PCI", "a", "panel"], ["PCI", "b", "registry"]]
    assert found["moves_count"].tolist() == [pd.NA, 120, pd.NA]
    move = changes(make_history((2013, "a", 60.0), (2014, "a", 90.0), index="PCI"), found).iloc[0]
    assert (move["noise_basis"], move["verdict"]) == ("panel", "clear")
    assert move["noise_score"] == found["p95_yearly_change_score"].iloc[1]


def test_without_scores_the_registrys_noise_is_what_is_known():
    found = known_noise(make_scores(random_levels(5), 2013).head(0), EDITIONS, NOISE)
    assert found[["era", "noise_basis", "p95_yearly_change_score"]].values.tolist() == [[ERA, "registry", 3.72]]
