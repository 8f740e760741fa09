"""Tables of the report: measured frames to ``Table`` blocks with their notes."""

from analysis.tables.delivery import plan_items, reach, silent_units
from analysis.tables.notes import STATUS_VI
from analysis.tables.outcomes import assessments, province_years
from analysis.tables.quality import index_gaps, register_provenance, set_aside, sources
from analysis.tables.standing import constant_weights, index_changes, index_history, position, standing_overview
from analysis.tables.uptake import fact_addresses, published_facts, rates_table

__all__ = [
    "STATUS_VI",
    "assessments",
    "constant_weights",
    "fact_addresses",
    "index_changes",
    "index_gaps",
    "index_history",
    "plan_items",
    "position",
    "province_years",
    "published_facts",
    "rates_table",
    "reach",
    "register_provenance",
    "set_aside",
    "silent_units",
    "sources",
    "standing_overview",
]
