-- What is asked at every report is found at once, however much was told before. Released: never edit, add a step.

CREATE INDEX alerts_story ON alerts (story_id);
CREATE INDEX pages_age ON pages (added_at);
