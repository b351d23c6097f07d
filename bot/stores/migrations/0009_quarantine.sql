-- What broke us is kept until another version has read it; feeds have folders. Released: never edit, add a step.

CREATE TABLE quarantine (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- people type it: never reused
    stage       TEXT NOT NULL CHECK (stage IN ('poll', 'read', 'decide', 'render')),
    source_id   TEXT NOT NULL,
    subject     TEXT NOT NULL,                     -- fingerprint, source, file or delivery
    title       TEXT NOT NULL,
    error       TEXT NOT NULL,
    trace       TEXT NOT NULL,
    body        BLOB NOT NULL,                     -- a document as it came, or an entry as JSON
    size        INTEGER NOT NULL,                  -- of the whole; the body may be cut short
    baseline    INTEGER NOT NULL,
    version     TEXT NOT NULL,
    times       INTEGER NOT NULL DEFAULT 1,
    due         INTEGER NOT NULL DEFAULT 0,        -- to be tried again
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    UNIQUE (stage, subject)
);
CREATE INDEX quarantine_due ON quarantine (id) WHERE due = 1;
CREATE INDEX quarantine_source ON quarantine (source_id);

ALTER TABLE sources ADD COLUMN folder TEXT NOT NULL DEFAULT ''; -- in lists of feeds (OPML): A/B
