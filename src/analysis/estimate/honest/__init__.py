"""Honest bounds: how far trends may differ before an event-study finding falls (Rambachan and Roth 2023).

The coefficients of an event study hold effect plus difference in trends. Parallel trends say that the difference is nil;
these intervals let it be anything inside a declared set and still cover the effect at the level asked.
"""

from analysis.estimate.honest.breakdown import breakdown_value
from analysis.estimate.honest.magnitudes import relative_magnitude_bounds
from analysis.estimate.honest.smoothness import smoothness_bounds

__all__ = ["breakdown_value", "relative_magnitude_bounds", "smoothness_bounds"]
