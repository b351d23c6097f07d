-- Pages behind links are read after the first decision, and channels are sources. Released: never edit, add a step.

-- A new kind needs a new check, and SQLite changes none in place.
DROP INDEX sources_country;
ALTER TABLE sources ADD COLUMN kind_new TEXT NOT NULL DEFAULT 'feed'
    CHECK (kind_new IN ('feed', 'seeds', 'channel'));
UPDATE sources SET kind_new = kind;
ALTER TABLE sources DROP COLUMN kind;
ALTER TABLE sources RENAME COLUMN kind_new TO kind;
CREATE INDEX sources_country ON sources (lower(country)) WHERE kind = 'feed';
ALTER TABLE sources ADD COLUMN full_text TEXT NOT NULL DEFAULT 'auto'; -- auto, always, never

ALTER TABLE entries ADD COLUMN page_hash TEXT NOT NULL DEFAULT ''; -- of its body, read on its page

-- Pages to be read: due now, resting after a failure, or claimed until then.
CREATE TABLE pages (
    fingerprint  TEXT PRIMARY KEY,
    host         TEXT NOT NULL,
    severity     INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    due_at       INTEGER NOT NULL,
    added_at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX pages_due ON pages (due_at);

-- Hosts that are being visited, or rest after a visit.
CREATE TABLE page_hosts (
    host      TEXT PRIMARY KEY,
    until_at  INTEGER NOT NULL
) WITHOUT ROWID;
