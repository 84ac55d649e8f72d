"""Parsing in other processes: hostile bytes end there."""
