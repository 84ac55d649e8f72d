"""Downloader middlewares, one small duty each."""
