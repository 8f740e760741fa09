"""Vietnamese sentences chosen by what was measured and by the evidence grade; no sentence without its data."""
