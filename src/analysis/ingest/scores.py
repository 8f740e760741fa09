"""Published index scores held against the index registry and against each other."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.errors import Fault
from analysis.units import COUNTRY_CODE

ZERO_SCORE = "Điểm 0"
OUT_OF_SCALE = "Điểm ngoài thang"
WEIGHTS = "Trọng số không đủ 100 %"
ROUNDING_PCT = 0.01
NOT_REGISTERED = "Chỉ số, phiên bản hoặc thành phần chưa đăng ký"
OTHER_PROVINCES = "Tỉnh thuộc danh mục khác với kỳ đánh giá"
RANK_TOO_LARGE = "Hạng lớn hơn số tỉnh được xếp hạng"
RANK_AGAINST_SCORE = "Hạng và điểm mâu thuẫn"
PRINTED_SCORE = 0.01  # scores are printed to two decimals: a smaller difference does not order provinces

# Lists that another one took over with all its codes but a few, and their last day: an edition that begins by then measures both.
EARLIER_LISTS = {"64-tinh": ("63-tinh", pd.Timestamp("2008-07-31"))}

_ACCEPTED_RANK = "hạng và điểm cùng chiều trong một nguồn"


def score_faults(scores: pd.DataFrame, components: pd.DataFrame, editions: pd.DataFrame, where: pd.Series) -> list[Fault]:
    """Faults of scores against the registry and of ranks against scores.

    ``scores`` are typed rows, several of which may speak of one figure; ``where`` says where each stands (same index). Told are: an edition
    or component that is not registered, a score of zero or out of scale, a province of another list than the edition measures, a rank
    above the number of provinces ranked, and, within one source (column ``source_id``, one source where it is absent) and edition, a
    better rank with a lower score. Two provinces with one rank contradict each other only where the source ranks all provinces.
    """
    known = _with_registry(scores, components, editions)
    faults = []
    for row in known[known["is_unknown"]].itertuples():
        found = f"“{row.index_name} {row.edition_year}, {row.component}”"
        faults.append(
            Fault(NOT_REGISTERED, where[row.Index], found, "phiên bản và thành phần có trong danh mục chỉ số", "bổ sung danh mục hoặc sửa mã")
        )
    known = known[~known["is_unknown"]]
    return [*faults, *_value_faults(known, where), *_vintage_faults(known, where), *_rank_faults(known, where)]


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


def _with_registry(scores: pd.DataFrame, components: pd.DataFrame, editions: pd.DataFrame) -> pd.DataFrame:
    """Scores with scale and direction of that year and what their edition measures; ``is_unknown`` where the registry has none of it."""
    key = ["index", "component"]
    candidates = scores.reset_index(names="line").merge(components, on=key, how="left", validate="many_to_many", suffixes=("", "_registry"))
    fits = candidates[(candidates["first_year"] <= candidates["edition_year"]) & (candidates["last_year"] >= candidates["edition_year"])]
    scales = fits.drop_duplicates("line").set_index("line")[["scale_min_score", "scale_max_score", "direction"]]
    measured = editions[["index", "edition_year", "vintage", "measured_from_date", "ranked_units_count"]]
    measured = measured.rename(columns={"vintage": "edition_vintage"}).drop_duplicates(["index", "edition_year"]).assign(is_edition=True)
    known = scores.join(scales).merge(measured, on=["index", "edition_year"], how="left", validate="many_to_one").set_index(scores.index)
    is_unknown = known["scale_min_score"].isna() | known["is_edition"].isna()
    return known.rename(columns={"index": "index_name"}).assign(is_unknown=is_unknown.astype(bool))


def _value_faults(known: pd.DataFrame, where: pd.Series) -> Iterator[Fault]:
    """Zeros, and scores off their scale."""
    is_zero = (known["score"] == 0).fillna(False).astype(bool)
    for line in known.index[is_zero]:
        yield Fault(ZERO_SCORE, where[line], "“0”", "điểm lớn hơn 0; chưa công bố thì để trống", "để trống nếu chưa công bố")
    outside = ((known["score"] < known["scale_min_score"]) | (known["score"] > known["scale_max_score"])).fillna(False).astype(bool)
    for row in known[outside & ~is_zero].itertuples():
        scale = f"từ {row.scale_min_score:g} đến {row.scale_max_score:g}"
        yield Fault(OUT_OF_SCALE, where[row.Index], f"“{row.score:g}”", scale, "đối chiếu với trang công bố")


def _vintage_faults(known: pd.DataFrame, where: pd.Series) -> Iterator[Fault]:
    """Provinces of a list that the edition does not measure."""
    differs = (known["vintage"] != known["edition_vintage"]).fillna(False).astype(bool)
    for earlier, (later, last_day) in EARLIER_LISTS.items():
        measures_both = (known["edition_vintage"] == later) & (known["measured_from_date"] <= last_day)
        differs &= ~(measures_both & (known["vintage"] == earlier)).fillna(False).astype(bool)
    for row in known[differs].itertuples():
        found = f"tỉnh “{row.province_code}” danh mục {row.vintage} trong kỳ {row.index_name} {row.edition_year}"
        yield Fault(OTHER_PROVINCES, where[row.Index], found, f"danh mục {row.edition_vintage}", "sửa cột vintage, mã tỉnh hoặc năm của kỳ")


def _rank_faults(known: pd.DataFrame, where: pd.Series) -> Iterator[Fault]:
    """Ranks that cannot be, by their number or beside the scores of their own source."""
    too_large = (known["rank"] > known["ranked_units_count"]).fillna(False).astype(bool)
    for row in known[too_large].itertuples():
        yield Fault(RANK_TOO_LARGE, where[row.Index], f"hạng {row.rank}", f"từ 1 đến {row.ranked_units_count}", "đối chiếu với trang công bố")
    both = known[~too_large & known["rank"].notna() & known["score"].notna() & (known["province_code"] != COUNTRY_CODE)]
    of_source = ["source_id"] if "source_id" in both else []
    for _, rows in both.groupby([*of_source, "index_name", "edition_year", "component"], sort=True):
        yield from _contradictions(rows, where)


def _contradictions(rows: pd.DataFrame, where: pd.Series) -> Iterator[Fault]:
    """The fewest rows whose rank is at odds with the others' scores, each told beside the row it is most at odds with."""
    against = _against(rows)
    while against.any():
        counts = against.sum(axis=1)
        worst = int(counts.argmax())
        gaps = np.abs(rows["score"].to_numpy(dtype=float) - float(rows["score"].iloc[worst]))
        other = int(np.where(against[worst], gaps, -1.0).argmax())
        line = rows.index[worst]
        found = f"{_told(rows.iloc[worst])}; {_told(rows.iloc[other])} ({where[rows.index[other]]})"
        yield Fault(RANK_AGAINST_SCORE, where[line], found, _ACCEPTED_RANK, "đối chiếu điểm và hạng của hai tỉnh với trang công bố")
        against[worst, :] = against[:, worst] = False


def _against(rows: pd.DataFrame) -> np.ndarray:
    """Which pairs of rows of one source and edition contradict each other (square, symmetric)."""
    score, rank = rows["score"].to_numpy(dtype=float), rows["rank"].to_numpy(dtype=float)
    if rows["direction"].iloc[0] == "lower_is_better":
        score = -score
    provinces = rows["province_code"].to_numpy(dtype=object)
    lower = score[:, None] < score[None, :] - PRINTED_SCORE - 1e-9
    wrong = (rank[:, None] < rank[None, :]) & lower
    ranked = rows["ranked_units_count"].iloc[0]
    if pd.notna(ranked) and len(set(provinces)) >= ranked:
        wrong |= (rank[:, None] == rank[None, :]) & lower
    return (wrong | wrong.T) & (provinces[:, None] != provinces[None, :])


def _told(row: pd.Series) -> str:
    return f"tỉnh {row['province_code']} hạng {row['rank']}, điểm {row['score']:g}"
