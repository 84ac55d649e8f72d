-- The whole schema of a store. SQLite keeps these comments verbatim, so this file is the codebook.
-- Facts are only added to or brought up to date; findings can be dropped and made again.
-- New columns go to the end of their table: an older file gets them there.

-- Facts

CREATE TABLE outlets ( -- a publisher
  id INTEGER PRIMARY KEY, -- number of the outlet in this file
  slug TEXT NOT NULL UNIQUE, -- short name: the file name of its description, or the host of an import
  name TEXT NOT NULL, -- name as readers know it
  home TEXT, -- address of its front page
  country TEXT, -- ISO 3166-1 alpha-2
  language TEXT, -- BCP 47, as its description says
  agency INTEGER NOT NULL DEFAULT 0 CHECK (agency IN (0, 1)), -- 1 for a news agency, whose texts others print
  articles INTEGER NOT NULL DEFAULT 0 -- articles kept
) STRICT;

CREATE TABLE sources ( -- one feed, sitemap or section page of an outlet
  id INTEGER PRIMARY KEY, -- number of the source in this file
  outlet INTEGER NOT NULL REFERENCES outlets (id), -- whose it is
  url TEXT NOT NULL UNIQUE, -- its address
  kind TEXT NOT NULL CHECK (kind IN ('feed', 'sitemap', 'page')), -- what it is made of
  etag TEXT, -- ETag of the last full answer, to ask whether it has changed
  last_modified TEXT, -- Last-Modified of the last full answer, to ask whether it has changed
  polled_at TEXT, -- when it last answered usefully, changed or not
  failures INTEGER NOT NULL DEFAULT 0, -- polls failed since then
  next_poll_at TEXT, -- not before this time, as the server asked (Retry-After); NULL: at any time
  retired_at TEXT, -- when the server said that it is gone for good (410); it is not asked again
  due_at TEXT, -- when to ask next: learned from how often it brings news, later after failures; NULL: at any time
  rate REAL, -- new pages an hour, the last day weighing most; NULL: not known
  content_hash TEXT, -- BLAKE2 of the last full answer: the same bytes list nothing new
  moved_to TEXT, -- address it has moved to for good (301, 308), which is asked instead
  same_as INTEGER REFERENCES sources (id), -- source of the outlet that gives the same under another address; this one is left alone
  hub TEXT -- WebSub hub that would tell of news
) STRICT;
-- serves: the sources of an outlet, in `newsloom outlets` and `health`
CREATE INDEX sources_outlet ON sources (outlet);

CREATE TABLE runs ( -- one invocation that wrote to the store
  id INTEGER PRIMARY KEY, -- number of the run
  command TEXT NOT NULL, -- what was asked for
  version TEXT NOT NULL, -- version of Newsloom
  pid INTEGER NOT NULL, -- process that did it
  started_at TEXT NOT NULL, -- when it began
  ended_at TEXT, -- when it ended; NULL while it runs, or when it was killed before anyone noticed
  outcome TEXT CHECK (outcome IN ('done', 'partial', 'failed', 'crashed', 'interrupted')), -- how it ended; partial: some sources failed; interrupted: by Ctrl-C or a signal
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
  offered INTEGER NOT NULL DEFAULT 0, -- of these, pages that were new or changed
  gap_seconds INTEGER -- when not one page listed was known: from the poll before to the oldest of them, time in which others may have come and gone; NULL: no gap
) STRICT;
-- serves: the last exchanges of a source, in `newsloom health`
CREATE INDEX fetches_source ON fetches (source, at);
-- serves: polls before which pages may have come and gone unseen, in `newsloom health`
CREATE INDEX fetches_gap ON fetches (source) WHERE gap_seconds IS NOT NULL;

CREATE TABLE robots ( -- robots.txt of each site, so that it need not be asked in every run
  site TEXT PRIMARY KEY, -- scheme and host, as in https://example.com
  fetched_at TEXT NOT NULL, -- when it was last answered
  rules TEXT -- the file, at most 500 KiB; NULL: the site has none, all is allowed
) STRICT;

CREATE TABLE archives ( -- WARC files and queries of web archives that were read, and how far
  file TEXT PRIMARY KEY, -- path of the file, or the query
  bytes INTEGER NOT NULL, -- size of the file; of a query, captures of the part of its answer that is read
  read_to INTEGER NOT NULL, -- bytes or captures read: an import that was cut off resumes there
  at TEXT NOT NULL -- when that was
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
  settled_at TEXT, -- when it last became an article or was rejected
  text TEXT, -- body in that listing, for when the page itself cannot be read; NULL once it is an article
  revisit_at TEXT, -- when the article is fetched again to see whether it has changed; NULL: not by itself
  etag TEXT, -- ETag of the page as last read, to ask whether it has changed
  last_modified TEXT -- Last-Modified of the page as last read, to ask whether it has changed
) STRICT;
-- serves: the next pending pages of an outlet (the frontier)
CREATE INDEX pages_pending ON pages (outlet, id) WHERE state = 'pending';
-- serves: rejections by reason, in `newsloom health`
CREATE INDEX pages_reason ON pages (reason) WHERE reason IS NOT NULL;
-- serves: articles to be fetched again, of an outlet
CREATE INDEX pages_revisit ON pages (outlet, revisit_at) WHERE revisit_at IS NOT NULL;
-- serves: rejected pages of an outlet, in `outlet_health`
CREATE INDEX pages_rejected ON pages (outlet) WHERE state = 'rejected';

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
  published_source TEXT, -- who gave it: jsonld, meta, time, feed, sitemap, text (htmldate), url, import
  published_raw TEXT, -- as written there
  modified_at TEXT, -- time of change as the page states it
  first_seen_at TEXT NOT NULL, -- when a source of ours first listed it, or when it was imported
  previous_poll_at TEXT, -- the poll before: it was published in between; NULL when there was none
  fetched_at TEXT, -- when this text was fetched
  text_hash TEXT NOT NULL, -- BLAKE2 of headline and body: equal for equal texts
  revision INTEGER NOT NULL DEFAULT 0, -- earlier texts that `revisions` holds
  run INTEGER NOT NULL REFERENCES runs (id), -- run that brought this text
  published_doubt TEXT, -- what another statement of the page says of its time, that a time it states cannot be, or that it is over a year before the outlet was first polled; NULL: no doubt
  tags TEXT NOT NULL DEFAULT '[]', -- JSON array of the tags that the outlet gave it
  extraction INTEGER, -- version of Newsloom's extraction that made it; NULL: imported, or older than these versions
  text_from TEXT NOT NULL DEFAULT 'page' CHECK (text_from IN ('page', 'feed')), -- where the text was read; feed: the page itself could not be
  reserved TEXT, -- what the page says to reserve its text from mining; NULL: nothing
  kind TEXT CHECK (kind IN ('article', 'report', 'analysis', 'opinion', 'review', 'fact-check', 'advertorial', 'blog-post', 'live-blog')) -- what the page states that it is (JSON-LD @type); article: no more than that; NULL: it states nothing, or Newsloom has not looked
) STRICT;
-- serves: the newest articles
CREATE INDEX articles_seen ON articles (first_seen_at);
-- serves: articles of an outlet by time
CREATE INDEX articles_outlet ON articles (outlet, first_seen_at, published_at);
-- serves: newest articles; how many were published an hour and language, on the front page
CREATE INDEX articles_published ON articles (published_at, language);
-- serves: outlet, time and language of very many articles, in `copy_network` and in searches
CREATE INDEX articles_when ON articles (id, outlet, published_at, first_seen_at, published_precision, language);
-- serves: articles with a doubtful time, which move no default window
CREATE INDEX articles_doubted ON articles (outlet, published_at) WHERE published_doubt IS NOT NULL;

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

CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
  UPDATE outlets SET articles = articles + 1 WHERE id = new.outlet;
  INSERT INTO outlet_days (outlet, day, articles) VALUES (new.outlet, substr(coalesce(new.published_at, new.first_seen_at), 1, 10), 1)
    ON CONFLICT (outlet, day) DO UPDATE SET articles = articles + 1;
END;

CREATE TRIGGER articles_removed AFTER DELETE ON articles BEGIN
  UPDATE outlets SET articles = articles - 1 WHERE id = old.outlet;
  UPDATE outlet_days SET articles = articles - 1 WHERE outlet = old.outlet AND day = substr(coalesce(old.published_at, old.first_seen_at), 1, 10);
  DELETE FROM outlet_days WHERE outlet = old.outlet AND day = substr(coalesce(old.published_at, old.first_seen_at), 1, 10) AND articles = 0;
  DELETE FROM agency_copy WHERE article = old.id;
END;

CREATE TRIGGER articles_moved AFTER UPDATE OF outlet ON articles BEGIN
  UPDATE outlets SET articles = articles - 1 WHERE id = old.outlet;
  UPDATE outlets SET articles = articles + 1 WHERE id = new.outlet;
  INSERT INTO agency_recount (article) VALUES (new.id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER articles_dated AFTER UPDATE OF outlet, published_at, first_seen_at ON articles WHEN new.outlet <> old.outlet OR substr(coalesce(new.published_at, new.first_seen_at), 1, 10) <> substr(coalesce(old.published_at, old.first_seen_at), 1, 10) BEGIN
  UPDATE outlet_days SET articles = articles - 1 WHERE outlet = old.outlet AND day = substr(coalesce(old.published_at, old.first_seen_at), 1, 10);
  DELETE FROM outlet_days WHERE outlet = old.outlet AND day = substr(coalesce(old.published_at, old.first_seen_at), 1, 10) AND articles = 0;
  INSERT INTO outlet_days (outlet, day, articles) VALUES (new.outlet, substr(coalesce(new.published_at, new.first_seen_at), 1, 10), 1)
    ON CONFLICT (outlet, day) DO UPDATE SET articles = articles + 1;
END;

CREATE TABLE outlet_days ( -- how many articles an outlet published on a day; kept in step by triggers
  outlet INTEGER NOT NULL REFERENCES outlets (id), -- which outlet
  day TEXT NOT NULL, -- UTC day of their publication, or on which they were first seen when that is unknown
  articles INTEGER NOT NULL, -- how many
  PRIMARY KEY (outlet, day)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE "articles_fts" USING FTS5 (
    "title", "text",
    tokenize='unicode61 remove_diacritics 2',
    content="articles"
);

CREATE VIEW unspaced_articles AS -- articles with characters of scripts that are written without spaces, as `article_parts` indexes them
SELECT
  id AS article, -- number of the article
  title || '  ' AS title, -- headline and two spaces, so that each character begins a row of three
  text || '  ' AS text -- body and two spaces
FROM articles
WHERE title GLOB '*[ก-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿]*' OR text GLOB '*[ก-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿]*';

CREATE VIRTUAL TABLE article_parts USING fts5 (
  title, text,
  tokenize='trigram',
  content='unspaced_articles', content_rowid='article'
);

CREATE VIRTUAL TABLE part_terms USING fts5vocab (article_parts, 'row');

-- The bytes with which characters of these scripts begin are looked for first: a text has none of
-- them as a rule, and GLOB takes five times as long.
CREATE TRIGGER parts_added AFTER INSERT ON articles WHEN (instr(CAST(new.title || new.text AS BLOB), x'E0') OR instr(CAST(new.title || new.text AS BLOB), x'E1') OR instr(CAST(new.title || new.text AS BLOB), x'E3') OR instr(CAST(new.title || new.text AS BLOB), x'E4') OR instr(CAST(new.title || new.text AS BLOB), x'E5') OR instr(CAST(new.title || new.text AS BLOB), x'E6') OR instr(CAST(new.title || new.text AS BLOB), x'E7') OR instr(CAST(new.title || new.text AS BLOB), x'E8') OR instr(CAST(new.title || new.text AS BLOB), x'E9')) AND (new.title GLOB '*[ก-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿]*' OR new.text GLOB '*[ก-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿]*') BEGIN
  INSERT INTO article_parts (rowid, title, text) VALUES (new.id, new.title || '  ', new.text || '  ');
END;

CREATE TRIGGER parts_removed AFTER DELETE ON articles WHEN old.title GLOB '*[ก-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿]*' OR old.text GLOB '*[ก-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿]*' BEGIN
  INSERT INTO article_parts (article_parts, rowid, title, text) VALUES ('delete', old.id, old.title || '  ', old.text || '  ');
END;

CREATE TRIGGER parts_changed AFTER UPDATE OF id, title, text ON articles BEGIN
  INSERT INTO article_parts (article_parts, rowid, title, text)
    SELECT 'delete', old.id, old.title || '  ', old.text || '  ' WHERE old.title GLOB '*[ก-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿]*' OR old.text GLOB '*[ก-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿]*';
  INSERT INTO article_parts (rowid, title, text)
    SELECT new.id, new.title || '  ', new.text || '  ' WHERE new.title GLOB '*[ก-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿]*' OR new.text GLOB '*[ก-ໟက-႟ក-៹ぁ-ヿ㐀-䶿一-鿿]*';
END;

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
  ours INTEGER NOT NULL DEFAULT 0 CHECK (ours IN (0, 1)), -- 1 when the outlet changed nothing: Newsloom read the kept page again
  PRIMARY KEY (article, revision)
) STRICT;
-- serves: newest changes of headlines and texts
CREATE INDEX revisions_replaced ON revisions (replaced_at);

CREATE TABLE credits ( -- a news agency whose text an article carries, and how that is known
  article INTEGER NOT NULL REFERENCES articles (id), -- which article
  agency TEXT NOT NULL, -- name of the agency
  via TEXT NOT NULL CHECK (via IN ('byline', 'dateline', 'credit', 'copyright', 'jsonld', 'meta', 'canonical', 'copy')), -- where the page says so; copy: its text was compared with the agency's own
  evidence TEXT NOT NULL, -- what was read there; for a copy, the address of the agency's article
  confidence REAL NOT NULL, -- how sure that is, 0 to 1; for a copy, the share of the shorter text that stands in the other
  PRIMARY KEY (article, agency, via)
) STRICT, WITHOUT ROWID;
-- serves: articles that carry an agency
CREATE INDEX credits_agency ON credits (agency);

CREATE TRIGGER credits_added AFTER INSERT ON credits BEGIN
  INSERT INTO agency_recount (article) VALUES (new.article) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER credits_removed AFTER DELETE ON credits BEGIN
  INSERT INTO agency_recount (article) VALUES (old.article) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER credits_changed AFTER UPDATE ON credits BEGIN
  INSERT INTO agency_recount (article) VALUES (old.article), (new.article) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER outlets_hired AFTER UPDATE OF agency ON outlets WHEN new.agency <> old.agency BEGIN
  INSERT INTO agency_recount (article) SELECT id FROM articles WHERE outlet = new.id ON CONFLICT DO NOTHING;
END;

CREATE TABLE overrides ( -- what people decided about stories; kept by every grouping, also a rebuild
  id INTEGER PRIMARY KEY, -- number of the decision
  at TEXT NOT NULL, -- when
  who TEXT NOT NULL, -- by whom
  why TEXT NOT NULL, -- for what reason
  kind TEXT NOT NULL CHECK (kind IN ('merge', 'split', 'pin', 'link', 'unlink')), -- merge: one story; split: two; pin: stay together; link: two stories are one event; unlink: they are not
  story INTEGER NOT NULL REFERENCES stories (id), -- story as it was named
  other INTEGER REFERENCES stories (id), -- merge: the story merged into it; split: the new story; link, unlink: the other story
  together TEXT NOT NULL, -- JSON array of articles that are one story from now on; link: one event
  apart TEXT NOT NULL DEFAULT '[]', -- JSON array of articles that are in another story than those; unlink: in another event
  undone_at TEXT, -- when it was taken back; NULL while it holds
  undone_by TEXT -- by whom
) STRICT;

CREATE TABLE override_articles ( -- which articles the overrides that hold are about
  article INTEGER NOT NULL REFERENCES articles (id), -- which article
  override INTEGER NOT NULL REFERENCES overrides (id), -- which override
  PRIMARY KEY (article, override)
) STRICT, WITHOUT ROWID;

CREATE TABLE topics ( -- filters that people gave a name
  name TEXT PRIMARY KEY, -- its name
  filter TEXT NOT NULL, -- JSON object: the conditions that an article of the topic meets, by their names on the command line
  at TEXT NOT NULL, -- when it was added
  why TEXT -- what it is for; NULL: nobody said
) STRICT, WITHOUT ROWID;

CREATE TABLE watches ( -- what people want to be notified of, and how
  id INTEGER PRIMARY KEY, -- number of the watch
  name TEXT NOT NULL UNIQUE, -- its name
  uid TEXT NOT NULL, -- random UUID, of which the keys of its events are made
  event TEXT NOT NULL CHECK (event IN ('new-story', 'grows', 'copied', 'headline-changed', 'outlet-silent')), -- what it reports
  filter TEXT NOT NULL, -- JSON object: the conditions, by their names on the command line
  way TEXT NOT NULL CHECK (way IN ('feed', 'file', 'stdout', 'webhook', 'mail')), -- how it sends messages; feed: on the desk only
  target TEXT, -- path of the file, address of the webhook or of the mail; ${NAME} is an environment variable; NULL: there is none
  secret_from TEXT, -- environment variable with the secret that signs messages to the webhook; NULL: they are not signed
  private INTEGER NOT NULL DEFAULT 0 CHECK (private IN (0, 1)), -- 1: the webhook may be on this machine or in a private network
  added_at TEXT NOT NULL, -- when it was added; it reports nothing before
  first_article INTEGER NOT NULL, -- highest number of an article when it was added
  last_article INTEGER NOT NULL, -- articles up to this number have been looked at
  looked_at TEXT NOT NULL, -- when it last looked
  quiet_until TEXT -- nothing is sent before this time, as the webhook asked (Retry-After); NULL: at any time
) STRICT;

CREATE TABLE watch_events ( -- what watches reported, and the outbox: what is still to be sent
  id INTEGER PRIMARY KEY, -- number of the event
  watch INTEGER NOT NULL REFERENCES watches (id), -- whose
  key TEXT NOT NULL UNIQUE, -- idempotency key: a message that is sent twice has it twice
  run INTEGER NOT NULL REFERENCES runs (id), -- during which run it was noticed
  at TEXT NOT NULL, -- when it was noticed
  message TEXT NOT NULL, -- JSON object, as it is sent
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'given-up')), -- what has become of it
  attempts INTEGER NOT NULL DEFAULT 0, -- times that sending failed
  next_at TEXT, -- not sent before this time; NULL: at once
  settled_at TEXT, -- when it was sent or given up
  trouble TEXT -- why sending failed the last time
) STRICT;
-- serves: the last events of a watch, in `newsloom watch show` and its feed
CREATE INDEX watch_events_watch ON watch_events (watch, id);
-- serves: what is to be sent, at the end of a run
CREATE INDEX watch_events_waiting ON watch_events (watch, id) WHERE state = 'waiting';

CREATE TABLE outlet_usage ( -- what an outlet took on one day; a quota that it met holds until the next
  outlet INTEGER NOT NULL REFERENCES outlets (id), -- which outlet
  day TEXT NOT NULL, -- day of the crawl, UTC
  articles INTEGER NOT NULL, -- new articles
  bytes INTEGER NOT NULL, -- size of its answers, as they came over the network
  parser_seconds REAL NOT NULL, -- CPU seconds that its pages and listings took to be parsed
  met TEXT CHECK (met IN ('articles', 'bytes', 'parser_seconds')), -- which quota it met; NULL: none
  PRIMARY KEY (outlet, day)
) STRICT, WITHOUT ROWID;

-- Findings

CREATE TABLE schemes ( -- the numbers behind the findings in this file
  kind TEXT PRIMARY KEY CHECK (kind IN ('copies', 'stories', 'events')), -- what they decide
  scheme TEXT NOT NULL, -- id of the scheme, which names all its numbers
  seed INTEGER, -- secret of this file; with a public one, pages could be forged to look alike
  seed_id TEXT, -- name of the seed that does not reveal it
  embedding_model TEXT -- embedding model that helps to link stories; NULL: none
) STRICT;

CREATE TABLE settings ( -- settings of grouping that were adopted for this file, in place of Newsloom's own
  setting TEXT PRIMARY KEY, -- such as stories.threshold
  value TEXT NOT NULL -- as `newsloom group --set` takes it
) STRICT, WITHOUT ROWID;

CREATE TABLE to_group ( -- articles whose text is new or changed and waits to be compared
  article INTEGER PRIMARY KEY REFERENCES articles (id) -- which article
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

CREATE TABLE recent_keys ( -- the newest part of `keys`, merged into it now and then in the order of keys
  key INTEGER NOT NULL, -- 64 bits of a band of the signature, or of an anchor
  article INTEGER NOT NULL REFERENCES articles (id), -- which article has it
  PRIMARY KEY (key, article)
) STRICT, WITHOUT ROWID;

CREATE TABLE common_shingles ( -- how many texts have a shingle, over all outlets
  id INTEGER PRIMARY KEY CHECK (id = 1), -- there is one row
  texts INTEGER NOT NULL, -- texts counted; halved together with the counts, so that they stay young
  counts BLOB NOT NULL -- count-min sketch, as dedupe.CommonShingles packs it
) STRICT;

CREATE TABLE outlet_boilerplate ( -- which shingles an outlet repeats across its articles
  outlet INTEGER PRIMARY KEY REFERENCES outlets (id), -- which outlet
  texts INTEGER NOT NULL, -- texts counted
  counts BLOB NOT NULL -- shingles and their counts, as dedupe.OutletBoilerplate packs them
) STRICT;

CREATE TABLE outlet_lines ( -- first and last lines of each outlet's texts; a line that many have is boilerplate
  outlet INTEGER NOT NULL REFERENCES outlets (id), -- whose
  line TEXT NOT NULL, -- the line
  texts INTEGER NOT NULL, -- texts that have it, copies of each other counted once; lines met once are forgotten now and then
  PRIMARY KEY (outlet, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE copies ( -- two articles compared: the evidence
  a INTEGER NOT NULL REFERENCES articles (id), -- the article with the lower number
  b INTEGER NOT NULL REFERENCES articles (id), -- the other
  relation TEXT NOT NULL CHECK (relation IN ('same', 'contains', 'contained', 'partial')), -- how a stands to b
  jaccard REAL NOT NULL, -- shared shingles / all shingles of both, 0 to 1; boilerplate left out
  containment_a REAL NOT NULL, -- share of a's text that stands in b, 0 to 1
  containment_b REAL NOT NULL, -- share of b's text that stands in a, 0 to 1
  shared INTEGER NOT NULL, -- number of shared shingles
  numbers_same INTEGER NOT NULL, -- numbers that stand in the same place of both and are equal
  numbers_changed INTEGER NOT NULL, -- numbers that stand in the same place and differ: many mark a template
  passage TEXT NOT NULL, -- longest passage that stands in both, normalised; of a longer one its first 500 characters, and how many words it has
  revision_a INTEGER NOT NULL, -- which of a's texts was compared, as in `revisions`: the one most like b
  revision_b INTEGER NOT NULL, -- which of b's texts was compared: the one most like a
  joined INTEGER NOT NULL CHECK (joined IN (0, 1)), -- 1 when the scheme takes the two for copies
  scheme TEXT NOT NULL, -- scheme that decided
  PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;
-- serves: the edges of an article from its other end
CREATE INDEX copies_b ON copies (b);

CREATE TRIGGER copies_added AFTER INSERT ON copies WHEN new.joined BEGIN
  INSERT INTO agency_recount (article) VALUES (new.a), (new.b) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER copies_removed AFTER DELETE ON copies WHEN old.joined BEGIN
  INSERT INTO agency_recount (article) VALUES (old.a), (old.b) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER copies_changed AFTER UPDATE ON copies WHEN new.joined OR old.joined BEGIN
  INSERT INTO agency_recount (article) VALUES (new.a), (new.b) ON CONFLICT DO NOTHING;
END;

CREATE TABLE agency_copy ( -- articles that carry agency copy, by evidence, but for those of `agency_recount`
  article INTEGER PRIMARY KEY REFERENCES articles (id), -- which article
  outlet INTEGER NOT NULL REFERENCES outlets (id), -- who published it
  attributed INTEGER NOT NULL CHECK (attributed IN (0, 1)), -- 1: it names an agency
  contained INTEGER NOT NULL CHECK (contained IN (0, 1)), -- 1: it was compared with an agency's own text and stands in it
  twin INTEGER NOT NULL CHECK (twin IN (0, 1)) -- 1: it shares its text with an article that names one, see `agency_twins`
) STRICT;

CREATE TABLE agency_recount ( -- what `agency_copy` is to be counted again for: triggers note it, grouping does it
  article INTEGER PRIMARY KEY -- an article, with its copy group; or the number of a copy group that one has left
) STRICT;

CREATE TABLE stories ( -- copy groups about the same event
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the story; never given twice
  title TEXT NOT NULL, -- headline of the article most like the others
  merged_into INTEGER REFERENCES stories (id), -- the story that goes on in its place; NULL while it lives
  first_at TEXT, -- earliest time of its articles
  last_at TEXT, -- latest time of its articles
  articles INTEGER NOT NULL DEFAULT 0, -- number of articles
  outlets INTEGER NOT NULL DEFAULT 0, -- number of outlets
  copy_groups INTEGER NOT NULL DEFAULT 0, -- number of different texts
  languages TEXT NOT NULL DEFAULT '[]', -- JSON array of its languages, the most frequent first
  central INTEGER REFERENCES articles (id), -- article most like the others; NULL while not looked for
  event INTEGER REFERENCES events (id), -- event that it tells with stories of other languages; NULL: none
  event_looked_at TEXT -- when its event was last looked for; NULL: to be done
) STRICT;
-- serves: `newsloom stories`, the largest and latest first
CREATE INDEX stories_rank ON stories (outlets DESC, last_at DESC) WHERE merged_into IS NULL;
-- serves: stories of the last days
CREATE INDEX stories_last ON stories (last_at) WHERE merged_into IS NULL;
-- serves: the stories of an event
CREATE INDEX stories_event ON stories (event) WHERE event IS NOT NULL;
-- serves: the stories that wait for the event linker
CREATE INDEX stories_eventless ON stories (id) WHERE event_looked_at IS NULL;

CREATE TABLE copy_groups ( -- articles that carry the same text
  id INTEGER PRIMARY KEY REFERENCES articles (id), -- number of its first article, which names it
  story INTEGER REFERENCES stories (id), -- story it tells; NULL until stories are linked
  articles INTEGER NOT NULL, -- number of articles
  min_jaccard REAL, -- least similarity among its joining edges; NULL for a single article
  at TEXT, -- median of the times at which its articles were published; NULL when none is known
  linked_at TEXT, -- when its story was last looked for; NULL: to be done
  place INTEGER, -- place in the order in which stories were first looked for: by time and address in a rebuild
  language TEXT, -- language in which it is compared, BCP 47; NULL: unknown
  language_source TEXT CHECK (language_source IN ('article', 'outlet', 'headlines', 'file')) -- who says so: the article, other articles of its outlet, the outlet's headlines together, or most of the file
) STRICT;
-- serves: the groups of a story, the latest of them
CREATE INDEX copy_groups_story ON copy_groups (story, place);
-- serves: the groups of a time window
CREATE INDEX copy_groups_at ON copy_groups (at);
-- serves: the groups that wait for the story linker
CREATE INDEX copy_groups_unlinked ON copy_groups (id) WHERE linked_at IS NULL;
-- serves: the next step of the story linker
CREATE INDEX copy_groups_waiting ON copy_groups (place) WHERE linked_at IS NULL;
-- serves: the copy groups that the index of heavy terms names, and the last place
CREATE INDEX copy_groups_place ON copy_groups (place);

CREATE TRIGGER copy_groups_placed AFTER UPDATE OF story ON copy_groups WHEN new.story IS NOT old.story BEGIN
  UPDATE memberships SET story = new.story WHERE copy_group = new.id;
END;

CREATE TABLE memberships ( -- which copy group an article is in
  article INTEGER PRIMARY KEY REFERENCES articles (id), -- which article
  copy_group INTEGER NOT NULL REFERENCES copy_groups (id), -- its copy group
  story INTEGER, -- story of that copy group, kept in step by triggers; NULL: none yet
  far INTEGER NOT NULL DEFAULT 0 CHECK (far IN (0, 1)) -- 1: published more than six days from its copy group's time; a late reprint, or a wrong date
) STRICT;
-- serves: the articles of a copy group
CREATE INDEX memberships_group ON memberships (copy_group);
-- serves: articles of a story, in `article_overview`
CREATE INDEX memberships_story ON memberships (story) WHERE story IS NOT NULL;

CREATE TRIGGER memberships_added AFTER INSERT ON memberships BEGIN
  UPDATE memberships SET story = (SELECT g.story FROM copy_groups g WHERE g.id = new.copy_group) WHERE article = new.article;
  INSERT INTO agency_recount (article) VALUES (new.article) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER memberships_removed AFTER DELETE ON memberships BEGIN
  INSERT INTO agency_recount (article) VALUES (old.article), (old.copy_group) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER memberships_moved AFTER UPDATE OF copy_group ON memberships BEGIN
  UPDATE memberships SET story = (SELECT g.story FROM copy_groups g WHERE g.id = new.copy_group) WHERE article = new.article;
  INSERT INTO agency_recount (article) VALUES (new.article), (old.copy_group) ON CONFLICT DO NOTHING;
END;

CREATE TABLE story_log ( -- what happened to stories: only ever added to
  id INTEGER PRIMARY KEY, -- number of the entry
  run INTEGER NOT NULL REFERENCES runs (id), -- during which run
  at TEXT NOT NULL, -- when
  story INTEGER NOT NULL REFERENCES stories (id), -- which story
  event TEXT NOT NULL CHECK (event IN ('created', 'grew', 'merged', 'split', 'shrank')), -- what happened to it
  other INTEGER REFERENCES stories (id), -- the story it was merged into or split from
  copy_groups TEXT NOT NULL DEFAULT '[]' -- JSON array of the copy groups concerned
) STRICT;
-- serves: the history of a story
CREATE INDEX story_log_story ON story_log (story);

CREATE TABLE story_terms ( -- index of the story linker: copy groups that share a heavy term are compared
  term INTEGER NOT NULL, -- number of the term; from 4294967296 on of a bucket of embeddings
  day INTEGER NOT NULL, -- day of the copy group's time, counted from 1970; 0 when that is unknown
  place INTEGER NOT NULL, -- place of the copy group that has it; the group may have joined another since
  PRIMARY KEY (term, day, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE backgrounds ( -- what is usual in the texts of a language, for the story linker
  language TEXT PRIMARY KEY, -- BCP 47 without region; und when unknown
  texts REAL NOT NULL, -- copy groups counted; halved together with the counts, so that they stay young
  chance REAL NOT NULL, -- sum of what chance expects of each
  counts BLOB NOT NULL -- frequency and weight of each term, as dedupe.Background packs them
) STRICT;

CREATE TABLE learned_groups ( -- copy groups that `backgrounds` and `story_terms` have taken in
  copy_group INTEGER PRIMARY KEY -- which; it may have joined another since
) STRICT;

CREATE TABLE embeddings ( -- embeddings of the texts of copy groups, by the model that `schemes` names
  copy_group INTEGER PRIMARY KEY, -- which; it may have joined another since
  text_hash TEXT NOT NULL, -- text it was made of
  vector BLOB NOT NULL -- direction of its embedding less that of its language, a signed byte a dimension
) STRICT;

CREATE TABLE embedding_centres ( -- where the embeddings of a language point, whatever the texts are about
  language TEXT PRIMARY KEY, -- BCP 47 without region; und when unknown
  texts INTEGER NOT NULL, -- texts counted
  total BLOB NOT NULL -- sum of their directions, 32-bit floats
) STRICT;

CREATE TABLE events ( -- stories of different languages that tell one event
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the event; never given twice
  merged_into INTEGER REFERENCES events (id) -- the event that goes on in its place; NULL otherwise
) STRICT;

CREATE TABLE event_log ( -- what happened to events: only ever added to
  id INTEGER PRIMARY KEY, -- number of the entry
  run INTEGER NOT NULL REFERENCES runs (id), -- during which run
  at TEXT NOT NULL, -- when
  event INTEGER NOT NULL REFERENCES events (id), -- which event
  change TEXT NOT NULL CHECK (change IN ('created', 'grew', 'merged', 'split', 'shrank', 'ended')), -- what happened to it; ended: fewer than two stories were left
  other INTEGER REFERENCES events (id), -- the event it was merged into or split from
  stories TEXT NOT NULL DEFAULT '[]' -- JSON array of the stories concerned
) STRICT;
-- serves: the history of an event
CREATE INDEX event_log_event ON event_log (event);

CREATE TABLE event_marks ( -- index of the event linker: what a story shows that one of another language shows as well
  mark TEXT NOT NULL, -- kind and value, as in `name tkv` (consonants), `number 164`, `place KZ`, `picture 1a2b3c4d.jpg`, `agency Reuters`
  language TEXT NOT NULL, -- language of the story, BCP 47 without region
  day REAL NOT NULL, -- median day of its texts, counted from 1970
  story INTEGER NOT NULL REFERENCES stories (id), -- which story
  weight REAL NOT NULL, -- how much its texts show the mark
  rarity REAL NOT NULL, -- 1 when no other story of its language and time shows it, down to 0
  PRIMARY KEY (mark, language, day, story)
) STRICT, WITHOUT ROWID;
-- serves: stories that share a mark which few show
CREATE INDEX event_marks_rare ON event_marks (mark, day) WHERE rarity > 0;
-- serves: the marks of a story
CREATE INDEX event_marks_story ON event_marks (story);

CREATE TABLE event_vectors ( -- embeddings of stories, where the file has an embedding model
  story INTEGER PRIMARY KEY REFERENCES stories (id), -- which story
  vector BLOB NOT NULL -- mean direction of its texts' embeddings, a signed byte a dimension
) STRICT;

CREATE TABLE event_buckets ( -- index of `event_vectors`: stories that share a bucket are compared
  bucket INTEGER NOT NULL, -- number of the bucket
  day REAL NOT NULL, -- median day of its texts, counted from 1970
  story INTEGER NOT NULL REFERENCES stories (id), -- which story
  PRIMARY KEY (bucket, day, story)
) STRICT, WITHOUT ROWID;
-- serves: the buckets of a story
CREATE INDEX event_buckets_story ON event_buckets (story);

CREATE TABLE groupings ( -- manifest: what each grouping was made of; only ever added to
  run INTEGER NOT NULL REFERENCES runs (id), -- during which run
  at TEXT NOT NULL, -- when
  partition TEXT, -- name it was kept under; NULL: the one that the views show
  rebuilt INTEGER NOT NULL CHECK (rebuilt IN (0, 1)), -- 1 when everything was compared and linked again
  compared INTEGER NOT NULL, -- articles compared
  linked INTEGER NOT NULL, -- copy groups linked
  articles INTEGER NOT NULL, -- articles grouped so far
  inputs TEXT NOT NULL, -- sum of SHA-256 over address and text of those articles, modulo 2^256: equal for equal articles in any order
  settings TEXT NOT NULL, -- JSON object: every number that decides
  versions TEXT NOT NULL -- JSON object: what it was computed with
) STRICT;

CREATE TABLE partitions ( -- groupings kept beside the one that the views show
  name TEXT NOT NULL, -- name it was kept under
  article INTEGER NOT NULL REFERENCES articles (id), -- which article
  copy_group INTEGER NOT NULL, -- articles of a partition with the same number carry the same text
  story INTEGER NOT NULL, -- articles of a partition with the same number tell the same event; numbers are of this partition alone
  event INTEGER, -- articles of a partition with the same number tell one event, in whatever languages; negative: no other language tells the story; NULL: kept before events were
  PRIMARY KEY (name, article)
) STRICT, WITHOUT ROWID;

-- Views for researchers, named for what they answer

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

CREATE VIEW story_overview AS -- one row a living story
SELECT
  id AS story, -- number of the story
  title, -- headline of the article most like the others
  outlets, -- number of outlets
  articles, -- number of articles
  copy_groups, -- number of different texts
  articles - copy_groups AS copies, -- articles that carry the text of another
  languages, -- JSON array of the languages it is reported in
  first_at, -- earliest time of its articles
  last_at, -- latest time of its articles
  strftime('%Y-%m-%dT%H:%M:%SZ', last_at, '+6 days') AS closes_at, -- later articles are not linked to it any more
  event -- stories of different languages with the same number tell the same event; NULL: none is known
FROM stories
WHERE merged_into IS NULL;

CREATE VIEW event_overview AS -- one row an event that stories of several languages tell
SELECT
  s.event, -- number of the event
  (SELECT l.title FROM stories l WHERE l.event = s.event ORDER BY l.articles DESC, l.first_at, l.id LIMIT 1) AS title, -- headline of its largest story
  count(*) AS stories, -- number of stories
  sum(s.articles) AS articles, -- number of articles
  (SELECT count(DISTINCT a.outlet) FROM stories o CROSS JOIN memberships m ON m.story = o.id CROSS JOIN articles a ON a.id = m.article WHERE o.event = s.event) AS outlets, -- number of outlets
  (SELECT json_group_array(language) FROM (SELECT j.value AS language FROM stories o CROSS JOIN json_each(o.languages) j WHERE o.event = s.event GROUP BY j.value ORDER BY max(o.articles) DESC, j.value)) AS languages, -- JSON array of the languages that report it, that of the largest story first
  min(s.first_at) AS first_at, -- earliest time of its articles
  max(s.last_at) AS last_at -- latest time of its articles
FROM stories s
WHERE s.event IS NOT NULL
GROUP BY s.event;

CREATE VIEW story_life AS -- how each living story spread and faded; hours
SELECT
  story, -- number of the story
  first_at, -- earliest time of its articles
  (unixepoch(second_at) - unixepoch(first_at)) / 3600.0 AS second_outlet, -- hours until a second outlet told it; NULL: none did
  (unixepoch(fifth_at) - unixepoch(first_at)) / 3600.0 AS fifth_outlet, -- hours until five outlets had told it
  peak_hour, -- hour in which most of its articles appeared, the first of them on a tie
  (unixepoch(half_at) - unixepoch(first_at)) / 3600.0 AS half_life -- hours until half of its articles were out
FROM (
  SELECT
    s.id AS story,
    s.first_at,
    (SELECT min(coalesce(a.published_at, a.first_seen_at)) AS at FROM copy_groups g JOIN memberships m ON m.copy_group = g.id JOIN articles a ON a.id = m.article WHERE g.story = s.id
     GROUP BY a.outlet ORDER BY at LIMIT 1 OFFSET 1) AS second_at,
    (SELECT min(coalesce(a.published_at, a.first_seen_at)) AS at FROM copy_groups g JOIN memberships m ON m.copy_group = g.id JOIN articles a ON a.id = m.article WHERE g.story = s.id
     GROUP BY a.outlet ORDER BY at LIMIT 1 OFFSET 4) AS fifth_at,
    (SELECT substr(coalesce(a.published_at, a.first_seen_at), 1, 13) || ':00:00Z' AS hour FROM copy_groups g JOIN memberships m ON m.copy_group = g.id JOIN articles a ON a.id = m.article WHERE g.story = s.id
     GROUP BY hour ORDER BY count(*) DESC, hour LIMIT 1) AS peak_hour,
    (SELECT h.at FROM (
       SELECT coalesce(a.published_at, a.first_seen_at) AS at, row_number() OVER (ORDER BY coalesce(a.published_at, a.first_seen_at)) AS place
       FROM copy_groups g JOIN memberships m ON m.copy_group = g.id JOIN articles a ON a.id = m.article WHERE g.story = s.id) h
     WHERE h.place = (s.articles + 1) / 2) AS half_at
  FROM stories s
  WHERE s.merged_into IS NULL
);

CREATE VIEW article_texts AS -- bodies without the lines that their outlet repeats in five texts and more
SELECT
  a.id AS article, -- number of the article
  -- A text as JSON strings, one a line; U+10FFFD stands for the backslash meanwhile
  coalesce((SELECT group_concat(replace(line, char(1114109), char(92)), char(10)) FROM (
    SELECT j.value AS line
    FROM (SELECT json_quote(replace(a.text, char(92), char(1114109))) AS quoted) q,
      json_each('["' || replace(substr(q.quoted, 2, length(q.quoted) - 2), '\n', '","') || '"]') j
    WHERE NOT EXISTS (SELECT 1 FROM outlet_lines l WHERE l.outlet = a.outlet AND l.line = replace(j.value, char(1114109), char(92)) AND l.texts >= 5)
    ORDER BY j.key
  )), '') AS text -- body, paragraphs separated by newlines
FROM articles a;

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
  m.copy_group, -- articles with the same number carry the same text
  m.story, -- articles with the same number tell the same event
  (SELECT json_group_array(agency) FROM (
    SELECT c.agency FROM credits c WHERE c.article = a.id AND c.confidence >= 0.5
    UNION SELECT t.agency FROM agency_twins t WHERE t.article = a.id AND t.confidence >= 0.5 ORDER BY agency)) AS agencies, -- JSON array of the agencies that it carries, by any evidence
  a.tags, -- JSON array of the tags that the outlet gave it
  a.published_doubt, -- why its time is doubtful; NULL: no doubt
  a.kind -- what the page states that it is: article, report, opinion, live-blog, ...; NULL: nothing
FROM articles a
JOIN outlets o ON o.id = a.outlet
LEFT JOIN memberships m ON m.article = a.id;

CREATE VIEW agency_twins AS -- articles that name no agency, and share their text with one of their copy group that does
SELECT
  mine.article AS article, -- which article; never an agency's own
  c.agency, -- name of the agency
  c.article AS twin, -- the article that names it
  max(e.containment_a, e.containment_b) AS containment, -- share of the shorter text that stands in the other, 0 to 1
  round(0.9 * c.confidence * max(e.containment_a, e.containment_b), 3) AS confidence -- 0.9 of the twin's own times `containment`: below either
FROM memberships mine
CROSS JOIN memberships other ON other.copy_group = mine.copy_group AND other.article <> mine.article
CROSS JOIN credits c ON c.article = other.article AND c.via <> 'copy' AND c.confidence >= 0.5
CROSS JOIN copies e ON e.a = min(mine.article, other.article) AND e.b = max(mine.article, other.article) AND e.joined
CROSS JOIN articles x INDEXED BY articles_when ON x.id = mine.article
CROSS JOIN outlets o ON o.id = x.outlet AND o.agency = 0
WHERE NOT EXISTS (SELECT 1 FROM credits s WHERE s.article = mine.article AND s.via <> 'copy' AND s.confidence >= 0.5);

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
WHERE r.ours = 0 AND r.title <> coalesce(n.title, a.title);

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
  sum(f.offered) AS offered, -- of these, new or changed
  (SELECT count(*) FROM articles a WHERE a.outlet = o.id
    AND a.first_seen_at >= substr(f.at, 1, 10) AND a.first_seen_at < substr(f.at, 1, 10) || 'U') AS articles, -- articles first seen on that day
  sum(f.gap_seconds IS NOT NULL) AS gaps, -- polls after which not one page was known: others may have come and gone before
  coalesce(sum(f.gap_seconds), 0) AS gap_seconds -- length of these gaps together, from the poll before to the oldest page listed
FROM fetches f
JOIN sources s ON s.id = f.source
JOIN outlets o ON o.id = s.outlet
GROUP BY o.id, substr(f.at, 1, 10);

CREATE VIEW first_publishers AS -- who may have had a story first: each outlet's first article lies between two polls
SELECT
  f.story, -- number of the story
  o.slug AS outlet, -- who published it
  f.not_before, -- its first article was not listed yet at this time; NULL: no poll before
  f.not_after, -- it was listed at this time
  f.stated_at, -- what the outlet itself says of that article
  f.article, -- number of that article
  coalesce(f.not_before < f.first_by, 1) AS may_be_first, -- 1 when no other outlet is known to have had it before
  sum(coalesce(f.not_before < f.first_by, 1)) OVER (PARTITION BY f.story) > 1 AS tied -- 1 when more than one outlet of the story may be the first
FROM (
  SELECT g.story, a.outlet, a.previous_poll_at AS not_before, min(a.first_seen_at) AS not_after, a.published_at AS stated_at, a.id AS article,
    min(min(a.first_seen_at)) OVER (PARTITION BY g.story) AS first_by
  FROM copy_groups g
  JOIN memberships m ON m.copy_group = g.id
  JOIN articles a ON a.id = m.article
  WHERE g.story IS NOT NULL
  GROUP BY g.story, a.outlet
) f
JOIN outlets o ON o.id = f.outlet;

CREATE VIEW copy_pairs AS -- two articles of different outlets that were compared and carry the same text, the earlier first
SELECT
  iif(swapped, slug_b, slug_a) AS earlier, -- outlet of the earlier article
  iif(swapped, slug_a, slug_b) AS later, -- outlet of the later article
  iif(swapped, outlet_b, outlet_a) AS earlier_outlet, -- number of the outlet `earlier`
  iif(swapped, outlet_a, outlet_b) AS later_outlet, -- number of the outlet `later`
  iif(swapped, b, a) AS earlier_article, -- number of the earlier article
  iif(swapped, a, b) AS later_article, -- number of the later article
  min(at_a, at_b) AS at, -- time of the earlier: published, or first seen when that is unknown
  abs(unixepoch(at_b) - unixepoch(at_a)) / 3600.0 AS lag_hours, -- from the earlier to the later
  at_a = at_b OR (by_day AND substr(at_a, 1, 10) = substr(at_b, 1, 10)) AS tied, -- 1 when the times do not say which was first: equal, or on one day and known to the day only
  jaccard, -- shared shingles / all shingles of both, 0 to 1
  iif(swapped, containment_a, containment_b) AS containment -- share of the later text that stands in the earlier, 0 to 1
FROM (
  SELECT
    c.a,
    c.b,
    x.outlet AS outlet_a,
    y.outlet AS outlet_b,
    ox.slug AS slug_a,
    oy.slug AS slug_b,
    coalesce(x.published_at, x.first_seen_at) AS at_a,
    coalesce(y.published_at, y.first_seen_at) AS at_b,
    coalesce(x.published_at, x.first_seen_at) > coalesce(y.published_at, y.first_seen_at) AS swapped,
    coalesce('day' IN (x.published_precision, y.published_precision), 0) AS by_day,
    c.jaccard,
    c.containment_a,
    c.containment_b
  FROM copies c
  CROSS JOIN articles x INDEXED BY articles_when ON x.id = c.a
  CROSS JOIN articles y INDEXED BY articles_when ON y.id = c.b
  LEFT JOIN outlets ox ON ox.id = x.outlet
  LEFT JOIN outlets oy ON oy.id = y.outlet
  WHERE c.joined AND x.outlet <> y.outlet
);

CREATE VIEW copy_network AS -- which outlets carry the same texts: a directed edge list, from the earlier to the later
SELECT
  oa.slug AS earlier, -- outlet whose articles are earlier
  ob.slug AS later, -- outlet whose articles are later
  n.copies, -- pairs of articles, as in `copy_pairs`
  n.tied, -- of these, pairs whose times do not say which was first
  n.lag_hours, -- median time from the earlier to the later
  n.containment -- mean share of the later text that stands in the earlier, 0 to 1
FROM (
  SELECT
    earlier_outlet,
    later_outlet,
    count(*) AS copies,
    sum(tied) AS tied,
    round(avg(iif(place IN ((pairs + 1) / 2, (pairs + 2) / 2), lag_hours, NULL)), 2) AS lag_hours,
    round(avg(containment), 3) AS containment
  FROM (
    SELECT earlier_outlet, later_outlet, lag_hours, tied, containment, row_number() OVER by_lag AS place, count(*) OVER by_lag AS pairs
    FROM copy_pairs
    WINDOW by_lag AS (PARTITION BY earlier_outlet, later_outlet ORDER BY lag_hours ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
  )
  GROUP BY earlier_outlet, later_outlet
) n
JOIN outlets oa ON oa.id = n.earlier_outlet
JOIN outlets ob ON ob.id = n.later_outlet;

CREATE VIEW star_pairs AS -- a star for each text that several outlets ran: from the agency whose own text it is, else from the outlet that had it first, to every other; from each of them where several may have been first
SELECT
  earlier, -- outlet that the star is drawn from
  later, -- another outlet that ran the text
  earlier_outlet, -- number of the outlet `earlier`
  later_outlet, -- number of the outlet `later`
  earlier_article, -- number of the first article with this text of the outlet `earlier`
  later_article, -- number of the first article with this text of the outlet `later`
  copy_group, -- the text: articles with the same number carry it
  at, -- time of the article of `earlier`: published, or first seen when that is unknown
  lag_hours, -- from `earlier` to `later`; negative when an agency states a later time than an outlet that ran its text
  tied, -- 1 when several outlets may have been first: equal times, or one of them known to the day only
  containment -- share of the later text that stands in the earlier, 0 to 1; NULL: these two were not compared
FROM (
  WITH
  -- The first article of each outlet. An agency's own text comes before all others, whatever the times.
  held AS (
    SELECT m.copy_group, a.outlet, a.id AS article, 1 - o.agency AS class, min(coalesce(a.published_at, a.first_seen_at)) AS at, coalesce(a.published_precision = 'day', 0) AS by_day
    FROM memberships m
    JOIN copy_groups g ON g.id = m.copy_group AND g.articles > 1
    JOIN articles a INDEXED BY articles_when ON a.id = m.article
    JOIN outlets o ON o.id = a.outlet
    GROUP BY m.copy_group, a.outlet
  ),
  placed AS (
    SELECT copy_group, outlet, article, at, class || iif(by_day, substr(at, 1, 10), at) AS begins, class || iif(by_day, substr(at, 1, 10) || 'U', at) AS ends
    FROM held
  ),
  ranked AS (
    SELECT copy_group, outlet, article, at, begins <= min(ends) OVER (PARTITION BY copy_group) AS may_be_first, count(*) OVER (PARTITION BY copy_group) AS outlets
    FROM placed
  ),
  -- Those that may be first are a list beside each outlet: SQLite joins no subquery to itself by an index.
  listed AS (
    SELECT *, json_group_array(json_array(outlet, article, at)) FILTER (WHERE may_be_first) OVER (PARTITION BY copy_group) AS firsts
    FROM ranked
    WHERE outlets > 1
  ),
  edges AS (
    SELECT l.*, json_array_length(l.firsts) > 1 AS tied, json_extract(j.value, '$[0]') AS first_outlet, json_extract(j.value, '$[1]') AS first_article, json_extract(j.value, '$[2]') AS first_at
    FROM listed l CROSS JOIN json_each(l.firsts) j
  )
  SELECT
    fo.slug AS earlier,
    lo.slug AS later,
    e.first_outlet AS earlier_outlet,
    e.outlet AS later_outlet,
    e.first_article AS earlier_article,
    e.article AS later_article,
    e.copy_group,
    e.first_at AS at,
    (unixepoch(e.at) - unixepoch(e.first_at)) / 3600.0 AS lag_hours,
    e.tied,
    iif(c.a = e.article, c.containment_a, c.containment_b) AS containment
  FROM edges e
  LEFT JOIN outlets fo ON fo.id = e.first_outlet
  LEFT JOIN outlets lo ON lo.id = e.outlet
  LEFT JOIN copies c ON c.a = min(e.first_article, e.article) AND c.b = max(e.first_article, e.article) AND c.joined
  -- Between two that may be first, one edge is enough: it says that they tie.
  WHERE e.first_outlet <> e.outlet AND (NOT e.may_be_first OR (e.at, e.outlet) > (e.first_at, e.first_outlet))
);

CREATE VIEW star_network AS -- which outlets had the texts of which others first: a directed edge list, a star for each text
SELECT
  oa.slug AS earlier, -- outlet that had the texts first, or whose own they are
  ob.slug AS later, -- outlet that ran them
  n.copies, -- texts, as in `star_pairs`
  n.tied, -- of these, texts that several outlets may have had first
  n.lag_hours, -- median time from the earlier to the later
  n.containment -- mean share of the later text that stands in the earlier, 0 to 1; NULL: none was compared
FROM (
  SELECT
    earlier_outlet,
    later_outlet,
    count(*) AS copies,
    sum(tied) AS tied,
    round(avg(iif(place IN ((texts + 1) / 2, (texts + 2) / 2), lag_hours, NULL)), 2) AS lag_hours,
    round(avg(containment), 3) AS containment
  FROM (
    SELECT earlier_outlet, later_outlet, lag_hours, tied, containment, row_number() OVER by_lag AS place, count(*) OVER by_lag AS texts
    FROM star_pairs
    WINDOW by_lag AS (PARTITION BY earlier_outlet, later_outlet ORDER BY lag_hours ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
  )
  GROUP BY earlier_outlet, later_outlet
) n
JOIN outlets oa ON oa.id = n.earlier_outlet
JOIN outlets ob ON ob.id = n.later_outlet;

CREATE VIEW agency_share AS -- how much of what an outlet prints is agency copy, by week; agencies themselves left out
SELECT
  outlet, -- who published it
  week, -- its Monday, UTC
  articles, -- articles of that week
  attributed, -- of these, articles that name an agency: byline, dateline, credit, copyright, markup
  contained, -- articles whose text was compared with an agency's own and stands in it
  twin, -- articles that name no agency, and share their text with one that does: see `agency_twins`
  agency_copy, -- articles of any of the three kinds
  round(1.0 * agency_copy / articles, 3) AS share -- of all its articles, 0 to 1
FROM (
  SELECT outlet, week, count(*) AS articles, sum(attributed) AS attributed, sum(contained) AS contained, sum(twin) AS twin, sum(attributed OR contained OR twin) AS agency_copy
  FROM (
    SELECT
      o.slug AS outlet,
      date(coalesce(a.published_at, a.first_seen_at), 'weekday 0', '-6 days') AS week,
      EXISTS (SELECT 1 FROM credits c WHERE c.article = a.id AND c.via <> 'copy' AND c.confidence >= 0.5) AS attributed,
      EXISTS (SELECT 1 FROM credits c WHERE c.article = a.id AND c.via = 'copy' AND c.confidence >= 0.5) AS contained,
      EXISTS (SELECT 1 FROM agency_twins t WHERE t.article = a.id AND t.confidence >= 0.5) AS twin
    FROM outlets o JOIN articles a INDEXED BY articles_outlet ON a.outlet = o.id
    WHERE o.agency = 0
  )
  GROUP BY outlet, week
);

CREATE VIEW outlet_health AS -- one row an outlet: does it still bring news?
SELECT
  o.slug AS outlet, -- which outlet
  o.name, -- its name
  (SELECT count(*) FROM sources s WHERE s.outlet = o.id) AS sources, -- number of sources
  (SELECT count(*) FROM sources s WHERE s.outlet = o.id AND s.failures > 0) AS failing, -- of these, failing at the last poll
  (SELECT count(*) FROM sources s WHERE s.outlet = o.id AND s.retired_at IS NOT NULL) AS retired, -- of these, gone for good
  (SELECT max(s.polled_at) FROM sources s WHERE s.outlet = o.id) AS polled_at, -- when one last answered
  (SELECT min(s.due_at) FROM sources s WHERE s.outlet = o.id AND s.retired_at IS NULL AND s.same_as IS NULL) AS due_at, -- when one is asked next
  o.articles, -- articles kept
  (SELECT max(a.first_seen_at) FROM articles a WHERE a.outlet = o.id) AS last_new_at, -- when the last new one was seen
  (SELECT round(hours, 2) FROM (
    SELECT hours, row_number() OVER (ORDER BY hours) AS place, count(*) OVER () AS pauses FROM (
      SELECT 24 * (julianday(lead(at) OVER (ORDER BY at)) - julianday(at)) AS hours FROM (
        SELECT coalesce(a.published_at, a.first_seen_at) AS at FROM articles a
        WHERE a.outlet = o.id ORDER BY a.first_seen_at DESC LIMIT 50)
    ) WHERE hours IS NOT NULL
  ) WHERE place = (pauses + 1) / 2) AS usual_hours, -- between two new articles: median of the last fifty
  (SELECT count(*) FROM pages p WHERE p.outlet = o.id AND p.state = 'pending') AS pending, -- pages waiting
  (SELECT count(*) FROM pages p WHERE p.outlet = o.id AND p.state = 'rejected') AS rejected, -- pages rejected
  (SELECT count(*) FROM fetches f JOIN sources s ON s.id = f.source
   WHERE s.outlet = o.id AND f.gap_seconds IS NOT NULL) AS gaps, -- polls before which pages may have come and gone unseen
  (SELECT f.reason FROM fetches f WHERE f.source = (
    SELECT s.id FROM sources s WHERE s.outlet = o.id AND s.failures > 0 ORDER BY s.failures DESC, s.id LIMIT 1
  ) ORDER BY f.at DESC LIMIT 1) AS reason -- why the last poll failed of the source that fails the longest
FROM outlets o;
