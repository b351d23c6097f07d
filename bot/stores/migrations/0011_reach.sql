-- What is asked at every report is found at once, however much was told before. Released: never edit, add a step.

CREATE INDEX alerts_story ON alerts (story_id);
CREATE INDEX pages_age ON pages (added_at);

-- How often it was tried again without any end: the store, or the process, did not survive it.
ALTER TABLE quarantine ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
