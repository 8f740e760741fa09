"""What reached each commune in each month, by who said it: itself, its district, the province, its neighbours."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.delivery import OFFICIALS
from analysis.exposure.table import PUBLIC

Matrix = NDArray[np.float64]
DOSES = ("own_dose", "district_dose", "province_dose", "neighbour_dose", "officials_dose")


def commune_exposure(exposure: pd.DataFrame, below: pd.DataFrame, months: Iterable[str], *, by_channel: bool = False) -> pd.DataFrame:
    """Doses of every commune in every month; one row a (unit_code, vintage, period_month), also where nothing was said.

    ``exposure`` is an ``exposure_table``, ``below`` the units of one province and vintage, ``months`` the calendar (YYYY-MM): more than the
    months of the outcome where earlier doses are to carry over. Columns ``unit_code``, ``vintage``, ``district_code``, ``period_month`` and,
    in activities for the public:

    - ``own_dose`` of the commune, ``own_spread_count`` the part of it from activities dated only to a quarter or year;
    - ``district_dose`` of the committee of its district;
    - ``province_dose`` of the departments and the office together, the same in every commune;
    - ``neighbour_dose``, mean own dose of the other communes of its district that sent a log;
    - ``own_dose_<channel>`` for each channel of the communes, with ``by_channel``;

    and ``officials_dose``, the commune's own activities for officials. A unit that logged nothing in a calendar year has an unknown dose in
    that year, NA, not 0: own, officials and neighbours' doses where no commune concerned sent a log, the district's where its committee
    sent none (or there is no district), the province's where nobody at that level did.
    """
    log = _Log(exposure, sorted(set(months)))
    communes = _units_of(below, "commune")
    codes, above = communes["unit_code"].to_numpy(), communes["district_code"]
    own = log.paths(codes, PUBLIC)
    columns = {
        "own_dose": own,
        "own_spread_count": log.paths(codes, PUBLIC, "spread_count"),
        "district_dose": log.paths(above.to_numpy(dtype=object, na_value=""), PUBLIC),
        "province_dose": np.tile(log.province(), (len(codes), 1)),
        "neighbour_dose": _neighbours(own, above),
        "officials_dose": log.paths(codes, OFFICIALS),
    }
    if by_channel:
        used = exposure.loc[(exposure["acting_level"] == "commune") & (exposure["audience_group"] == PUBLIC), "channel"]
        columns |= {f"own_dose_{channel}": log.paths(codes, PUBLIC, channel=channel) for channel in sorted(used.unique())}
    return _long(communes, log.months, columns)


def unit_exposure(exposure: pd.DataFrame, below: pd.DataFrame, months: Iterable[str], level: str) -> pd.DataFrame:
    """Own doses of every unit of any level in every month, for departments and districts; the columns as in ``commune_exposure``.

    One row a (unit_code, vintage, period_month): ``district_code``, ``own_dose``, ``own_spread_count``, ``officials_dose``.
    """
    log = _Log(exposure, sorted(set(months)))
    units = _units_of(below, level)
    codes = units["unit_code"].to_numpy()
    columns = {
        "own_dose": log.paths(codes, PUBLIC),
        "own_spread_count": log.paths(codes, PUBLIC, "spread_count"),
        "officials_dose": log.paths(codes, OFFICIALS),
    }
    return _long(units, log.months, columns)


def district_codes(below: pd.DataFrame) -> pd.Series:
    """District of each row of ``below``: the unit above it where that is a district, otherwise NA."""
    districts = below.loc[below["level"] == "district", "unit_code"]
    return below["parent_code"].where(below["parent_code"].isin(districts)).astype("string")


def _units_of(below: pd.DataFrame, level: str) -> pd.DataFrame:
    with_district = below.assign(district_code=district_codes(below))
    return with_district[with_district["level"] == level].sort_values("unit_code").reset_index(drop=True)


@dataclass(frozen=True)
class _Log:
    """An exposure table read as paths over ``months``."""

    exposure: pd.DataFrame
    months: list[str]

    def paths(self, codes: NDArray[np.object_], group: str, column: str = "dose_count", channel: str | None = None) -> Matrix:
        """A row a unit of ``codes``, a column a month: 0 where the unit logged otherwise in that year, NaN where it logged nothing."""
        chosen = self.exposure[(self.exposure["audience_group"] == group) & self.exposure["unit_code"].isin(codes)]
        if channel is not None:
            chosen = chosen[chosen["channel"] == channel]
        sums = chosen.groupby(["unit_code", "period_month"], observed=True)[column].sum().unstack()
        said = sums.reindex(index=codes, columns=self.months).fillna(0.0).to_numpy(dtype=np.float64)
        return np.where(self._has_log(codes), said, np.nan)

    def province(self) -> Matrix:
        """Sum over the units that act on the whole province; NaN in years in which none of them sent a log."""
        units = self.exposure.loc[self.exposure["acting_level"] == "province", "unit_code"].unique()
        return _sum_of_known(self.paths(np.asarray(sorted(units), dtype=object), PUBLIC))

    def _has_log(self, codes: NDArray[np.object_]) -> NDArray[np.bool_]:
        years = self.exposure["period_month"].str[:4]
        logged = pd.crosstab(self.exposure["unit_code"].astype(object), years.astype(object)) > 0
        of_month = logged.reindex(index=codes, columns=[month[:4] for month in self.months], fill_value=False)
        return of_month.to_numpy(dtype=bool)


def _sum_of_known(paths: Matrix) -> Matrix:
    return np.where(np.isnan(paths).all(axis=0), np.nan, np.nansum(paths, axis=0))


def _neighbours(own: Matrix, above: pd.Series) -> Matrix:
    """Mean over the other communes of the district that sent a log."""
    found = np.full_like(own, np.nan)
    for district in above.dropna().unique():
        members = (above == district).fillna(False).to_numpy(dtype=bool)
        paths, known = np.nan_to_num(own[members]), (~np.isnan(own[members])).astype(np.float64)
        others = known.sum(axis=0) - known
        found[members] = np.divide(paths.sum(axis=0) - paths, others, out=np.full_like(paths, np.nan), where=others > 0)
    return found


def _long(units: pd.DataFrame, months: list[str], columns: dict[str, Matrix]) -> pd.DataFrame:
    rows = units[["unit_code", "vintage", "district_code"]].loc[np.repeat(units.index, len(months))].reset_index(drop=True)
    rows = rows.assign(period_month=pd.array(months * len(units), dtype="string"))
    return rows.assign(**{name: pd.array(path.ravel(), dtype="Float64") for name, path in columns.items()})
