-- How many messages were given up of late is asked all the time. Released: never edit, add a step.

CREATE INDEX deliveries_dead ON deliveries (settled_at) WHERE state = 'dead';
