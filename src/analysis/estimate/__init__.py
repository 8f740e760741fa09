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
    "refusals": ("DesignRefused",),
    "result": ("Calibration", "CheckResult", "EffectEstimate"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    """A public name from its module. Raises ``AttributeError`` for any other."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
