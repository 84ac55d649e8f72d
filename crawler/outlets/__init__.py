"""Outlets: their descriptions, how they are found, shared and tested."""
