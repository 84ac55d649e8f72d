"""Corpora that benches make for themselves."""
