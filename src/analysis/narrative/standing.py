"""Sentences on the indices: the edition of the year, and whether it may be compared with the one before."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence, provenance
from analysis.codes import BASES, INDICES, SECONDARY
from analysis.standing import last_published
from analysis.tables import NOISE_BASIS_VI, STATUS_VI, position
from analysis.theme import VERDICT_VI
from analysis.units import MERGER_DAY, province_name, short_name

ROUNDING_SCORE = 0.005
UNPRINTED = ("derived", "order", SECONDARY, "compiled")  # figures that the publisher's own page or file does not give


def edition(history: pd.DataFrame, index: str, place: str, year: int, rests_on: Provenance, *, is_explained: bool = False) -> Finding | Sentence:
    """The edition of the report year: its score and rank, or the plain reason why there is none.

    ``is_explained``: the change of rank across the break of method is taken apart right after it.
    """
    of_year = history[history["edition_year"] == year]
    if of_year.empty:
        return Sentence(f"{index}: {_unregistered(history, year)}.", rests_on)
    row = of_year.iloc[0]
    if row["status"] != "published":
        return Sentence(f"{index} {year}: {_absence(row, history, place)}", rests_on)
    said = f"{index} {year} của {place}: {position(row)}"
    comparison = _comparison(history, row, is_explained=is_explained)
    return Finding(f"standing-{index.lower().replace(' ', '-')}", f"{said}. {comparison}".strip(), _evidence(row), provenance(of_year))


def _unregistered(history: pd.DataFrame, year: int) -> str:
    """A year the index passed over, or one that the registry does not reach."""
    is_within = len(history) and history["edition_year"].min() < year < history["edition_year"].max()
    return f"không có kỳ đánh giá năm {year}" if is_within else f"danh mục chỉ số chưa có kỳ đánh giá năm {year}"


def _absence(row: pd.Series, history: pd.DataFrame, place: str) -> str:
    last = last_published(history, row["edition_year"])
    other = "" if last is None or last["era"] == row["era"] else " (theo cách chấm khác)"
    tail = "" if last is None else f" Số gần nhất đang có là năm {last['edition_year']}{other}: {position(last)}."
    reasons = {
        "not_yet": "chưa công bố.",
        "not_for_province": f"có công bố nhưng không có số của {place}.",
        "not_held": f"đã công bố, nhưng bộ số liệu chưa có số của {place}.",
        "other_units": "đo theo 34 tỉnh, thành từ 01/07/2025, nên không nối với các kỳ trước.",
    }
    return reasons[row["status"]] + tail


def _comparison(history: pd.DataFrame, row: pd.Series, *, is_explained: bool) -> str:
    """The edition before, compared inside an era only; across a break it is named and not compared."""
    last = last_published(history, row["edition_year"])
    if last is None:
        return ""
    if last["era"] != row["era"] and is_explained:
        return (
            f"Cách chấm điểm đã đổi từ năm đánh giá {_era_start(history, row)}; chênh lệch với năm {last['edition_year']} ({position(last)}) "
            "được tách riêng ngay dưới đây và không quy cho truyền thông."
        )
    if last["era"] != row["era"]:
        return (
            f"Cách chấm điểm đã đổi từ năm đánh giá {_era_start(history, row)}, nên không so với {position(last)} của năm {last['edition_year']} "
            "và không quy phần chênh lệch cho truyền thông."
        )
    said = f"Năm gần nhất có số theo cùng cách chấm là {last['edition_year']}: {position(last)}"
    is_next = int(row["edition_year"]) - int(last["edition_year"]) == 1
    return f"{said}." if is_next else f"{said}; không phải năm liền trước nên chưa biết thay đổi là thật hay ngẫu nhiên."


def _era_start(history: pd.DataFrame, row: pd.Series) -> int:
    return int(history.loc[history["era"] == row["era"], "edition_year"].min())


def _evidence(row: pd.Series) -> str:
    parts = [INDICES[row["index"]]]
    if row["basis"] in UNPRINTED:
        parts.append(f"{'hạng' if pd.isna(row['score']) else 'điểm'} {BASES[row['basis']]}, không phải số do nơi công bố in")
    if row["is_rank_computed"]:
        parts.append("thứ hạng tính từ điểm các tỉnh có số, không phải hạng do nơi công bố in")
    if row["published_precision"] == "day":
        parts.append(f"công bố ngày {text.day(row['published_date'])}")
    elif row["published_precision"] == "month":
        parts.append(f"công bố tháng {text.month(row['published_date'].strftime('%Y-%m'))}")
    return text.sentence_case("; ".join(parts)) + "."


def moves(changes: pd.DataFrame, history: pd.DataFrame, index: str, year: int, rests_on: Provenance) -> Sentence | None:
    """The move into the report year, judged against noise; None where another sentence already says why there is none."""
    into_year = changes[(changes["to_year"] == year) & (changes["index"] == index)]
    if into_year.empty:
        return _rank_move(history, index, year, rests_on)
    move = into_year.iloc[0]
    said = f"{index} thay đổi {text.signed(move['change_score'])} điểm so với năm {move['from_year']}"
    if move["verdict"] == "not_known":
        reason = "cỡ mẫu không đủ để nói đây là thay đổi thật" if move["noise_basis"] == "sample_size" else "chưa có mức dao động thường gặp để so"
        return Sentence(f"{said}; {reason}, nên chưa biết là thay đổi thật hay ngẫu nhiên.", rests_on)
    limit = text.number(move["noise_score"], 2)
    if move["noise_basis"] == "published_se":
        return Sentence(f"{said}, {_against_sampling(move, limit)}.", rests_on)
    if abs(move["judged_score"] - move["change_score"]) > ROUNDING_SCORE:
        said += f" (trừ thay đổi chung của các tỉnh còn {text.signed(move['judged_score'])} điểm)"
    verdict = "vượt mức dao động thường gặp" if move["verdict"] == "clear" else "nằm trong mức dao động thường gặp"
    return Sentence(f"{said}, {verdict} (±{limit} điểm; {NOISE_BASIS_VI[move['noise_basis']]}).", rests_on)


def _against_sampling(move: pd.Series, limit: str) -> str:
    """A move held against the error of the two samples, and whether provinces move as much in ordinary years."""
    if move["verdict"] != "clear":
        return f"nằm trong sai số chọn mẫu do nơi công bố in (±{limit} điểm)"
    said = f"vượt sai số chọn mẫu do nơi công bố in (±{limit} điểm)"
    return f"{said}, nhưng trừ thay đổi chung thì vẫn trong mức lên xuống thường thấy giữa các năm" if move["is_ordinary"] is True else said


def _rank_move(history: pd.DataFrame, index: str, year: int, rests_on: Provenance) -> Sentence | None:
    """The move in rank between neighbouring editions of one era of which at least one has no score."""
    now, before = history[history["edition_year"] == year].iloc[0], history[history["edition_year"] == year - 1]
    if before.empty or before.iloc[0]["era"] != now["era"] or pd.isna(before.iloc[0]["rank"]) or pd.isna(now["rank"]):
        return None
    if SECONDARY in (now["basis"], before.iloc[0]["basis"]):
        return None
    places = int(before.iloc[0]["rank"]) - int(now["rank"])
    moved = "giữ nguyên hạng" if places == 0 else f"{'lên' if places > 0 else 'xuống'} {abs(places)} bậc"
    return Sentence(
        f"So với năm {year - 1}, {index} {moved} ({_ranked(before.iloc[0])} → {_ranked(now)}); "
        "chưa có đủ điểm hai năm nên chưa biết có vượt mức dao động thường gặp hay không.",
        rests_on,
    )


def moves_in_brief(changes: pd.DataFrame, rests_on: Provenance) -> Sentence:
    """How many of all moves inside eras are clear, and which; the table has them all."""
    counts = changes["verdict"].value_counts()
    clear = [
        f"{row['index']} {row['to_year']} ({text.signed(row['judged_score'])} điểm"
        f"{'' if row['noise_basis'] == 'published_se' else ' sau khi trừ thay đổi chung'})"
        for _, row in changes.iterrows()
        if row["verdict"] == "clear"
    ]
    named = f"{len(clear)} thay đổi là rõ: {text.enumerate_vi(clear)}" if clear else "không thay đổi nào rõ"
    said = (
        f"Trong {len(changes)} lần so hai năm liền nhau cùng cách chấm, {named}; "
        f"{counts.get('within_noise', 0)} trong mức dao động ngẫu nhiên, {counts.get('not_known', 0)} chưa biết"
    )
    return Sentence(f"{said}. Chỉ do ngẫu nhiên thì khoảng 1 trên 20 thay đổi cũng vượt mức.", rests_on)


def _ranked(row: pd.Series) -> str:
    return str(int(row["rank"])) + ("" if pd.isna(row["rank_of"]) else f"/{int(row['rank_of'])}")


def none_judged(rests_on: Provenance) -> Sentence:
    """In place of a table in which every verdict would be "not known"."""
    return Sentence(
        "Trong cùng cách chấm, chưa có căn cứ để nói thay đổi nào giữa hai năm liền nhau là thật: nơi công bố không in sai số, "
        "hoặc bộ số liệu chưa có đủ điểm của các tỉnh.",
        rests_on,
    )


def overview(histories: dict[str, pd.DataFrame], place: str, year: int, rests_on: Provenance, verdicts: Mapping[str, str] | None = None) -> Finding:
    """The four indices of the year in one finding; comparisons only inside an era, absences with their reason.

    ``verdicts``: of the move into the year, by index, where one is judged.
    """
    parts, absent = [], []
    for index, history in histories.items():
        of_year = history[history["edition_year"] == year]
        if len(of_year) and of_year.iloc[0]["status"] == "published":
            parts.append(f"{index} {_brief(of_year.iloc[0])}{_against_last(history, of_year.iloc[0], (verdicts or {}).get(index, 'not_known'))}")
        else:
            reason = STATUS_VI[of_year.iloc[0]["status"]] if len(of_year) else _unregistered(history, year)
            absent.append(f"{index}: {reason}{_latest(history, year)}")
    said = "; ".join([*parts, *absent])
    return Finding("standing-brief", f"{place} năm {year}: {said}.", "Thứ hạng chỉ so giữa các tỉnh trong cùng năm.", rests_on)


def _brief(row: pd.Series) -> str:
    """Score and rank without a word on what is missing."""
    return position(row, tells_missing=False)


def _latest(history: pd.DataFrame, year: int) -> str:
    last = last_published(history, year)
    return "" if last is None else f" (gần nhất là {last['edition_year']}: {_brief(last)})"


def _against_last(history: pd.DataFrame, row: pd.Series, verdict: str) -> str:
    last = last_published(history, row["edition_year"])
    if last is None:
        return ""
    if last["era"] != row["era"]:
        return f" (cách chấm đã đổi: không so với {_brief(last)} năm {last['edition_year']}, không quy cho truyền thông)"
    return f" (năm {last['edition_year']}: {_brief(last)}; thay đổi: {VERDICT_VI[verdict]})"


def circularity(index: str, rests_on: Provenance) -> Sentence:
    """PAR INDEX scores the carrying out of communication itself; SIPAS is a part of PAR INDEX."""
    return Sentence(
        f"Lưu ý khi đọc {index}: chỉ số này chấm cả việc thực hiện kế hoạch tuyên truyền và lấy SIPAS làm một phần điểm, "
        "nên làm đúng kế hoạch đã được tính điểm; không dùng để chứng minh truyền thông có kết quả.",
        rests_on,
        is_note=True,
    )


def series_end(links: pd.DataFrame, units: pd.DataFrame, place: str, as_of: date, rests_on: Provenance) -> Sentence | None:
    """That the province's series ends with edition 2024 because it ceased or grew on 01/07/2025; None before that day or where nothing changed.

    ``links``: the rows of ``unit_links`` that start from the province.
    """
    if as_of < MERGER_DAY or links.empty or (links["extent"] == "unchanged").all():
        return None
    link, names = links.iloc[0], units.set_index(["unit_code", "vintage"])["name_vi"]
    old_names = {short_name(name) for name in units.loc[units["vintage"] == link["from_vintage"], "name_vi"]}
    spoken = short_name(str(names[(link["to_code"], link["to_vintage"])]))
    successor = spoken if spoken in old_names else spoken.removeprefix("TP. ")  # a type given later is not that of the day
    day = text.day(MERGER_DAY)
    if successor.removeprefix("TP. ") == place.removeprefix("TP. "):
        said = (
            f"Từ {day}, {place} gồm thêm địa bàn của tỉnh khác; các kỳ đánh giá từ năm {MERGER_DAY.year} đo đơn vị khác nên không nối vào chuỗi này"
        )
    else:
        last = MERGER_DAY.year - 1
        said = f"Từ {day}, {place} sáp nhập vào {successor}; chuỗi chỉ số dừng ở năm đánh giá {last}, không nối với số liệu sau sáp nhập"
    return Sentence(f"{said}.", rests_on, is_note=True)


def distances(found: pd.DataFrame, units: pd.DataFrame, peers_vi: str, index: str, year: int, rests_on: Provenance) -> Sentence:
    """How far the province is from the median, the best and its peers in one edition; from ``standing.distances``."""
    by_kind = {kind: rows.iloc[0] for kind, rows in found.groupby("kind", sort=False)}
    told = []
    if "median" in by_kind:
        told.append(f"{_apart(by_kind['median'])} mức giữa của {by_kind['median']['provinces_count']} tỉnh, thành")
    if "best" in by_kind:
        best = by_kind["best"]
        told.append("đứng đầu" if best["distance_score"] == 0 else f"{_apart(best)} {province_name(units, str(best['province_code']))} (cao nhất)")
    if "peers_median" in by_kind:
        told.append(f"{_apart(by_kind['peers_median'])} mức giữa của {peers_vi}")
    return Sentence(f"{index} {year}: tỉnh {text.enumerate_vi(told)}.", rests_on, "Khoảng cách trong cùng một năm, không nói lên thay đổi.")


def _apart(row: pd.Series) -> str:
    """``cao hơn 0,66 điểm so với``, or that both are equal."""
    distance = float(row["distance_score"])
    if abs(distance) < ROUNDING_SCORE:
        return "bằng"
    return f"{'cao' if distance > 0 else 'thấp'} hơn {text.number(abs(distance), 2)} điểm so với"
