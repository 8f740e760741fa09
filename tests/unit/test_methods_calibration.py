"""The notebook on how tests behave: what it measures on, what it refuses, and what it says of the numbers."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.blocks import Chart, Finding, Provenance, Table
from analysis.chapters import methods_calibration as chapter
from analysis.chapters.subject import ParameterRefused
from analysis.contracts import SCHEMAS
from analysis.estimate.false_alarms import ALL_METHODS
from analysis.estimate.methods import COMPARISONS, SLOW_COMPARISONS
from analysis.figures import methods_calibration as charts
from analysis.figures.draw import draw
from analysis.narrative import methods_calibration as say
from analysis.publish.gate import CAUSAL_WORDS
from analysis.tables import methods_calibration as present

ASKED = {
    "index": "PAPI",
    "components": "D5",
    "first_start": 2019,
    "last_start": 2019,
    "first_edition": 2011,
    "last_edition": 2024,
    "as_of": "2026-11-22",
}
SOURCE = Provenance(("papi",), is_synthetic=False)
GROUND = say.Ground(
    index="PAPI",
    components=("D1", "D5"),
    footing="raw",
    editions=tuple(range(2011, 2025)),
    starts=(2016, 2017, 2018, 2020),
    units_counts=(56, 56),
    breaks=(2018, 2021),
    added={"D7": 2018, "D8": 2018},
    effect_sd=2.8,
    rests_on=SOURCE,
)


def row(name: str, statistic: str, rate: float, power: float, *, error: float = 0.01, may_print: bool, refusal: str | None = None) -> dict:
    return {
        "name": name,
        "name_vi": f"cách {name}",
        "statistic": statistic,
        "false_alarm_rate": rate,
        "monte_carlo_error": error,
        "power": power,
        "coverage": np.nan if statistic == "rank" else 1 - rate,
        "placebos_count": 1680,
        "may_print": may_print,
        "refusal_vi": refusal,
    }


ROWS = pd.DataFrame(
    [
        row("before_after", "exact", 0.62, 0.75, may_print=False),
        row("gap_to_others", "exact", 0.0797, 0.7, may_print=True),
        row("debiased_t_test", "exact", np.nan, np.nan, error=np.nan, may_print=False, refusal="Chỉ có 2 kỳ trước."),
        row("demeaned_did", "exact", 0.057, 0.81, error=0.013, may_print=True),
        row("demeaned_did", "rank", 0.034, 0.73, may_print=True),
    ]
)


@pytest.fixture(scope="module")
def shipped(shipped_tables) -> SimpleNamespace:
    return SimpleNamespace(**{name: getattr(shipped_tables, name) for name in SCHEMAS})


@pytest.fixture(scope="module")
def found(shipped) -> chapter.Measured:
    return chapter.measured(shipped, **ASKED)


def test_it_is_measured_on_provinces_and_editions_held_whole(found):
    ground = found.ground
    assert (ground.units_counts, ground.starts, ground.editions) == ((56, 56), (2019,), tuple(range(2011, 2025)))
    assert (ground.breaks, ground.added) == ((2021,), {"D7": 2018, "D8": 2018})
    assert set(found.rows["placebos_count"]) == {56}
    assert ground.rests_on.source_ids
    assert not ground.rests_on.is_synthetic


def test_every_block_says_vietnamese_without_a_causal_word_and_every_chart_can_be_drawn(found):
    blocks = [*chapter.opening(found), *chapter.false_alarms(found), *chapter.power(found)]
    assert [type(block).__name__ for block in blocks] == ["Finding", "Finding", "Sentence", "Sentence", "Sentence", "Chart", "Table", "Chart"]
    assert not [word for word in CAUSAL_WORDS if word in str(blocks).lower()]
    assert all(block.provenance == found.ground.rests_on for block in blocks)
    assert all(len(draw(block).data) == len(block.series) for block in blocks if isinstance(block, Chart))


def test_provinces_with_a_registered_plan_take_no_part(shipped, found):
    whole = shipped.index_scores.query("index == 'PAPI' and component == 'D5' and province_code == '01'")
    assert whole["score"].notna().sum() == 14
    plans = pd.concat([shipped.plans, shipped.plans.head(1).assign(province_code="01")])
    fewer = chapter.measured(SimpleNamespace(**{**vars(shipped), "plans": plans}), **ASKED)
    assert (fewer.ground.units_counts, set(fewer.rows["placebos_count"])) == ((55, 55), {55})


def test_common_movement_is_gone_from_standings_and_with_it_most_alarms_of_the_hand_made_comparison(shipped):
    asked = ASKED | {"components": "D3"}
    raw, z = (chapter.measured(shipped, **asked, footing=footing).rows.set_index("name") for footing in ("raw", "z"))
    assert raw.loc["before_after", "false_alarm_rate"] > 0.9
    assert z.loc["before_after", "false_alarm_rate"] < 0.5


def test_editions_that_were_not_out_are_left_out(shipped):
    assert chapter.measured(shipped, **(ASKED | {"as_of": "2022-01-01"})).ground.editions == tuple(range(2011, 2021))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"index": "GDP"}, "index: thấy 'GDP'"),
        ({"components": "D5 D99"}, "components: thấy D99"),
        ({"components": " "}, "components: thấy không mã nào"),
        ({"footing": "rank"}, "footing: thấy 'rank'"),
        ({"as_of": "22/11/2026"}, "as_of: thấy '22/11/2026'"),
        ({"first_start": 2030, "last_start": 2031}, "không có phiên bản PAPI nào từ 2030 đến 2031"),
        ({"first_start": 2020, "last_start": 2019}, "không có phiên bản PAPI nào từ 2020 đến 2019"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_refused_with_what_is_accepted(shipped, changes, said):
    with pytest.raises(ParameterRefused, match=said):
        chapter.measured(shipped, **(ASKED | changes))


def test_the_headline_says_what_the_hand_made_comparison_does_to_plans_that_never_existed():
    finding = say.headline(ROWS, GROUND)
    assert "Trong 1.680 kế hoạch giả định" in finding.text_vi
    assert "gọi 62,0\u00a0% là khác biệt; lời hứa của phép thử là 5\u00a0%" in finding.text_vi
    assert finding.evidence_vi.startswith("PAPI (D1, D5) 2011–2024, 56 tỉnh có đủ điểm, kế hoạch giả định bắt đầu 2016–2018, 2020.")
    assert finding.grade is None


def test_the_house_rule_counts_those_measured_and_names_those_near_the_limit():
    finding = say.house_rule(ROWS, GROUND)
    assert "3 trên 4 cách tính ở đây đạt" in finding.text_vi
    assert "được in: báo động nhầm 5,7\u00a0% (±1,3 điểm phần trăm), nhận ra 81\u00a0%" in finding.text_vi
    assert finding.evidence_vi == "Sát giới hạn, trong sai số đo: cách gap_to_others (8,0\u00a0% ±1,0 điểm phần trăm)."


def test_a_primary_method_over_the_limit_is_said_not_to_print():
    rows = ROWS[ROWS["name"] != "gap_to_others"].assign(false_alarm_rate=0.3, may_print=False)
    finding = say.house_rule(rows, GROUND)
    assert "không được in: báo động nhầm 30,0\u00a0%" in finding.text_vi
    assert finding.evidence_vi.startswith("Không cách tính nào sát giới hạn")


def test_raw_scores_across_a_break_are_said_to_measure_tests_and_to_estimate_nothing():
    raw, z = (say.footing_note(say.Ground(**{**vars(GROUND), "footing": footing})).text_vi for footing in ("raw", "z"))
    for said in (raw, z):
        assert "không chênh lệch nào được ước lượng ở đây" in said
        assert "đổi ở phiên bản 2018 và 2021: báo cáo không ước lượng trên điểm công bố qua các mốc đó" in said
    assert raw.startswith("Đo trên điểm công bố")
    assert z.startswith("Đo trên vị trí của từng tỉnh")
    assert "Cách chấm" not in say.footing_note(say.Ground(**{**vars(GROUND), "breaks": ()})).text_vi


def test_the_composite_is_told_apart_where_its_content_changed():
    assert say.composite_note(GROUND).text_vi.endswith("(D7 từ 2018 và D8 từ 2018).")
    assert say.composite_note(GROUND).text_vi.startswith("Không gồm PAPI tổng hợp")
    assert "có thêm nội dung" in say.composite_note(say.Ground(**{**vars(GROUND), "components": ("TOTAL",)})).text_vi
    assert say.composite_note(say.Ground(**{**vars(GROUND), "added": {}})) is None


def test_the_table_puts_the_worst_first_and_what_could_not_be_measured_last():
    table = present.false_alarms(ROWS, GROUND.said_vi, 2.8, SOURCE)
    assert [line[0] for line in table.rows] == [f"Cách {name}" for name in ROWS["name"].iloc[[0, 1, 3, 4, 2]]]
    assert table.rows[0][3:] == (0.62, 1.0, 0.75, 0.38, "không in p")
    assert table.rows[-1][3:] == (None, None, None, None, "Chỉ có 2 kỳ trước.")
    assert (table.rows[3][1], table.rows[3][6]) == ("thứ hạng", None)


def test_what_a_promise_rests_on_is_told_of_every_comparison_by_name():
    assert {method.name for method in (*COMPARISONS, *SLOW_COMPARISONS)} == set(present.PROMISE_RESTS_ON_VI)
    assert all(present.promise_rests_on(method.name, method.statistic) for method in ALL_METHODS)
    assert present.promise_rests_on("demeaned_did", "exact") != present.promise_rests_on("demeaned_did", "rank")


def test_the_chart_marks_what_is_promised_and_what_is_allowed_and_parts_those_that_may_print():
    chart = charts.false_alarms(ROWS, GROUND.said_vi, SOURCE)
    assert chart.title == "1 trên 4 cách tính báo động nhầm quá 8\u00a0%"
    assert [mark.x for mark in chart.marks] == [5, 8]
    assert [(series.name, series.x) for series in chart.series] == [
        ("không in p", ("Cách before_after",)),
        ("được in p", ("Cách gap_to_others", "Cách demeaned_did", "Cách demeaned_did (thứ hạng)")),
    ]
    assert chart.series[1].y == pytest.approx((7.97, 5.7, 3.4))


def test_power_is_shown_of_those_that_may_print_alone():
    chart = charts.power(ROWS, 2.8, SOURCE)
    assert chart.title == "1 trên 3 cách tính được in p nhận ra từ 80\u00a0% trở lên khi có thật"
    assert chart.series[0].y == pytest.approx((81, 73, 70))
    assert chapter.power(chapter.Measured(ROWS.assign(may_print=False), GROUND)) == []


def test_labels_of_all_methods_are_distinct_and_fit_two_lines_of_a_chart():
    labels = [charts.label(method.name_vi, method.statistic) for method in ALL_METHODS]
    assert len(set(labels)) == len(labels)
    assert max(map(len, labels)) <= 75


def test_the_blocks_of_a_chapter_are_findings_and_tables_with_ids_of_their_own(found):
    blocks = [*chapter.opening(found), *chapter.false_alarms(found), *chapter.power(found)]
    ids = [
        block.finding_id if isinstance(block, Finding) else block.table_id if isinstance(block, Table) else block.chart_id
        for block in blocks
        if isinstance(block, Finding | Table | Chart)
    ]
    assert len(ids) == len(set(ids))
