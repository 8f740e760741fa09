"""The synthetic log and uptake: shape, honesty, and a truth that is really in the numbers."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import codes
from analysis.contracts.schemas import ACTIVITIES
from analysis.errors import DataFaults
from analysis.exposure import adstock, monthly_dose
from analysis.simulate import TRUTH, Truth, citizen_dose, simulate_activities, simulate_uptake, truth_statement
from analysis.simulate.uptake import beta_binomial

OFFICE = "74-VPUB"
GROUPS = "Các Sở, ban, ngành; UBND cấp huyện; UBND cấp xã"
MONTHS = pd.period_range("2019-01", "2024-12", freq="M")
COUNT_CEILINGS = [
    ("online_service_count", "received_count"),
    ("online_count", "online_service_count"),
    ("fee_count", "received_count"),
    ("paid_online_count", "fee_count"),
    ("digitised_in_count", "received_count"),
    ("bcci_in_count", "received_count"),
    ("digitised_out_count", "resolved_count"),
    ("bcci_out_count", "resolved_count"),
]


def make_units(communes: int = 3) -> pd.DataFrame:
    named = [
        ("74", "Tỉnh Bình Dương", "province", "00"),
        (OFFICE, "Văn phòng Ủy ban nhân dân tỉnh Bình Dương", "department", "74"),
        ("74-STP", "Sở Tư pháp tỉnh Bình Dương", "department", "74"),
        ("718", "Thành phố Thủ Dầu Một", "district", "74"),
        ("999", "Huyện của tỉnh khác", "district", "75"),
        ("99901", "Xã của tỉnh khác", "commune", "999"),
        *((str(25741 + position), f"Phường số {position}", "commune", "718") for position in range(communes)),
    ]
    units = pd.DataFrame(named, columns=["unit_code", "name_vi", "level", "parent_code"], dtype="string")
    units["vintage"] = pd.Series("63-tinh", index=units.index, dtype="string")
    newer = units[units["unit_code"] == "25741"].assign(vintage="34-tinh", name_vi="Phường khác", parent_code="79")
    return pd.concat([units, newer], ignore_index=True)


def make_plan_items() -> pd.DataFrame:
    rows = [
        ("I", 2, "Phối hợp báo chí làm tin, bài", "press", GROUPS, "2021-01-01", "2021-12-31", None, False),
        ("I", 4, "Mỗi công chức là một tuyên truyền viên", "training", GROUPS, "2021-01-01", "2021-12-31", None, False),
        ("II.1", 6, "Cổ động trực quan", "visual", "Văn phòng UBND tỉnh", "2021-04-01", "2021-06-30", None, False),
        ("II.1", 7, "Sổ tay nghiệp vụ", "print", "Văn phòng UBND tỉnh", "2021-07-01", "2021-09-30", None, False),
        ("II.1", 8, "Hội thi", "contest", "Văn phòng UBND tỉnh; Đoàn TNCS", "2021-07-01", "2021-12-31", None, False),
        ("II.1", 9, "Đối thoại", "dialogue", GROUPS, "2021-01-01", "2021-12-31", 2, False),
        ("II.2", 2, "Bản tin điện tử", "web_portal", "Văn phòng UBND tỉnh (Trung tâm HCC)", "2021-01-01", "2021-12-31", 24, True),
    ]
    names = [
        "section",
        "stt",
        "title_vi",
        "main_channel",
        "lead_units_vi",
        "window_start_date",
        "window_end_date",
        "expected_count",
        "is_open_ended",
    ]
    items = pd.DataFrame(rows, columns=names).assign(plan_number="6334/KH-UBND")
    dates = dict.fromkeys(("window_start_date", "window_end_date"), "datetime64[us]")
    return items.astype({"expected_count": "Int64", "stt": "Int64", **dates})


@cache
def make_log(seed: int, communes: int = 3) -> pd.DataFrame:
    return simulate_activities(make_plan_items(), make_units(communes), seed=seed)


@cache
def make_uptake(seed: int, truth: Truth = TRUTH, communes: int = 3) -> pd.DataFrame:
    return simulate_uptake(make_units(communes), make_log(seed, communes), seed=seed, truth=truth)


SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=5, deadline=None)


@FEW
@given(SEEDS)
def test_log_fits_its_contract_and_says_that_it_is_invented(seed: int) -> None:
    log = make_log(seed)
    ACTIVITIES.remove_columns(["source_id"]).validate(log)
    assert log["is_synthetic"].all()
    assert log["title_vi"].str.startswith("[Mô phỏng]").all()
    assert log["cost_vnd"].isna().all()
    assert set(log["unit_code"]) <= {OFFICE, "74-STP", "718", "25741", "25742", "25743"}
    assert set(log["vintage"]) == {"63-tinh"}
    assert not log["title_vi"].str.contains("Phường khác").any()


@FEW
@given(SEEDS)
def test_dates_stay_in_their_year_and_cover_their_precision(seed: int) -> None:
    log = make_log(seed)
    assert (log["start_date"] <= log["end_date"]).all()
    assert (log["start_date"].dt.year == log["end_date"].dt.year).all()
    assert log["start_date"].dt.year.between(2019, 2024).all()
    for precision, frequency in (("month", "M"), ("quarter", "Q")):
        rows = log[log["date_precision"] == precision]
        period = rows["start_date"].dt.to_period(frequency)
        assert (rows["start_date"] == period.dt.start_time).all()
        assert (rows["end_date"] == period.dt.end_time.dt.normalize()).all()
    assert set(log["date_precision"]) >= {"day", "month"}


@FEW
@given(SEEDS)
def test_what_was_not_recorded_is_empty_and_never_zero(seed: int) -> None:
    log = make_log(seed)
    assert (log["quantity_count"].isna() == log["counter"].isna()).all()
    assert (log["reach_count"].isna() == log["reach_kind"].isna()).all()
    assert (log["reach_count"].isna() == log["reach_basis"].isna()).all()
    assert (log["quantity_count"].dropna() > 0).all()
    assert log["reach_count"].isna().any()


def test_same_seed_same_log_and_another_seed_another() -> None:
    again = simulate_activities(make_plan_items(), make_units(), seed=7)
    shuffled = simulate_activities(make_plan_items().iloc[::-1], make_units().iloc[::-1], seed=7)
    pd.testing.assert_frame_equal(make_log(7), again)
    pd.testing.assert_frame_equal(make_log(7), shuffled)
    assert not make_log(7).equals(make_log(8))
    assert make_log(7)["start_date"].is_monotonic_increasing


def test_plans_are_named_only_where_they_apply() -> None:
    log = make_log(7, communes=30)
    year = log["start_date"].dt.year
    assert set(log.loc[year == 2019, "plan_number"].dropna()) == {"689/KH-UBND"}
    assert log.loc[log["plan_number"].eq("689/KH-UBND"), ["plan_section", "plan_stt"]].isna().all(axis=None)
    assert set(log.loc[year == 2021, "plan_number"].dropna()) == {"6334/KH-UBND"}
    assert log.loc[~year.isin([2019, 2021]), "plan_number"].isna().all()
    assert log.loc[log["plan_number"].eq("6334/KH-UBND"), "plan_stt"].notna().all()


def test_each_item_is_acted_on_by_those_who_lead_it() -> None:
    log = make_log(7, communes=30)
    of_item = log[log["plan_number"].eq("6334/KH-UBND")].groupby(["plan_section", "plan_stt"])["unit_code"].agg(frozenset)
    assert of_item["II.2", 2] == {OFFICE}
    assert OFFICE not in of_item["II.1", 9]
    assert len(of_item["II.1", 9]) > 5


@FEW
@given(SEEDS)
def test_counted_items_never_exceed_their_count_and_no_one_meets_while_closed(seed: int) -> None:
    log = make_log(seed, communes=30)
    dialogues = log[log["plan_section"].eq("II.1") & log["plan_stt"].eq(9)]
    assert (dialogues["unit_code"].value_counts() <= 2).all()
    assert (dialogues["quantity_count"] == 1).all()
    meetings = log[log["channel"].isin(["training", "dialogue", "contest"]) & (log["date_precision"] != "quarter")]
    assert not meetings["start_date"].between("2021-07-01", "2021-09-30").any()


def test_some_occasions_are_missed_or_late_and_some_units_start_late() -> None:
    log = make_log(7, communes=30)
    dialogues = log[log["plan_section"].eq("II.1") & log["plan_stt"].eq(9)]
    assert 0 < len(dialogues) < 2 * 32
    first_years = log[log["unit_code"].str.startswith("257")].groupby("unit_code")["start_date"].min().dt.year
    assert first_years.nunique() > 2


def test_contest_entries_of_officials_are_kept_apart() -> None:
    entries = pd.concat([make_log(seed) for seed in range(6)]).query("reach_kind == 'luot_thi'")
    by_audience = entries.groupby("audience")["reach_count"].sum()
    assert set(by_audience.index) == {"officials", "citizens"}
    assert by_audience["officials"] / by_audience.sum() == pytest.approx(0.94, abs=0.005)
    assert entries.loc[entries["audience"] == "citizens", "quantity_count"].isna().all()


def test_print_for_officials_is_a_handbook() -> None:
    logs = pd.concat([make_log(seed) for seed in range(6)])
    handbooks = logs[logs["plan_section"].eq("II.1") & logs["plan_stt"].eq(7)]
    assert set(handbooks["audience"]) == {"officials"}
    assert set(handbooks["counter"].dropna()) == {"cuon"}


def test_units_without_an_office_are_refused_in_vietnamese() -> None:
    units = make_units()
    with pytest.raises(DataFaults, match="Văn phòng UBND"):
        simulate_activities(make_plan_items(), units[units["unit_code"] != OFFICE], seed=1)


@FEW
@given(SEEDS)
def test_uptake_counts_respect_their_denominators(seed: int) -> None:
    uptake = make_uptake(seed)
    counts = uptake[[column for column in uptake if column.endswith("_count")]]
    assert (counts >= 0).all(axis=None)
    for numerator, denominator in COUNT_CEILINGS:
        assert (uptake[numerator] <= uptake[denominator]).all(), numerator
    assert (uptake["online_count"] + uptake["bcci_in_count"] <= uptake["received_count"]).all()
    assert counts["resolved_count"].sum() <= counts["received_count"].sum()
    assert uptake["is_synthetic"].all()


def test_uptake_is_one_row_a_unit_and_month_with_its_regime() -> None:
    uptake = make_uptake(7)
    keys = ["unit_code", "vintage", "period_month"]
    assert not uptake.duplicated(keys).any()
    assert len(uptake) == 5 * len(MONTHS)
    assert set(uptake["unit_code"]) == {OFFICE, "74-STP", "25741", "25742", "25743"}
    assert uptake[["unit_code", "period_month"]].equals(uptake[["unit_code", "period_month"]].sort_values(["unit_code", "period_month"]))
    assert set(uptake["regime"]) == set(codes.REGIMES)
    assert ((uptake["period_month"] >= codes.DECREE_42_FIRST_MONTH) == (uptake["regime"] == "decree_42")).all()


def test_same_seed_same_uptake_and_another_seed_another() -> None:
    again = simulate_uptake(make_units().iloc[::-1], make_log(7).iloc[::-1], seed=7)
    pd.testing.assert_frame_equal(make_uptake(7), again)
    other = simulate_uptake(make_units(), make_log(7), seed=8)
    assert not again.equals(other)


def test_shipped_table_is_still_what_its_seed_makes(shipped_raw: Path) -> None:
    folder = shipped_raw / "synthetic" / "seed-6334"
    units = pd.read_csv(shipped_raw / "units" / "63-tinh" / "units.csv", dtype="string")
    log = pd.read_csv(folder / "activity_log_2019_2024.csv", dtype={"unit_code": "string"}, parse_dates=["start_date", "end_date"])
    made = simulate_uptake(units, log, seed=6334)
    shipped = pd.read_csv(folder / "uptake_monthly_2019_2024.csv", dtype={"unit_code": str})
    pd.testing.assert_frame_equal(made.astype(shipped.dtypes.to_dict()), shipped)


def test_uptake_of_another_size_keeps_the_shares_of_the_truth() -> None:
    units, log = make_units(30), make_log(7, 30)
    small, large = (simulate_uptake(units, log, seed=7, rows=rows) for rows in (500_000, 50_000_000))
    assert (small["received_count"].sum(), large["received_count"].sum()) == (500_000, 50_000_000)
    shares = [table["online_count"].sum() / table["online_service_count"].sum() for table in (small, large)]
    assert shares[0] == pytest.approx(shares[1], rel=0.01)


def test_uptake_follows_the_published_order_of_magnitude() -> None:
    uptake = make_uptake(7, communes=30)
    by_month = uptake.groupby("period_month")[["received_count", "online_service_count", "online_count"]].sum().astype(float)
    share = by_month["online_count"] / by_month["online_service_count"]
    assert 0.03 < share["2019-01"] < 0.12
    assert 0.40 < share["2024-12"] < 0.70
    assert by_month["received_count"].loc["2021-06":"2021-11"].idxmin() == "2021-08"
    assert by_month["received_count"]["2023-01"] < by_month["received_count"]["2023-03"]


@settings(max_examples=4, deadline=None)
@given(SEEDS, st.floats(0.05, 0.5))
def test_a_larger_effect_raises_online_filing_of_dosed_units_only(seed: int, more: float) -> None:
    base, raised = make_uptake(seed), make_uptake(seed, Truth(effect_logit=TRUTH.effect_logit + more))
    unit_codes = sorted(base["unit_code"].unique())
    carried = adstock(citizen_dose(make_log(seed), unit_codes, MONTHS), TRUTH.decay).ravel()
    gain = (raised["online_count"] - base["online_count"]).to_numpy()
    assert (gain >= 0).all()
    assert gain[carried > 0].sum() > 0
    assert (gain[carried == 0] == 0).all()
    untouched = base.columns.difference(["online_count", "full_online_count", "partial_online_count"])
    pd.testing.assert_frame_equal(base[untouched], raised[untouched])


def test_activities_for_officials_and_of_districts_change_nothing() -> None:
    log = make_log(7)
    public_without_districts = log[(log["audience"] != "officials") & (log["unit_code"] != "718")]
    pd.testing.assert_frame_equal(make_uptake(7), simulate_uptake(make_units(), public_without_districts, seed=7))


def test_no_activity_at_all_leaves_the_baseline() -> None:
    silent = simulate_uptake(make_units(), make_log(7).iloc[:0], seed=7)
    without_effect = make_uptake(7, Truth(effect_logit=0.0, province_effect_logit=0.0))
    pd.testing.assert_frame_equal(silent, without_effect)


def test_two_way_regression_finds_the_truth() -> None:
    truth = Truth(effect_logit=0.3)
    uptake = make_uptake(7, truth, communes=40)
    unit_codes = sorted(uptake["unit_code"].unique())
    online = uptake["online_count"].to_numpy(float).reshape(len(unit_codes), -1)
    offered = uptake["online_service_count"].to_numpy(float).reshape(online.shape)
    outcome = np.log((online + 0.5) / (offered - online + 0.5))
    carried = adstock(citizen_dose(make_log(7, 40), unit_codes, MONTHS), truth.decay)

    def within(values: np.ndarray) -> np.ndarray:
        return values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()

    estimate = (within(carried) * within(outcome)).sum() / (within(carried) ** 2).sum()
    assert estimate == pytest.approx(truth.effect_logit, abs=0.04)


def test_dose_counts_as_the_exposure_of_the_reports_does() -> None:
    log = make_log(7)
    unit_codes = sorted(set(log["unit_code"]))
    cells = pd.MultiIndex.from_product([unit_codes, MONTHS.astype(str)])
    ours = pd.Series(np.expm1(citizen_dose(log, unit_codes, MONTHS)).ravel(), index=cells)
    theirs = monthly_dose(log).set_index(["unit_code", "period_month"])["dose_count"].astype(float)
    np.testing.assert_allclose(ours[ours > 1e-12].sort_index(), theirs.sort_index())


def test_adstock_of_one_dose_decays_geometrically() -> None:
    np.testing.assert_allclose(adstock(np.array([[1.0, 0, 0, 2.0]]), 0.5), [[1.0, 0.5, 0.25, 2.125]])
    np.testing.assert_allclose(adstock(np.array([1.0, 2.0]), 0.0), [1.0, 2.0])


@pytest.mark.parametrize("decay", [-0.1, 1.0])
def test_adstock_refuses_a_decay_that_never_dies_out(decay: float) -> None:
    with pytest.raises(ValueError, match="decay"):
        adstock(np.ones(3), decay)


def test_adstock_leaves_its_input_alone() -> None:
    dose = np.ones(3)
    adstock(dose, 0.5)
    np.testing.assert_array_equal(dose, np.ones(3))


def test_beta_binomial_has_its_mean_and_is_wider_than_the_binomial() -> None:
    trials = np.full(4000, 500)
    counts = beta_binomial(np.random.default_rng(1), trials, np.array(0.3), 400.0)
    assert counts.mean() == pytest.approx(150, rel=0.01)
    assert counts.var() == pytest.approx(500 * 0.3 * 0.7 * (1 + 499 / 401), rel=0.1)


def test_statement_names_every_number_of_the_truth() -> None:
    statement = truth_statement(Truth(effect_logit=0.11, decay=0.75, province_effect_logit=0.07, online_duration_factor=0.83))
    assert "mô phỏng" in statement
    for shown in ("0,11", "75 %", "0,44", "0,07", "83 %"):
        assert shown in statement
