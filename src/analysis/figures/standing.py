"""Charts of the four indices; points of different eras are separate segments and never joined."""

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Mark, Series, cells, numbers, provenance
from analysis.codes import COMPOSITE, INDICES
from analysis.standing import NORMAL_95

SCORE_DECIMALS = 2
SECONDARY = "secondary"  # a figure only a secondary listing gives stands in the table, not on the line


def index_line(history: pd.DataFrame, index: str, province_name: str, unit_vi: str = "điểm") -> Chart:
    """Published composite of a province over its editions, from ``standing.history``; needs one published score."""
    published = history[history["score"].notna()]
    history = history[history["edition_year"] >= published["edition_year"].min()]
    latest = published.iloc[-1]
    return Chart(
        f"index-line-{slug(index)}",
        f"{index} {latest['edition_year']}: {text.number(latest['score'], SCORE_DECIMALS)} điểm{_rank_phrase(latest)}",
        f"{INDICES[index]}, {province_name}, điểm công bố theo năm đánh giá; mỗi đoạn là một phương pháp chấm điểm",
        "line",
        "year",
        "năm đánh giá",
        unit_vi,
        (_series(province_name, history, index),),
        provenance(published),
        alt_vi=_alt(history, index),
        decimals=SCORE_DECIMALS,
        marks=era_marks(history),
        notes_vi=_gap_notes(history),
    )


def _series(name: str, history: pd.DataFrame, index: str) -> Series:
    """Published scores with their 95 % interval where the publisher gives a standard error."""
    drawn = history["score"].where(history["basis"] != SECONDARY).astype("Float64")
    half = NORMAL_95 * history["standard_error_score"].astype("Float64")
    years, eras = cells(history["edition_year"]), tuple(history["era"])
    return Series(name, years, numbers(drawn), segments=eras, low=numbers(drawn - half), high=numbers(drawn + half), index=index)


def component_lines(histories: dict[str, pd.DataFrame], names: dict[str, str], index: str, province_name: str) -> Chart:
    """Components close to communication, one series each; eras stay gaps."""
    series = tuple(_series(f"{code} {names[code]}" if code != COMPOSITE else index, history, index) for code, history in histories.items())
    one = next(iter(histories.values()))
    return Chart(
        f"component-lines-{slug(index)}",
        f"{index}: các thành phần gần với truyền thông thủ tục nhất",
        f"{province_name}, điểm thành phần theo năm đánh giá; mỗi đoạn là một phương pháp chấm điểm",
        "line",
        "year",
        "năm đánh giá",
        "điểm (thang 1–10)",
        series,
        provenance(*(history[history["score"].notna()] for history in histories.values())),
        alt_vi=f"Biểu đồ đường của {len(series)} thành phần {index}, ngắt tại chỗ đổi phương pháp.",
        decimals=SCORE_DECIMALS,
        marks=era_marks(one),
        notes_vi=_gap_notes(one),
    )


def rank_overview(latest: pd.DataFrame, province_name: str, year: int) -> Chart:
    """Share of the other ranked provinces that stand below, one bar an index; ``latest`` has a row an index with a rank."""
    names = tuple(f"{row['index']}, hạng {int(row['rank'])}/{int(row['rank_of'])}" for _, row in latest.iterrows())
    below = (latest["rank_of"].astype(float) - latest["rank"].astype(float)) / (latest["rank_of"].astype(float) - 1) * 100
    return Chart(
        "rank-overview",
        f"Năm {year}: {text.enumerate_vi([name.replace(',', '') for name in names])}",
        f"{province_name}: phần các tỉnh, thành được xếp hạng đứng dưới, năm đánh giá {year}",
        "bar",
        "category",
        "",
        "% tỉnh, thành đứng dưới",
        (Series(province_name, names, numbers(below)),),
        provenance(latest),
        alt_vi="Biểu đồ thanh vị trí của tỉnh trong từng chỉ số: " + "; ".join(names) + ".",
        notes_vi=("Chỉ so các tỉnh trong cùng năm; không nói lên thay đổi so với năm trước.",),
        y_from_zero=True,
    )


def era_marks(history: pd.DataFrame) -> tuple[Mark, ...]:
    """A dotted line halfway between the last edition of one era and the first of the next."""
    pairs = zip(history.iloc[:-1].itertuples(), history.iloc[1:].itertuples(), strict=True)
    return tuple(
        Mark((left.edition_year + right.edition_year) / 2, "đổi phương pháp", is_break=True) for left, right in pairs if left.era != right.era
    )


def _rank_phrase(row: pd.Series) -> str:
    if pd.isna(row["rank"]):
        return ""
    return f", hạng {int(row['rank'])}" + ("" if pd.isna(row["rank_of"]) else f"/{int(row['rank_of'])}")


def _gap_notes(history: pd.DataFrame) -> tuple[str, ...]:
    reasons = {
        "not_yet": "chưa công bố",
        "not_for_province": "không công bố cho tỉnh này",
        "not_held": "bộ số liệu chưa có",
    }
    notes = ["Đường chấm dọc: cách chấm điểm thay đổi, hai bên không so với nhau."] if history["era"].nunique() > 1 else []
    for status, reason in reasons.items():
        years = [str(year) for year in history.loc[history["status"] == status, "edition_year"]]
        if years:
            notes.append(f"{text.sentence_case(reason)}: {', '.join(years)}.")
    secondary = [str(year) for year in history.loc[history["basis"] == SECONDARY, "edition_year"]]
    if secondary:
        notes.append(f"Chỉ có ở nguồn thứ cấp, không vẽ: {', '.join(secondary)}.")
    if history["standard_error_score"].notna().any():
        notes.append("Vạch dọc: khoảng tin cậy 95 % nơi có sai số công bố.")
    rank_only = [str(year) for year in history.loc[(history["status"] == "published") & history["score"].isna(), "edition_year"]]
    return (*notes, f"Chỉ có thứ hạng, không có điểm: {', '.join(rank_only)}.") if rank_only else tuple(notes)


def _alt(history: pd.DataFrame, index: str) -> str:
    shown = history[history["score"].notna()]
    points = "; ".join(f"{row.edition_year}: {text.number(row.score, SCORE_DECIMALS)}" for row in shown.itertuples())
    return f"Biểu đồ đường {index}, ngắt tại chỗ đổi phương pháp. {points}."


def slug(index: str) -> str:
    """Index name as an identifier."""
    return index.lower().replace(" ", "-")
