"""Tables of the report: measured frames to ``Table`` blocks with their notes."""

from analysis.tables.delivery import costs, plan_items, reach
from analysis.tables.notes import STATUS_VI
from analysis.tables.outcomes import assessments, province_years
from analysis.tables.quality import in_force, index_gaps, register_provenance, set_aside, sources
from analysis.tables.standing import constant_weights, index_changes, index_history, position, standing_overview
from analysis.tables.units import silent_units, unit_months, units_delivery
from analysis.tables.uptake import fact_addresses, published_facts, rates_table
from analysis.tables.urging import URGING_TABLE, urging, urging_groups

__all__ = [
    "STATUS_VI",
    "URGING_TABLE",
    "assessments",
    "constant_weights",
    "costs",
    "fact_addresses",
    "in_force",
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
    "unit_months",
    "units_delivery",
    "urging",
    "urging_groups",
]
