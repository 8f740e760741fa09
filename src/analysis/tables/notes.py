"""Words that several tables share."""

from datetime import date

from analysis import text
from analysis.theme import NOT_PUBLISHED

_TYPES_NOTE = "loại của xã, phường theo danh mục đến 30/06/2025."
NAMES_NOTE = f"Tên huyện, thị xã, thành phố theo ngày của số liệu, không sau ngày cuối của năm báo cáo; {_TYPES_NOTE}"
STATUS_VI = {
    "not_yet": NOT_PUBLISHED,
    "not_for_province": "không công bố cho tỉnh",
    "not_held": "bộ số liệu chưa có",
}
VERDICT_VI = {"clear": "rõ", "within_noise": "trong mức dao động ngẫu nhiên", "not_known": "chưa biết"}


def names_note(day: date) -> str:
    """Of which day the names of units are."""
    return f"Tên huyện, thị xã, thành phố theo ngày {text.day(day)}; {_TYPES_NOTE}"
