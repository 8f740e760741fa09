"""Synthetic activity logs, uptake tables and dossiers with a known truth, for proving that the estimators find it.

Every row says that it is synthetic. Nothing here may be read as an observation.
"""

from analysis.simulate.activities import simulate_activities
from analysis.simulate.dossiers import DossierMonth, DossiersRefused, simulate_dossiers, write_dossiers
from analysis.simulate.truth import TRUTH, Truth, truth_statement
from analysis.simulate.uptake import citizen_dose, simulate_uptake

__all__ = [
    "TRUTH",
    "DossierMonth",
    "DossiersRefused",
    "Truth",
    "citizen_dose",
    "simulate_activities",
    "simulate_dossiers",
    "simulate_uptake",
    "truth_statement",
    "write_dossiers",
]
