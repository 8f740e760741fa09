"""Words that several tables share."""

from datetime import date

from analysis import text
from analysis.theme import NOT_PUBLISHED

NAMES_NOTE = "Tên đơn vị theo danh mục đến 30/06/2025."
STATUS_VI = {
    "not_yet": NOT_PUBLISHED,
    "not_for_province": "không công bố cho tỉnh",
    "not_held": "bộ số liệu chưa có",
}
VERDICT_VI = {"clear": "rõ", "within_noise": "trong mức dao động ngẫu nhiên", "not_known": "chưa biết"}

_QUARTERS = ("I", "II", "III", "IV")


def day_as_known(day: date, precision: str) -> str:
    """A day no more exactly than it is known: ``05/02/2021``, ``02/2021``, ``quý I/2021`` or ``năm 2021``."""
    match precision:
        case "month":
            return text.month(f"{day:%Y-%m}")
        case "quarter":
            return f"quý {_QUARTERS[(day.month - 1) // 3]}/{day.year}"
        case "year":
            return f"năm {day.year}"
        case _:
            return text.day(day)
