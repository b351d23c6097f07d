-- What is old goes, a little at a time. Released: never edit, add a step.

-- The fingerprint of an entry says when its source was last seen to hold it; the source, when all
-- that it holds was read: an entry that was not among it then is held no longer.
ALTER TABLE sources ADD COLUMN whole_at INTEGER;
CREATE INDEX fingerprints_entries ON fingerprints (seen_at) WHERE kind = 'entry';
CREATE INDEX deliveries_others ON deliveries (added_at) WHERE story_id IS NULL;
CREATE INDEX updates_age ON processed_updates (processed_at);
CREATE INDEX quarantine_age ON quarantine (last_at);
