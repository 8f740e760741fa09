"""Dated confounders that are drawn on charts and named before any comparison."""

from datetime import date

import pandas as pd

from analysis.units import COUNTRY_CODE


def events_for(events: pd.DataFrame, province: str, first: date, last: date) -> pd.DataFrame:
    """Events that touch the province or the whole country between two days, oldest first; one row an event.

    Events of single districts are kept out: they do not touch the province as a whole.
    """
    touches = events["scope_code"].isin([province, COUNTRY_CODE])
    overlaps = (events["start_date"] <= pd.Timestamp(last)) & (events["end_date"] >= pd.Timestamp(first))
    return events[touches & overlaps].sort_values(["start_date", "event_id"]).reset_index(drop=True)
