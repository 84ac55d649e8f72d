PRAGMA application_id = 1313623885;
PRAGMA user_version = 1;

CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);

CREATE TABLE outlets ( -- a publisher
  id INTEGER PRIMARY KEY, -- number of the outlet in this file
  slug TEXT NOT NULL UNIQUE, -- short name: the file name of its description, or the host of an import
  name TEXT NOT NULL, -- name as readers know it
  home TEXT, -- address of its front page
  country TEXT, -- ISO 3166-1 alpha-2
  language TEXT, -- BCP 47, as its description says
  agency INTEGER NOT NULL DEFAULT 0 CHECK (agency IN (0, 1)) -- 1 for a news agency, whose texts others print
) STRICT;

CREATE TABLE sources ( -- one feed or sitemap of an outlet
  id INTEGER PRIMARY KEY, -- number of the source in this file
  outlet INTEGER NOT NULL REFERENCES outlets (id), -- whose it is
  url TEXT NOT NULL UNIQUE, -- its address
  kind TEXT NOT NULL CHECK (kind IN ('feed', 'sitemap')), -- what it is made of
  etag TEXT, -- ETag of the last full answer, to ask whether it has changed
  last_modified TEXT, -- Last-Modified of the last full answer, likewise
  polled_at TEXT, -- when it last answered usefully, changed or not
  failures INTEGER NOT NULL DEFAULT 0, -- polls failed since then
  next_poll_at TEXT, -- not before this time, as the server asked (Retry-After); NULL: at any time
  retired_at TEXT -- when the server said that it is gone for good (410); it is not asked again
) STRICT;

CREATE TABLE runs ( -- one invocation that wrote to the store
  id INTEGER PRIMARY KEY, -- number of the run
  command TEXT NOT NULL, -- what was asked for
  version TEXT NOT NULL, -- version of Newsloom
  pid INTEGER NOT NULL, -- process that did it
  started_at TEXT NOT NULL, -- when it began
  ended_at TEXT, -- when it ended; NULL while it runs, or when it was killed before anyone noticed
  outcome TEXT CHECK (outcome IN ('done', 'partial', 'failed', 'crashed')), -- how it ended; partial: some sources failed
  summary TEXT -- JSON object of the figures it reported
) STRICT;

CREATE TABLE fetches ( -- one HTTP exchange with a source
  id INTEGER PRIMARY KEY, -- number of the exchange
  run INTEGER NOT NULL REFERENCES runs (id), -- during which run
  source INTEGER NOT NULL REFERENCES sources (id), -- which source
  url TEXT NOT NULL, -- address asked: the source's own, or a sitemap of its index
  at TEXT NOT NULL, -- when the answer came
  status INTEGER, -- HTTP status; NULL when there was no answer
  seconds REAL, -- how long it took
  bytes INTEGER, -- size of the body, unpacked
  outcome TEXT NOT NULL CHECK (outcome IN ('read', 'unchanged', 'denied', 'failed')), -- what came of it
  reason TEXT, -- why it was denied or failed
  detail TEXT, -- what was seen
  listed INTEGER NOT NULL DEFAULT 0, -- pages that it listed
  offered INTEGER NOT NULL DEFAULT 0 -- of these, pages that were new or changed
) STRICT;

CREATE TABLE pages ( -- an address that a source listed: pending, an article, or rejected with a reason
  id INTEGER PRIMARY KEY, -- number of the page
  outlet INTEGER NOT NULL REFERENCES outlets (id), -- whose source listed it first
  url TEXT NOT NULL UNIQUE, -- canonical address
  state TEXT NOT NULL CHECK (state IN ('pending', 'article', 'rejected')), -- what has become of it
  reason TEXT, -- why it was rejected, or why the last try left it pending
  detail TEXT, -- what was seen
  attempts INTEGER NOT NULL DEFAULT 0, -- tries that failed since it was last listed as new or changed
  due_at TEXT, -- a pending page is not tried before this time; NULL: at once
  title TEXT, -- headline in the listing that made it pending
  published_at TEXT, -- publication time in that listing
  published_precision TEXT CHECK (published_precision IN ('second', 'minute', 'day')), -- how finely it was given
  published_source TEXT, -- feed or sitemap
  published_raw TEXT, -- as written there
  stands_for INTEGER REFERENCES pages (id), -- the AMP page that named it; NULL when a source listed it
  settled_at TEXT -- when it last became an article or was rejected
) STRICT;

CREATE TABLE sightings ( -- one source listed one page, saying this, for the first time
  page INTEGER NOT NULL REFERENCES pages (id), -- which page
  source INTEGER NOT NULL REFERENCES sources (id), -- which source
  seen_at TEXT NOT NULL, -- when it was seen
  previous_poll_at TEXT, -- the poll of that source before, when it was not yet there; NULL: first poll
  title TEXT NOT NULL, -- headline as listed; empty when none was
  modified_at TEXT NOT NULL, -- time of change as listed; empty when none was
  run INTEGER NOT NULL REFERENCES runs (id), -- during which run
  PRIMARY KEY (page, source, title, modified_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE articles ( -- what we understood of a page: its newest text
  id INTEGER PRIMARY KEY, -- number of the article
  page INTEGER UNIQUE REFERENCES pages (id), -- the page it was read from; NULL when imported
  outlet INTEGER NOT NULL REFERENCES outlets (id), -- who published it
  url TEXT NOT NULL UNIQUE, -- canonical address
  title TEXT NOT NULL, -- headline
  text TEXT NOT NULL, -- body, paragraphs separated by newlines; empty when only the headline is known
  words INTEGER NOT NULL, -- words in the body; characters in scripts written without spaces
  authors TEXT NOT NULL DEFAULT '[]', -- JSON array of names
  language TEXT, -- BCP 47
  section TEXT, -- section of the outlet
  image TEXT, -- address of the lead picture
  paywalled INTEGER CHECK (paywalled IN (0, 1)), -- 1 when the page says that it is not free; NULL when it says nothing
  published_at TEXT, -- publication time, UTC; NULL when unknown
  published_precision TEXT CHECK (published_precision IN ('second', 'minute', 'day')), -- how finely it was given
  published_source TEXT, -- who gave it: jsonld, meta, time, feed, sitemap, text, import
  published_raw TEXT, -- as written there
  modified_at TEXT, -- time of change as the page states it
  first_seen_at TEXT NOT NULL, -- when a source of ours first listed it, or when it was imported
  previous_poll_at TEXT, -- the poll before: it was published in between; NULL when there was none
  fetched_at TEXT, -- when this text was fetched
  text_hash TEXT NOT NULL, -- BLAKE2 of headline and body: equal for equal texts
  revision INTEGER NOT NULL DEFAULT 0, -- earlier texts that `revisions` holds
  run INTEGER NOT NULL REFERENCES runs (id) -- run that brought this text
) STRICT;

CREATE TABLE revisions ( -- an earlier text of an article, kept when the outlet changed it
  article INTEGER NOT NULL REFERENCES articles (id), -- of which article
  revision INTEGER NOT NULL, -- 0 for the text first seen, then 1, 2, ...
  title TEXT NOT NULL, -- headline then
  text TEXT NOT NULL, -- body then
  words INTEGER NOT NULL, -- words in it
  authors TEXT NOT NULL, -- JSON array of names then
  modified_at TEXT, -- time of change as the page stated it then
  fetched_at TEXT, -- when that text was fetched
  replaced_at TEXT NOT NULL, -- when its successor was fetched
  text_hash TEXT NOT NULL, -- BLAKE2 of headline and body
  run INTEGER NOT NULL REFERENCES runs (id), -- run that had brought it
  PRIMARY KEY (article, revision)
) STRICT;

CREATE TABLE schemes ( -- the numbers behind the findings in this file
  kind TEXT PRIMARY KEY CHECK (kind IN ('copies', 'stories')), -- what they decide
  scheme TEXT NOT NULL, -- id of the scheme, which names all its numbers
  seed INTEGER, -- secret of this file; with a public one, pages could be forged to look alike
  seed_id TEXT -- name of the seed that does not reveal it
) STRICT;

CREATE TABLE signatures ( -- MinHash signature of an article's text
  article INTEGER PRIMARY KEY REFERENCES articles (id), -- whose
  scheme TEXT NOT NULL, -- scheme that made it
  seed_id TEXT NOT NULL, -- seed that made it
  text_hash TEXT NOT NULL, -- text it was made of
  shingles INTEGER NOT NULL, -- distinct shingles of that text
  minhash BLOB -- unsigned 32-bit integers, little-endian; NULL for texts too short to compare
) STRICT;

CREATE TABLE keys ( -- near-duplicate index: articles that share a key are compared
  key INTEGER NOT NULL, -- 64 bits of a band of the signature, or of an anchor
  article INTEGER NOT NULL REFERENCES articles (id), -- which article has it
  PRIMARY KEY (key, article)
) STRICT, WITHOUT ROWID;

CREATE TABLE copies ( -- two articles compared: the evidence
  a INTEGER NOT NULL REFERENCES articles (id), -- the article with the lower number
  b INTEGER NOT NULL REFERENCES articles (id), -- the other
  relation TEXT NOT NULL CHECK (relation IN ('same', 'contains', 'contained', 'partial')), -- how a stands to b
  jaccard REAL NOT NULL, -- shared shingles / all shingles of both, 0 to 1
  containment_a REAL NOT NULL, -- share of a's text that stands in b, 0 to 1
  containment_b REAL NOT NULL, -- share of b's text that stands in a, 0 to 1
  shared INTEGER NOT NULL, -- number of shared shingles
  passage TEXT NOT NULL, -- longest passage that stands in both, normalised
  joined INTEGER NOT NULL CHECK (joined IN (0, 1)), -- 1 when it puts the two into one copy group
  scheme TEXT NOT NULL, -- scheme that decided
  PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;

CREATE TABLE stories ( -- copy groups about the same event
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the story; never given twice
  title TEXT NOT NULL, -- headline of the first article of its largest copy group
  merged_into INTEGER REFERENCES stories (id), -- the story that goes on in its place; NULL while it lives
  first_at TEXT, -- earliest time of its articles
  last_at TEXT, -- latest time of its articles
  articles INTEGER NOT NULL DEFAULT 0, -- number of articles
  outlets INTEGER NOT NULL DEFAULT 0, -- number of outlets
  copy_groups INTEGER NOT NULL DEFAULT 0 -- number of different texts
) STRICT;

CREATE TABLE copy_groups ( -- articles that carry the same text
  id INTEGER PRIMARY KEY REFERENCES articles (id), -- number of its first article, which names it
  story INTEGER REFERENCES stories (id), -- story it tells; NULL until stories are linked
  articles INTEGER NOT NULL, -- number of articles
  min_jaccard REAL, -- least similarity among its joining edges; NULL for a single article
  at TEXT NOT NULL, -- when its first article was published, or first seen when that is unknown
  linked_at TEXT -- when its place in a story was last looked at; NULL: to be done
) STRICT;

CREATE TABLE memberships ( -- which copy group an article is in
  article INTEGER PRIMARY KEY REFERENCES articles (id), -- which article
  copy_group INTEGER NOT NULL REFERENCES copy_groups (id) -- its copy group
) STRICT;

CREATE TABLE story_log ( -- what happened to stories: only ever added to
  id INTEGER PRIMARY KEY, -- number of the entry
  run INTEGER NOT NULL REFERENCES runs (id), -- during which run
  at TEXT NOT NULL, -- when
  story INTEGER NOT NULL REFERENCES stories (id), -- which story
  event TEXT NOT NULL CHECK (event IN ('born', 'grew', 'merged', 'split', 'shrank')), -- what happened to it
  other INTEGER REFERENCES stories (id), -- the story it was merged into or split from
  copy_groups TEXT NOT NULL DEFAULT '[]' -- JSON array of the copy groups concerned
) STRICT;

CREATE TABLE to_group ( -- articles whose text is new or changed and waits to be compared
  article INTEGER PRIMARY KEY REFERENCES articles (id) -- which article
) STRICT;

CREATE VIRTUAL TABLE "articles_fts" USING FTS5 (
    "title", "text",
    tokenize='unicode61 remove_diacritics 2',
    content="articles"
);

CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");

CREATE INDEX sources_outlet ON sources (outlet);

CREATE INDEX fetches_source ON fetches (source, at);

CREATE INDEX pages_pending ON pages (outlet, id) WHERE state = 'pending';

CREATE INDEX pages_reason ON pages (reason) WHERE reason IS NOT NULL;

CREATE INDEX articles_outlet ON articles (outlet, first_seen_at);

CREATE INDEX articles_seen ON articles (first_seen_at);

CREATE INDEX copies_b ON copies (b);

CREATE INDEX stories_rank ON stories (outlets DESC, last_at DESC) WHERE merged_into IS NULL;

CREATE INDEX copy_groups_story ON copy_groups (story);

CREATE INDEX copy_groups_at ON copy_groups (at);

CREATE INDEX copy_groups_unlinked ON copy_groups (id) WHERE linked_at IS NULL;

CREATE INDEX memberships_group ON memberships (copy_group);

CREATE INDEX story_log_story ON story_log (story);

CREATE VIEW article_overview AS -- one flat row an article
SELECT
  a.id AS article, -- number of the article
  a.url, -- canonical address
  o.slug AS outlet, -- who published it
  a.title, -- headline
  a.language, -- BCP 47
  a.published_at, -- publication time, UTC; NULL when unknown
  a.published_precision, -- how finely it was given
  a.first_seen_at, -- when a source of ours first listed it
  a.previous_poll_at, -- the poll before that
  a.words, -- words in the body
  o.agency, -- 1 when the outlet is a news agency
  a.revision AS revisions, -- earlier texts that are kept
  g.id AS copy_group, -- articles with the same number carry the same text
  g.story -- articles with the same number tell the same event
FROM articles a
JOIN outlets o ON o.id = a.outlet
LEFT JOIN memberships m ON m.article = a.id
LEFT JOIN copy_groups g ON g.id = m.copy_group;

CREATE VIEW story_overview AS -- one row a living story
SELECT
  id AS story, -- number of the story
  title, -- headline of the first article of its largest copy group
  outlets, -- number of outlets
  articles, -- number of articles
  copy_groups, -- number of different texts
  first_at, -- earliest time of its articles
  last_at -- latest time of its articles
FROM stories
WHERE merged_into IS NULL;

CREATE VIEW story_timeline AS -- the articles of each story in time order
SELECT
  g.story, -- number of the story
  coalesce(a.published_at, a.first_seen_at) AS at, -- publication time, or first seen when that is unknown
  a.published_at IS NOT NULL AS at_is_published, -- 1 when `at` is a publication time
  o.slug AS outlet, -- who published it
  a.id AS article, -- number of the article
  a.title, -- headline
  g.id AS copy_group, -- articles with the same number carry the same text
  row_number() OVER (PARTITION BY g.story ORDER BY coalesce(a.published_at, a.first_seen_at), a.id) AS position -- 1 for the first
FROM copy_groups g
JOIN memberships m ON m.copy_group = g.id
JOIN articles a ON a.id = m.article
JOIN outlets o ON o.id = a.outlet
WHERE g.story IS NOT NULL;

CREATE VIEW first_publishers AS -- who had a story first, as an interval: overlapping intervals are a tie
SELECT
  g.story, -- number of the story
  o.slug AS outlet, -- who published it
  a.previous_poll_at AS not_before, -- its first article was not listed yet at this time; NULL: no poll before
  min(a.first_seen_at) AS not_after, -- it was listed at this time
  a.published_at AS stated_at, -- what the outlet itself says of that article
  a.id AS article -- number of that article
FROM copy_groups g
JOIN memberships m ON m.copy_group = g.id
JOIN articles a ON a.id = m.article
JOIN outlets o ON o.id = a.outlet
WHERE g.story IS NOT NULL
GROUP BY g.story, a.outlet;

CREATE VIEW copy_network AS -- which outlets carry the same texts: an edge list, from the earlier to the later
SELECT
  oa.slug AS earlier, -- outlet whose article is earlier
  ob.slug AS later, -- outlet whose article is later
  count(*) AS copies, -- pairs of articles
  avg(CASE WHEN e.swapped THEN e.containment_a ELSE e.containment_b END) AS containment -- mean share of the later text that stands in the earlier
FROM (
  SELECT
    c.*,
    coalesce(x.published_at, x.first_seen_at) > coalesce(y.published_at, y.first_seen_at) AS swapped,
    x.outlet AS outlet_a,
    y.outlet AS outlet_b
  FROM copies c
  JOIN articles x ON x.id = c.a
  JOIN articles y ON y.id = c.b
  WHERE c.joined AND x.outlet <> y.outlet
) e
JOIN outlets oa ON oa.id = CASE WHEN e.swapped THEN e.outlet_b ELSE e.outlet_a END
JOIN outlets ob ON ob.id = CASE WHEN e.swapped THEN e.outlet_a ELSE e.outlet_b END
GROUP BY oa.id, ob.id;

CREATE VIEW outlet_day AS -- what was polled and what came of it, by outlet and day: the denominator
SELECT
  o.slug AS outlet, -- which outlet
  substr(f.at, 1, 10) AS day, -- UTC day
  count(*) AS polls, -- exchanges with its sources
  sum(f.outcome = 'read') AS read, -- of these, answered with a listing
  sum(f.outcome = 'unchanged') AS unchanged, -- answered: nothing new
  sum(f.outcome = 'denied') AS denied, -- forbidden by the outlet
  sum(f.outcome = 'failed') AS failed, -- not answered usefully
  sum(f.listed) AS listed, -- pages listed
  sum(f.offered) AS offered -- of these, new or changed
FROM fetches f
JOIN sources s ON s.id = f.source
JOIN outlets o ON o.id = s.outlet
GROUP BY o.id, substr(f.at, 1, 10);

CREATE VIEW outlet_health AS -- one row an outlet: does it still bring news?
SELECT
  o.slug AS outlet, -- which outlet
  o.name, -- its name
  (SELECT count(*) FROM sources s WHERE s.outlet = o.id) AS sources, -- number of sources
  (SELECT count(*) FROM sources s WHERE s.outlet = o.id AND s.failures > 0) AS failing, -- of these, failing at the last poll
  (SELECT max(s.polled_at) FROM sources s WHERE s.outlet = o.id) AS polled_at, -- when one last answered
  (SELECT count(*) FROM articles a WHERE a.outlet = o.id) AS articles, -- articles kept
  (SELECT max(a.first_seen_at) FROM articles a WHERE a.outlet = o.id) AS last_new_at, -- when the last new one was seen
  (SELECT count(*) FROM pages p WHERE p.outlet = o.id AND p.state = 'pending') AS pending, -- pages waiting
  (SELECT count(*) FROM pages p WHERE p.outlet = o.id AND p.state = 'rejected') AS rejected, -- pages rejected
  (SELECT f.reason FROM fetches f JOIN sources s ON s.id = f.source
   WHERE s.outlet = o.id AND s.failures > 0 ORDER BY f.id DESC LIMIT 1) AS reason -- why the last failing poll failed
FROM outlets o;

CREATE VIEW headline_changes AS -- one row for each time an outlet rewrote a headline
SELECT
  r.article, -- which article
  o.slug AS outlet, -- who published it
  r.title AS before, -- headline before
  coalesce(n.title, a.title) AS after, -- headline after
  r.replaced_at AS seen_at -- when the change was seen
FROM revisions r
JOIN articles a ON a.id = r.article
JOIN outlets o ON o.id = a.outlet
LEFT JOIN revisions n ON n.article = r.article AND n.revision = r.revision + 1
WHERE r.title <> coalesce(n.title, a.title);

CREATE TRIGGER "articles_ai" AFTER INSERT ON "articles" BEGIN
  INSERT INTO "articles_fts" (rowid, "title", "text") VALUES (new.rowid, new."title", new."text");
END;

CREATE TRIGGER "articles_ad" AFTER DELETE ON "articles" BEGIN
  INSERT INTO "articles_fts" ("articles_fts", rowid, "title", "text") VALUES('delete', old.rowid, old."title", old."text");
END;

CREATE TRIGGER "articles_au" AFTER UPDATE ON "articles" BEGIN
  INSERT INTO "articles_fts" ("articles_fts", rowid, "title", "text") VALUES('delete', old.rowid, old."title", old."text");
  INSERT INTO "articles_fts" (rowid, "title", "text") VALUES (new.rowid, new."title", new."text");
END;

INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES
  ('newsloom', 'm001_the_house', '2022-01-05 12:00:00+00:00');
