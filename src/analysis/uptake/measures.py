"""May two shares be compared or added? Every reason when not, and the difference with its interval when they may."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isnan, sqrt

import numpy as np

from analysis.codes import RATE_KEYS, REGIMES, VINTAGES
from analysis.rates import RATES
from analysis.uptake.measured import JOINED, Measure, measures_of_facts, measures_of_rates, share_of
from analysis.uptake.shares import SMALL_DENOMINATOR, RatesNotComparable, not_additive_vi, wilson_interval

__all__ = ["Comparison", "Measure", "add", "compare", "measures_of_facts", "measures_of_rates", "why_not_comparable"]

Reason = Callable[[Measure, Measure], str | None]
NOT_STATED = "không nêu"


@dataclass(frozen=True)
class Comparison:
    """``first`` less ``second`` in percentage points, with the bounds of its interval; None where one of them has no counts."""

    first: Measure
    second: Measure
    difference_points: float
    low_points: float | None
    high_points: float | None
    level: float

    @property
    def is_clear(self) -> bool | None:
        """Whether the interval leaves out zero; None without an interval."""
        if self.low_points is None or self.high_points is None:
            return None
        return not self.low_points <= 0 <= self.high_points

    @property
    def is_small(self) -> bool:
        """Whether a denominator is known to be too small to say anything by itself."""
        return any(measure.denominator is not None and measure.denominator < SMALL_DENOMINATOR for measure in (self.first, self.second))


def why_not_comparable(first: Measure, second: Measure) -> list[str]:
    """Every reason, in Vietnamese, why two shares must not be compared; empty when they may be.

    Shares of periods of different length may be compared, since each is taken over its own dossiers. Cumulative ones must span the
    same days of the calendar, because what runs since January mixes months that differ. The country is not compared with a
    province, nor a province with its communes: one is part of the other, and they handle other procedures. What is not told
    (denominator, period, place, the regime of a key that rests on levels) is never taken to agree.
    """
    checks: tuple[Reason, ...] = (_keys, _regimes, _kinds, _spans, _periods, _origins, _denominators, _levels, _vintages, _shared, _nothing)
    return _reasons(checks, first, second)


def compare(first: Measure, second: Measure, level: float = 0.95) -> Comparison:
    """Difference of two shares with Newcombe's interval (1998, method 10: square-and-add of Wilson intervals) where both have counts.

    Shares are taken from the counts where these are known, so that a published rounding does not enter. Takes for granted that the
    dossiers of both are independent draws. Raises ``RatesNotComparable`` with all reasons.
    """
    _refuse("Không so sánh được hai tỷ lệ", why_not_comparable(first, second))
    share_1, share_2 = first.counted_share, second.counted_share
    difference = 100 * (share_1 - share_2)
    if first.counts is None or second.counts is None:
        return Comparison(first, second, difference, None, None, level)
    (low_1, high_1), (low_2, high_2) = (_wilson(*counts, level) for counts in (first.counts, second.counts))
    below = 100 * sqrt((share_1 - low_1) ** 2 + (high_2 - share_2) ** 2)
    above = 100 * sqrt((high_1 - share_1) ** 2 + (share_2 - low_2) ** 2)
    return Comparison(first, second, difference, difference - below, difference + above, level)


def add(first: Measure, second: Measure) -> Measure:
    """Both as one measure: adjoining periods of the same units, or different units in the same period; the counts are added.

    Raises ``RatesNotComparable`` with all reasons when key, regime, origin or list of units differ, either is cumulative or lacks
    counts, place, period or the name of its denominator, dossiers would be counted twice or days left out, or the key counts services.
    """
    checks: tuple[Reason, ...] = (_keys, _services, _regimes, _running, _periods, _origins, _denominators, _vintages, _countless, _not_one_block)
    _refuse("Không cộng được hai số liệu", _reasons(checks, first, second))
    numerator, denominator = (sum(counts) for counts in zip(*(measure.counts for measure in (first, second) if measure.counts), strict=True))
    return replace(
        first,
        unit_code=JOINED.join(sorted(first.units | second.units)),
        level=first.level if first.level == second.level else None,
        period_start=min(measure.period_start for measure in (first, second) if measure.period_start),
        period_end=max(measure.period_end for measure in (first, second) if measure.period_end),
        numerator=numerator,
        denominator=denominator,
        share=share_of(numerator, denominator),
        denominator_vi=first.denominator_vi if first.denominator_vi == second.denominator_vi else RATES[first.rate_key].denominator_vi,
    )


def _reasons(checks: tuple[Reason, ...], first: Measure, second: Measure) -> list[str]:
    return [reason for reason in (check(first, second) for check in checks) if reason]


def _refuse(beginning: str, reasons: list[str]) -> None:
    if reasons:
        raise RatesNotComparable(f"{beginning}: " + "; ".join(reasons) + ".")


def _wilson(numerator: int, denominator: int, level: float) -> tuple[float, float]:
    low, high = wilson_interval(np.array([float(numerator)]), np.array([float(denominator)]), level)
    return float(low[0]), float(high[0])


def _keys(first: Measure, second: Measure) -> str | None:
    if first.rate_key == second.rate_key:
        return None
    return f"hai tỷ lệ khác nhau: một bên là {RATE_KEYS[first.rate_key]}, một bên là {RATE_KEYS[second.rate_key]}"


def _regimes(first: Measure, second: Measure) -> str | None:
    if first.regime != second.regime:
        named = [REGIMES[measure.regime] if measure.regime else NOT_STATED for measure in (first, second)]
        return f"khác cách gọi mức độ dịch vụ: một bên {named[0]}, một bên {named[1]}"
    if first.regime is None and any(RATES[measure.rate_key].rests_on_levels for measure in (first, second)):
        return "không rõ gọi mức độ dịch vụ theo cách trước hay từ Nghị định 42/2022/NĐ-CP"
    return None


def _kinds(first: Measure, second: Measure) -> str | None:
    """One accumulated, the other not."""
    if first.is_cumulative == second.is_cumulative:
        return None
    running, plain = (first, second) if first.is_cumulative else (second, first)
    return f"một bên là số lũy kế ({running.period_vi}), một bên là số riêng của kỳ ({plain.period_vi})"


def _spans(first: Measure, second: Measure) -> str | None:
    """Both accumulated, over other days of the calendar."""
    if not (first.is_cumulative and second.is_cumulative) or _calendar_span(first) == _calendar_span(second):
        return None
    return f"hai số lũy kế không cùng khoảng thời gian trong năm: một bên {first.period_vi}, một bên {second.period_vi}"


def _calendar_span(measure: Measure) -> tuple[object, ...] | None:
    """Month and day of both ends and the years between; the last day of February is one day whatever the year."""
    if measure.period_start is None or measure.period_end is None:
        return None
    years = measure.period_end.year - measure.period_start.year
    return (*_month_and_day(measure.period_start), *_month_and_day(measure.period_end), years)


def _month_and_day(when: date) -> tuple[int, int]:
    is_end_of_february = when.month == 2 and (when + timedelta(days=1)).month == 3
    return when.month, 29 if is_end_of_february else when.day


def _periods(first: Measure, second: Measure) -> str | None:
    untold = [measure.period_vi for measure in (first, second) if measure.period_start is None or measure.period_end is None]
    return f"không nêu đủ kỳ số liệu ({'; '.join(untold)})" if untold else None


def _origins(first: Measure, second: Measure) -> str | None:
    return None if first.is_synthetic == second.is_synthetic else "một bên là số liệu thật, một bên là số liệu mô phỏng"


def _denominators(first: Measure, second: Measure) -> str | None:
    untold = [name for name, measure in (("thứ nhất", first), ("thứ hai", second)) if not measure.denominator_vi]
    return f"số liệu {' và '.join(untold)} không nêu mẫu số" if untold else None


def _levels(first: Measure, second: Measure) -> str | None:
    if any(measure.level is None and not measure.units for measure in (first, second)):
        return "không rõ số liệu thuộc đơn vị, cấp nào"
    if first.level_vi == second.level_vi:
        return None
    return f"khác cấp: một bên là {first.level_vi}, một bên là {second.level_vi}"


def _vintages(first: Measure, second: Measure) -> str | None:
    if first.vintage is None or second.vintage is None or first.vintage == second.vintage:
        return None
    named = (VINTAGES[first.vintage], VINTAGES[second.vintage])
    return f"khác địa giới và thẩm quyền của đơn vị: một bên theo {named[0]}, một bên theo {named[1]}"


def _shared(first: Measure, second: Measure) -> str | None:
    if not (first.units & second.units and _overlap(first, second)):
        return None
    return f"hai số liệu của cùng đơn vị có kỳ trùng nhau: một bên {first.period_vi}, một bên {second.period_vi}"


def _overlap(first: Measure, second: Measure) -> bool:
    """Whether some day is counted in both; an end that is not told counts as open."""
    (start_1, end_1), (start_2, end_2) = ((m.period_start or date.min, m.period_end or date.max) for m in (first, second))
    return start_1 <= end_2 and start_2 <= end_1


def _nothing(first: Measure, second: Measure) -> str | None:
    return "không có tỷ lệ vì mẫu số bằng 0" if isnan(first.counted_share) or isnan(second.counted_share) else None


def _services(first: Measure, second: Measure) -> str | None:
    counted = [key for key in dict.fromkeys((first.rate_key, second.rate_key)) if not RATES[key].is_additive]
    return not_additive_vi(counted[0]).rstrip(".") if counted else None


def _running(first: Measure, second: Measure) -> str | None:
    running = [measure.period_vi for measure in (first, second) if measure.is_cumulative]
    return f"số lũy kế không cộng được, vì đã gồm các kỳ trước ({'; '.join(running)})" if running else None


def _countless(first: Measure, second: Measure) -> str | None:
    return "không có đủ tử số và mẫu số để cộng" if first.counts is None or second.counts is None else None


def _not_one_block(first: Measure, second: Measure) -> str | None:
    """Dossiers counted twice, or days of some unit left out."""
    if not (first.units and second.units):
        return "không rõ số liệu của đơn vị nào"
    if first.units == second.units:
        return _shared(first, second) or _gap_between(first, second)
    if first.units & second.units:
        return "hai số liệu có chung một số đơn vị"
    if _holds_others(first, second):
        return f"một bên có thể đã gồm bên kia: {first.level_vi} và {second.level_vi}"
    if (first.period_start, first.period_end) != (second.period_start, second.period_end):
        return f"khác đơn vị thì phải cùng kỳ: một bên {first.period_vi}, một bên {second.period_vi}"
    return None


def _gap_between(first: Measure, second: Measure) -> str | None:
    earlier, later = sorted((first, second), key=lambda measure: measure.period_start or date.min)
    if earlier.period_end is None or later.period_start is None or earlier.period_end + timedelta(days=1) == later.period_start:
        return None
    return f"hai kỳ không liền nhau: một bên {earlier.period_vi}, một bên {later.period_vi}"


def _holds_others(first: Measure, second: Measure) -> bool:
    """Whether one may be the whole of which the other is a part; only communes and departments are added to each other."""
    if first.level == second.level and first.level is not None:
        return False
    return any(measure.level in ("province", "district") or (measure.level is None and len(measure.units) < 2) for measure in (first, second))
