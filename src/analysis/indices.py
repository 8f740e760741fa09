"""The index registry: which editions exist, in which era, with which components and weights."""

from datetime import date

import pandas as pd

from analysis.codes import COMPOSITE
from analysis.units import INDEX_VINTAGE

MIN_EDITIONS_BEFORE = 2  # that compare with a plan's own: one edition shows no level of its own
WHOLE_PANEL_COUNT = 55  # provinces with a score from which an edition counts as wholly held, so that absence means "not published"
INDEX_VINTAGES = (INDEX_VINTAGE, "64-tinh")  # provinces ranked together in one edition before 01/07/2025; Hà Tây is of the second list


def editions_until(editions: pd.DataFrame, index: str, last_year: int) -> pd.DataFrame:
    """Editions of an index up to ``last_year``, oldest first; one row an edition."""
    chosen = editions[(editions["index"] == index) & (editions["edition_year"] <= last_year)]
    return chosen.sort_values("edition_year").reset_index(drop=True)


def edition_of(editions: pd.DataFrame, index: str, year: int) -> pd.Series | None:
    """The registered edition of an index for a year, or None."""
    found = editions[(editions["index"] == index) & (editions["edition_year"] == year)]
    return found.iloc[0] if len(found) else None


def weights_of(weights: pd.DataFrame, index: str, era: str) -> pd.Series:
    """Weights of an era in per cent, by component in the order CSTP1, CSTP2 … CSTP10; empty where none are registered."""
    chosen = weights[(weights["index"] == index) & (weights["era"] == era)]
    by_component = chosen.set_index(chosen["component"].astype("str"))["weight_pct"].astype("float64")
    return by_component.reindex(sorted(by_component.index, key=lambda code: (len(code), code)))


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


def components_of(components: pd.DataFrame, index: str, year: int) -> pd.DataFrame:
    """Registered components of an index as defined in an edition; one row a component."""
    return components[(components["index"] == index) & (components["first_year"] <= year) & (components["last_year"] >= year)]


def is_composite_circular(components: pd.DataFrame, index: str, year: int) -> bool:
    """Whether an index's composite of a year holds communication itself."""
    defined = components_of(components, index, year)
    return bool(defined.loc[defined["component"] == COMPOSITE, "is_circular"].any())


def comparable_eras(components: pd.DataFrame, editions: pd.DataFrame, index: str, component: str, footing: str) -> "pd.Series[str]":
    """Era of each edition inside which a component compares on a footing; edition year → label such as ``2011-2020``.

    ``raw``: its own scores (``component_eras``); ``z``: its standing among provinces, as far as ranks carry over; ``constant_weight``:
    a composite under held weights, as long as the index has the same components on the same scales.
    """
    chosen = editions[editions["index"] == index].sort_values("edition_year").set_index("edition_year")
    if footing == "raw":
        return component_eras(components, editions, index, component)
    if footing == "z":
        return chosen["footing_era"].astype("object")
    parts = components[(components["index"] == index) & (components["parent_component"] == COMPOSITE)]
    return _runs({year: _definition(parts, year, ("component", "scale_min_score", "scale_max_score")) for year in chosen.index})


def component_eras(components: pd.DataFrame, editions: pd.DataFrame, index: str, component: str) -> "pd.Series[str]":
    """Era of each edition in which a component's own raw scores compare; edition year → label such as ``2011-2020``.

    A component whose parts are registered compares as long as no part was added, dropped or redefined and ranks carry over
    (``footing_era``), whatever happened to the rest of the index. The composite, and a component without registered parts, has
    the eras of its index.
    """
    chosen = editions[editions["index"] == index].sort_values("edition_year").set_index("edition_year")
    own = components[components["index"] == index]
    parts = own[own["parent_component"] == component]
    if component == COMPOSITE or parts.empty:
        return chosen["era"].astype("object")
    defined = own[own["component"] == component]
    years = [year for year in chosen.index if ((defined["first_year"] <= year) & (defined["last_year"] >= year)).any()]
    return _runs({year: (_definition(parts, year, ("component", "first_year")), chosen.loc[year, "footing_era"]) for year in years})


def _definition(parts: pd.DataFrame, year: int, fields: tuple[str, ...]) -> frozenset[tuple[object, ...]]:
    """The registered definitions of parts in an edition, told by ``fields``."""
    held = parts[(parts["first_year"] <= year) & (parts["last_year"] >= year)]
    return frozenset(zip(*(held[field].astype(str) for field in fields), strict=True))


def _runs(kinds: dict[int, object]) -> "pd.Series[str]":
    """Neighbouring years of one kind under one label."""
    runs: list[list[int]] = []
    for year, kind in kinds.items():
        if runs and kinds[runs[-1][-1]] == kind:
            runs[-1].append(year)
        else:
            runs.append([year])
    return pd.Series({year: _span(run) for run in runs for year in run}, dtype="object")


def _span(years: list[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


def component_name(components: pd.DataFrame, index: str, component: str, year: int) -> str:
    """The publisher's Vietnamese name of a component in an edition.

    Where the edition does not define it, the latest name; the bare code when it is not registered at all.
    """
    named = components[(components["index"] == index) & (components["component"] == component)].sort_values("first_year")
    defined = named[(named["first_year"] <= year) & (named["last_year"] >= year)]
    names = (defined if len(defined) else named)["name_vi"]
    return str(names.iloc[-1]) if len(names) else component


def components_near_communication(components: pd.DataFrame, index: str, year: int) -> list[str]:
    """Codes of the components that communication on procedures could move, in code order; never the composite."""
    defined = components_of(components, index, year)
    return sorted(defined.loc[defined["is_near_communication"] & (defined["component"] != COMPOSITE), "component"])


def is_component_circular(components: pd.DataFrame, index: str, component: str) -> bool:
    """Whether a component scores communication itself, in any edition that defines it."""
    defined = components[(components["index"] == index) & (components["component"] == component)]
    return bool(defined["is_circular"].any())
