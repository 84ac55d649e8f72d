-- What pages say of their articles: tags, doubts about the time, agencies; versions of the extraction.

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

CREATE TABLE outlet_lines ( -- first and last lines of each outlet's texts; a line that many have is its furniture
  outlet INTEGER NOT NULL REFERENCES outlets (id), -- whose
  line TEXT NOT NULL, -- the line
  texts INTEGER NOT NULL, -- texts that have it, copies of each other counted once; lines met once are forgotten now and then
  PRIMARY KEY (outlet, line)
) STRICT, WITHOUT ROWID;

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

DROP VIEW article_overview;

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
  g.story, -- articles with the same number tell the same event
  (SELECT json_group_array(agency) FROM (SELECT DISTINCT c.agency FROM credits c WHERE c.article = a.id AND c.confidence >= 0.5 ORDER BY c.agency)) AS agencies, -- JSON array of the agencies that it carries
  a.tags, -- JSON array of the tags that the outlet gave it
  a.published_doubt -- what another statement of the page says of its time; NULL where all agree
FROM articles a
JOIN outlets o ON o.id = a.outlet
LEFT JOIN memberships m ON m.article = a.id
LEFT JOIN copy_groups g ON g.id = m.copy_group;

DROP VIEW headline_changes;

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
