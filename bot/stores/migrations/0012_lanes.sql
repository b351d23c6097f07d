-- What may leave now stands apart from what waits, each in its order. Released: never edit, add a step.

-- 0 may leave, 1 not before its time, 2 until its alert has left (looked at again at its time).
ALTER TABLE deliveries ADD COLUMN waits INTEGER NOT NULL DEFAULT 1;
ALTER TABLE deliveries ADD COLUMN channel INTEGER NOT NULL DEFAULT 0; -- 1 a post to a channel

DROP INDEX deliveries_waiting;
CREATE INDEX deliveries_ready ON deliveries (lane, severity DESC, channel DESC, id, chat_id)
    WHERE state = 'pending' AND waits = 0;
CREATE INDEX deliveries_oldest ON deliveries (added_at, id, chat_id)
    WHERE state = 'pending' AND waits = 0;
CREATE INDEX deliveries_waits ON deliveries (not_before_at) WHERE state = 'pending' AND waits > 0;
