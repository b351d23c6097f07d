-- Entries known by more than one name, feeds by their habits, late alerts as one digest. Released: never edit, add a step.

ALTER TABLE sources ADD COLUMN zone TEXT NOT NULL DEFAULT '';       -- of dates that name none
ALTER TABLE sources ADD COLUMN habits TEXT NOT NULL DEFAULT '{}';   -- JSON: what its polls showed

-- kind 'entry' names an entry, the others ('key', 'link', 'title', 'short', 'path') are aliases.
ALTER TABLE fingerprints ADD COLUMN entry TEXT NOT NULL DEFAULT ''; -- the entry an alias stands for
CREATE INDEX fingerprints_aliases ON fingerprints (seen_at) WHERE kind <> 'entry';

-- A new kind and a new state need new checks, and SQLite changes none in place.
CREATE TABLE deliveries_new (
    id             INTEGER PRIMARY KEY,
    dedup_key      TEXT NOT NULL UNIQUE,       -- a|e|s|d:<chat>:<story>:<n> or u:<bot>:<update>:<n>
    kind           TEXT NOT NULL CHECK (kind IN ('alert', 'reply', 'edit', 'step', 'digest')),
    chat_id        INTEGER NOT NULL,
    story_id       TEXT,
    thread_id      INTEGER,
    reply_to       INTEGER,
    lane           INTEGER NOT NULL,           -- 0 command replies, 1 alerts and steps, 2 edits, digests
    severity       INTEGER NOT NULL,
    payload        TEXT NOT NULL,              -- JSON of a Card or a Note; of a step its number
    state          TEXT NOT NULL DEFAULT 'pending' CHECK (
        state IN ('pending', 'leased', 'sending', 'sent', 'unconfirmed', 'dead', 'cancelled',
                  'digested')),
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
    settled_at     INTEGER,
    late           INTEGER NOT NULL DEFAULT 0, -- 1 an alert that came late, 2 one too old to alert
    digest_id      INTEGER                     -- the digest that a late alert became a line of
);
INSERT INTO deliveries_new SELECT id, dedup_key, kind, chat_id, story_id, thread_id, reply_to, lane,
    severity, payload, state, lease, lease_until, not_before_at, attempts, refused, uncertain,
    message_id, error, added_at, sending_at, settled_at, 0, NULL FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE deliveries_new RENAME TO deliveries;
CREATE INDEX deliveries_waiting ON deliveries (lane, severity DESC, id) WHERE state = 'pending';
CREATE INDEX deliveries_open ON deliveries (chat_id) WHERE state IN ('leased', 'sending');
CREATE INDEX deliveries_queue ON deliveries (chat_id) WHERE state = 'pending';
CREATE INDEX deliveries_message ON deliveries (chat_id, message_id);
CREATE INDEX deliveries_story ON deliveries (story_id, chat_id) WHERE story_id IS NOT NULL;
CREATE INDEX deliveries_late ON deliveries (chat_id, added_at) WHERE late > 0;
CREATE INDEX deliveries_digest ON deliveries (digest_id) WHERE digest_id IS NOT NULL;
