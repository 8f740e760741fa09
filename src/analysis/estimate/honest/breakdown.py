"""The size of violation at which a finding falls."""

import pandas as pd


def breakdown_value(table: pd.DataFrame) -> float:
    """The largest bound of ``table`` whose interval excludes 0; NaN when every interval holds it.

    ``table`` has the columns ``bound``, ``ci_low`` and ``ci_high`` of ``smoothness_bounds`` or ``relative_magnitude_bounds``.
    An interval at a bound covers the effect under any smaller violation too, so an interval at a smaller bound that happens
    to hold 0 takes nothing back. The answer is one of the bounds tried: it is as fine as they are.
    """
    excludes_zero = (table["ci_low"] > 0) | (table["ci_high"] < 0)
    return float(table.loc[excludes_zero, "bound"].max())
