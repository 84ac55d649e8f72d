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
