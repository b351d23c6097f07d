-- Which entries a feed held when it was read last, so that only new ones are read. A table of its
-- own: it is written when a feed has changed, the row in sources at every visit. Released: never edit, add a step.

CREATE TABLE entry_hashes (
    source_id  TEXT PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
    hashes     BLOB NOT NULL                -- 16 bytes per entry: of its text, of its identity
);
