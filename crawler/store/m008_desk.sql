-- What researchers ask of whole files: answered from indexes that leave the texts alone.

DROP INDEX articles_outlet;
-- serves: articles of an outlet in time order; how many a day or week; share of agency copy
CREATE INDEX articles_outlet ON articles (outlet, first_seen_at, published_at);
-- serves: newest articles; how many were published an hour and language, on the front page
CREATE INDEX articles_published ON articles (published_at, language);
-- serves: outlet, time and language of very many articles, in `copy_network` and in searches
CREATE INDEX articles_when ON articles (id, outlet, published_at, first_seen_at, published_precision, language);
-- serves: stories of the last days
CREATE INDEX stories_last ON stories (last_at) WHERE merged_into IS NULL;
-- serves: newest changes of headlines and texts
CREATE INDEX revisions_replaced ON revisions (replaced_at);

DROP VIEW first_publishers;

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

DROP VIEW copy_network;

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

CREATE VIEW agency_share AS -- how much of what an outlet prints is agency copy, by week; agencies themselves left out
SELECT
  outlet, -- who published it
  week, -- its Monday, UTC
  articles, -- articles of that week
  attributed, -- of these, articles that name an agency: byline, dateline, credit, copyright, markup
  contained, -- articles whose text was compared with an agency's own and stands in it
  agency_copy, -- articles of either kind
  round(1.0 * agency_copy / articles, 3) AS share -- of all its articles, 0 to 1
FROM (
  SELECT outlet, week, count(*) AS articles, sum(attributed) AS attributed, sum(contained) AS contained, sum(attributed OR contained) AS agency_copy
  FROM (
    SELECT
      o.slug AS outlet,
      date(coalesce(a.published_at, a.first_seen_at), 'weekday 0', '-6 days') AS week,
      EXISTS (SELECT 1 FROM credits c WHERE c.article = a.id AND c.via <> 'copy' AND c.confidence >= 0.5) AS attributed,
      EXISTS (SELECT 1 FROM credits c WHERE c.article = a.id AND c.via = 'copy' AND c.confidence >= 0.5) AS contained
    FROM outlets o JOIN articles a INDEXED BY articles_outlet ON a.outlet = o.id
    WHERE o.agency = 0
  )
  GROUP BY outlet, week
);

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
  (SELECT f.reason FROM fetches f WHERE f.source = (
    SELECT s.id FROM sources s WHERE s.outlet = o.id AND s.failures > 0 ORDER BY s.failures DESC, s.id LIMIT 1
  ) ORDER BY f.at DESC LIMIT 1) AS reason -- why the last poll failed of the source that fails the longest
FROM outlets o;
