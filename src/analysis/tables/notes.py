"""Words that several tables share."""

from analysis.theme import NOT_PUBLISHED

NAMES_NOTE = "Tên đơn vị theo danh mục đến 30/06/2025."
STATUS_VI = {
    "not_yet": NOT_PUBLISHED,
    "not_for_province": "không công bố cho tỉnh",
    "not_held": "bộ số liệu chưa có",
}
VERDICT_VI = {"clear": "rõ", "within_noise": "trong mức dao động ngẫu nhiên", "not_known": "chưa biết"}
