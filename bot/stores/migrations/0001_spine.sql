-- Times are milliseconds since 1970 UTC; booleans 0/1; JSON as TEXT. Released: never edit, add a step.

CREATE TABLE sources (
    id             TEXT PRIMARY KEY,
    origin         TEXT NOT NULL,              -- who put it here: config, operator, seeds, sandbox
    kind           TEXT NOT NULL CHECK (kind IN ('feed', 'seeds')),
    name           TEXT NOT NULL,
    url            TEXT NOT NULL UNIQUE,
    lang           TEXT NOT NULL,
    country        TEXT NOT NULL,
    interval_s     INTEGER NOT NULL CHECK (interval_s > 0),
    private        INTEGER NOT NULL,
    etag           TEXT NOT NULL DEFAULT '',
    last_modified  TEXT NOT NULL DEFAULT '',
    body_hash      TEXT NOT NULL DEFAULT '',
    polled_at      INTEGER,                    -- last visit, whatever came of it
    polled_ok_at   INTEGER,                    -- last visit that worked; NULL until the baseline
    failures       INTEGER NOT NULL DEFAULT 0,
    error          TEXT NOT NULL DEFAULT '',
    next_due_at    INTEGER NOT NULL DEFAULT 0  -- a new source is due at once
);
CREATE INDEX sources_due ON sources (next_due_at);

CREATE TABLE fingerprints (
    kind      TEXT NOT NULL,                   -- 'entry': this very entry was recorded
    hash      TEXT NOT NULL,
    story_id  TEXT,
    seen_at   INTEGER NOT NULL,
    PRIMARY KEY (kind, hash)
) WITHOUT ROWID;

CREATE TABLE stories (
    id             TEXT PRIMARY KEY,
    title          TEXT NOT NULL,
    lang           TEXT NOT NULL,
    source_name    TEXT NOT NULL,
    link           TEXT NOT NULL,
    severity       INTEGER NOT NULL,
    topics         TEXT NOT NULL,
    places         TEXT NOT NULL,
    sketch         TEXT NOT NULL,
    entries        INTEGER NOT NULL DEFAULT 1,
    published_at   INTEGER,
    first_seen_at  INTEGER NOT NULL,
    last_seen_at   INTEGER NOT NULL
);
CREATE INDEX stories_seen ON stories (last_seen_at);

CREATE TABLE entries (
    id            INTEGER PRIMARY KEY,
    source_id     TEXT NOT NULL,
    fingerprint   TEXT NOT NULL UNIQUE,
    title         TEXT NOT NULL,
    body          TEXT NOT NULL,
    folded        TEXT NOT NULL,               -- shadow of title and body, what full-text search reads
    link          TEXT NOT NULL,
    source_name   TEXT NOT NULL,
    lang          TEXT NOT NULL,
    text_hash     TEXT NOT NULL,
    edits         INTEGER NOT NULL DEFAULT 0,  -- how often its wording changed and was read again
    is_seed       INTEGER NOT NULL,
    reason        TEXT NOT NULL,
    detail        TEXT NOT NULL,
    flag          INTEGER NOT NULL,
    severity      INTEGER NOT NULL,
    -- The entry decides whether its story is written at all, so it comes first.
    story_id      TEXT REFERENCES stories (id) DEFERRABLE INITIALLY DEFERRED,
    published_at  INTEGER,
    seen_at       INTEGER NOT NULL
);
CREATE INDEX entries_source ON entries (source_id, seen_at);
CREATE INDEX entries_story ON entries (story_id);
CREATE INDEX entries_seen ON entries (seen_at);

CREATE TABLE chats (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    lang        TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('active', 'stopped', 'gone')),
    thread_id   INTEGER,
    changed_at  INTEGER NOT NULL
);

CREATE TABLE watches (
    id        INTEGER PRIMARY KEY AUTOINCREMENT, -- ids are shown on buttons: never reused
    chat_id   INTEGER NOT NULL REFERENCES chats (id) ON UPDATE CASCADE ON DELETE CASCADE,
    query     TEXT NOT NULL,
    added_at  INTEGER NOT NULL,
    UNIQUE (chat_id, query)
);

CREATE TABLE alerts (
    id           INTEGER PRIMARY KEY,
    chat_id      INTEGER NOT NULL,
    story_id     TEXT NOT NULL,
    severity     INTEGER NOT NULL,
    decided_at   INTEGER NOT NULL,
    UNIQUE (chat_id, story_id)                 -- one alert per chat per story, whatever matched
);

CREATE TABLE deliveries (
    id             INTEGER PRIMARY KEY,
    dedup_key      TEXT NOT NULL UNIQUE,       -- a:<chat>:<story>:<revision> or u:<bot>:<update>:<n>
    kind           TEXT NOT NULL CHECK (kind IN ('alert', 'reply')),
    chat_id        INTEGER NOT NULL,
    story_id       TEXT,
    thread_id      INTEGER,
    reply_to       INTEGER,
    lane           INTEGER NOT NULL,           -- 0 command replies, 1 alerts
    severity       INTEGER NOT NULL,
    payload        TEXT NOT NULL,              -- JSON of a Card or a Note
    state          TEXT NOT NULL DEFAULT 'pending' CHECK (
        state IN ('pending', 'leased', 'sending', 'sent', 'unconfirmed', 'dead', 'cancelled')),
    lease          TEXT,
    lease_until    INTEGER,
    not_before_at  INTEGER NOT NULL,
    attempts       INTEGER NOT NULL DEFAULT 0,
    refused        INTEGER NOT NULL DEFAULT 0,
    uncertain      INTEGER NOT NULL DEFAULT 0,
    message_id     INTEGER,
    error          TEXT NOT NULL DEFAULT '',
    added_at       INTEGER NOT NULL,
    sending_at     INTEGER,
    settled_at     INTEGER
);
CREATE INDEX deliveries_waiting ON deliveries (lane, severity DESC, id) WHERE state = 'pending';
CREATE INDEX deliveries_open ON deliveries (chat_id) WHERE state IN ('leased', 'sending');
CREATE INDEX deliveries_queue ON deliveries (chat_id) WHERE state = 'pending';
CREATE INDEX deliveries_message ON deliveries (chat_id, message_id);

CREATE TABLE processed_updates (
    bot_id        INTEGER NOT NULL,
    update_id     INTEGER NOT NULL,
    processed_at  INTEGER NOT NULL,
    PRIMARY KEY (bot_id, update_id)
) WITHOUT ROWID;

CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    owner  TEXT NOT NULL,
    token  INTEGER NOT NULL,
    until  INTEGER NOT NULL
);

CREATE TABLE settings (
    key    TEXT PRIMARY KEY,
    value  TEXT NOT NULL
);
INSERT INTO settings (key, value) VALUES ('audience_revision', '1');
