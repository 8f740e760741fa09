"""From what a plan does to the index it may move: output, outtake, outcome, index, as declared, with what was measured of each."""

from typing import Any

import pandas as pd

from analysis import delivery, uptake
from analysis import tables as present
from analysis.blocks import Block, provenance
from analysis.chapters.index_view import IndexView
from analysis.chapters.standing import history_provenance
from analysis.indices import component_name, is_component_circular
from analysis.narrative import chain as say
from analysis.rates import RATES
from analysis.tables.chain import Link


def chain(view: IndexView) -> list[Block]:
    """The declared chain of the year's plan beside what was logged and measured; one sentence where there is no plan or no chain for it."""
    tables = view.tables
    plan = delivery.plan_of_year(tables.plans, view.province, view.year)
    if plan is None:
        return []
    declared = tables.outcome_chain[(tables.outcome_chain["plan_number"] == plan["plan_number"]) & tables.outcome_chain["index"].isin(view.chosen)]
    if declared.empty:
        return [say.not_declared(str(plan["plan_number"]), provenance(tables.plans))]
    activities = delivery.activities_of_plan(tables.activities, view.subject.below, view.year, plan, view.subject.as_of)
    dossiers = uptake.until(uptake.of_units(tables.uptake, view.subject.below), view.subject.as_of)
    of_year = dossiers[dossiers["period_month"].str[:4] == str(view.year)]
    histories = {(row.index_name, row.component): view.history(row.index_name, row.component) for row in _named(declared)}
    links = tuple(_link(row, view, activities, of_year, histories[row.index_name, row.component]) for row in _named(declared))
    rests_on = history_provenance(histories.values(), declared, activities, of_year, view.editions)
    return [say.not_evidence(rests_on), *present.chain(links, str(plan["plan_number"]), rests_on)]


def _named(declared: pd.DataFrame) -> list[Any]:
    """Rows of the chain as tuples; ``index`` is the frame's own word."""
    return list(declared.rename(columns={"index": "index_name"}).itertuples(index=False))


def _link(row: object, view: IndexView, activities: pd.DataFrame, dossiers: pd.DataFrame, history: pd.DataFrame) -> Link:
    declared = {name: getattr(row, name) for name in ("section", "section_vi", "output_vi", "outtake_vi", "outcome_vi", "rate_key", "reason_vi")}
    index, component = str(getattr(row, "index_name")), str(getattr(row, "component"))  # noqa: B009
    components = view.tables.index_components
    return Link(
        **declared,
        index=index,
        component_vi=component_name(components, index, component, view.year),
        is_circular=is_component_circular(components, index, component),
        activities_count=int((activities["plan_section"] == declared["section"]).sum()) if len(activities) else None,
        share=_share(dossiers, declared["rate_key"]),
        edition=history[history["edition_year"] == view.year].iloc[0] if (history["edition_year"] == view.year).any() else None,
        move=view.move_into_year(index, component),
    )


def _share(dossiers: pd.DataFrame, rate_key: object) -> float | None:
    """The year's share of a rate, where it is measured within one regime."""
    if pd.isna(rate_key) or dossiers.empty or not RATES[str(rate_key)].is_additive:
        return None
    found = uptake.rates(dossiers.assign(year=dossiers["period_month"].str[:4]), str(rate_key), ["year"])
    return float(found["share"].iloc[0]) if len(found) == 1 and not pd.isna(found["share"].iloc[0]) else None
