"""One question inside the province put to its design: the grade follows what was planted, and what cannot be asked is grade D with the reason."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.evidence import judge
from analysis.estimate.families import holm
from analysis.estimate.grade import REQUIRED_INSIDE, Verdict
from analysis.estimate.inference import Fit
from analysis.estimate.inside import evidence
from analysis.estimate.inside.dose_steps import dose_steps
from analysis.estimate.inside.evidence import FAMILY, InsideEvidence, gather_inside, recovered
from analysis.estimate.inside.questions import DISTRICT, DOSE, DOSSIERS, MONTH, ONLINE, SHARE, UNIT, FirstCampaigns, InsideQuestion, RepeatedDoses
from analysis.estimate.inside.wild import MAX_CLUSTERS
from analysis.simulate.panel_truth import PanelTruth
from analysis.simulate.panels import simulate_panel

DRAWS = 100  # as few as may be graded
SEED = 1
REPEATED = PanelTruth(units=32, months=26, districts=8, effect=3.0, saturation="log1p", dossiers_a_month=400.0)
FIRST = replace(REPEATED, units=40, months=36, design="first", effect=6.0)
CONTROLS = {"số hóa": "control_pct"}


@pytest.fixture(scope="module", autouse=True)
def _few_draws():
    """As few placebo plans for the groups of dose, here alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "dose_steps", partial(dose_steps, draws=DRAWS))
        yield


def rows_of(truth: PanelTruth, seed: int = 6) -> pd.DataFrame:
    """One of the seeds by whose luck no check of a true answer fails."""
    return simulate_panel(truth, seed=seed).rename(columns={"received_count": DOSSIERS, "online_count": ONLINE})


def repeated_doses(truth: PanelTruth = REPEATED, **options) -> RepeatedDoses:
    return RepeatedDoses(rows_of(truth), lags=3, negative_controls=CONTROLS, has_events=True, **options)


def first_campaigns(truth: PanelTruth = FIRST, **options) -> FirstCampaigns:
    rows = rows_of(truth)
    first = rows.groupby(UNIT)["first_month"].first().dropna().to_dict()
    return FirstCampaigns(rows, first=first, negative_controls=CONTROLS, has_events=True, **options)


def judged(question: InsideQuestion, draws: int = DRAWS, grade_only: bool = True) -> InsideEvidence:
    found = gather_inside(question, seed=SEED, draws=draws, grade_only=grade_only)
    (graded,) = judge([found.evidence])
    return replace(found, evidence=graded)


def verdict(question: InsideQuestion, **options) -> Verdict:
    return judged(question, **options).evidence.verdict


@pytest.fixture(scope="module")
def strong() -> InsideEvidence:
    """A large planted effect, declared beforehand, with everything that a chapter shows."""
    return judged(repeated_doses(is_declared=True), grade_only=False)


@pytest.fixture(scope="module")
def staggered() -> InsideEvidence:
    return judged(first_campaigns(is_declared=True), grade_only=False)


# The grade follows what was planted


def test_a_large_effect_declared_beforehand_with_every_check_answered_is_strong(strong):
    assert strong.evidence.verdict == Verdict("A", "mọi điều kiện đều đạt")
    estimate = strong.evidence.estimate
    assert {check.name for check in estimate.checks if check.is_passed} >= REQUIRED_INSIDE["distributed_lag"]
    assert estimate.p_rank == pytest.approx(1 / (1 + DRAWS))
    assert 0 < estimate.ci_low < np.log(2) * REPEATED.cumulative_effect(3) < estimate.ci_high


def test_the_same_effect_undeclared_is_suggestive(strong):
    again = replace(strong.evidence, question=replace(strong.question, is_declared=False))
    assert judge([again])[0].verdict == Verdict("B", "chưa khai báo trước khi công bố chỉ số")


def test_first_campaigns_with_a_large_effect_and_flat_leads_are_strong_evidence(staggered):
    """So large that a drift of its size would have been seen before the start."""
    assert staggered.evidence.verdict == Verdict("A", "mọi điều kiện đều đạt")
    estimate = staggered.evidence.estimate
    assert {check.name for check in estimate.checks if check.is_passed} >= REQUIRED_INSIDE["staggered_event_study"]
    assert estimate.p_rank == pytest.approx(1 / (1 + DRAWS))
    assert estimate.estimate > estimate.mde


def test_a_smaller_effect_of_first_campaigns_that_a_drift_could_feign_is_not_enough_evidence(staggered):
    asked = first_campaigns(replace(FIRST, effect=3.0), is_declared=True)
    (own,) = asked.ask().checks
    assert (own.name, own.is_passed) == ("pre-trend", None)
    checks = (own, *staggered.evidence.estimate.checks[1:])
    (found,) = judge([replace(staggered.evidence, estimate=replace(staggered.evidence.estimate, checks=checks))])
    assert found.verdict == Verdict("C", "chưa kiểm tra được các nơi đem so có cùng xu hướng hay không")


def test_without_an_effect_there_is_not_enough_evidence():
    found = verdict(repeated_doses(replace(REPEATED, effect=0.0), is_declared=True))
    assert found == Verdict("C", "chênh lệch không vượt quá mức có thể do ngẫu nhiên")


def test_activities_for_officials_move_nothing():
    """The public's doses work, those for officials are asked about in their place."""
    rows = rows_of(replace(REPEATED, officials_share=0.5))
    found = verdict(RepeatedDoses(rows.assign(**{DOSE: rows["officials_dose"]}), lags=3, negative_controls=CONTROLS, is_declared=True))
    assert found == Verdict("C", "chênh lệch không vượt quá mức có thể do ngẫu nhiên")


def test_a_control_outcome_that_moves_takes_the_evidence_away(strong):
    rows = strong.question.rows
    moved = replace(strong.question, rows=rows.assign(control_pct=rows["control_pct"] + rows["planted_pct"]))
    found = judged(moved)
    assert found.evidence.verdict == Verdict("C", "có 1 phép kiểm tra bắt buộc không đạt")
    assert [check.name for check in found.evidence.estimate.checks if check.is_passed is False] == ["negative controls"]


def test_an_effect_against_the_hoped_direction_is_no_contribution(strong):
    against = replace(strong.evidence, question=replace(strong.question, direction=-1))
    assert judge([against])[0].verdict == Verdict("C", "chênh lệch ngược chiều với điều kế hoạch mong đợi")


def test_too_few_placebo_plans_measure_nothing():
    asked = repeated_doses(replace(REPEATED, effect=0.0))
    found = judged(asked, draws=30)
    assert found.evidence.verdict.grade == "C"
    assert "chưa kiểm tra cách so sánh này có hay báo động nhầm" in found.evidence.verdict.reason_vi
    assert found.evidence.estimate.mde == pytest.approx(asked.ask().mde)


def test_months_of_an_event_are_asked_without(strong):
    asked = replace(strong.question, event_months=frozenset({"2020-03", "2020-04"}))
    (check,) = [check for check in judged(asked, draws=10).evidence.estimate.checks if check.name == "event exclusion"]
    assert check.is_passed is True
    assert check.sentence_vi.startswith("Bỏ 2 tháng có biến cố đã ghi")


@pytest.mark.parametrize(
    ("ranks", "adjusted"),
    [((0.01, 0.04), (0.02, 0.04)), ((0.03, 0.03), (0.06, 0.06)), ((0.02, None), (0.04, 1.0))],
    ids=["stepwise", "alike", "without a rank"],
)
def test_two_questions_whose_draws_do_not_pair_are_held_to_holm(strong, staggered, ranks, adjusted):
    pair = [
        replace(item.evidence, estimate=replace(item.evidence.estimate, p_rank=rank)) for item, rank in zip((strong, staggered), ranks, strict=True)
    ]
    assert [item.family for item in pair] == [FAMILY, FAMILY]
    found = judge(pair, is_joint=False)
    assert [item.estimate.p_rank_adjusted for item in found] == pytest.approx(list(adjusted))
    assert [item.estimate.p_adjusted for item in found] == pytest.approx(list(holm(dict(enumerate(item.estimate.p_exact for item in pair))).values()))


# What is told beside the grade


def test_only_what_the_grade_needs_gives_the_same_verdict_and_numbers(strong, staggered):
    for whole in (strong, staggered):
        needed = judged(whole.question)
        assert needed.evidence.verdict == whole.evidence.verdict
        assert replace(needed.evidence.estimate, by_period=None, placebos=None) == replace(whole.evidence.estimate, by_period=None, placebos=None)
        assert (needed.evidence.companions, needed.steps) == ((), None)


def test_within_chance_only_the_grade_leaves_checks_and_other_ways_out():
    asked = repeated_doses(replace(REPEATED, effect=0.0))
    needed, whole = judged(asked, draws=20), judged(asked, draws=20, grade_only=False)
    assert needed.evidence.verdict == whole.evidence.verdict
    assert (needed.curve, needed.evidence.estimate.checks) == (None, ())
    assert whole.curve is not None
    assert whole.evidence.estimate.checks


def test_companions_answer_in_the_units_of_the_primary(strong, staggered):
    carried, counted = strong.evidence.companions
    assert (carried.method, counted.method) == ("adstock_effect", "uptake_count_model")
    (lag_sum,) = [item for item in carried.quantities if item.name == "distributed_lag_sum"]
    six = replace(strong.question, lags=6).ask()
    assert lag_sum.value == pytest.approx(six.estimate)
    (points,) = [item for item in counted.quantities if item.name == "marginal_effect"]
    assert points.value == pytest.approx(strong.evidence.estimate.estimate, rel=0.25)
    assert [item.method for item in staggered.evidence.companions] == ["callaway_santanna", "static_two_way"]
    assert staggered.evidence.companions[0].estimate == pytest.approx(staggered.evidence.estimate.estimate, rel=0.25)


def test_the_estimate_carries_what_was_measured(strong):
    estimate, recovery = strong.evidence.estimate, strong.recovery
    assert (estimate.n_placebos, len(estimate.placebos), estimate.calibration.placebos_count) == (DRAWS, DRAWS, DRAWS)
    assert (estimate.calibration.method, estimate.calibration.units_count) == (estimate.method, 32)
    assert estimate.mde == pytest.approx(recovery.minimum_detectable_effect())
    assert strong.evidence.family == FAMILY
    assert strong.steps.trend.calibration.placebos_count == DRAWS
    assert strong.curve.one_sign_share == estimate.one_sign_share == 1.0


def test_the_seed_decides_and_the_order_of_rows_does_not(strong):
    mixed = replace(strong.question, rows=strong.question.rows.sample(frac=1, random_state=4))
    first, again = recovered(strong.question, seed=SEED, draws=20), recovered(mixed, seed=SEED, draws=20)
    assert first.estimates == pytest.approx(again.estimates)
    assert first.estimates == pytest.approx(strong.recovery.estimates[:20])
    assert recovered(strong.question, seed=2, draws=20).estimates != pytest.approx(first.estimates)


# Few clusters


@pytest.fixture(scope="module")
def by_district() -> InsideEvidence:
    """Doses assigned to nine districts."""
    truth = replace(REPEATED, districts=9, assignment="district", effect=3.0)
    return judged(repeated_doses(truth, cluster=DISTRICT), draws=20)


def test_with_few_clusters_p_and_interval_are_those_of_the_bootstrap(by_district):
    estimate = by_district.evidence.estimate
    assert estimate.clusters_count <= MAX_CLUSTERS
    assert (estimate.clusters_count, estimate.clustered_by) == (9, DISTRICT)
    assert estimate.p_exact_from == estimate.ci_from
    assert estimate.p_exact_from.startswith("wild cluster restricted bootstrap, 9 clusters")
    assert estimate.p_exact == by_district.question.ask().p_exact
    assert estimate.p_exact != pytest.approx(Fit(estimate.estimate, estimate.std_error, estimate.df).p_value)
    assert estimate.ci_low < estimate.estimate < estimate.ci_high


def test_with_few_clusters_false_alarms_are_those_of_the_bootstrap(by_district):
    question, cells = by_district.question, by_district.question.cells()
    quiet = cells.with_outcome(question.less_effect(cells))
    refit = question.refit(cells)
    found = recovered(question, seed=SEED, draws=8)
    plain = recovered(question, seed=SEED, draws=8, few=False)
    assert plain.p_values == pytest.approx([fit.p_value for fit in plain.fits])
    assert not np.allclose(found.p_values, plain.p_values)
    assert [fit.estimate for fit in found.fits] == pytest.approx([fit.estimate for fit in plain.fits])
    assert refit(quiet, np.arange(32)).estimate == pytest.approx(0, abs=1e-9)


def test_the_test_that_is_calibrated_is_the_test_that_is_told():
    """Thirteen districts have outcomes, but only eleven a log: the estimate is bootstrapped, and so must its placebo plans be."""
    rows = rows_of(replace(REPEATED, units=39, districts=13, assignment="district"))
    asked = RepeatedDoses(rows.assign(**{DOSE: rows[DOSE].mask(rows[DISTRICT].isin(["H12", "H13"]))}), lags=3, cluster=DISTRICT)
    found = gather_inside(asked, seed=SEED, draws=12, grade_only=True)
    assert found.evidence.estimate.p_exact_from.startswith("wild cluster restricted bootstrap, 11 clusters")
    bootstrapped = recovered(asked, seed=SEED, draws=12, few=True)
    assert found.recovery.p_values == pytest.approx(bootstrapped.p_values)
    assert found.recovery.p_values != pytest.approx([fit.p_value for fit in found.recovery.fits])


# What cannot be asked


def everywhere(rows: pd.DataFrame) -> pd.DataFrame:
    """One broadcast for all, month by month."""
    return rows.assign(**{DOSE: rows[MONTH].str[-2:].astype(float)})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda rows: rows.assign(**{DOSE: 1.0}), "mọi đơn vị và mọi tháng có cùng một liều (1,00), không có gì để so"),
        (lambda rows: rows.assign(**{DOSE: np.nan}), "có nhật ký của chưa đến hai đơn vị nên không so được"),
        (everywhere, "như một đợt truyền thông chung toàn tỉnh"),
        (lambda rows: rows.assign(**{SHARE: np.nan}), "chỉ có 0 đơn vị và 0 tháng có số liệu"),
        (lambda rows: rows.assign(**{SHARE: 12.5}), "kết quả không biến động giữa các đơn vị so sánh"),
        (lambda rows: rows.assign(**{DOSSIERS: 0}), "chỉ có 0 đơn vị và 0 tháng có số liệu"),
        (lambda rows: pd.concat([rows, rows.head(1)]), "có đơn vị ghi hai dòng trong một tháng: H01X001"),
        (lambda rows: rows.assign(vintage=np.where(rows[MONTH] < "2020-01", "cũ", "mới")), "thuộc hai danh mục đơn vị"),
        (lambda rows: rows[rows[MONTH] < "2019-04"], "tháng biết đủ liều của tháng đó"),
    ],
)
def test_doses_that_cannot_be_compared_are_grade_d_with_the_reason(changed, said):
    asked = repeated_doses()
    found = gather_inside(replace(asked, rows=changed(asked.rows)), seed=SEED, draws=4)
    assert found.evidence.verdict.grade == "D"
    assert said in found.evidence.verdict.reason_vi
    assert (found.evidence.estimate, found.recovery, found.curve, found.steps) == (None, None, None, None)
    assert judge([found.evidence]) == [found.evidence]


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (lambda units: dict.fromkeys(units, "2019-01"), "đều đã bắt đầu từ tháng số liệu đầu tiên, nên không có mức trước để so"),
        (lambda units: {units[0]: "2020-06"}, "chỉ có 1 cụm được xét (cần ít nhất 5)"),
        (lambda _: {}, "không có đơn vị nào trong bảng số liệu có tháng của lần truyền thông đầu tiên"),
        (lambda units: dict.fromkeys(units, "sớm"), "tháng của lần truyền thông đầu tiên phải ghi dạng năm-tháng như 2021-03; gặp sớm"),
    ],
)
def test_starts_that_cannot_be_compared_are_grade_d_with_the_reason(first, said):
    asked = first_campaigns()
    units = sorted(asked.rows[UNIT].unique())
    found = gather_inside(replace(asked, first=first(units)), seed=SEED, draws=4)
    assert found.evidence.verdict.grade == "D"
    assert said in found.evidence.verdict.reason_vi


def test_one_unit_is_grade_d():
    asked = repeated_doses()
    assert verdict(replace(asked, rows=asked.rows[asked.rows[UNIT] == "H01X001"])).reason_vi.startswith("chỉ có 1 đơn vị và 26 tháng có số liệu")
