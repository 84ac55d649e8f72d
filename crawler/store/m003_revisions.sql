-- The evidence says which revisions were compared.

DROP VIEW copy_network;

DROP INDEX copies_b;

ALTER TABLE copies RENAME TO copies_before;

CREATE TABLE copies ( -- two articles compared: the evidence
  a INTEGER NOT NULL REFERENCES articles (id), -- the article with the lower number
  b INTEGER NOT NULL REFERENCES articles (id), -- the other
  relation TEXT NOT NULL CHECK (relation IN ('same', 'contains', 'contained', 'partial')), -- how a stands to b
  jaccard REAL NOT NULL, -- shared shingles / all shingles of both, 0 to 1; furniture left out
  containment_a REAL NOT NULL, -- share of a's text that stands in b, 0 to 1
  containment_b REAL NOT NULL, -- share of b's text that stands in a, 0 to 1
  shared INTEGER NOT NULL, -- number of shared shingles
  numbers_same INTEGER NOT NULL, -- numbers that stand in the same place of both and are equal
  numbers_changed INTEGER NOT NULL, -- numbers that stand in the same place and differ: many mark a template
  passage TEXT NOT NULL, -- longest passage that stands in both, normalised
  revision_a INTEGER NOT NULL, -- which of a's texts was compared, as in `revisions`: the one most like b
  revision_b INTEGER NOT NULL, -- the same of b
  joined INTEGER NOT NULL CHECK (joined IN (0, 1)), -- 1 when the scheme takes the two for copies
  scheme TEXT NOT NULL, -- scheme that decided
  PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;

INSERT INTO copies
SELECT c.a, c.b, c.relation, c.jaccard, c.containment_a, c.containment_b, c.shared, c.numbers_same,
  c.numbers_changed, c.passage, x.revision, y.revision, c.joined, c.scheme
FROM copies_before c JOIN articles x ON x.id = c.a JOIN articles y ON y.id = c.b;

DROP TABLE copies_before;

-- serves: the edges of an article from its other end
CREATE INDEX copies_b ON copies (b);

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
