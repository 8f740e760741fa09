"""Words that several tables share."""

from datetime import date

from analysis import text
from analysis.theme import NOISE_BASIS_VI, NOT_PUBLISHED, VERDICT_VI

_TYPES_NOTE = "loại của xã, phường theo danh mục đến 30/06/2025."
NAMES_NOTE = f"Tên huyện, thị xã, thành phố theo ngày của số liệu, không sau ngày cuối của năm báo cáo; {_TYPES_NOTE}"
__all__ = ["NAMES_NOTE", "NOISE_BASIS_VI", "STATUS_VI", "VERDICT_VI", "names_note"]

STATUS_VI = {
    "not_yet": NOT_PUBLISHED,
    "not_for_province": "không công bố cho tỉnh",
    "not_held": "bộ số liệu chưa có",
    "other_units": "đo theo danh mục tỉnh khác, không nối",
}


def names_note(day: date) -> str:
    """Of which day the names of units are."""
    return f"Tên huyện, thị xã, thành phố theo ngày {text.day(day)}; {_TYPES_NOTE}"
