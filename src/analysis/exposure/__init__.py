"""Communication dose by unit and month, how it saturates and how it carries over; officials are not the public."""

from analysis.exposure.carry_over import adstock
from analysis.exposure.monthly import monthly_dose
from analysis.exposure.saturation import SATURATIONS, saturated

__all__ = ["SATURATIONS", "adstock", "monthly_dose", "saturated"]
