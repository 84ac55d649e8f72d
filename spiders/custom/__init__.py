"""Spiders of outlets that need code: subclass OutletSpider, name it in the outlet's TOML."""
