-- What an embedding model says, where the file has a voice.

CREATE TABLE meanings ( -- what the embedding model of `schemes.voice` makes of the texts of copy groups
  copy_group INTEGER PRIMARY KEY, -- which; it may have joined another since
  text_hash TEXT NOT NULL, -- text it was made of
  vector BLOB NOT NULL -- direction of its embedding, a signed byte a dimension
) STRICT;
