-- What the story linker keeps between runs: made anew when all stories are linked anew.

CREATE TABLE story_terms ( -- index of the story linker: copy groups that share a heavy term are compared
  term INTEGER NOT NULL, -- number of the term
  day INTEGER NOT NULL, -- day of the copy group's time, counted from 1970
  copy_group INTEGER NOT NULL, -- which copy group has it; it may have joined another since
  PRIMARY KEY (term, day, copy_group)
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
