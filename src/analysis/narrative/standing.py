"""Sentences on the indices: the edition of the year, and whether it may be compared with the one before."""

import pandas as pd

from analysis import text
from analysis.blocks import Finding, Provenance, Sentence, provenance
from analysis.codes import INDICES


def edition(history: pd.DataFrame, index: str, province_name: str, year: int, rests_on: Provenance) -> Finding | Sentence:
    """The edition of the report year: its score and rank, or the plain reason why there is none."""
    of_year = history[history["edition_year"] == year]
    if of_year.empty:
        return Sentence(f"{index}: không có phiên bản năm {year}.", rests_on)
    row = of_year.iloc[0]
    if row["status"] != "published":
        return Sentence(f"{index} {year}: {_absence(row, history, province_name)}", rests_on)
    said = f"{index} {year} của {province_name}: {position(row)}"
    comparison = _comparison(history, row)
    return Finding(f"standing-{index.lower().replace(' ', '-')}", f"{said}. {comparison}".strip(), _evidence(row), provenance(of_year))


def _absence(row: pd.Series, history: pd.DataFrame, province_name: str) -> str:
    latest = history[(history["status"] == "published") & (history["edition_year"] < row["edition_year"])]
    tail = f" Số gần nhất đang có là năm {latest.iloc[-1]['edition_year']}: {position(latest.iloc[-1])}." if len(latest) else ""
    reasons = {
        "not_yet": "chưa công bố.",
        "not_for_province": f"có công bố nhưng không có số của {province_name}.",
        "not_held": f"đã công bố, nhưng bộ số liệu chưa có số của {province_name}.",
    }
    return reasons[row["status"]] + tail


def position(row: pd.Series) -> str:
    """``47,18 điểm, hạng 2/60`` with whatever of it is known."""
    score = "" if pd.isna(row["score"]) else f"{text.number(row['score'], 2)} điểm"
    if pd.isna(row["rank"]):
        return score
    rank = f"hạng {int(row['rank'])}" + ("" if pd.isna(row["rank_of"]) else f"/{int(row['rank_of'])}")
    return f"{score}, {rank}" if score else f"{rank} (không có điểm)"


def _comparison(history: pd.DataFrame, row: pd.Series) -> str:
    """The edition before, compared inside an era only; across a break it is named and not compared."""
    before = history[(history["edition_year"] < row["edition_year"]) & (history["status"] == "published")]
    if before.empty:
        return ""
    last = before.iloc[-1]
    if last["era"] != row["era"]:
        return (
            f"Cách chấm điểm đã đổi kể từ phiên bản {_era_start(history, row)}, nên không so với {position(last)} của năm {last['edition_year']}, "
            "cũng không tính phần chênh lệch cho kế hoạch truyền thông."
        )
    return f"Lần trước có số trong cùng cách chấm là năm {last['edition_year']}: {position(last)}."


def _era_start(history: pd.DataFrame, row: pd.Series) -> int:
    return int(history.loc[history["era"] == row["era"], "edition_year"].min())


def _evidence(row: pd.Series) -> str:
    parts = [INDICES[row["index"]]]
    if row["is_rank_computed"]:
        parts.append("thứ hạng do bộ công cụ xếp từ điểm của các tỉnh có số")
    if not pd.isna(row["published_date"]):
        parts.append(f"công bố ngày {text.day(row['published_date'])}")
    return text.sentence_case("; ".join(parts)) + "."


def moves(changes: pd.DataFrame, history: pd.DataFrame, index: str, year: int, rests_on: Provenance) -> Sentence:
    """The move into the report year, judged against noise; or why it is not judged."""
    into_year = changes[(changes["to_year"] == year) & (changes["index"] == index)]
    if into_year.empty:
        return Sentence(f"Không so điểm {index} {year} với năm liền trước: {_why_no_move(history, year)}.", rests_on)
    move = into_year.iloc[0]
    change = f"{index} thay đổi {text.signed(move['change_score'])} điểm so với năm {move['from_year']}"
    if move["verdict"] == "not_known":
        return Sentence(f"{change}; chưa biết mức dao động thường gặp nên chưa nói được thay đổi này là thật hay ngẫu nhiên.", rests_on)
    limit = text.number(move["noise_score"], 2)
    verdict = "vượt mức dao động thường gặp" if move["verdict"] == "clear" else "nằm trong mức dao động thường gặp"
    return Sentence(f"{change}, {verdict} (±{limit} điểm).", rests_on)


def _why_no_move(history: pd.DataFrame, year: int) -> str:
    rows = history[history["edition_year"] < year]
    if rows.empty:
        return "đây là phiên bản đầu"
    before, now = rows.iloc[-1], history[history["edition_year"] == year].iloc[0]
    return "cách chấm điểm đã đổi" if before["era"] != now["era"] else f"chưa có điểm năm {before['edition_year']} của tỉnh từ nguồn trực tiếp"


def circularity(index: str, rests_on: Provenance) -> Sentence:
    """PAR INDEX scores the carrying out of communication itself; SIPAS is a part of PAR INDEX."""
    return Sentence(
        f"Lưu ý khi đọc {index}: chỉ số này chấm cả việc thực hiện kế hoạch tuyên truyền và lấy SIPAS làm một phần điểm, "
        "nên làm đúng kế hoạch thì điểm tự tăng; không dùng để chứng minh truyền thông có kết quả.",
        rests_on,
        is_note=True,
    )
