"""Online-service uptake: rates with both counts, what may be compared or added, small cells hidden, and whom to help first."""

from analysis.uptake.gaps import CELL_COUNTS, CELL_SHARES, cells_by, channel_gap, days_by_channel, median_interval, who_to_help
from analysis.uptake.measures import Comparison, Measure, add, compare, measures_of_facts, measures_of_rates, why_not_comparable
from analysis.uptake.shares import SMALL_DENOMINATOR, RatesNotComparable, of_units, rates, until, wilson_interval
from analysis.uptake.suppression import (
    MINIMUM_CELL,
    Suppressed,
    suppress,
    suppress_shares,
    suppress_shares_with_totals,
    suppress_with_totals,
)

__all__ = [
    "CELL_COUNTS",
    "CELL_SHARES",
    "MINIMUM_CELL",
    "SMALL_DENOMINATOR",
    "Comparison",
    "Measure",
    "RatesNotComparable",
    "Suppressed",
    "add",
    "cells_by",
    "channel_gap",
    "compare",
    "days_by_channel",
    "measures_of_facts",
    "measures_of_rates",
    "median_interval",
    "of_units",
    "rates",
    "suppress",
    "suppress_shares",
    "suppress_shares_with_totals",
    "suppress_with_totals",
    "until",
    "who_to_help",
    "why_not_comparable",
    "wilson_interval",
]
