"""Articles that no crawl brought: JSONL, WARC, kept pages, other stores."""
