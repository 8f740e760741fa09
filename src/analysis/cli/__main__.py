"""``python -m analysis.cli``, for when the console script is not on the path."""

from analysis.cli import main

main()
