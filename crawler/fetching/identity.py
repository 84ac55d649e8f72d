"""Who we are to the servers that we ask."""

from __future__ import annotations

from typing import Any

from crawler.release import __version__


def user_agent(contact: str) -> str:
    """How we introduce ourselves: with an address or page of whoever runs this, where known."""
    agent = f"Newsloom/{__version__}"
    contact = " ".join(contact.split())  # a header has one line
    return f"{agent} (+{contact})" if contact else agent


class Identity:
    """An add-on of Scrapy's: the user agent carries NEWSLOOM_CONTACT, wherever that was set.

    In the settings or by `-s`; an explicit USER_AGENT of either stands above it.
    """

    def update_settings(self, settings: Any) -> None:
        """Name ourselves before any spider is made."""
        agent = user_agent(settings.get("NEWSLOOM_CONTACT") or "")
        settings.set("USER_AGENT", agent, priority="addon")
