"""Colours, dashes and markers: the UK Analysis Function palette, at most four categories, colour never alone."""

# Each has a contrast of at least 3:1 on white (analysisfunction.civilservice.gov.uk, colours in charts).
PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25")
NEUTRAL = "#3D3D3D"
QUIET = "#A8A8A8"
DASHES = ("solid", "dash", "dot", "dashdot")
STATE_FILLS = {"within_noise": "#FFFFFF", "not_known": "#C8C8C8"}  # of a marker; otherwise it has the colour of its line
MARKERS = ("circle", "square", "diamond", "triangle-up")
FONT_STACK = "'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"

SYNTHETIC_STAMP = "SỐ LIỆU MÔ PHỎNG"
NOT_PUBLISHED = "chưa công bố"
VERDICT_VI = {"clear": "rõ", "within_noise": "trong mức dao động ngẫu nhiên", "not_known": "chưa biết"}
VERDICT_SHORT_VI = {"clear": "rõ", "within_noise": "dao động", "not_known": "chưa biết"}  # where a label has no room
NOISE_BASIS_VI = {
    "published_se": "sai số do nơi công bố in",
    "panel": "dao động của các tỉnh cùng giai đoạn",
    "registry": "dao động của các tỉnh, theo danh mục",
    "sample_size": "cỡ mẫu của cả nước chia đều",
    "none": None,
}
