"""Monthly rates out of the panel of a dossier log, and how they stand to the office's own monthly tables."""

import pandas as pd

from analysis import codes
from analysis.errors import Notice
from analysis.ingest.uptake import to_rates
from analysis.text import number

BOTH_TELL = "Sổ hồ sơ và bảng theo tháng cùng có số liệu"
_UNIT_MONTH = ["unit_code", "vintage", "period_month", "is_synthetic", "source_id"]
_FIGURE = ["unit_code", "vintage", "period_month", "rate_key"]


def rates_of_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Rates of units and months from rows of ``dossier_cells``; columns as ``uptake``.

    Only rates over dossiers *received* come from a log: a panel counts results by the month of receipt, which is not the number
    resolved in a month. A rate that rests on levels is left out where a dossier's level is not known.
    """
    monthly = _monthly(cells)
    monthly["regime"] = pd.array(
        ["decree_42" if month >= codes.DECREE_42_FIRST_MONTH else "levels_3_4" for month in monthly["period_month"]], "string"
    )
    return to_rates(monthly, "dossiers").reset_index(drop=True)


def _monthly(cells: pd.DataFrame) -> pd.DataFrame:
    """Counts of a unit and month in the columns of a monthly table."""
    level, received, online = cells["service_level"], cells["received_count"], cells["online_count"]
    parts = cells[_UNIT_MONTH].assign(
        received_count=received,
        online_count=online,
        online_service_count=received.where(level.isin(["toan_trinh", "mot_phan"]), 0),
        full_online_count=online.where(level == "toan_trinh", 0),
        partial_online_count=online.where(level == "mot_phan", 0),
        bcci_in_count=received.where(cells["channel"] == "post", 0),
        unlevelled_count=received.where(level == "not_known", 0),
        **{name: cells[name] for name in ("fee_count", "paid_online_count", "digitised_in_count")},
    )
    counts = [name for name in parts if name not in _UNIT_MONTH]
    summed = parts.groupby(_UNIT_MONTH, sort=True)[counts].sum(skipna=False).reset_index()
    is_unlevelled = summed.pop("unlevelled_count") > 0
    by_level = ["online_service_count", "full_online_count", "partial_online_count"]
    summed[by_level] = summed[by_level].mask(is_unlevelled)
    return summed.astype({name: "Int64" for name in counts if name in summed})


def joined(reported: pd.DataFrame, counted: pd.DataFrame) -> tuple[pd.DataFrame, list[Notice]]:
    """Rates the office reported, and those counted from its log where it reported none; a notice tells how far the two agree.

    A log may lack what other software handled, so it does not overrule a table the office answers for.
    """
    if reported.empty or counted.empty:
        return pd.concat([part for part in (reported, counted) if len(part)] or [reported], ignore_index=True), []
    both = reported.merge(counted, on=_FIGURE, suffixes=("", "_log"))
    is_new = counted.merge(reported[_FIGURE].assign(told=True), on=_FIGURE, how="left")["told"].isna().to_numpy()
    return pd.concat([reported, counted[is_new]], ignore_index=True), _agreement(both)


def _agreement(both: pd.DataFrame) -> list[Notice]:
    if both.empty:
        return []
    differs = (both["numerator_count"] != both["numerator_count_log"]) | (both["denominator_count"] != both["denominator_count_log"])
    shares = both["numerator_count"] / both["denominator_count"] - both["numerator_count_log"] / both["denominator_count_log"]
    widest = shares.abs().max()
    apart = "" if pd.isna(widest) or not differs.any() else f", tỷ lệ lệch nhau nhiều nhất {number(100 * float(widest), 1)} điểm phần trăm"
    months = both["period_month"]
    said = (
        f"{number(len(both))} tỷ lệ theo đơn vị, tháng ({months.min()} đến {months.max()}) có ở cả hai: {number(int((~differs).sum()))} khớp, "
        f"{number(int(differs.sum()))} khác{apart}. Bộ dùng bảng theo tháng; sổ hồ sơ bổ sung phần bảng không có."
    )
    return [Notice(BOTH_TELL, ", ".join(sorted(set(both["source_id_log"]))), said)]
