-- Stories that can be replayed, corrected and compared.

CREATE TABLE overrides ( -- what people decided about stories; kept by every grouping, also a rebuild
  id INTEGER PRIMARY KEY, -- number of the decision
  at TEXT NOT NULL, -- when
  who TEXT NOT NULL, -- by whom
  why TEXT NOT NULL, -- for what reason
  kind TEXT NOT NULL CHECK (kind IN ('merge', 'split', 'pin')), -- merge: one story; split: two; pin: stay together
  story INTEGER NOT NULL REFERENCES stories (id), -- story as it was named
  other INTEGER REFERENCES stories (id), -- merge: the story merged into it; split: the new story
  together TEXT NOT NULL, -- JSON array of articles that are one story from now on
  apart TEXT NOT NULL DEFAULT '[]', -- JSON array of articles that are in another story than those
  undone_at TEXT, -- when it was taken back; NULL while it holds
  undone_by TEXT -- by whom
) STRICT;

CREATE TABLE override_articles ( -- which articles the overrides that hold are about
  article INTEGER NOT NULL REFERENCES articles (id), -- which article
  override INTEGER NOT NULL REFERENCES overrides (id), -- which override
  PRIMARY KEY (article, override)
) STRICT, WITHOUT ROWID;

CREATE TABLE groupings ( -- manifest: what each grouping was made of; only ever added to
  run INTEGER NOT NULL REFERENCES runs (id), -- during which run
  at TEXT NOT NULL, -- when
  partition TEXT, -- name it was kept under; NULL: the one that the views show
  rebuilt INTEGER NOT NULL CHECK (rebuilt IN (0, 1)), -- 1 when everything was compared and linked anew
  compared INTEGER NOT NULL, -- articles compared
  linked INTEGER NOT NULL, -- copy groups linked
  articles INTEGER NOT NULL, -- articles grouped so far
  inputs TEXT NOT NULL, -- sum of SHA-256 over address and text of those articles, modulo 2^256: the same for the same articles in whatever order
  settings TEXT NOT NULL, -- JSON object: every number that decides
  versions TEXT NOT NULL -- JSON object: what it was computed with
) STRICT;

CREATE TABLE partitions ( -- groupings kept beside the one that the views show
  name TEXT NOT NULL, -- name it was kept under
  article INTEGER NOT NULL REFERENCES articles (id), -- which article
  copy_group INTEGER NOT NULL, -- articles of a partition with the same number carry the same text
  story INTEGER NOT NULL, -- articles of a partition with the same number tell the same event; numbers are of this partition alone
  PRIMARY KEY (name, article)
) STRICT, WITHOUT ROWID;

-- serves: the next step of the story linker
CREATE INDEX copy_groups_step ON copy_groups (step, id) WHERE linked_at IS NULL;
-- serves: the number of the last step
CREATE INDEX copy_groups_steps ON copy_groups (step);

DROP VIEW story_overview;

CREATE VIEW story_overview AS -- one row a living story
SELECT
  id AS story, -- number of the story
  title, -- headline of the article most like the others
  outlets, -- number of outlets
  articles, -- number of articles
  copy_groups, -- number of different texts
  articles - copy_groups AS copies, -- articles that carry the text of another
  languages, -- JSON array of the languages it is told in
  first_at, -- earliest time of its articles
  last_at, -- latest time of its articles
  strftime('%Y-%m-%dT%H:%M:%SZ', last_at, '+6 days') AS closes_at -- later articles are not linked to it any more
FROM stories
WHERE merged_into IS NULL;

CREATE VIEW story_life AS -- how each living story spread and faded; hours
WITH told AS (
  SELECT
    g.story,
    a.outlet,
    coalesce(a.published_at, a.first_seen_at) AS at,
    row_number() OVER (PARTITION BY g.story ORDER BY coalesce(a.published_at, a.first_seen_at), a.id) AS place,
    count(*) OVER (PARTITION BY g.story) AS articles
  FROM copy_groups g
  JOIN memberships m ON m.copy_group = g.id
  JOIN articles a ON a.id = m.article
  WHERE g.story IS NOT NULL
),
outlets AS (
  SELECT story, min(at) AS at, row_number() OVER (PARTITION BY story ORDER BY min(at), outlet) AS place
  FROM told GROUP BY story, outlet
),
hours AS (
  SELECT story, substr(at, 1, 13) AS hour, row_number() OVER (PARTITION BY story ORDER BY count(*) DESC, substr(at, 1, 13)) AS place
  FROM told GROUP BY story, substr(at, 1, 13)
),
spread AS (
  SELECT story, max(CASE place WHEN 2 THEN at END) AS second, max(CASE place WHEN 5 THEN at END) AS fifth
  FROM outlets GROUP BY story
)
SELECT
  s.id AS story, -- number of the story
  s.first_at, -- earliest time of its articles
  (unixepoch(spread.second) - unixepoch(s.first_at)) / 3600.0 AS second_outlet, -- hours until a second outlet told it; NULL: none did
  (unixepoch(spread.fifth) - unixepoch(s.first_at)) / 3600.0 AS fifth_outlet, -- hours until five outlets had told it
  hours.hour || ':00:00Z' AS peak_hour, -- hour in which most of its articles appeared, the first of them on a tie
  (unixepoch(told.at) - unixepoch(s.first_at)) / 3600.0 AS half_life -- hours until half of its articles were out
FROM stories s
JOIN spread ON spread.story = s.id
JOIN hours ON hours.story = s.id AND hours.place = 1
JOIN told ON told.story = s.id AND told.place = (told.articles + 1) / 2
WHERE s.merged_into IS NULL;
