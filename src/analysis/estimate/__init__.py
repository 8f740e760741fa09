"""Designs and their results: pure functions, frame in, frozen result out; see docs/methodology.md."""
