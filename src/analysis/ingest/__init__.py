"""Received files to contract tables; every fault is named by file, line and column, all of them at once."""
