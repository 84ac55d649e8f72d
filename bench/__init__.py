"""Measurements: one script a claim, run by `./run bench NAME`."""
