"""Charts of the four indices; points of different eras are separate segments and never joined."""

from typing import Any

import pandas as pd

from analysis import text
from analysis.blocks import Chart, Mark, Series, cells, numbers, provenance
from analysis.codes import COMPOSITE, INDICES, SECONDARY
from analysis.standing import NORMAL_95
from analysis.theme import NOISE_BASIS_VI, VERDICT_VI

SCORE_DECIMALS = 2
PUBLICATION_NOTE = "Vạch đứt: ngày công bố của kỳ mới nhất có số."
NET_BASES = ("panel", "registry")  # moves held against the moves of all provinces are judged net of the median one


def index_line(history: pd.DataFrame, index: str, province_name: str, changes: pd.DataFrame | None = None, unit_vi: str = "điểm") -> Chart:
    """Composite of a province over its editions with its publication; needs one published score that is not from a secondary listing.

    From ``standing.history`` and, for the judgement of every move, ``standing.changes``.
    """
    published = history[history["score"].notna() & (history["basis"] != SECONDARY)]
    history = _from_first_figure(history)
    latest = published.iloc[-1]
    return Chart(
        f"index-line-{slug(index)}",
        f"{index} {latest['edition_year']}: {text.number(latest['score'], SCORE_DECIMALS)} điểm{_rank_phrase(latest)}",
        f"{INDICES[index]}, {province_name}, điểm theo năm đánh giá; mỗi đoạn là một phương pháp chấm điểm",
        "line",
        "year",
        "năm đánh giá",
        unit_vi,
        (_series(province_name, history, index, changes),),
        provenance(published),
        alt_vi=_alt(history, index),
        decimals=SCORE_DECIMALS,
        marks=(*era_marks(history), *_publication_mark(latest)),
        notes_vi=(*_gap_notes(history), *_state_notes(changes), *([PUBLICATION_NOTE] if _publication_mark(latest) else [])),
    )


def _series(name: str, history: pd.DataFrame, index: str, changes: pd.DataFrame | None = None, *, tells_publication: bool = True) -> Series:
    """Scores with their 95 % interval where the publisher gives a standard error, and what is known of every move."""
    drawn = history["score"].where(history["basis"] != SECONDARY).astype("Float64")
    half = NORMAL_95 * history["standard_error_score"].astype("Float64")
    years, eras = cells(history["edition_year"]), tuple(history["era"])
    moves = _by_year(changes)
    told = [[*(_published(row) if tells_publication else []), *_moved(moves.get(int(row.edition_year)))] for row in history.itertuples()]
    low, high = numbers(drawn - half), numbers(drawn + half)
    labels = tuple("; ".join(parts) for parts in told)
    return Series(name, years, numbers(drawn), segments=eras, low=low, high=high, labels=labels, index=index, states=_states(history, moves))


def _by_year(changes: pd.DataFrame | None) -> dict[int, Any]:
    return {} if changes is None else {int(move.to_year): move for move in changes.itertuples()}


def _states(history: pd.DataFrame, moves: dict[int, Any]) -> tuple[str, ...]:
    return tuple(moves[int(year)].verdict if int(year) in moves else "" for year in history["edition_year"]) if moves else ()


def _published(row: Any) -> list[str]:
    """When an edition came out, as far as it is known."""
    if pd.isna(row.score) or pd.isna(row.published_date):
        return []
    month = f"tháng {text.month(row.published_date.strftime('%Y-%m'))}"
    return [f"công bố {text.day(row.published_date) if row.published_precision == 'day' else month}"]


def _moved(move: Any) -> list[str]:
    """The change into a point, what of it was judged, and against what."""
    if move is None:
        return []
    net = "" if move.noise_basis not in NET_BASES else f" (trừ thay đổi chung còn {text.signed(move.judged_score)})"
    against = "" if pd.isna(move.noise_score) else f", mức ±{text.number(move.noise_score, SCORE_DECIMALS)} theo {NOISE_BASIS_VI[move.noise_basis]}"
    return [f"{text.signed(move.change_score)} điểm từ năm {move.from_year}{net}: {VERDICT_VI[move.verdict]}{against}"]


def _publication_mark(latest: pd.Series) -> tuple[Mark, ...]:
    """When the last edition shown came out: the plan of its year was long over by then."""
    if pd.isna(latest["published_date"]) or latest["published_precision"] != "day":
        return ()
    day = latest["published_date"]
    return (Mark(round(day.year + (day.day_of_year - 1) / 365 - 0.5, 2), f"công bố {text.day(day)}"),)


def _state_notes(changes: pd.DataFrame | None) -> tuple[str, ...]:
    """How to read the markers, when any move is judged."""
    if changes is None or changes.empty:
        return ()
    said = "So với năm liền trước cùng cách chấm: dấu tô đậm là thay đổi rõ, dấu trắng là trong mức dao động ngẫu nhiên"
    return (f"{said}, dấu xám là chưa biết; chấm nhỏ: không có năm liền trước để so.",)


def _from_first_figure(history: pd.DataFrame) -> pd.DataFrame:
    """Editions from the first score or rank on, so that the lines of both share their years."""
    known = history[history["score"].notna() | history["rank"].notna()]
    return history[history["edition_year"] >= known["edition_year"].min()]


def rank_line(history: pd.DataFrame, index: str, province_name: str, changes: pd.DataFrame | None = None) -> Chart:
    """Rank of a province over the editions, best on top; needs one rank that is not from a secondary listing."""
    shown = _from_first_figure(history)
    shown = shown.assign(rank=shown["rank"].where(shown["basis"] != SECONDARY))
    ranked, moves = shown[shown["rank"].notna()], _by_year(changes)
    labels = tuple(_rank_label(row, moves.get(int(row.edition_year))) for row in shown.itertuples())
    years, eras = cells(shown["edition_year"]), tuple(shown["era"])
    said = "; ".join(f"{row.edition_year}: {int(row.rank)}" + ("" if pd.isna(row.rank_of) else f"/{int(row.rank_of)}") for row in ranked.itertuples())
    latest = ranked.iloc[-1]
    return Chart(
        f"rank-line-{slug(index)}",
        f"{index} {latest['edition_year']}: hạng {int(latest['rank'])}" + ("" if pd.isna(latest["rank_of"]) else f"/{int(latest['rank_of'])}"),
        f"{province_name}, thứ hạng theo năm đánh giá, hạng 1 ở trên; mỗi đoạn là một cách chấm điểm",
        "line",
        "year",
        "năm đánh giá",
        "hạng",
        (Series(province_name, years, numbers(shown["rank"]), segments=eras, labels=labels, index=index, states=_states(shown, moves)),),
        provenance(ranked),
        alt_vi=f"Thứ hạng {index} theo năm, ngắt tại chỗ đổi cách chấm. {said}.",
        marks=era_marks(shown),
        notes_vi=(
            "Thứ hạng còn đổi vì các tỉnh khác tiến hay lùi, và vì cách chấm hay trọng số đổi; màu của dấu theo thay đổi của điểm như biểu đồ trên.",
        ),
        y_reversed=True,
    )


def _rank_label(row: Any, move: Any) -> str:
    if pd.isna(row.rank):
        return ""
    judged = "" if move is None else f"thay đổi của điểm: {VERDICT_VI[move.verdict]}"
    of = "" if pd.isna(row.rank_of) else f"trong {int(row.rank_of)} tỉnh, thành"
    is_unprinted = row.is_rank_computed or getattr(row, "rank_basis", "") in ("derived", "order")
    computed = "tính hoặc suy ra, không phải hạng do nơi công bố in" if is_unprinted else ""
    return "; ".join(part for part in (of, computed, judged) if part)


def component_lines(
    histories: dict[str, pd.DataFrame], names: dict[str, str], index: str, province_name: str, moves: dict[str, pd.DataFrame]
) -> Chart:
    """Components close to communication, one series each; eras stay gaps; ``moves`` are the judged changes by component."""
    series = tuple(
        _series(names[code] if code != COMPOSITE else index, history, index, moves[code], tells_publication=False)
        for code, history in histories.items()
    )
    one = next(iter(histories.values()))
    return Chart(
        f"component-lines-{slug(index)}",
        f"{index}: các thành phần gần với truyền thông thủ tục nhất",
        f"{province_name}, điểm thành phần theo năm đánh giá; mỗi đoạn là một phương pháp chấm điểm",
        "line",
        "year",
        "năm đánh giá",
        "điểm",
        series,
        provenance(*(history[history["score"].notna()] for history in histories.values())),
        alt_vi=f"Biểu đồ đường của {len(series)} thành phần {index}, ngắt tại chỗ đổi phương pháp.",
        decimals=SCORE_DECIMALS,
        marks=era_marks(one),
        notes_vi=(*_gap_notes(one), *_state_notes(pd.concat(moves.values()))),
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
        "other_units": "đo theo danh mục tỉnh khác, không nối vào chuỗi này",
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
    derived = [str(year) for year in history.loc[(history["basis"] == "derived") & history["score"].notna(), "edition_year"]]
    if derived:
        notes.append(f"Suy ra từ số công bố, không phải điểm tổng hợp do nơi công bố in: {', '.join(derived)}.")
    if history["standard_error_score"].notna().any():
        notes.append("Vạch dọc: khoảng tin cậy 95 % nơi có sai số công bố.")
    rank_only = [str(year) for year in history.loc[(history["status"] == "published") & history["score"].isna(), "edition_year"]]
    return (*notes, f"Chỉ có thứ hạng, không có điểm: {', '.join(rank_only)}.") if rank_only else tuple(notes)


def _alt(history: pd.DataFrame, index: str) -> str:
    shown = history[history["score"].notna() & (history["basis"] != SECONDARY)]
    points = "; ".join(f"{row.edition_year}: {text.number(row.score, SCORE_DECIMALS)}" for row in shown.itertuples())
    return f"Biểu đồ đường {index}, ngắt tại chỗ đổi phương pháp. {points}."


def slug(index: str) -> str:
    """Index name as an identifier."""
    return index.lower().replace(" ", "-")
