"""Synthetic activity logs, uptake tables and dossiers with a known truth, for proving that the estimators find it.

Every row says that it is synthetic. Nothing here may be read as an observation.
"""

from analysis.simulate.activities import simulate_activities
from analysis.simulate.dossiers import DossierMonth, DossiersRefused, simulate_dossiers, write_dossiers
from analysis.simulate.panel_truth import PANEL_TRUTH, PanelTruth
from analysis.simulate.panels import NEVER, PanelDraw, draw_panel, simulate_panel
from analysis.simulate.truth import TRUTH, Truth, truth_statement
from analysis.simulate.uptake import citizen_dose, simulate_uptake

__all__ = [
    "NEVER",
    "PANEL_TRUTH",
    "TRUTH",
    "DossierMonth",
    "DossiersRefused",
    "PanelDraw",
    "PanelTruth",
    "Truth",
    "citizen_dose",
    "draw_panel",
    "simulate_activities",
    "simulate_dossiers",
    "simulate_panel",
    "simulate_uptake",
    "truth_statement",
    "write_dossiers",
]
