"""Evidence inside the province as it is shown: no p without a measured right to it, one unit a column, who is counted as what."""

from dataclasses import replace
from itertools import cycle

import numpy as np
import pandas as pd
import pytest

from analysis import text
from analysis.blocks import Provenance
from analysis.estimate.grade import LABELS_VI, Verdict
from analysis.estimate.inference import Fit
from analysis.estimate.inside.dose_steps import DoseSteps
from analysis.estimate.inside.placebo_plans import Recovery
from analysis.estimate.inside.ways import COLUMNS, WayTable
from analysis.estimate.result import Calibration, CheckResult, EffectEstimate, Quantity
from analysis.figures import inside as charts
from analysis.narrative import inside as say
from analysis.narrative.outcomes import Assessment
from analysis.tables import inside as present

SOURCE = Provenance(("synthetic-uptake",), is_synthetic=True)
NAME = "tỷ lệ nộp hồ sơ trực tuyến theo từng hoạt động"
FAIR, UNFAIR = Calibration(0.06, 400, 0.8, method="distributed_lag", coverage=0.94), Calibration(0.2, 400, 0.8, method="distributed_lag")
PATH = pd.DataFrame(
    {
        "period": [-2, -1, 0, 1],
        "is_after": [False, False, True, True],
        "effect": [0.1, -0.1, 1.0, 2.0],
        "ci_low": [-1.0, -1.0, 0.5, 1.0],
        "ci_high": [1.0, 1.0, 1.5, 3.0],
        "cumulative": [np.nan, np.nan, 1.0, 3.0],
        "cumulative_low": [np.nan, np.nan, 0.5, 2.0],
        "cumulative_high": [np.nan, np.nan, 1.5, 4.0],
    }
)


def make_estimate(calibration: Calibration | None = FAIR, **changed) -> EffectEstimate:
    return EffectEstimate(
        **{
            "outcome": "share_pct",
            "estimand_vi": "x",
            "estimate": 1.234,
            "std_error": 0.5,
            "df": 8,
            "ci_low": 0.2,
            "ci_high": 2.3,
            "level": 0.95,
            "p_exact": 0.0004,
            "p_rank": 0.03,
            "treated_count": 50,
            "comparison_count": 19,
            "before_count": 0,
            "after_count": 60,
            "mde": 1.5,
            "method": "distributed_lag",
            "calibration": calibration,
            "p_adjusted": 0.02,
            "p_rank_adjusted": 0.05,
            "n_placebos": 999,
            "placebos": pd.Series(np.linspace(-2, 2, 999)),
            "by_period": PATH,
            "clusters_count": 9,
            "clustered_by": "district_code",
        }
        | changed
    )


def assessed(grade: str, estimate: EffectEstimate | None = None) -> Assessment:
    return Assessment(NAME, Verdict(grade, "vì lẽ này"), "cần thêm", "điểm phần trăm", "a", "b", SOURCE, estimate or make_estimate(), 2)


def shown(estimate: EffectEstimate) -> tuple:
    (row,) = present.overview([(NAME, "thăm dò", estimate, "B")], SOURCE).rows
    return row


# Tables


def test_a_row_of_the_overview_has_the_detectable_effect_before_the_estimate():
    assert shown(make_estimate()) == (
        "Tỷ lệ nộp hồ sơ trực tuyến theo từng hoạt động",
        "1,50",
        "+1,23 (+0,20; +2,30)",
        f"B: {LABELS_VI['B']}",
        "thăm dò",
    )


def test_every_p_value_stands_in_its_column_with_the_alarms_that_allow_it():
    table = present.p_values([(NAME, make_estimate())], SOURCE)
    assert table.is_annex
    assert table.rows == (("Tỷ lệ nộp hồ sơ trực tuyến theo từng hoạt động", "< 0,01", "0,03", "0,02", "0,05", 9, "6,0\xa0% trên 400"),)
    assert [column.title for column in table.columns][1:5] == [
        "p (quyết định)",
        "p theo thứ hạng (đối chiếu)",
        "p đã hiệu chỉnh",
        "p theo thứ hạng đã hiệu chỉnh",
    ]


@pytest.mark.parametrize(("calibration", "rate"), [(None, None), (UNFAIR, "20,0\xa0% trên 400")])
def test_without_a_measured_right_neither_p_nor_interval_is_printed(calibration, rate):
    estimate = make_estimate(calibration)
    assert shown(estimate)[2] == "+1,23"
    (row,) = present.p_values([(NAME, estimate)], SOURCE).rows
    assert row[1:] == (*["không in"] * 4, 9, rate)


def test_a_p_value_is_never_nought_and_one_that_is_missing_is_a_dash():
    cells = [present.p_cell(value, is_printed=True) for value in (0.0, 0.0099, 0.01, 0.2, None)]
    assert cells == ["< 0,01", "< 0,01", "0,01", "0,20", "–"]
    assert present.p_cell(0.2, is_printed=False) == "không in"


def test_every_check_is_named_in_words_and_secondary_ones_are_marked():
    found = [
        CheckResult(name, passed, "Câu.", name != "spill-over") for name, passed in zip(present.CHECKS_VI, cycle([True, False, None]), strict=False)
    ]
    table = present.checks("repeated-doses", NAME, found, SOURCE)
    assert [row[0] for row in table.rows] == list(present.CHECKS_VI.values())
    assert [row[1].endswith(" *") for row in table.rows] == [name == "spill-over" for name in present.CHECKS_VI]
    assert {row[1].removesuffix(" *") for row in table.rows} == {"đạt", "không đạt", "chưa biết"}


def test_companions_say_their_scale_and_neither_p_nor_interval():
    ratio = Quantity("odds_ratio", "tỷ số chênh", 1.14, unit_vi="lần")
    counted = make_estimate(None, method="uptake_count_model", estimate=0.131, quantities=(ratio,))
    table = present.companions("repeated-doses", NAME, make_estimate(), [counted], SOURCE)
    assert table.is_annex
    assert [row[1] for row in table.rows] == ["+1,23", "+0,13 logit"]
    assert table.rows[1][4] == "tỷ số chênh 1,14 lần"
    assert [column.title for column in table.columns] == ["Cách tính", "Ước lượng", "Sai số chuẩn", "Số cụm", "Số liệu khác của cách tính"]


def test_every_method_of_the_chapter_has_a_name():
    for method in present.METHODS_VI:
        assert present.companions("x", NAME, make_estimate(method=method), [], SOURCE).rows[0][0][0].isupper()


@pytest.mark.parametrize(("truth", "holds"), [(0.2, "có"), (2.3, "có"), (0.19, "không"), (-1.0, "không")])
def test_the_planted_value_stands_beside_the_estimate_and_its_interval(truth, holds):
    (row,) = present.planted([(NAME, 0.7, truth, make_estimate())], SOURCE).rows
    assert row[1:] == ("+0,70", f"{truth:+.2f}".replace(".", ",").replace("-", "−"), "+1,23", "+0,20; +2,30", holds)


def test_the_annex_of_the_planted_truth_has_six_columns_and_no_mean_where_there_is_none():
    table = present.planted([(NAME, None, 0.5, make_estimate())], SOURCE)
    assert (len(table.columns), table.rows[0][1], table.is_annex) == (6, None, True)


def test_without_a_right_to_an_interval_the_annex_does_not_judge():
    (row,) = present.planted([(NAME, 1.0, 1.0, make_estimate(UNFAIR))], SOURCE).rows
    assert row[3:] == ("+1,23", "không in", None)


# Charts


def test_what_came_before_and_what_follows_are_two_lines():
    (series,) = charts.event_time(NAME, make_estimate(), SOURCE, with_interval=True).series
    assert series.x == (-2, -1, 0, 1)
    assert len(set(series.segments[:2])) == len(set(series.segments[2:])) == 1
    assert series.segments[1] != series.segments[2]
    assert (series.low, series.high) == ((-1.0, -1.0, 0.5, 1.0), (1.0, 1.0, 1.5, 3.0))


def test_a_dose_is_shown_as_it_adds_up_from_its_own_month():
    (series,) = charts.after_a_dose(NAME, make_estimate(), SOURCE, with_interval=True).series
    assert (series.x, series.y, series.low, series.high) == ((0, 1), (1.0, 3.0), (0.5, 2.0), (1.5, 4.0))


def test_without_a_right_to_an_interval_no_bar_is_drawn():
    for draw in (charts.event_time, charts.after_a_dose):
        chart = draw(NAME, make_estimate(), SOURCE, with_interval=False)
        assert all(series.low == series.high == () for series in chart.series)
        assert "khoảng 95" not in chart.subtitle


def steps(effects: list[float], trend: EffectEstimate) -> DoseSteps:
    size = len(effects)
    rows = {"period": range(1, size + 1), "is_after": True, "effect": effects, "ci_low": effects, "ci_high": effects}
    doses = {"dose_low": [1.0, 2.0, 4.5][:size], "dose_high": [1.0, 3.0, 7.0][:size]}
    return DoseSteps(make_estimate(by_period=pd.DataFrame(rows | doses)), trend)


def test_groups_of_dose_are_named_by_their_ends_and_rise_only_where_every_step_does():
    trend = make_estimate(p_exact=1e-6)
    risen = charts.dose_steps(NAME, steps([0.5, 1.0, 2.0], trend), SOURCE)
    assert risen.series[0].x == ("1 hoạt động", "2–3 hoạt động", "4,5–7 hoạt động")
    assert "cao dần" in risen.title
    assert "chưa" in charts.dose_steps(NAME, steps([0.5, 0.2, 2.0], trend), SOURCE).title
    assert "chưa" in charts.dose_steps(NAME, steps([0.5, 1.0, 2.0], make_estimate(p_exact=0.2)), SOURCE).title


def test_groups_that_fall_and_groups_within_chance_are_told_as_such():
    trend = make_estimate(p_exact=1e-6, estimate=-1.0)
    assert "thấp dần theo số hoạt động" in charts.dose_steps(NAME, steps([-0.5, -1.0, -2.0], trend), SOURCE).title
    wide = steps([0.5, 0.2, 2.0], make_estimate(p_exact=0.3))
    rows = wide.groups.by_period.assign(ci_low=-3.0, ci_high=3.0)
    title = charts.dose_steps(NAME, replace(wide, groups=replace(wide.groups, by_period=rows)), SOURCE).title
    assert "chưa nhóm nào khác các tháng không có hoạt động" in title


def test_the_trend_is_told_without_a_p_and_only_where_it_may_be_printed():
    """The trend test is for orientation: its p is adjusted for nothing."""
    fair = charts.dose_steps(NAME, steps([0.5, 1.0, 2.0], make_estimate(p_exact=1e-6)), SOURCE)
    assert "p" not in fair.title.split()
    assert "không dùng để xếp mức bằng chứng" in fair.notes_vi[0]
    unfair = charts.dose_steps(NAME, steps([0.5, 1.0, 2.0], make_estimate(UNFAIR, p_exact=1e-6)), SOURCE)
    assert "cao dần" not in unfair.title.replace("chưa cao dần", "")
    assert unfair.series[0].low == ()


def test_the_cloud_is_thinned_by_rank_and_holds_its_ends():
    chart = charts.placebo_plans([(NAME, make_estimate())], SOURCE)
    real, reach, cloud = chart.series
    assert real.y == (1.234,)
    assert reach.y == pytest.approx((-1.9, 1.9))  # the middle 95 % of an even cloud from -2 to 2
    assert len(cloud.y) == charts.SHOWN_PLACEBOS
    assert (cloud.y[0], cloud.y[-1]) == (-2.0, 2.0)


def test_the_title_of_the_placebo_plans_names_what_lies_outside_the_middle():
    inside, outside = make_estimate(estimate=1.8), make_estimate(estimate=-1.95)
    assert NAME not in charts.placebo_plans([(NAME, inside)], SOURCE).title
    title = charts.placebo_plans([(NAME, inside), ("kết quả khác", outside)], SOURCE).title
    assert "ngoài" in title
    assert "ết quả khác nằm ngoài" in title


def test_every_way_is_a_dot_in_the_row_of_its_estimator_and_scale():
    rows = [("trễ phân phối", "logit", "theo số hồ sơ", "a", 1.0, 0.5, 2.0), ("trễ phân phối", "logit", "mỗi xã như nhau", "b", -1.0, 0.5, -2.0)]
    chart = charts.other_ways("repeated-doses", NAME, WayTable(pd.DataFrame(rows, columns=list(COLUMNS)), 0.5, 3), SOURCE)
    assert {series.name: (series.x, series.y, series.labels) for series in chart.series} == {
        "theo số hồ sơ": (("trễ phân phối; logit",), (2.0,), ("a",)),
        "mỗi xã như nhau": (("trễ phân phối; logit",), (-2.0,), ("b",)),
        "mốc 0 và ±2": (("trễ phân phối; logit",) * 3, (-2.0, 0.0, 2.0), ()),
    }
    assert "1 trong 2 cách tính cùng chiều, 0 cách vượt ±2 lần sai số chuẩn" in chart.title


# Sentences


def test_communes_with_a_log_are_counted_as_communes_whatever_the_clusters():
    said = say.detectable("repeated-doses", assessed("C"), make_estimate(), None).text_vi
    assert "69 xã có nhật ký" in said
    first = say.detectable("first-campaigns", assessed("C"), make_estimate(), None).text_vi
    assert "50 xã có lần đầu trong kỳ, so với chính các xã ấy trước đó và với những xã khác khi chưa bắt đầu" in first
    assert "19" not in first


@pytest.mark.parametrize(("smallest", "is_blunt"), [(None, False), (1.5, False), (1.0, True)])
def test_a_comparison_too_blunt_for_what_was_declared_says_so(smallest, is_blunt):
    said = say.detectable("repeated-doses", assessed("C"), make_estimate(), smallest).text_vi
    assert ("phép so sánh này không đủ nhạy" in said) is is_blunt


@pytest.mark.parametrize(("grade", "verb"), [("A", "góp phần vào"), ("B", "đi kèm với"), ("C", None)])
def test_the_verb_is_that_of_the_grade(grade, verb):
    for block in (say.seen("repeated-doses", assessed(grade), make_estimate()), say.answer([assessed(grade)], 2021, SOURCE)):
        assert block.grade == grade
        found = [word for word in ("góp phần vào", "đi kèm với") if word in block.text_vi]
        assert found == ([verb] if verb else [])


def test_a_lower_level_is_told_as_lower():
    item = assessed("B", make_estimate(estimate=-0.5))
    assert "mức thấp hơn chờ đợi 0,50 điểm phần trăm" in say.answer([item], 2021, SOURCE).text_vi


def test_the_answer_speaks_with_the_best_grade_and_names_the_rest():
    block = say.answer([assessed("C"), assessed("B")], 2021, SOURCE)
    assert block.grade == "B"
    assert "chưa đủ bằng chứng, vì vì lẽ này" in block.text_vi
    assert "không có nghĩa là truyền thông không có tác dụng" in block.evidence_vi


def test_numbers_name_their_clusters_and_keep_silent_without_a_right():
    assert say.seen("repeated-doses", assessed("C"), make_estimate()).evidence_vi.endswith("Sai số tính theo 9 huyện.")
    own = make_estimate(clusters_count=69, clustered_by="unit_code")
    assert say.seen("repeated-doses", assessed("C"), own).evidence_vi.endswith("Sai số tính theo 69 xã.")
    silent = say.seen("repeated-doses", assessed("C"), make_estimate(UNFAIR)).evidence_vi
    assert "Không in khoảng tin cậy và giá trị p" in silent
    assert "p =" not in silent


def test_the_stamp_tells_how_often_the_comparison_is_right():
    fits = tuple(Fit(value, 0.5, 20) for value in (-1.0, 0.0, 1.0))
    recovery = Recovery(np.zeros(3), np.zeros(3), fits, np.ones(3), 3)
    for by_district, who in ((False, "các xã"), (True, "các huyện")):
        said = say.stamp(assessed("C"), recovery, FAIR, by_district=by_district).text_vi
        assert f"đổi chỗ ngẫu nhiên lịch sử truyền thông của {who} 400 lần" in said
        assert "báo động nhầm 6,0\xa0% số lần" in said
        assert "khi cài thêm một khác biệt 2,80 điểm phần trăm, nó nhận ra 80\xa0% số lần" in said


def test_nothing_asked_is_grade_d_with_the_reason():
    block = say.nothing_asked("không có nhật ký", SOURCE)
    assert (block.grade, block.text_vi) == ("D", "Chưa so được trong tỉnh: không có nhật ký.")


def test_only_communes_that_are_there_are_counted_among_those_that_began():
    said = say.began({"started": 3, "never": 0, "no_log": 22}, "2019-02", SOURCE).text_vi
    assert said.startswith("Trong 25 xã: 3 xã có lần đầu trong kỳ; 22 xã chưa gửi nhật ký nào.")
    assert f"kể từ khi có nhật ký ({text.month('2019-02')})" in said
    assert "0 xã" not in said


def test_communes_that_may_have_begun_in_silence_are_counted_among_those_with_a_start():
    said = say.began({"started": 3, "after_silence": 2}, "2019-02", SOURCE).text_vi
    assert "5 xã có lần đầu trong kỳ (trong đó 2 xã có năm trước đó không gửi nhật ký nên có thể đã làm sớm hơn)" in said


def test_what_is_told_of_an_estimate_names_the_required_checks_it_failed():
    failed = (CheckResult("leads", False, "x"), CheckResult("spill-over", False, "x", is_required=False), CheckResult("other scale", True, "x"))
    told = say.seen("repeated-doses", assessed("C"), make_estimate(checks=failed)).evidence_vi
    assert told.endswith("Phép kiểm tra bắt buộc không đạt: hoạt động của các tháng sau.")
