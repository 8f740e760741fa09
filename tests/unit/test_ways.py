"""Other ways to ask a question inside the province: all of them, each once, in units of its own error."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.estimate.inside.questions import DOSSIERS, MONTH, ONLINE, SHARE, UNIT, FirstCampaigns, InsideQuestion, RepeatedDoses
from analysis.estimate.inside.ways import COLUMNS, WayTable, ways
from analysis.simulate.panel_truth import PanelTruth
from analysis.simulate.panels import simulate_panel

FIRST = PanelTruth(units=32, months=36, districts=8, effect=3.0, design="first", dossiers_a_month=400.0)
REPEATED = replace(FIRST, months=30, design="repeated", effect=1.5)


def rows_of(truth: PanelTruth) -> pd.DataFrame:
    return simulate_panel(truth, seed=2).rename(columns={"received_count": DOSSIERS, "online_count": ONLINE})


@pytest.fixture(scope="module")
def staggered() -> FirstCampaigns:
    """With two communes of an unclear start, two without a log, and an event in one month."""
    rows = rows_of(FIRST)
    first = rows.groupby(UNIT)["first_month"].first().dropna().to_dict()
    silent = sorted(set(rows[UNIT]) - set(first))[:2]
    return FirstCampaigns(rows, first=first, event_months=frozenset({"2020-04"}), unclear=frozenset(sorted(first)[:2]), unlogged=frozenset(silent))


@pytest.fixture(scope="module")
def repeated() -> RepeatedDoses:
    return RepeatedDoses(rows_of(REPEATED))


def of(points: pd.DataFrame, **labels: str) -> pd.Series:
    """The one way with these labels."""
    chosen = points[(points[list(labels)] == pd.Series(labels)).all(axis=1)]
    assert len(chosen) == 1
    return chosen.iloc[0]


@pytest.fixture(scope="module")
def curves(staggered, repeated) -> list[tuple[InsideQuestion, WayTable]]:
    return [(asked, ways(asked, asked.ask())) for asked in (staggered, repeated)]


def test_first_campaigns_are_asked_in_forty_four_ways_and_doses_in_twenty_four(curves):
    """2 scales × 2 weights × (2 estimators × 5 pools + a shorter horizon), and × 3 windows × 2 measures of dose."""
    assert [(len(found.points), found.refused_count) for _, found in curves] == [(44, 0), (24, 0)]


@pytest.mark.parametrize(
    ("changed", "pools"),
    [
        ({}, ["mọi xã"]),
        ({"unlogged": frozenset({"elsewhere"}), "event_months": frozenset({"2001-01"})}, ["mọi xã"]),
        ({"unclear": True}, ["mọi xã", "bỏ xã có thể đã làm mà không ghi"]),
        ({"unlogged": True, "event_months": frozenset({"2020-04"})}, ["mọi xã", "bỏ xã chưa gửi nhật ký", "bỏ các tháng có biến cố"]),
    ],
    ids=["nothing to leave out", "nothing of this panel", "unclear alone", "unlogged and an event"],
)
def test_a_pool_that_leaves_out_nothing_more_is_no_other_way(staggered, changed, pools):
    """Else the same number would be counted again for each of them."""
    bare = replace(staggered, unclear=frozenset(), unlogged=frozenset(), event_months=frozenset())
    of = {name: getattr(staggered, name) if value is True else value for name, value in changed.items()}
    asked = replace(bare, **of)
    points = ways(asked, staggered.ask()).points
    own = points[
        (points["scale_vi"] == "điểm phần trăm") & (points["weights_vi"] == "theo số hồ sơ") & (points["estimator_vi"] != "thay thế hai bước")
    ]
    assert sorted(own["variant_vi"]) == sorted(pools)
    assert not points.duplicated(["estimator_vi", "scale_vi", "weights_vi", "estimate"]).any()


def test_every_way_stands_once_in_the_order_of_its_standardised_estimate(curves):
    for _, found in curves:
        points = found.points
        assert tuple(points.columns) == COLUMNS
        assert not points.duplicated(list(COLUMNS[:4])).any()
        assert points["standardised"].is_monotonic_increasing
        assert points["standardised"].tolist() == pytest.approx((points["estimate"] / points["std_error"]).tolist())


def test_the_primary_way_is_among_them(curves):
    own = {"scale_vi": "điểm phần trăm", "weights_vi": "theo số hồ sơ"}
    primaries = (("thay thế hai bước", "mọi xã, 12 tháng đầu"), ("trễ phân phối", "6 tháng sau, liều logarit"))
    for (asked, curve), (estimator, variant) in zip(curves, primaries, strict=True):
        found, primary = of(curve.points, **own, estimator_vi=estimator, variant_vi=variant), asked.ask()
        assert (found["estimate"], found["std_error"]) == (pytest.approx(primary.estimate), pytest.approx(primary.std_error))


def test_a_large_planted_effect_has_one_sign_whichever_way_it_is_asked(curves, repeated):
    assert [found.one_sign_share for _, found in curves] == [1.0, 1.0]
    primary = repeated.ask()
    assert ways(repeated, replace(primary, estimate=-primary.estimate)).one_sign_share == 0.0


def test_the_share_is_that_of_the_points_on_the_side_of_the_primary():
    truth = replace(REPEATED, effect=0.0)
    asked = RepeatedDoses(rows_of(truth))
    primary = asked.ask()
    found = ways(asked, primary)
    same = ((found.points["estimate"] > 0) == (primary.estimate > 0)).mean()
    assert found.one_sign_share == pytest.approx(same)


def test_pools_leave_out_what_they_say(staggered, curves):
    """Communes without a log, with an unclear start, both; and the months of an event."""
    (_, curve), _ = curves
    own = {"scale_vi": "điểm phần trăm", "weights_vi": "theo số hồ sơ", "estimator_vi": "thay thế hai bước"}
    rows = staggered.rows
    pools = {
        "bỏ xã chưa gửi nhật ký": rows[~rows[UNIT].isin(staggered.unlogged)],
        "bỏ xã có thể đã làm mà không ghi": rows[~rows[UNIT].isin(staggered.unclear)],
        "bỏ cả hai nhóm xã ấy": rows[~rows[UNIT].isin(staggered.unlogged | staggered.unclear)],
        "bỏ các tháng có biến cố": rows.assign(**{SHARE: rows[SHARE].mask(rows[MONTH] == "2020-04")}),
    }
    for name, kept in pools.items():
        assert of(curve.points, **own, variant_vi=f"{name}, 12 tháng đầu")["estimate"] == pytest.approx(staggered.on(kept).ask().estimate), name


def test_ways_that_the_data_cannot_carry_are_counted(repeated):
    short = repeated.on(repeated.rows[repeated.rows[MONTH] < "2019-10"])
    primary = replace(short, lags=3).ask()
    found = ways(short, primary)
    assert (len(found.points), found.refused_count) == (16, 8)  # nine months of dose leave nothing for the longest windows


def test_where_no_way_can_be_asked_there_is_no_curve(repeated):
    primary = repeated.ask()
    assert ways(repeated.on(repeated.rows.head(3)), primary) is None
