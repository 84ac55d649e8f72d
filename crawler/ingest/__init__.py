"""Articles from elsewhere than a crawl: JSONL, WARC, kept pages, other stores."""
