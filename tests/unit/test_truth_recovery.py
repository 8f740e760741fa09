"""The truth-recovery table: small panels on which methods of known behaviour are judged, and the real ones on a few draws."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.blocks import Chart, Finding, Table
from analysis.chapters import methods_truth_recovery as chapter
from analysis.chapters.subject import ParameterRefused
from analysis.estimate.inference import Fit
from analysis.estimate.inside import recovery_methods
from analysis.estimate.inside.clustered import clustered_fit
from analysis.estimate.inside.lags import lagged
from analysis.estimate.inside.recovery_methods import METHODS, RecoveryMethod, asked_at
from analysis.estimate.inside.trials import Answer, Trial, answer_of
from analysis.estimate.inside.truth_recovery import SCENARIOS, SMALL, Scenario, promise_of, recovery_table, seeds_of
from analysis.estimate.refusals import DesignRefused
from analysis.figures import methods_truth_recovery as charts
from analysis.figures.draw import draw
from analysis.narrative import methods_truth_recovery as say
from analysis.publish.gate import CAUSAL_WORDS
from analysis.simulate import PanelTruth, draw_panel, simulate_panel
from analysis.tables import methods_truth_recovery as present

SMALL_TRUTH = PanelTruth(units=24, months=40, districts=6)
GROUND = say.Ground(draws=200, units=92, months=72, districts=9, seed=766)


def trial(truth: PanelTruth = SMALL_TRUTH, seed: int = 1) -> Trial:
    return Trial(draw_panel(truth, seed=seed), seed)


def told(name: str, ask, **more) -> RecoveryMethod:
    return RecoveryMethod(name, name, ask, district_errors=("commune",), **more)


def exact(trial: Trial, _: str) -> Answer:
    """The truth itself, found wherever there is any."""
    truth = trial.drawn.truth.long_run
    return Answer(truth, truth, 0.0 if truth else 1.0, truth, truth)


def doubled(trial: Trial, _: str) -> Answer:
    """Twice the truth, never significant, with an interval that leaves the truth out."""
    truth = trial.drawn.truth.long_run
    return Answer(truth, 2 * truth, 1.0, truth + 1, truth + 2)


def refused(*_: object) -> Answer:
    raise DesignRefused("Không đủ số liệu.")


def test_bias_coverage_alarms_and_power_are_those_of_methods_of_known_behaviour():
    methods = {method.name: method for method in (told("exact", exact), told("doubled", doubled), told("refused", refused))}
    scenario = Scenario("known", "đã biết", SMALL_TRUTH, tuple(methods))
    rows = recovery_table([scenario], methods, draws=5, seed=1, levels=("commune",)).set_index("method")
    columns = ["truth", "estimate", "bias_pct", "coverage", "false_alarm_rate", "power", "power_effect", "draws", "refused"]
    assert rows.loc["exact", columns].tolist() == [2.0, 2.0, 0.0, 1.0, 0.0, 1.0, 2.0 * SMALL, 5, 0]
    assert rows.loc["doubled", columns].tolist() == [2.0, 4.0, 100.0, 0.0, 0.0, 0.0, 2.0 * SMALL, 5, 0]
    assert rows.loc["refused", ["draws", "refused"]].tolist() == [0, 5]
    assert rows.loc["refused", ["estimate", "coverage", "power"]].isna().all()


def test_power_is_measured_only_when_asked_for_and_changes_nothing_else():
    scenario, methods = Scenario("known", "đã biết", SMALL_TRUTH, ("exact",)), {"exact": told("exact", exact)}
    without, asked = (recovery_table([scenario], methods, draws=3, seed=1, levels=("commune",), with_power=power) for power in (False, True))
    measured = ["power", "power_error", "power_effect"]
    assert without[measured].isna().all(axis=None)
    pd.testing.assert_frame_equal(without.drop(columns=measured), asked.drop(columns=measured))


def test_seeds_of_few_draws_are_the_first_of_those_of_many():
    assert seeds_of(3, 5) == seeds_of(3, 50)[:5]
    assert len(set(seeds_of(3, 500))) == 500
    assert seeds_of(3, 5) != seeds_of(4, 5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "kept"),
        ({"bias_pct": -3.5, "bias_error_pct": 0.5}, "near"),
        ({"bias_pct": -4.5, "bias_error_pct": 0.5}, "broken"),
        ({"coverage": 0.91}, "near"),
        ({"coverage": 0.88}, "broken"),
        ({"coverage": 0.985}, "near"),
        ({"false_alarm_rate": 0.02}, "near"),
        ({"false_alarm_rate": 0.10}, "broken"),
        ({"coverage": 1.0, "draws": 10}, "near"),
        ({"coverage": float("nan")}, "broken"),
    ],
)
def test_a_promise_is_kept_near_or_broken_by_its_bands_and_monte_carlo_errors(changes, said):
    row = {"bias_pct": 1.0, "bias_error_pct": 0.5, "coverage": 0.95, "false_alarm_rate": 0.05, "draws": 400}
    assert promise_of(row | changes) == said


def test_a_trial_holds_what_the_public_frame_holds():
    panel, asked = simulate_panel(SMALL_TRUTH, seed=1), trial()
    assert np.allclose(asked.by_commune.outcome, panel["share_pct"])
    assert np.array_equal(asked.by_commune.weights, panel["received_count"])
    assert np.allclose(asked.by_commune.at(asked.dose.lag(0)), panel["own_dose"])
    assert len(asked.by_district.cluster_names) == 6
    assert [asked.by_district.cluster_names[code] for code in asked.by_district.cluster_of] == panel["district_code"].tolist()


def test_the_planted_average_is_that_of_the_cells_it_is_asked_for():
    asked = trial(replace(SMALL_TRUTH, design="first", effect=0.5, decay=0.8))
    since = asked.since
    assert asked.planted((since == 3).astype(float)) == pytest.approx(asked.drawn.truth.path(3)[3])
    weighted = np.average(asked.drawn.planted_pct.ravel()[since >= 0], weights=asked.by_commune.weights[since >= 0])
    assert asked.planted((since >= 0) * asked.by_commune.weights) == pytest.approx(weighted)


def test_errors_change_an_error_and_never_an_estimate():
    asked = trial(replace(SMALL_TRUTH, assignment="district"))
    found = [METHODS["distributed_lag"].ask(asked, errors) for errors in ("commune", "iid", "district", "wild")]
    assert np.ptp([answer.estimate for answer in found]) < 1e-9
    assert len({round(answer.high - answer.low, 6) for answer in found}) == 4


def test_the_sum_of_lags_is_that_of_the_estimator_and_iid_errors_those_of_least_squares():
    asked = trial()
    found = lagged(asked.by_commune, asked.dose, recovery_methods.LAGS)
    assert METHODS["distributed_lag"].ask(asked, "commune") == answer_of(2.0, found.cumulative)
    import statsmodels.api as sm

    cells, columns = found.cells, found.cells.at(asked.dose.lags(0, recovery_methods.LAGS)).T
    dummies = pd.get_dummies(pd.DataFrame({"u": cells.unit_of, "m": cells.month_of}), columns=["u", "m"], drop_first=True, dtype=float)
    fit = sm.WLS(cells.outcome, sm.add_constant(np.column_stack([columns, dummies])), weights=cells.weights).fit()
    test = fit.t_test(np.r_[0.0, np.ones(columns.shape[1]), np.zeros(dummies.shape[1])])
    answer = METHODS["distributed_lag"].ask(asked, "iid")
    assert (answer.estimate, answer.p_value) == pytest.approx((float(test.effect[0]), float(test.pvalue)), rel=1e-6)
    assert (answer.low, answer.high) == pytest.approx(tuple(test.conf_int()[0]), rel=1e-6)


def test_before_after_is_the_paired_comparison_of_those_that_began():
    asked = trial(replace(SMALL_TRUTH, design="first", never_share=0.0))
    share, first, span = asked.drawn.share_pct, asked.drawn.first, recovery_methods.HORIZON + 1
    gaps = [share[unit, first[unit] : first[unit] + span].mean() - share[unit, : first[unit]].mean() for unit in range(24)]
    answer = METHODS["before_after"].ask(asked, "commune")
    expected = Fit(np.mean(gaps), np.std(gaps, ddof=1) / np.sqrt(24), 23)
    assert (answer.estimate, answer.p_value) == pytest.approx((expected.estimate, expected.p_value))


def test_every_way_is_recommended_at_most_once_a_level_and_naive_ways_never():
    for method in METHODS.values():
        for level in ("commune", "district"):
            recommended = [asked.is_recommended for asked in asked_at(method, level)]
            assert sum(recommended) == (0 if method.is_naive else 1)
    assert {name for scenario in SCENARIOS for name in scenario.methods} == set(METHODS)


@pytest.fixture(scope="module")
def found() -> chapter.Recovered:
    return chapter.recovered(scenarios="repeated growing counts after_bad", draws=3, seed=766)


def test_every_method_answers_every_panel_of_its_scenarios_and_the_naive_ones_stand_apart(found):
    rows = found.rows
    assert (rows["refused"] == 0).all()
    assert not rows.duplicated(["scenario", "assignment", "method", "errors"]).any()
    first = rows[(rows["scenario"] == "repeated") & (rows["assignment"] == "commune")].drop_duplicates("method").set_index("method")
    assert first.loc["contemporaneous_only", "estimate"] == pytest.approx(1.0, abs=0.1)
    assert 1.0 < first.loc["lagged_dependent", "estimate"] < 1.6
    for name in ("distributed_lag", "adstock_effect"):
        assert first.loc[name, "estimate"] == pytest.approx(2.0, abs=0.25)


def test_the_same_seed_gives_the_same_table_and_more_scenarios_change_no_row(found):
    again = chapter.recovered(scenarios="growing", draws=3, seed=766).rows
    pd.testing.assert_frame_equal(again, found.rows[found.rows["scenario"] == "growing"].reset_index(drop=True))


def test_every_block_says_vietnamese_without_a_causal_word_and_every_chart_can_be_drawn(found):
    blocks = [*chapter.opening(found), *chapter.bias(found), *chapter.errors(found), *chapter.every_number(found)]
    assert [type(block).__name__ for block in blocks] == ["Finding"] * 2 + ["Sentence"] * 3 + ["Chart"] * 5 + ["Table"]
    assert all(block.provenance.is_synthetic for block in blocks)
    assert not [word for word in CAUSAL_WORDS if word in str(blocks).lower()]
    assert all(len(draw(block).data) == len(block.series) for block in blocks if isinstance(block, Chart))
    ids = [
        getattr(block, f"{kind}_id")
        for block in blocks
        for kind, type_ in (("finding", Finding), ("chart", Chart), ("table", Table))
        if isinstance(block, type_)
    ]
    assert len(set(ids)) == len(ids) == 8


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scenarios": "repeated war"}, "scenarios: thấy war; chấp nhận"),
        ({"scenarios": " "}, "scenarios: thấy không kịch bản nào"),
        ({"draws": 1}, "draws: thấy 1"),
        ({"draws": "200"}, "draws: thấy '200'"),
        ({"seed": -1}, "seed: thấy -1"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_refused_with_what_is_accepted(changes, said):
    with pytest.raises(ParameterRefused, match=said):
        chapter.recovered(**({"scenarios": "repeated", "draws": 2, "seed": 1} | changes))


def row(method: str, *, errors: str = "theo xã", used: bool, bias: float = 0.5, cover: float = 0.95, alarm: float = 0.05, **more) -> dict:
    made = {"scenario": "repeated", "scenario_vi": "lặp lại", "assignment": "commune", "method": method, "method_vi": f"cách {method}"}
    made |= {"errors": errors, "errors_vi": errors, "is_recommended": used, "holds": True, "truth": 2.0, "estimate": 2 + bias / 50}
    made |= {"bias_pct": bias, "bias_error_pct": 0.5, "coverage": cover, "coverage_error": 0.015, "false_alarm_rate": alarm}
    made |= {"false_alarm_error": 0.015, "power": 0.8, "power_error": 0.03, "power_effect": 0.5, "draws": 200, "refused": 0}
    made |= more
    return made | {"promise": promise_of(made)}


ROWS = pd.DataFrame(
    [
        row("a", used=True),
        row("a", errors="độc lập", used=False, cover=0.85, alarm=0.15),
        row("b", used=True, cover=0.80, alarm=0.12),
        row("c", used=False, bias=-50.0, cover=0.0, alarm=0.08),
        row("d", used=False, bias=340.0, cover=0.0, alarm=1.0),
        row("a", used=True, bias=-12.0, scenario="after_bad", scenario_vi="vừa kém", holds=False),
    ]
)


def test_the_headline_says_what_was_found_of_the_truth_and_the_promise_which_way_breaks_it():
    headline, promises = say.headline(ROWS, GROUND), say.promises(ROWS)
    assert "mức thật 2,00: cách a tìm thấy 2,01 và cách b tìm thấy 2,01; cách không nên dùng: cách c tìm thấy 1,00" in headline.text_vi
    assert headline.evidence_vi.startswith("Bình quân trên 200 bảng mô phỏng mỗi kịch bản, 92 xã trong 9 huyện × 72 tháng")
    assert promises.text_vi.startswith("1 trên 2 cách nên dùng giữ đủ ba lời hứa")
    assert promises.evidence_vi == (
        "Không giữ: cách b (giao theo xã, sai số theo xã): lệch +0,5\u00a0%, khoảng chứa 80\u00a0%, báo động nhầm 12,0\u00a0%."
    )
    assert "Không cách nào ra khỏi dải" in say.promises(ROWS[ROWS["method"] == "a"]).evidence_vi


def test_where_assumptions_fail_it_is_said_that_the_recommended_ways_fail_too():
    assert "vừa kém – cách a (giao theo xã, sai số theo xã): lệch −12,0" in say.beyond_repair(ROWS).text_vi
    assert say.beyond_repair(ROWS[ROWS["holds"]]) is None


def test_charts_mark_the_promised_band_and_part_what_is_to_be_used():
    alarms, cover = (chart(ROWS, "commune", "x", say.SIMULATED) for chart in (charts.false_alarms, charts.coverage))
    assert alarms.title == "4 trên 5 cách hỏi báo động nhầm ngoài 3–7\u00a0%"
    assert [(mark.x, mark.x_end) for mark in (*alarms.marks, *cover.marks)] == [pytest.approx((3, 7)), pytest.approx((92, 97))]
    assert [series.name for series in alarms.series] == ["nên dùng", "không nên dùng"]
    assert alarms.series[1].y == pytest.approx((100, 15, 8))
    assert not charts.coverage(ROWS, "district", "x", say.SIMULATED).series


def test_a_bias_that_would_press_the_others_together_is_told_in_words():
    chart = charts.bias(ROWS, "x", say.SIMULATED)
    assert chart.title == "3 trên 5 trường hợp lệch quá 3\u00a0% mức thật"
    assert chart.series[0].y == (-50.0, -12.0, 0.5, 0.5)
    assert chart.notes_vi == ("Lệch quá 100\u00a0% nên không vẽ: cách d (lặp lại, hoạt động giao theo từng xã) +340\u00a0%.",)


def test_the_table_judges_only_what_is_recommended_where_its_assumptions_hold():
    table = present.recovery(ROWS, "x", say.SIMULATED)
    assert [line[-2:] for line in table.rows] == [
        ("có", "giữ lời hứa"),
        ("không", None),
        ("có", "không giữ lời hứa"),
        ("không", None),
        ("không", None),
        ("có", None),
    ]
    assert table.rows[-1][0] == "Vừa kém *"
    assert len(table.rows[0]) == len(table.columns)


def test_the_bootstrap_of_a_regression_free_of_effects_is_that_of_the_regression():
    asked = trial(replace(SMALL_TRUTH, assignment="district"))
    found = lagged(asked.by_district, asked.dose, recovery_methods.LAGS)
    again = clustered_fit(found.cells, found.regression.design, tuple("abcdefg"))
    assert np.allclose(again.coefficients, found.regression.coefficients)
    assert np.allclose(again.covariance, found.regression.covariance)


def recovered(name: str, draws: int) -> pd.DataFrame:
    (scenario,) = [one for one in SCENARIOS if one.name == name]
    return recovery_table([scenario], draws=draws, seed=766, with_power=False)


@pytest.mark.parametrize(("name", "low", "high"), [("hidden_growing", -60, -20), ("hidden_fading", 8, 35)])
def test_activity_that_nobody_logged_bends_the_event_study_and_to_leave_those_communes_out_mends_it(name, low, high):
    rows = recovered(name, 20).set_index("method")
    assert rows["assignment"].tolist() == ["commune", "commune"]
    assert not rows["holds"].any()
    assert low < rows.loc["staggered_event_study", "bias_pct"] < high
    assert abs(rows.loc["whole_logs_only", "bias_pct"]) < 3 * rows.loc["whole_logs_only", "bias_error_pct"] + 1
    assert rows.loc["whole_logs_only", "coverage"] > rows.loc["staggered_event_study", "coverage"] + 0.2
    assert (rows["false_alarm_rate"] <= 0.15).all()


@pytest.mark.parametrize(("decay", "hidden_share", "elsewhere"), [(0.9, 0.3, 1.24), (0.8, 0.6, 1.42)])
def test_fading_effects_that_nobody_logged_raise_the_estimate_as_was_measured_on_other_panels(decay, hidden_share, elsewhere):
    truth = PanelTruth(design="first", campaign="once", effect=3.0, decay=decay, never_share=0.0, hidden_share=hidden_share)
    answers = [METHODS["staggered_event_study"].ask(trial(truth, seed), "commune") for seed in range(30)]
    assert np.mean([answer.estimate for answer in answers]) / np.mean([answer.truth for answer in answers]) == pytest.approx(elsewhere, abs=0.1)


def test_where_every_log_is_whole_to_leave_out_the_others_changes_nothing():
    asked = trial(replace(SMALL_TRUTH, design="first"))
    one, other = (METHODS[name].ask(asked, "commune") for name in ("staggered_event_study", "whole_logs_only"))
    assert one == other


def test_communes_without_a_whole_log_carry_nothing_of_the_answer_without_them():
    truth = replace(SMALL_TRUTH, design="first", hidden_share=0.3)
    asked = trial(truth)
    assert (~asked.has_whole_log).sum() == 7
    moved = trial(truth)
    share = np.where(moved.has_whole_log[:, None], moved.drawn.share_pct, 99.0)
    moved.__dict__["by_commune"] = asked.by_commune.with_outcome(share.ravel())
    assert METHODS["whole_logs_only"].ask(moved, "commune") == METHODS["whole_logs_only"].ask(asked, "commune")
    assert METHODS["staggered_event_study"].ask(moved, "commune") != METHODS["staggered_event_study"].ask(asked, "commune")


def test_districts_that_start_together_are_asked_by_district_alone_where_errors_by_commune_are_too_small():
    rows = recovered("together", 40).set_index("errors")
    assert set(rows["assignment"]) == {"district"}
    assert rows["is_recommended"].to_dict() == {"wild": True, "district": False, "commune": False}
    assert rows["holds"].all()
    assert rows["promise"].to_dict() | {"district": ""} == {"wild": "near", "district": "", "commune": "broken"}
    assert rows.loc["commune", "coverage"] < rows.loc["wild", "coverage"] - 0.05
    assert rows.loc["commune", "false_alarm_rate"] > rows.loc["wild", "false_alarm_rate"] + 0.05


def test_a_scenario_is_drawn_only_at_the_levels_it_knows():
    methods = {"exact": told("exact", exact)}
    scenario = Scenario("known", "đã biết", SMALL_TRUTH, ("exact",), levels=("district",))
    assert recovery_table([scenario], methods, draws=2, seed=1)["assignment"].tolist() == ["district"]
    assert recovery_table([scenario], methods, draws=2, seed=1, levels=("commune",)).empty


def test_a_way_that_stays_right_where_assumptions_fail_is_told_apart_from_those_that_are_wrong():
    hidden = {"scenario": "hidden", "scenario_vi": "không ghi", "holds": False}
    both = pd.DataFrame([row("a", used=True, bias=19.0, cover=0.6, **hidden), row("b", used=True, **hidden)])
    said = say.beyond_repair(both).text_vi
    wrong, right = said.split(". ")
    assert wrong.startswith("Khi giả định không còn đúng, cách nên dùng cũng có thể sai: không ghi – cách a")
    assert right.startswith("Trong kịch bản không thỏa giả định, có cách vẫn không ra khỏi dải quá sai số đo: không ghi – cách b")
    assert "cách a" not in say.beyond_repair(both[both["method"] == "b"]).text_vi
