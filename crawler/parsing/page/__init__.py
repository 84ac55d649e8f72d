"""From the bytes of an article page to an article."""
