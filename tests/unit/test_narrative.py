"""Sentences say what is known, no more: no causal verb below grade B, no comparison across a break, no invented number."""

import re
from datetime import date

import pandas as pd
import pytest

from analysis.blocks import Finding, Provenance, Sentence
from analysis.chapters import standing as standing_chapter
from analysis.delivery import activities_of_year, item_progress, items_of_plan, plan_of_year
from analysis.estimate.grade import Verdict
from analysis.estimate.result import EffectEstimate
from analysis.narrative import delivery, outcomes, quality, standing, uptake
from analysis.narrative.outcomes import Assessment
from analysis.publish.gate import CAUSAL_WORDS
from analysis.tables import plan_items
from analysis.units import units_below

SOURCE = Provenance(("a",), is_synthetic=False)
PROVINCE, PLACE, YEAR = "74", "Bình Dương", 2021
TODAY = date(2026, 11, 22)


def make_estimate() -> EffectEstimate:
    return EffectEstimate("share_pct", "chênh lệch", 1.25, 0.5, 60, 0.2, 2.3, 0.95, 0.01, None, 30, 32, 1, 1, 1.4, "demeaned_did")


def make_assessment(grade: str, outcome: str = "tỷ lệ nộp hồ sơ trực tuyến") -> Assessment:
    return Assessment(outcome, Verdict(grade, "lý do"), "cần thêm", "điểm", "nhóm này", "nhóm kia", SOURCE, make_estimate())


def causal_words(said: str) -> list[str]:
    return [word for word in CAUSAL_WORDS if word in said.lower()]


@pytest.fixture(scope="module")
def histories(shipped_tables) -> dict[str, pd.DataFrame]:
    return standing_chapter.histories_of(shipped_tables.index_scores, shipped_tables.index_editions, PROVINCE, YEAR, TODAY)


@pytest.fixture(scope="module")
def progress(shipped_tables) -> pd.DataFrame:
    below = units_below(shipped_tables.units, PROVINCE)
    plan = plan_of_year(shipped_tables.plans, PROVINCE, YEAR)
    return item_progress(items_of_plan(shipped_tables.plan_items, plan), activities_of_year(shipped_tables.activities, below, YEAR), below)


# Contribution


@pytest.mark.parametrize("grade", ["C", "D"])
def test_below_grade_b_no_sentence_holds_a_causal_word(grade):
    item = make_assessment(grade)
    for found in (outcomes.headline([item, make_assessment("D", "PCI")], YEAR), outcomes.observed(item, make_estimate())):
        assert causal_words(found.text_vi) == []
        assert found.grade == grade


@pytest.mark.parametrize(("grade", "verb"), [("A", "góp phần"), ("B", "đi kèm với")])
def test_a_causal_verb_comes_with_its_grade_only(grade, verb):
    item = make_assessment(grade)
    for found in (outcomes.headline([make_assessment("D", "PCI"), item], YEAR), outcomes.observed(item, make_estimate())):
        assert causal_words(found.text_vi) == [verb]
        assert found.grade == grade


def test_the_headline_names_what_is_uncertain_and_what_cannot_be_assessed():
    said = outcomes.headline([make_assessment("C"), make_assessment("D", "PCI"), make_assessment("D", "PAPI")], YEAR).text_vi
    assert "chưa đủ bằng chứng với tỷ lệ nộp hồ sơ trực tuyến" in said
    assert "không đánh giá được với PCI và PAPI" in said


def test_methods_and_lessons_use_no_causal_word(histories, shipped_tables):
    spoken = [
        outcomes.not_applicable(YEAR, SOURCE),
        outcomes.no_cause_from_timing(SOURCE),
        standing.circularity("PAR INDEX", SOURCE),
        quality.nothing_loaded(shipped_tables.plans),
        standing.overview(histories, PLACE, YEAR, SOURCE),
        standing.none_judged(SOURCE),
        *(standing.edition(history, index, PLACE, YEAR, SOURCE) for index, history in histories.items()),
    ]
    assert [causal_words(block.text_vi) for block in spoken] == [[]] * len(spoken)


# Standing


def test_papi_2021_is_not_compared_across_the_break_and_not_credited_to_the_plan(histories):
    for found in (standing.edition(histories["PAPI"], "PAPI", PLACE, YEAR, SOURCE), standing.overview(histories, PLACE, YEAR, SOURCE)):
        assert isinstance(found, Finding)
        assert "47,18" in found.text_vi
        assert re.search(r"không so với 40,76 điểm.*2020.*không quy .*cho truyền thông", found.text_vi)
        assert "6,42" not in found.text_vi


@pytest.mark.parametrize("index", ["PAPI", "PCI", "PAR INDEX", "SIPAS"])
def test_an_edition_is_said_to_be_unpublished_before_its_day(shipped_tables, index):
    histories = standing_chapter.histories_of(shipped_tables.index_scores, shipped_tables.index_editions, PROVINCE, YEAR, date(2022, 1, 15))
    found = standing.edition(histories[index], index, PLACE, YEAR, SOURCE)
    assert isinstance(found, Sentence)
    assert found.text_vi.startswith(f"{index} 2021: chưa công bố.")


def test_the_day_of_publication_makes_the_difference(shipped_tables):
    editions = shipped_tables.index_editions
    published = editions[(editions["index"] == "PCI") & (editions["edition_year"] == YEAR)]["published_date"].iloc[0].date()

    def kind(day: date) -> type:
        histories = standing_chapter.histories_of(shipped_tables.index_scores, editions, PROVINCE, YEAR, day)
        return type(standing.edition(histories["PCI"], "PCI", PLACE, YEAR, SOURCE))

    assert kind(published) is Finding
    assert kind(date.fromordinal(published.toordinal() - 1)) is Sentence


def test_a_year_without_an_edition_is_said_plainly(histories):
    assert standing.edition(histories["SIPAS"], "SIPAS", PLACE, 2016, SOURCE).text_vi == "SIPAS: không có kỳ đánh giá năm 2016."


def make_move(change: float, verdict: str, limit: float | None, judged: float | None = None, basis: str = "panel") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "index": "PCI",
                "from_year": 2020,
                "to_year": 2021,
                "change_score": change,
                "judged_score": judged or change,
                "noise_score": limit,
                "noise_basis": basis,
                "is_ordinary": False,
                "verdict": verdict,
            }
        ]
    )


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (
            make_move(-0.57, "within_noise", 3.72),
            "−0,57 điểm so với năm 2020, nằm trong mức dao động thường gặp (±3,72 điểm; dao động của các tỉnh cùng giai đoạn).",
        ),
        (
            make_move(5.0, "clear", 1.2, basis="published_se"),
            "+5,00 điểm so với năm 2020, vượt sai số chọn mẫu do nơi công bố in (±1,20 điểm).",
        ),
    ],
)
def test_a_move_is_judged_against_noise(move, said):
    assert standing.moves(move, pd.DataFrame(), "PCI", YEAR, SOURCE).text_vi == f"PCI thay đổi {said}"


def test_a_move_judged_less_that_of_all_provinces_says_so():
    said = standing.moves(make_move(5.0, "within_noise", 3.72, judged=1.5), pd.DataFrame(), "PCI", YEAR, SOURCE).text_vi
    assert "+5,00 điểm" in said
    assert "trừ thay đổi chung của các tỉnh còn +1,50 điểm" in said


def test_a_move_without_known_noise_is_not_called_real():
    said = standing.moves(make_move(5.0, "not_known", None, basis="none"), pd.DataFrame(), "PCI", YEAR, SOURCE).text_vi
    assert said == "PCI thay đổi +5,00 điểm so với năm 2020; chưa có mức dao động thường gặp để so, nên chưa biết là thay đổi thật hay ngẫu nhiên."


def test_a_move_beyond_what_the_sample_size_allows_is_not_known_and_never_real():
    told = standing.moves(make_move(5.0, "not_known", 4.1, basis="sample_size"), pd.DataFrame(), "PCI", YEAR, SOURCE).text_vi
    assert "cỡ mẫu không đủ để nói đây là thay đổi thật" in told
    assert "vượt mức" not in told


def test_across_a_break_no_move_is_told_at_all(histories):
    assert standing.moves(make_move(0, "clear", 1).head(0), histories["PAPI"], "PAPI", YEAR, SOURCE) is None


def make_ranks(before: int, now: int, era: str = "e") -> pd.DataFrame:
    return pd.DataFrame({"edition_year": [2020, 2021], "era": ["e", era], "rank": [before, now], "rank_of": 63, "basis": "stated"})


@pytest.mark.parametrize(("before", "now", "said"), [(9, 4, "lên 5 bậc"), (4, 9, "xuống 5 bậc"), (4, 4, "giữ nguyên hạng")])
def test_ranks_without_scores_are_compared_inside_an_era_and_not_called_real(before, now, said):
    nothing = make_move(0, "clear", 1).head(0)
    found = standing.moves(nothing, make_ranks(before, now), "PCI", YEAR, SOURCE).text_vi
    assert said in found
    assert "chưa biết có vượt mức dao động" in found
    assert standing.moves(nothing, make_ranks(before, now, era="f"), "PCI", YEAR, SOURCE) is None


# Delivery


def test_occasions_are_never_printed_for_items_that_state_none(progress):
    continuous = progress[progress["time_phrase_vi"] == "Thường xuyên"]
    assert len(continuous) > 3
    assert continuous["expected_total_count"].isna().all()
    rows = plan_items(continuous, continuous.head(0).assign(is_synthetic=True)).rows
    assert all("lần" not in row[4] and row[5] is None for row in rows)


def test_completion_tells_each_item_that_states_a_number_and_adds_none_together(progress):
    stated = progress[progress["expected_total_count"].notna()]
    found = delivery.completion(progress, progress, YEAR, TODAY)
    assert found.text_vi.startswith(f"Trong {len(stated)} mục có nêu số lần")
    assert all(f"(mục {row.section}.{row.stt})" in found.text_vi for row in stated.itertuples())
    assert f"{len(progress) - len(stated)} mục còn lại không nêu số lần" in found.evidence_vi
    assert delivery.completion(progress[progress["expected_count"].isna()], progress, YEAR, TODAY) is None


def make_costs(*rows: tuple[str, int, int, int]) -> pd.DataFrame:
    """Channels from (name, sum, known, approximate)."""
    return pd.DataFrame(rows, columns=["channel", "cost_vnd", "known_count", "approximate_count"])


def test_cost_is_told_only_where_it_is_given_and_with_what_is_only_about():
    log = pd.DataFrame({"source_id": ["log"] * 5, "is_synthetic": False})
    assert delivery.cost(make_costs(), log).text_vi == "Không có hoạt động nào trong 5 hoạt động ghi kinh phí."
    exact = delivery.cost(make_costs(("print", 9_000_000, 1, 0), ("radio", 1_250_000, 2, 0)), log).text_vi
    assert exact == "3 trên 5 hoạt động có ghi kinh phí, cộng 10.250.000 đồng."
    about = delivery.cost(make_costs(("radio", 1_250_000, 2, 1)), log).text_vi
    assert about == "2 trên 5 hoạt động có ghi kinh phí, cộng 1.250.000 đồng; trong đó 1 hoạt động ghi số gần đúng."


def test_reach_that_is_only_about_is_told_of_what_is_recorded():
    log = pd.DataFrame(
        {"reach_count": pd.array([5, 7, None], dtype="Int64"), "is_reach_approximate": [True, False, True], "source_id": "log", "is_synthetic": False}
    )
    assert "1 trên 3 hoạt động (33\u00a0%) không ghi" in delivery.reach_gaps(1, log).text_vi
    assert "Trong 2 hoạt động có ghi, 1 (50\u00a0%) ghi số gần đúng." in delivery.reach_gaps(1, log).text_vi
    assert "gần đúng" not in delivery.reach_gaps(1, log.assign(is_reach_approximate=False)).text_vi


def test_activities_outside_the_window_are_told_by_where_they_fall():
    item = {"section": "II.1", "stt": 6, "early_count": 2, "gap_count": 0, "late_count": 1, "source_id": "plan"}
    items = pd.DataFrame([item, {**item, "stt": 7, "early_count": 0, "gap_count": 3}])
    said = delivery.lateness(items, items).text_vi
    assert said == (
        "Có hoạt động bắt đầu trước thời gian của kế hoạch ở mục II.1.6 (2 hoạt động); "
        "nằm giữa các khoảng thời gian của kế hoạch ở mục II.1.7 (3 hoạt động); "
        "bắt đầu sau thời hạn của kế hoạch ở mục II.1.6 (1 hoạt động) và mục II.1.7 (1 hoạt động)."
    )
    assert delivery.lateness(items.assign(early_count=0, gap_count=0, late_count=0), items) is None


def test_a_year_under_way_says_up_to_which_day():
    assert "Tính đến ngày 30/06/2021, năm chưa kết thúc" in delivery.as_of_note(date(2021, 6, 30), YEAR)
    assert delivery.as_of_note(date(2021, 12, 31), YEAR) == ""


def test_the_plan_is_named_with_both_its_dates(shipped_tables):
    said = delivery.about_plan(plan_of_year(shipped_tables.plans, PROVINCE, YEAR), PLACE, YEAR, shipped_tables.plans).text_vi
    assert "6334/KH-UBND ngày 24/12/2020 (trong văn bản còn ghi ngày 17/12/2020)" in said


def test_without_a_plan_those_there_are_get_named(shipped_tables):
    said = delivery.about_plan(None, PLACE, 2022, shipped_tables.plans).text_vi
    assert "Chưa nạp kế hoạch truyền thông năm 2022 của Bình Dương" in said
    assert "6334/KH-UBND năm 2021" in said
    assert delivery.about_plan(None, PLACE, 2022, shipped_tables.plans.head(0)).text_vi.endswith("của Bình Dương.")


# Uptake


def make_rate(share: float | None, regime: str = "levels_3_4") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "regime": [regime],
            "share": pd.array([share], dtype="Float64"),
            "numerator_count": [0 if share is None else int(share * 1000)],
            "denominator_count": [0 if share is None else 1000],
        }
    )


def year_part(period_vi, now, before=None, regime="levels_3_4", **told):
    whole = make_rate(now, regime).iloc[0]
    earlier = None if before is None else make_rate(before, regime).iloc[0]
    return uptake.YearPart(period_vi, whole, whole if before is not None else None, earlier, **{"is_whole": True, **told})


def test_a_rate_is_told_with_both_counts_and_the_name_of_its_denominator():
    found = uptake.year_rate([year_part("năm 2021", 0.319)], "online_all", "xã A", YEAR, SOURCE)
    assert found.text_vi == "Năm 2021, xã A có 31,9\u00a0% hồ sơ (319 trên 1.000) được nộp trực tuyến."
    assert found.evidence_vi == "Hồ sơ nộp trực tuyến trên tổng hồ sơ tiếp nhận."


def test_a_year_of_two_regimes_is_told_in_two_parts_that_are_not_added():
    parts = [year_part("từ tháng 01 đến tháng 8/2022", 0.3, 0.2), year_part("từ tháng 9/2022 đến tháng 12/2022", 0.5, regime="decree_42")]
    said = uptake.year_rate(parts, "online_all", "xã A", 2022, SOURCE).text_vi
    first, second = said.index("30,0\u00a0%"), said.index("50,0\u00a0%")
    assert first < said.index("tăng 10,0 điểm phần trăm") < said.index("Nghị định 42/2022") < second
    assert "không gộp" in said
    assert "40,0" not in said


@pytest.mark.parametrize(("before", "now", "said"), [(0.30, 0.35, "tăng 5,0 điểm phần trăm"), (0.35, 0.30, "giảm 5,0 điểm phần trăm")])
def test_a_change_is_told_in_points_inside_one_regime(before, now, said):
    told = uptake.year_rate([year_part("năm 2021", now, before)], "online_all", "xã A", YEAR, SOURCE).text_vi
    assert said in told
    assert causal_words(told) == []


def test_the_points_of_a_change_are_the_difference_of_the_printed_shares():
    assert uptake.difference(0.4358, 0.3514) == "tăng 8,5 điểm phần trăm"  # 43,6 less 35,1, though 8,44 unrounded
    assert uptake.difference(0.4361, 0.4359) == "không đổi"


def test_a_change_that_would_invent_is_not_told():
    told = uptake.year_rate([year_part("năm 2021", 0.3, None)], "online_all", "xã A", YEAR, SOURCE).text_vi
    assert "điểm phần trăm" not in told
    assert "cùng kỳ" not in told


# Quality


def test_real_data_need_no_word_on_simulation(shipped_tables):
    register = shipped_tables.sources
    assert "mô phỏng" in quality.synthetic_share(register).text_vi
    assert quality.synthetic_share(register[~register["is_synthetic"]]).text_vi.startswith("Toàn bộ số liệu trong báo cáo này là số liệu thật")
