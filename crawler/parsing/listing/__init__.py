"""From the bytes of a feed, sitemap or section page to what it lists."""
