"""Golden files: what must not change unnoticed. `python -m tests.golden` writes them anew."""
