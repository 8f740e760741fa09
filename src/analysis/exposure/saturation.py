"""How much more a second activity in a month says than the first: a declared grid, chosen before the outcome is seen."""

import numpy as np
from numpy.typing import NDArray

HALF_POINTS = (1.0, 3.0)  # activities a month at which a Hill curve is half full

SATURATIONS: dict[str, str] = {
    "linear": "mỗi hoạt động như nhau",
    "log1p": "hoạt động sau ít tác dụng hơn hoạt động trước, ln(1 + số hoạt động)",
    **{f"hill_{point:g}": f"bão hòa, đạt một nửa khi có {point:g} hoạt động trong tháng" for point in HALF_POINTS},
}


def saturated(dose: NDArray[np.float64], saturation: str) -> NDArray[np.float64]:
    """``dose`` (any shape, activities, 0 or more; NaN stays unknown) on a key of ``SATURATIONS``; 0 stays 0 on every one.

    ``hill_h`` is dose / (h + dose), Hill's curve with exponent 1. Raises ``KeyError`` for another key.
    """
    if saturation not in SATURATIONS:
        raise KeyError(saturation)
    if saturation == "linear":
        return np.asarray(dose, dtype=np.float64)
    if saturation == "log1p":
        return np.log1p(dose)
    half = float(saturation.removeprefix("hill_"))
    return np.asarray(dose / (half + dose))
