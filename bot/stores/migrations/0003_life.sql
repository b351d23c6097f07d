-- Stories live on after their first report: their alerts are edited and answered. Released: never edit, add a step.

ALTER TABLE stories ADD COLUMN life TEXT NOT NULL DEFAULT '{}';

-- A new kind needs a new check, and SQLite changes none in place.
CREATE TABLE deliveries_3 (
    id             INTEGER PRIMARY KEY,
    dedup_key      TEXT NOT NULL UNIQUE,       -- a|e|s:<chat>:<story>:<n> or u:<bot>:<update>:<n>
    kind           TEXT NOT NULL CHECK (kind IN ('alert', 'reply', 'edit', 'step')),
    chat_id        INTEGER NOT NULL,
    story_id       TEXT,
    thread_id      INTEGER,
    reply_to       INTEGER,
    lane           INTEGER NOT NULL,           -- 0 command replies, 1 alerts and steps, 2 edits
    severity       INTEGER NOT NULL,
    payload        TEXT NOT NULL,              -- JSON of a Card or a Note; of a step its number
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
INSERT INTO deliveries_3 SELECT id, dedup_key, kind, chat_id, story_id, thread_id, reply_to, lane,
    severity, payload, state, lease, lease_until, not_before_at, attempts, refused, uncertain,
    message_id, error, added_at, sending_at, settled_at FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE deliveries_3 RENAME TO deliveries;
CREATE INDEX deliveries_waiting ON deliveries (lane, severity DESC, id) WHERE state = 'pending';
CREATE INDEX deliveries_open ON deliveries (chat_id) WHERE state IN ('leased', 'sending');
CREATE INDEX deliveries_queue ON deliveries (chat_id) WHERE state = 'pending';
CREATE INDEX deliveries_message ON deliveries (chat_id, message_id);
CREATE INDEX deliveries_story ON deliveries (story_id, chat_id) WHERE story_id IS NOT NULL;
