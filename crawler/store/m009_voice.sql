-- What an embedding model says, where the file has a voice: made anew when all stories are linked anew.

CREATE TABLE meanings ( -- what the embedding model of `schemes.voice` makes of the texts of copy groups
  copy_group INTEGER PRIMARY KEY, -- which; it may have joined another since
  vector BLOB NOT NULL -- direction of its embedding, a signed byte a dimension
) STRICT;
