-- What each outlet takes of this machine in a day, so that none can take it all.

CREATE TABLE outlet_usage ( -- what an outlet took on one day; a quota that it met holds until the next
  outlet INTEGER NOT NULL REFERENCES outlets (id), -- which outlet
  day TEXT NOT NULL, -- day of the crawl, UTC
  articles INTEGER NOT NULL, -- new articles
  bytes INTEGER NOT NULL, -- size of its answers, as they came over the network
  parser_seconds REAL NOT NULL, -- CPU seconds that its pages and listings took to be parsed
  met TEXT CHECK (met IN ('articles', 'bytes', 'parser_seconds')), -- which quota it met; NULL: none
  PRIMARY KEY (outlet, day)
) STRICT, WITHOUT ROWID;

-- serves: articles with a doubtful time, which move no default window
CREATE INDEX articles_doubted ON articles (outlet, published_at) WHERE published_doubt IS NOT NULL;
