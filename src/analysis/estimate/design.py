"""May this comparison be made at all? Reasons to refuse, found before any number is computed."""

import pandas as pd

from analysis.standing import WHOLE_PANEL_COUNT
from analysis.units import COUNTRY_CODE

METHOD_CHANGED_VI = "phương pháp chấm điểm đổi"
MIN_EDITIONS_BEFORE = 2


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
        return "chỉ số này cộng điểm cho chính việc làm truyền thông nên so sánh sẽ luẩn quẩn"
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
        return f"{METHOD_CHANGED_VI} từ phiên bản {first}, nên điểm trước và sau không so sánh được với nhau"
    return f"chỉ có {len(before)} phiên bản cùng phương pháp trước năm {plan_year} có điểm của tỉnh, cần ít nhất {MIN_EDITIONS_BEFORE}"


def _panel_refusal(history: pd.DataFrame, scores: pd.DataFrame, edition: pd.Series, plan_year: int) -> str | None:
    """The comparison needs nearly all provinces in the very editions the province has; a list of leaders and laggards misleads."""
    era = history[(history["era"] == edition["era"]) & history["score"].notna()]
    scored = scores[scores["score"].notna() & (scores["province_code"] != COUNTRY_CODE) & scores["edition_year"].isin(era["edition_year"])]
    held = scored["province_code"].value_counts()
    complete = int((held == len(era)).sum())
    if complete >= WHOLE_PANEL_COUNT:
        return None
    return (
        f"bộ số liệu chỉ có đủ điểm từ năm {plan_year} trở về trước của {complete} tỉnh, phần nhiều là các tỉnh đầu và cuối bảng; "
        f"cần ít nhất {WHOLE_PANEL_COUNT} tỉnh"
    )
