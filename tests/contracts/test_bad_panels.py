"""What a panel may not be: every public estimator refuses it in Vietnamese, names what it found and leaves its input as it was."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.estimate.augmented import augmented_synthetic_control
from analysis.estimate.conformal_inference import conformal
from analysis.estimate.difference import demeaned_did, detrended_did, last_year_did
from analysis.estimate.long_series import debiased_t_test
from analysis.estimate.plain_comparisons import before_after, gap_to_others
from analysis.estimate.refusals import DesignRefused
from analysis.estimate.result import EffectEstimate
from analysis.estimate.synthetic import synthetic_control
from analysis.estimate.synthetic_difference import synthetic_did
from analysis.estimate.time_series import interrupted_time_series
from analysis.estimate.two_way import two_way_fixed_effects

START, YEARS, UNITS = 2020, range(2014, 2024), 8
VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)
ESTIMATORS = {
    "demeaned_did": demeaned_did,
    "detrended_did": detrended_did,
    "last_year_did": last_year_did,
    "synthetic_control": synthetic_control,
    "demeaned_synthetic_control": partial(synthetic_control, demeaned=True),
    "synthetic_control_rmspe": partial(synthetic_control, statistic="rmspe_ratio", solver="exact"),
    "synthetic_did": synthetic_did,
    "augmented_synthetic_control": augmented_synthetic_control,
    "two_way_fixed_effects": two_way_fixed_effects,
    "before_after": before_after,
    "gap_to_others": gap_to_others,
    "interrupted_time_series": interrupted_time_series,
    "debiased_t_test": debiased_t_test,
    "conformal": conformal,
}


def sound() -> pd.DataFrame:
    """Eight units over ten years, with an era column; nothing wrong with it."""
    rng = np.random.default_rng(7)
    rows = [(f"u{unit:02d}", year, 50 + 3 * unit + rng.normal(), "2014-2023") for unit in range(UNITS) for year in YEARS]
    return pd.DataFrame(rows, columns=["unit", "year", "score", "era"])


def changed(where: Callable[[pd.DataFrame], pd.Series], value: float) -> pd.DataFrame:
    panel = sound()
    panel.loc[where(panel), "score"] = value
    return panel


def is_treated_after(panel: pd.DataFrame) -> pd.Series:
    return (panel["unit"] == "u00") & (panel["year"] >= START)


def ask(estimator: Callable[..., EffectEstimate], panel: pd.DataFrame, **options: Any) -> EffectEstimate:
    return estimator(panel, **{"unit": "unit", "time": "year", "outcome": "score", "treated": ["u00"], "start": START} | options)


BAD: dict[str, tuple[pd.DataFrame, dict[str, Any], str]] = {
    "no comparison units": (sound().query("unit == 'u00'"), {}, "Không có đơn vị so sánh"),
    "two comparison units": (sound().query("unit < 'u03'"), {}, "Chỉ còn 2 đơn vị so sánh"),
    "comparison units that miss a period each": (
        changed(lambda panel: (panel["unit"] != "u00") & (panel["year"] - 2014 == panel["unit"].str[1:].astype(int)), np.nan),
        {},
        "Không có đơn vị so sánh",
    ),
    "treated rows missing after the start": (sound()[~is_treated_after(sound())], {}, "từ mốc bắt đầu 2020 trở đi .*u00"),
    "treated scores missing after the start": (changed(is_treated_after, np.nan), {}, "từ mốc bắt đầu 2020 trở đi .*u00"),
    "treated infinite after the start": (changed(is_treated_after, np.inf), {}, "từ mốc bắt đầu 2020 trở đi .*u00"),
    "treated missing before the start": (sound().query("unit != 'u00' or year >= 2020"), {}, "trước mốc bắt đầu 2020 .*u00"),
    "treated not in the data": (sound(), {"treated": ["nobody"]}, "0 trên 1 đơn vị"),
    "one of two treated not in the data": (sound(), {"treated": ["u00", "nobody"]}, "1 trên 2 đơn vị"),
    "nobody treated": (sound(), {"treated": []}, "Chưa nêu đơn vị"),
    "treated given as a string": (sound(), {"treated": "u00"}, "danh sách.*“u00”"),
    "one period before": (sound().query("year >= 2019"), {}, "Chỉ có 1 kỳ trước mốc bắt đầu"),
    "constant outcome": (sound().assign(score=7.0), {}, "không biến động"),
    "duplicate unit and period": (pd.concat([sound(), sound().head(1)]), {}, "hai lần trong cùng một kỳ: u00, kỳ 2014"),
    "a wave without any score": (changed(lambda panel: panel["year"] == 2017, np.nan), {}, "Kỳ 2017 không có số liệu"),
    "a wave of infinities": (changed(lambda panel: panel["year"] == 2017, -np.inf), {}, "Kỳ 2017 không có số liệu"),
    "start before the data": (sound(), {"start": 1990}, "mốc bắt đầu 1990: bảng có số liệu từ 2014 đến 2023"),
    "start in the first period": (sound(), {"start": 2014}, "mốc bắt đầu 2014"),
    "start after the data": (sound(), {"start": 2099}, "mốc bắt đầu 2099"),
    "start of another kind": (sound(), {"start": "đầu năm"}, "đầu năm.* không cùng kiểu"),
    "no start": (sound(), {"start": None}, "không cùng kiểu"),
    "start of one treated unit not said": (sound(), {"treated": ["u00", "u01"], "start": {"u00": START}}, "Chưa nêu kỳ bắt đầu của: u01"),
    "outcome of words": (sound().assign(score="cao"), {}, "“score” không phải là số"),
    "outcome of digits as words": (sound().assign(score=lambda panel: panel["score"].astype(str)), {}, "“score” không phải là số"),
    "outcome of dates": (sound().assign(score=pd.Timestamp("2020-01-01")), {}, "“score” không phải là số"),
    "outcome of yes and no": (sound().assign(score=lambda panel: panel["score"] > 60), {}, "“score” không phải là số"),
    "outcome of nullable yes and no": (sound().assign(score=lambda panel: (panel["score"] > 60).astype("boolean")), {}, "không phải là số"),
    "no such outcome": (sound(), {"outcome": "mark"}, "không có cột mark; các cột đang có: unit, year, score, era"),
    "no such unit and time": (sound(), {"unit": "code", "time": "month"}, "không có cột code, month"),
    "a unit beside its successor": (sound(), {"lineage": {"u03": ["u05"]}}, "u03 và u05"),
    "the treated beside its successor": (sound(), {"lineage": {"u00": ["u05"]}}, "u00 và u05"),
    "era break inside the window": (sound().assign(era=lambda panel: np.where(panel["year"] < 2017, "cũ", "mới")), {"era": "era"}, r"\(cũ, mới\)"),
    "era unknown in some rows": (sound().assign(era=lambda panel: panel["era"].where(panel["year"] != 2016)), {"era": "era"}, "Cách chấm điểm"),
    "a nameless unit": (sound().assign(unit=lambda panel: panel["unit"].where(panel["unit"] != "u03")), {}, "trống tên đơn vị"),
    "a row without a period": (sound().assign(year=lambda panel: panel["year"].where(panel.index != 3)), {}, "trống kỳ"),
    "no rows": (sound().head(0), {}, "0 trên 1 đơn vị"),
    "no columns": (pd.DataFrame(), {}, "không có cột unit, year, score"),
    "level in per cent": (sound(), {"level": 95}, "gặp 95"),
    "level of one": (sound(), {"level": 1.0}, "gặp 1.0"),
    "level of nought": (sound(), {"level": 0.0}, "gặp 0.0"),
    "level that is no number": (sound(), {"level": float("nan")}, "gặp nan"),
}


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("fault", BAD)
def test_a_bad_panel_is_refused_in_vietnamese_with_what_was_found_and_left_as_it_was(name, fault):
    panel, options, reason = BAD[fault]
    before = panel.copy(deep=True)
    with pytest.raises(DesignRefused, match=reason) as refused:
        ask(ESTIMATORS[name], panel, **options)
    assert VIETNAMESE.search(str(refused.value))
    pd.testing.assert_frame_equal(panel, before)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_sound_panel_is_answered_and_left_as_it_was(name):
    panel, treated = sound(), ["u00"]
    found = ask(ESTIMATORS[name], panel, treated=treated, era="era", lineage={"gone": ["u01"]})
    pd.testing.assert_frame_equal(panel, sound())
    assert treated == ["u00"]
    assert np.isfinite(found.estimate)
    assert (found.era, found.comparison_count, found.before_count, found.after_count) == ("2014-2023", 7, 6, 4)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_comparison_unit_with_an_infinite_score_does_not_take_part(name):
    spoilt = changed(lambda panel: (panel["unit"] == "u05") & (panel["year"] == 2016), np.inf)
    found, without = ask(ESTIMATORS[name], spoilt), ask(ESTIMATORS[name], sound().query("unit != 'u05'"))
    assert (found.estimate, found.mde, found.p_rank) == (without.estimate, without.mde, without.p_rank)
    assert found.data_hash == without.data_hash


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("dtype", ["Float64", "float32", "Int64", "int16"])
def test_numbers_of_any_kind_are_read_as_numbers(name, dtype):
    whole = sound().assign(score=lambda panel: (100 * panel["score"]).round())
    found = ask(ESTIMATORS[name], whole.astype({"score": dtype}))
    assert found.estimate == ask(ESTIMATORS[name], whole).estimate


@pytest.mark.parametrize("name", ESTIMATORS)
def test_gaps_in_a_nullable_column_are_gaps(name):
    gaps = changed(lambda panel: (panel["unit"] == "u05") & (panel["year"] == 2016), np.nan)
    found = ask(ESTIMATORS[name], gaps.assign(score=gaps["score"].astype("Float64")))
    assert found.estimate == ask(ESTIMATORS[name], gaps).estimate
