"""Scrapy spiders. Outlets are described in outlets/*.toml; code is for the rare exception."""
