"""Tables of the report: measured frames to ``Table`` blocks with their notes."""

from analysis.tables.chain import chain
from analysis.tables.delivery import costs, plan_items, reach
from analysis.tables.index_sources import FIGURE, conflicts, edition_origins
from analysis.tables.notes import NOISE_BASIS_VI, STATUS_VI
from analysis.tables.outcomes import assessments, province_years
from analysis.tables.quality import in_force, index_gaps, register_provenance, set_aside, sources
from analysis.tables.standing import constant_weights, distances, index_changes, index_history, position, rank_decomposition, standing_overview
from analysis.tables.units import silent_units, unit_months, units_delivery
from analysis.tables.uptake import fact_addresses, published_facts, rates_table
from analysis.tables.urging import URGING_TABLE, urging, urging_groups

__all__ = [
    "FIGURE",
    "NOISE_BASIS_VI",
    "STATUS_VI",
    "URGING_TABLE",
    "assessments",
    "chain",
    "conflicts",
    "constant_weights",
    "costs",
    "distances",
    "edition_origins",
    "fact_addresses",
    "in_force",
    "index_changes",
    "index_gaps",
    "index_history",
    "plan_items",
    "position",
    "province_years",
    "published_facts",
    "rank_decomposition",
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
