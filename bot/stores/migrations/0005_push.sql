-- Feeds whose hub tells us of news (WebSub). Released: never edit, add a step.
CREATE TABLE pushes (
    source_id    TEXT PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
    hub          TEXT NOT NULL,
    topic        TEXT NOT NULL,                -- the feed's address as the hub knows it
    token        TEXT NOT NULL UNIQUE,         -- the last part of the address the hub calls
    secret       TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('wanted', 'asked', 'active', 'denied')),
    due_at       INTEGER NOT NULL,             -- when to ask (again)
    lease_until  INTEGER,
    failures     INTEGER NOT NULL DEFAULT 0,
    error        TEXT NOT NULL DEFAULT '',
    pushed_at    INTEGER,                      -- last time that it brought something
    missed_at    INTEGER                       -- last time that a poll found what it had not
);
CREATE INDEX pushes_due ON pushes (due_at);
