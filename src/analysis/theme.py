"""Colours, dashes and markers: the UK Analysis Function palette, at most four categories, colour never alone."""

# Each has a contrast of at least 3:1 on white (analysisfunction.civilservice.gov.uk, colours in charts).
PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25")
NEUTRAL = "#3D3D3D"
QUIET = "#A8A8A8"
DASHES = ("solid", "dash", "dot", "dashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up")
FONT_STACK = "'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"

SYNTHETIC_STAMP = "SỐ LIỆU MÔ PHỎNG"
NOT_PUBLISHED = "chưa công bố"
