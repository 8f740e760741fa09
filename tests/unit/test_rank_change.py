"""Why a rank changed, in two sentences and one chart: the parts add up, and across eras nothing is called clear."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.blocks import Provenance
from analysis.figures.decomposition import component_bars, contribution_bars, places_vi, rank_parts
from analysis.figures.draw import draw
from analysis.narrative import decomposition as say
from analysis.standing import PART_COLUMNS, RankDecomposition
from analysis.tables import rank_decomposition

SOURCE = Provenance(("a",), is_synthetic=False)
NAMES = {"A": "Minh bạch", "B": "Đào tạo"}
PARTS = pd.DataFrame([("A", 7.0, 6.5, 6.0, 6.1, 20.0, 5.0, -1.2, -0.6), ("B", 6.4, 6.5, 5.8, 5.8, 20.0, 10.0, 0.2, -0.7)], columns=list(PART_COLUMNS))
FELL = RankDecomposition(
    index="PCI",
    province_code="74",
    from_year=2021,
    to_year=2023,
    from_era="2013-2021",
    to_era="2022-2024",
    crosses_era=True,
    from_rank=6,
    from_rank_of=63,
    to_rank=38,
    to_rank_of=63,
    from_score=69.61,
    to_score=66.00,
    old_weights_to_rank=22,
    new_weights_from_rank=16,
    old_weights_to_score=66.01,
    new_weights_from_score=69.25,
    weights_places=13.0,
    own_places=22.0,
    others_places=-3.0,
    own_places_least=14,
    own_places_most=31,
    net_change_score=-3.69,
    noise_score=3.81,
    verdict="within_noise",
    components=PARTS,
)


def test_two_sentences_say_how_many_places_each_cause_moved_and_what_kept_weights_would_have_given():
    found = say.why_rank_changed(FELL, "PCI", "Bình Dương", NAMES, SOURCE)
    first, second = found.text_vi.split(". ")
    assert first == (
        "PCI của Bình Dương từ hạng 6/63 năm 2021 xuống hạng 38/63 năm 2023 (32 bậc): "
        "ước tính xuống 13 bậc do đổi trọng số, xuống 22 bậc do điểm của tỉnh và lên 3 bậc do điểm của các tỉnh khác"
    )
    assert second == (
        "Giữ nguyên trọng số cũ thì năm 2023 tỉnh đứng hạng 22/63, không phải 38/63; "
        "chấm theo trọng số mới thì ngay năm 2021 tỉnh đã đứng hạng 16/63, không phải 6/63."
    )
    assert "giả định" in found.evidence_vi
    assert "từ xuống 14 bậc đến xuống 31 bậc tùy cách thay" in found.evidence_vi
    assert say.in_brief(found=FELL, index="PCI", rests_on=SOURCE).text_vi.startswith("PCI của tỉnh từ hạng 6/63 năm 2021 xuống hạng 38/63")


def test_inside_one_era_no_weights_are_spoken_of():
    inside = replace(FELL, crosses_era=False, to_era="2013-2021", weights_places=0.0, own_places=35.0)
    said = say.why_rank_changed(inside, "PCI", "Bình Dương", NAMES, SOURCE).text_vi
    assert "trọng số" not in said
    assert "ước tính" not in said
    assert "trọng số" not in rank_parts(inside, "PCI", "Bình Dương", SOURCE).alt_vi


def test_across_eras_a_move_under_kept_weights_is_never_called_clear_whatever_its_size():
    for net in (-3.69, -30.0):
        said = say.constant_weight_move(replace(FELL, net_change_score=net, verdict="clear"), "PCI", NAMES, SOURCE)
        assert said is not None
        assert "chưa biết" in said.text_vi
        assert ": rõ" not in said.text_vi
        assert said.text_vi.endswith(
            "So với thay đổi chung của các tỉnh, giảm nhiều nhất ở minh bạch (−1,20 điểm PCI). "
            "Riêng việc đổi trọng số ảnh hưởng nhiều nhất qua đào tạo (−0,70 điểm, trọng số 20 → 10 %)."
        )
    assert say.constant_weight_move(replace(FELL, crosses_era=False), "PCI", NAMES, SOURCE) is None


def test_ranks_that_no_weights_change_are_said_as_such_and_not_against_themselves():
    top = replace(FELL, from_rank=1, to_rank=1, old_weights_to_rank=1, new_weights_from_rank=1, weights_places=0.0, own_places=0.0, others_places=0.0)
    said = say.why_rank_changed(top, "PCI", "X", NAMES, SOURCE).text_vi
    assert said.endswith("Theo trọng số cũ hay mới, thứ hạng từng năm đều như vậy.")
    half = say.why_rank_changed(replace(FELL, old_weights_to_rank=38), "PCI", "X", NAMES, SOURCE).text_vi
    assert "tỉnh vẫn đứng hạng 38/63; chấm theo trọng số mới" in half


def test_a_part_whose_sign_depends_on_the_weights_says_so_and_its_components_follow_its_own_sign():
    mixed = replace(FELL, own_places=-2.0, others_places=21.0, own_places_least=-5, own_places_most=11)
    said = say.why_rank_changed(mixed, "PCI", "X", NAMES, SOURCE).text_vi
    assert "lên 2 bậc do điểm của tỉnh (chưa chắc: từ lên 5 bậc đến xuống 11 bậc tùy cách thay)" in said
    assert "tăng nhiều nhất ở đào tạo" in say.constant_weight_move(mixed, "PCI", NAMES, SOURCE).text_vi


def test_a_rank_told_otherwise_elsewhere_is_explained():
    found = say.why_rank_changed(FELL, "PCI", "X", NAMES, SOURCE, {2023: 37})
    assert "nơi khác ghi hạng 37 của năm 2023 vì điểm tổng hợp đã làm tròn" in found.evidence_vi


def test_an_unchanged_rank_and_a_better_one_are_said_as_such():
    kept = replace(FELL, to_rank=6, weights_places=0.0, own_places=2.0, others_places=-2.0)
    assert say.why_rank_changed(kept, "PCI", "X", NAMES, SOURCE).text_vi.startswith("PCI của X giữ hạng 6/63 từ năm 2021 đến năm 2023")
    better = replace(FELL, to_rank=2, weights_places=0.0, own_places=-4.0, others_places=0.0)
    assert "lên hạng 2/63 năm 2023 (4 bậc)" in say.why_rank_changed(better, "PCI", "X", NAMES, SOURCE).text_vi


@pytest.mark.parametrize(
    ("places", "said"), [(13.0, "xuống 13 bậc"), (-3.0, "lên 3 bậc"), (0.0, "không đổi"), (2.5, "xuống 2,5 bậc"), (-0.25, "lên 0,25 bậc")]
)
def test_places_are_shown_exactly_so_that_they_add_up(places, said):
    assert places_vi(places) == said


def test_the_bars_of_the_chart_add_up_to_the_change_of_rank():
    chart = rank_parts(FELL, "PCI", "Bình Dương", SOURCE)
    assert sum(chart.series[0].y) == FELL.to_rank - FELL.from_rank == 32
    assert chart.title.startswith(
        "PCI xuống 32 bậc (hạng 6/63 → 38/63): xuống 13 bậc do nơi công bố đổi trọng số; xuống 22 bậc do điểm thành phần của Bình Dương"
    )
    assert any("giả định" in note for note in chart.notes_vi)
    assert list(draw(chart).data[0].x) == [13.0, 22.0, -3.0]


def test_the_table_has_both_editions_and_both_weights_of_every_component():
    table = rank_decomposition(FELL, "PCI", NAMES, SOURCE)
    assert table.rows[0] == ("Minh bạch", 7.0, 6.5, 6.0, 6.1, 20.0, 5.0, "−1,20")
    assert "hạng 22/63 năm 2023" in table.notes_vi[0]
    assert "hạng 16/63 năm 2021" in table.notes_vi[0]


def test_contributions_name_the_strongest_both_ways_each_with_its_verdict():
    parts = pd.DataFrame(
        {"name_vi": ["A", "B", "C", "D"], "contribution_score": [1.2, -0.4, 0.3, 0.1], "verdict": ["clear", "within_noise", "not_known", "clear"]}
    )
    said = say.contributions(parts, "PCI", 2020, 2021, SOURCE).text_vi
    assert said == (
        "PCI từ 2020 đến 2021, kéo lên nhiều nhất: a (+1,20 điểm, rõ) và d (+0,10 điểm, rõ); "
        "kéo xuống nhiều nhất: b (−0,40 điểm, trong mức dao động ngẫu nhiên)."
    )
    chart = contribution_bars(parts, "PCI", 2020, 2021, "X", SOURCE)
    assert chart.series[0].x[0] == "B (dao động)"
    assert sum(chart.series[0].y) == pytest.approx(1.2)


def test_components_beside_others_count_those_below_the_median_and_leave_out_peers_nobody_has():
    beside = pd.DataFrame(
        {
            "name_vi": ["A", "B"],
            "own_score": [5.0, 6.0],
            "peers_score": [None, None],
            "median_score": [6.0, 6.0],
            "best_score": [8.0, 8.0],
        }
    )
    chart = component_bars(beside, "PCI", 2021, "X", "các tỉnh khác vùng Y", SOURCE)
    assert chart.title == "PCI 2021: 1/2 thành phần thấp hơn mức giữa các tỉnh"
    assert [series.name for series in chart.series] == ["X", "mức giữa các tỉnh", "cao nhất"]
    assert "Thấp hơn mức giữa: A." in chart.alt_vi
