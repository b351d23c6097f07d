-- When a source is visited, and what became of it. Released: never edit, add a step.

ALTER TABLE sources ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN headers TEXT NOT NULL DEFAULT '{}';     -- JSON: name to value
ALTER TABLE sources ADD COLUMN proxy TEXT NOT NULL DEFAULT '';
-- url stays the operator's; this is visited in its place once the move was settled.
ALTER TABLE sources ADD COLUMN moved_url TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN move TEXT NOT NULL DEFAULT '';          -- JSON: [url, polls, since, last]
ALTER TABLE sources ADD COLUMN wait_ms INTEGER NOT NULL DEFAULT 0;     -- the last one that was given
ALTER TABLE sources ADD COLUMN rhythm TEXT NOT NULL DEFAULT '';        -- JSON: [learnt, days, 24 counts]
ALTER TABLE sources ADD COLUMN hints TEXT NOT NULL DEFAULT '';         -- JSON: [ttl, update, hours, days]
ALTER TABLE sources ADD COLUMN held INTEGER NOT NULL DEFAULT 0;        -- entries in its last good document
ALTER TABLE sources ADD COLUMN failure TEXT NOT NULL DEFAULT '';       -- the kind of its last failure
ALTER TABLE sources ADD COLUMN missing_since INTEGER;                  -- when nothing was there first
ALTER TABLE sources ADD COLUMN gone_at INTEGER;                        -- when the operator was told so
ALTER TABLE sources ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0;     -- claimed, and not recorded yet
-- The publisher asked not to be visited before.
ALTER TABLE sources ADD COLUMN earliest_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN quick_until INTEGER NOT NULL DEFAULT 0; -- news breaks where it lives
CREATE UNIQUE INDEX sources_moved ON sources (moved_url) WHERE moved_url <> '';
CREATE INDEX sources_country ON sources (lower(country)) WHERE kind = 'feed';
