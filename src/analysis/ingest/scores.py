"""Published index scores: rows the transcriber marked unusable are set aside with their reason, never dropped silently."""

import pandas as pd

from analysis.errors import Fault
from analysis.ingest.received import Received

SET_ASIDE_COLUMN = "set_aside_reason"

ZERO_SCORE = "Điểm 0"
OUT_OF_SCALE = "Điểm ngoài thang"
WEIGHTS = "Trọng số không đủ 100 %"
ROUNDING_PCT = 0.01
NOT_REGISTERED = "Chỉ số, phiên bản hoặc thành phần chưa đăng ký"


def split_set_aside(received: Received) -> tuple[Received, pd.DataFrame]:
    """The usable rows, and the set-aside rows (still text) with their reason."""
    is_aside = received.rows[SET_ASIDE_COLUMN] != ""
    usable = received.rows[~is_aside].drop(columns=SET_ASIDE_COLUMN)
    return Received(received.name, usable, received.faults, received.lines_count), received.rows[is_aside]


def score_faults(scores: pd.DataFrame, components: pd.DataFrame, editions: pd.DataFrame, where: pd.Series) -> list[Fault]:
    """Faults of scores against the registry: unknown edition or component, zero, out of scale."""
    scaled = _with_scale(scores, components, editions)
    faults = []
    for row in scaled[scaled["is_unknown"]].itertuples():
        found = f"“{row.index_name} {row.edition_year}, {row.component}”"
        faults.append(
            Fault(NOT_REGISTERED, where[row.Index], found, "phiên bản và thành phần có trong danh mục chỉ số", "bổ sung danh mục hoặc sửa mã")
        )
    zero = scaled[~scaled["is_unknown"] & (scaled["score"] == 0).fillna(False)]
    advice = ("điểm lớn hơn 0; chưa công bố thì để trống", "để trống nếu chưa công bố")
    faults += [Fault(ZERO_SCORE, where[line], "“0”", *advice) for line in zero.index]
    outside = (scaled["score"] < scaled["scale_min_score"]) | (scaled["score"] > scaled["scale_max_score"])
    for row in scaled[~scaled["is_unknown"] & (scaled["score"] != 0).fillna(False) & outside.fillna(False)].itertuples():
        scale = f"từ {row.scale_min_score:g} đến {row.scale_max_score:g}"
        faults.append(Fault(OUT_OF_SCALE, where[row.Index], f"“{row.score:g}”", scale, "đối chiếu với trang công bố"))
    return faults


def _with_scale(scores: pd.DataFrame, components: pd.DataFrame, editions: pd.DataFrame) -> pd.DataFrame:
    """Scores with their scale of that year; ``is_unknown`` where the registry has no such edition or component."""
    key = ["index", "component"]
    candidates = scores.reset_index(names="line").merge(components, on=key, how="left", validate="many_to_many", suffixes=("", "_registry"))
    fits = candidates[(candidates["first_year"] <= candidates["edition_year"]) & (candidates["last_year"] >= candidates["edition_year"])]
    scales = fits.drop_duplicates("line").set_index("line")[["scale_min_score", "scale_max_score"]]
    known_editions = set(zip(editions["index"], editions["edition_year"], strict=True))
    edition_known = [pair in known_editions for pair in zip(scores["index"], scores["edition_year"], strict=True)]
    scaled = scores.join(scales).rename(columns={"index": "index_name"})
    return scaled.assign(is_unknown=scaled["scale_min_score"].isna() | ~pd.Series(edition_known, index=scores.index))


def weight_faults(weights: pd.DataFrame, where: pd.Series) -> list[Fault]:
    """A fault for every era whose weights do not add up to 100 per cent."""
    faults = []
    for (index, era), rows in weights.groupby(["index", "era"]):
        total = float(rows["weight_pct"].sum())
        if abs(total - 100) > ROUNDING_PCT:
            faults.append(
                Fault(WEIGHTS, where[rows.index[0]], f"{index}, {era}: tổng {total:g} %", "tổng 100 %", "đối chiếu trọng số từng thành phần")
            )
    return faults
