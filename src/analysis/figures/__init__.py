"""Charts described once: each function takes measured frames and returns a ``Chart``; ``draw`` makes it visible."""
