-- What is known of hosts and of what was not seen; revisits; texts from feeds.

CREATE TABLE robots ( -- robots.txt of each site, so that it need not be asked in every run
  site TEXT PRIMARY KEY, -- scheme and host, as in https://example.com
  fetched_at TEXT NOT NULL, -- when it was last answered
  rules TEXT -- the file, 500 KiB at the most; NULL: the site has none, all is allowed
) STRICT;

CREATE TABLE archives ( -- WARC files that were imported, and how far
  file TEXT PRIMARY KEY, -- path
  bytes INTEGER NOT NULL, -- its size
  read_to INTEGER NOT NULL, -- bytes read: an import that was cut off goes on from there
  at TEXT NOT NULL -- when that was
) STRICT;

-- serves: articles to be fetched again, of an outlet
CREATE INDEX pages_revisit ON pages (outlet, revisit_at) WHERE revisit_at IS NOT NULL;
-- serves: rejected pages of an outlet, in `outlet_health`
CREATE INDEX pages_rejected ON pages (outlet) WHERE state = 'rejected';
-- serves: polls before which pages may have come and gone unseen, in `newsloom health`
CREATE INDEX fetches_gap ON fetches (source) WHERE gap_seconds IS NOT NULL;

DROP VIEW outlet_day;

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

DROP VIEW outlet_health;

CREATE VIEW outlet_health AS -- one row an outlet: does it still bring news?
SELECT
  o.slug AS outlet, -- which outlet
  o.name, -- its name
  (SELECT count(*) FROM sources s WHERE s.outlet = o.id) AS sources, -- number of sources
  (SELECT count(*) FROM sources s WHERE s.outlet = o.id AND s.failures > 0) AS failing, -- of these, failing at the last poll
  (SELECT count(*) FROM sources s WHERE s.outlet = o.id AND s.retired_at IS NOT NULL) AS retired, -- of these, gone for good
  (SELECT max(s.polled_at) FROM sources s WHERE s.outlet = o.id) AS polled_at, -- when one last answered
  (SELECT min(s.due_at) FROM sources s WHERE s.outlet = o.id AND s.retired_at IS NULL AND s.same_as IS NULL) AS due_at, -- when one is asked next
  (SELECT count(*) FROM articles a WHERE a.outlet = o.id) AS articles, -- articles kept
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
  (SELECT f.reason FROM fetches f JOIN sources s ON s.id = f.source
   WHERE s.outlet = o.id AND s.failures > 0 ORDER BY f.id DESC LIMIT 1) AS reason -- why the last failing poll failed
FROM outlets o;
