"""Synthetic activity logs and uptake tables with a known truth, for proving that the estimators find it.

Every row says ``is_synthetic``. Nothing here may be read as an observation.
"""

from analysis.simulate.activities import simulate_activities
from analysis.simulate.truth import TRUTH, Truth, adstock, truth_statement
from analysis.simulate.uptake import citizen_dose, simulate_uptake

__all__ = ["TRUTH", "Truth", "adstock", "citizen_dose", "simulate_activities", "simulate_uptake", "truth_statement"]
