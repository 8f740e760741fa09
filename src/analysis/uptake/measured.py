"""One published or counted share with all that decides whether it may stand beside another."""

from dataclasses import dataclass
from datetime import date
from math import nan

import pandas as pd

from analysis.codes import UNIT_LEVELS
from analysis.rates import RATES
from analysis.text import day

COUNTRY = "00"
JOINED = " + "  # between the codes of units that were added

# How pages name the level of the counters within a place: “Quảng Nam (cấp tỉnh)” is its departments, not the province.
_WORDED_LEVELS = {" xã)": "commune", " huyện)": "district", "(cấp sở": "department", "(cấp tỉnh": "department"}
_CODE_LEVELS = {2: "province", 3: "district", 5: "commune"}  # by the digits of the statistical office's codes


@dataclass(frozen=True)
class Measure:
    """One share, 0-1, with its definition, place, period and counts.

    ``level`` is the level of the units counted, None for the country and where it is not told. ``period_start`` and ``period_end`` are
    the first and last day counted. ``denominator_vi`` None means that the publisher does not name the denominator. A ``share`` of
    nothing is NaN. The ``unit_code`` of added measures joins the codes with `` + ``.
    """

    rate_key: str
    regime: str | None
    unit_code: str | None
    vintage: str | None
    level: str | None
    period_start: date | None
    period_end: date | None
    is_cumulative: bool
    numerator: int | None
    denominator: int | None
    share: float
    is_synthetic: bool
    denominator_vi: str | None

    @property
    def period_vi(self) -> str:
        """``từ 01/07/2024 đến 31/07/2024``; a day that is not stated is named so."""
        first, last = (day(stated) if stated else "(không nêu)" for stated in (self.period_start, self.period_end))
        return f"từ {first} đến {last}"

    @property
    def level_vi(self) -> str:
        """Level of the units counted, in words."""
        if self.level is None:
            return "cả nước" if self.unit_code == COUNTRY else "không nêu cấp"
        return UNIT_LEVELS[self.level]

    @property
    def units(self) -> frozenset[str]:
        """Codes of the units counted; empty where not told."""
        return frozenset(self.unit_code.split(JOINED)) if self.unit_code else frozenset()

    @property
    def counts(self) -> tuple[int, int] | None:
        """Numerator and denominator; None unless both are known."""
        return None if self.numerator is None or self.denominator is None else (self.numerator, self.denominator)

    @property
    def counted_share(self) -> float:
        """Share from the counts where both are known, otherwise as published; NaN where nothing was counted."""
        return self.share if self.counts is None else share_of(*self.counts)


def share_of(numerator: int, denominator: int) -> float:
    """Share 0-1; NaN over nothing."""
    return numerator / denominator if denominator else nan


def measures_of_facts(facts: pd.DataFrame) -> list[Measure]:
    """A measure for every row of ``uptake_facts`` with a rate key and a value in per cent, in the order of the rows; all are real."""
    return [_of_fact(fact) for _, fact in facts[facts["rate_key"].notna() & (facts["value_unit"] == "%")].iterrows()]


def measures_of_rates(rows: pd.DataFrame) -> list[Measure]:
    """A measure for every row of ``uptake``, in the order of the rows; ``level`` from a column of that name, otherwise from the code."""
    return [_of_rate(row) for _, row in rows.iterrows()]


def _of_fact(fact: pd.Series) -> Measure:
    unit_code = _known(fact["unit_code"])
    return Measure(
        rate_key=str(fact["rate_key"]),
        regime=_known(fact["regime"]),
        unit_code=unit_code,
        vintage=_known(fact["vintage"]),
        level=_worded_level(str(fact["unit_vi"])) or _level_of_code(unit_code),
        period_start=_day(fact["period_start_date"]),
        period_end=_day(fact["period_end_date"]),
        is_cumulative=bool(fact["is_cumulative"]),
        numerator=_count(fact["numerator_count"]),
        denominator=_count(fact["denominator_count"]),
        share=float(fact["value"]) / 100,
        is_synthetic=False,
        denominator_vi=_known(fact["denominator_vi"]),
    )


def _of_rate(row: pd.Series) -> Measure:
    unit_code = _known(row["unit_code"])
    numerator, denominator = _count(row["numerator_count"]), _count(row["denominator_count"])
    return Measure(
        rate_key=str(row["rate_key"]),
        regime=_known(row["regime"]),
        unit_code=unit_code,
        vintage=_known(row["vintage"]),
        level=_level_of_row(row["level"]) if "level" in row else _level_of_code(unit_code),
        period_start=_day(row["period_start_date"]),
        period_end=_day(row["period_end_date"]),
        is_cumulative=False,
        numerator=numerator,
        denominator=denominator,
        share=nan if numerator is None or denominator is None else share_of(numerator, denominator),
        is_synthetic=bool(row["is_synthetic"]),
        denominator_vi=RATES[str(row["rate_key"])].denominator_vi,
    )


def _worded_level(unit_vi: str) -> str | None:
    """Level that the page's name of the unit states."""
    named = unit_vi.casefold()
    if named.startswith("cấp tỉnh"):
        return "province"
    return next((level for words, level in _WORDED_LEVELS.items() if words in named), None)


def _level_of_row(level: object) -> str | None:
    """Level as the list of units gives it; the country has none of ours."""
    known = _known(level)
    return known if known in UNIT_LEVELS else None


def _level_of_code(unit_code: str | None) -> str | None:
    if unit_code is None or unit_code == COUNTRY:
        return None
    return _CODE_LEVELS.get(len(unit_code)) if unit_code.isdigit() else "department" if "-" in unit_code else None


def _known(value: object) -> str | None:
    return None if pd.isna(value) else str(value)


def _count(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]


def _day(value: object) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
