"""Copies: texts that share most of their shingles."""
