-- So is of how many nobody knows whether they arrived. Released: never edit, add a step.

CREATE INDEX deliveries_unconfirmed ON deliveries (settled_at) WHERE state = 'unconfirmed';
