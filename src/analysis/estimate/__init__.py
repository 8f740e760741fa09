"""Designs, their inference, their measured right to a p-value, and the evidence grade: pure functions, long frame in, frozen result out.

The names below are loaded on first use, since a notebook that only shows blocks need not pay for solvers.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "difference": ("demeaned_did", "detrended_did", "last_year_did"),
    "synthetic": ("synthetic_control",),
    "predictors": ("Predictor",),
    "synthetic_difference": ("synthetic_did",),
    "augmented": ("augmented_synthetic_control",),
    "two_way": ("two_way_fixed_effects",),
    "time_series": ("interrupted_time_series",),
    "plain_comparisons": ("before_after", "gap_to_others"),
    "long_series": ("debiased_t_test",),
    "conformal_inference": ("conformal",),
    "calibration": ("calibrate", "mde"),
    "honest": ("breakdown_value", "relative_magnitude_bounds", "smoothness_bounds"),
    "families": ("benjamini_hochberg", "holm", "romano_wolf"),
    "curve": ("Specification", "specification_curve"),
    "inside.imputation": ("staggered_event_study",),
    "inside.group_time": ("callaway_santanna",),
    "inside.static_effects": ("static_two_way",),
    "inside.lags": ("distributed_lag",),
    "inside.carry_over": ("adstock_effect",),
    "inside.dose_groups": ("dose_terciles", "dose_trend"),
    "inside.counts": ("uptake_count_model",),
    "inside.wild": ("wild_cluster_bootstrap",),
    "inside.randomised": ("randomization_test",),
    "inside.rollout": ("randomised_rollout", "stepped_wedge"),
    "inside.power": ("design_power",),
    "inside.waves": ("propose_waves",),
    "refusals": ("DesignRefused",),
    "result": ("Calibration", "CheckResult", "EffectEstimate", "Quantity"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    """A public name from its module. Raises ``AttributeError`` for any other."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
