"""Communication dose by unit and month, how it saturates and how it carries over; officials are not the public."""

from analysis.exposure.campaigns import AFTER_SILENCE, NO_LOG, first_campaigns, first_months
from analysis.exposure.carry_over import adstock
from analysis.exposure.communes import DOSES, commune_exposure, district_codes, unit_exposure
from analysis.exposure.identified import SHARED_DOSE, AssignmentLevel, LevelIdentified, assignment_level, identified_levels, start_correlation
from analysis.exposure.monthly import monthly_dose
from analysis.exposure.planned import planned_dose
from analysis.exposure.saturation import SATURATIONS, saturated
from analysis.exposure.table import PUBLIC, exposure_table
from analysis.exposure.unused import UnusedActivities, unused_activities

__all__ = [
    "AFTER_SILENCE",
    "DOSES",
    "NO_LOG",
    "PUBLIC",
    "SATURATIONS",
    "SHARED_DOSE",
    "AssignmentLevel",
    "LevelIdentified",
    "UnusedActivities",
    "adstock",
    "assignment_level",
    "commune_exposure",
    "district_codes",
    "exposure_table",
    "first_campaigns",
    "first_months",
    "identified_levels",
    "monthly_dose",
    "planned_dose",
    "saturated",
    "start_correlation",
    "unit_exposure",
    "unused_activities",
]
