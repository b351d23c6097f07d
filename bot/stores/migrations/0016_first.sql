-- The first of a chat, and what waits for its time or for its alert, each found at once. Released:
-- never edit, add a step.

CREATE INDEX deliveries_first ON deliveries (chat_id, lane, severity DESC, channel DESC, id)
    WHERE state = 'pending' AND waits = 0;
DROP INDEX deliveries_waits;
CREATE INDEX deliveries_waits ON deliveries (waits, not_before_at)
    WHERE state = 'pending' AND waits > 0;
UPDATE deliveries SET waits = 2
WHERE state = 'pending' AND waits = 1 AND kind IN ('edit', 'step') AND attempts = 0;
