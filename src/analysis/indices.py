"""The index registry: which editions exist, in which era, with which components and weights."""

from datetime import date

import pandas as pd

from analysis.codes import COMPOSITE


def editions_until(editions: pd.DataFrame, index: str, last_year: int) -> pd.DataFrame:
    """Editions of an index up to ``last_year``, oldest first; one row an edition."""
    chosen = editions[(editions["index"] == index) & (editions["edition_year"] <= last_year)]
    return chosen.sort_values("edition_year").reset_index(drop=True)


def is_published(edition: pd.Series, as_of: date) -> bool:
    """Whether an edition was out on ``as_of``: by its date, by the end of its month where only the month is known.

    Without any date, from 1 July of the following year on: every known edition since 2014 appeared between January and
    September of the year after, and July is the first month by which all four publishers have mostly been out.
    """
    if pd.isna(edition["published_date"]):
        return as_of >= date(int(edition["edition_year"]) + 1, 7, 1)
    published = pd.Timestamp(edition["published_date"])
    if edition["published_precision"] == "month":
        published += pd.offsets.MonthEnd(0)
    return bool(published.date() <= as_of)


def is_composite_circular(components: pd.DataFrame, index: str, year: int) -> bool:
    """Whether an index's composite of a year holds communication itself."""
    composite = components[
        (components["index"] == index)
        & (components["component"] == COMPOSITE)
        & (components["first_year"] <= year)
        & (components["last_year"] >= year)
    ]
    return bool(composite["is_circular"].any())


def component_name(components: pd.DataFrame, index: str, component: str, year: int) -> str:
    """The publisher's Vietnamese name of a component in an edition, or the bare code when it is not registered."""
    named = components[
        (components["index"] == index)
        & (components["component"] == component)
        & (components["first_year"] <= year)
        & (components["last_year"] >= year)
    ]
    return str(named.iloc[0]["name_vi"]) if len(named) else component


def components_near_communication(components: pd.DataFrame, index: str, year: int) -> list[str]:
    """Codes of the components that communication on procedures could move, in code order; never the composite."""
    near = components[
        (components["index"] == index)
        & components["is_near_communication"]
        & (components["first_year"] <= year)
        & (components["last_year"] >= year)
        & (components["component"] != COMPOSITE)
    ]
    return sorted(near["component"])
