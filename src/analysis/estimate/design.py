"""May this comparison be made at all? Reasons to refuse, found before any number is computed."""

import pandas as pd

from analysis.units import COUNTRY_CODE

MIN_EDITIONS_BEFORE = 2
MIN_COMPARISON_PROVINCES = 20  # with fewer the placebo rank cannot fall below 5 %


def refusal_for_index(history: pd.DataFrame, scores: pd.DataFrame, plan_year: int, *, is_circular: bool) -> str | None:
    """Why an index composite cannot judge the plan of ``plan_year``, or None when nothing forbids it.

    ``history`` is one province's editions (see ``standing.history``) up to the report year, ``scores`` all
    provinces' composites of the index. Raw scores compare within one era only, so the editions before the plan must
    lie in the era of the plan's edition.
    """
    of_year = history[history["edition_year"] == plan_year]
    if of_year.empty:
        return f"không có phiên bản {plan_year} của chỉ số này"
    edition = of_year.iloc[0]
    if edition["status"] == "not_yet":
        return f"chưa công bố phiên bản {plan_year}"
    if is_circular:
        return "chỉ số này chấm điểm chính việc thực hiện kế hoạch truyền thông nên so sánh sẽ là vòng tròn"
    if pd.isna(edition["score"]):
        return f"bộ số liệu không có điểm {plan_year} của tỉnh"
    return _era_refusal(history, edition, plan_year) or _panel_refusal(history, scores, edition, plan_year)


def _era_refusal(history: pd.DataFrame, edition: pd.Series, plan_year: int) -> str | None:
    same_era = history["era"] == edition["era"]
    before = history[same_era & (history["edition_year"] < plan_year) & history["score"].notna()]
    if len(before) >= MIN_EDITIONS_BEFORE:
        return None
    first = int(history.loc[same_era, "edition_year"].min())
    if first > plan_year - MIN_EDITIONS_BEFORE:
        return f"phương pháp chấm điểm đổi từ phiên bản {first}, nên điểm trước và sau không so sánh được với nhau"
    return f"chỉ có {len(before)} phiên bản cùng phương pháp trước năm {plan_year} có điểm của tỉnh, cần ít nhất {MIN_EDITIONS_BEFORE}"


def _panel_refusal(history: pd.DataFrame, scores: pd.DataFrame, edition: pd.Series, plan_year: int) -> str | None:
    """Provinces with a score in the plan's edition and in an earlier one of the same era, the province itself left out."""
    earlier = history.loc[(history["era"] == edition["era"]) & (history["edition_year"] < plan_year), "edition_year"]
    scored = scores[scores["score"].notna() & (scores["province_code"] != COUNTRY_CODE)]
    now = set(scored.loc[scored["edition_year"] == plan_year, "province_code"])
    before = set(scored.loc[scored["edition_year"].isin(earlier), "province_code"])
    others = len(now & before) - 1
    if others >= MIN_COMPARISON_PROVINCES:
        return None
    return f"chỉ có điểm trước và sau của {max(others, 0)} tỉnh khác để so sánh, cần ít nhất {MIN_COMPARISON_PROVINCES}"
