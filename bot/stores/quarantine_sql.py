"""The statements about what is set aside, reviewed as SQL like ``sql``. Times are milliseconds."""

from __future__ import annotations

SET_ASIDE = """
INSERT INTO quarantine (stage, source_id, subject, title, error, trace, body, size, baseline,
    version, first_at, last_at)
VALUES (:stage, :source_id, :subject, :title, :error, :trace, :body, :size, :baseline, :version,
    :now, :now)
ON CONFLICT (stage, subject) DO UPDATE SET title = excluded.title, error = excluded.error,
    trace = excluded.trace, body = excluded.body, size = excluded.size,
    version = excluded.version, times = times + 1, due = 0, tries = 0, last_at = excluded.last_at
RETURNING times
"""

# Documents are large, and an error of ours may meet all of ten thousand feeds.
THIN_QUARANTINE = """
UPDATE quarantine SET body = x''
WHERE stage = 'read' AND length(body) > 0 AND id NOT IN (
    SELECT id FROM quarantine WHERE stage = 'read' ORDER BY last_at DESC, id DESC LIMIT :kept)
"""

FREE = "DELETE FROM quarantine WHERE stage = :stage AND subject = :subject"

FREE_SOURCE = """
DELETE FROM quarantine WHERE source_id = :source_id AND stage IN ('poll', 'read')
  AND subject NOT IN (SELECT value FROM json_each(:but))
"""

FREE_POLL = "DELETE FROM quarantine WHERE source_id = :source_id AND stage = 'poll'"

QUARANTINE = "SELECT * FROM quarantine ORDER BY last_at DESC, id DESC LIMIT :limit"

QUARANTINED = "SELECT * FROM quarantine WHERE id = :id"

QUARANTINE_COUNTS = "SELECT stage, count(*) AS n FROM quarantine GROUP BY stage ORDER BY stage"

ASK_AGAIN = "UPDATE quarantine SET due = 1, tries = 0 WHERE id = :id"

AFTER_UPGRADE = "UPDATE quarantine SET due = 1, tries = 0 WHERE version <> :version"

# What ended no try comes after the others, and rests after some.
DUE_AGAIN = "SELECT * FROM quarantine WHERE due = 1 ORDER BY tries, id LIMIT :limit"

IS_ANY_DUE = "SELECT 1 FROM quarantine WHERE due = 1 LIMIT 1"

TRYING = """
UPDATE quarantine SET tries = tries + 1, due = tries + 1 < :tries
WHERE stage = :stage AND subject = :subject
"""

NOT_DUE_ANY_MORE = "UPDATE quarantine SET due = 0 WHERE stage = :stage AND subject = :subject"

NOT_DUE = "UPDATE quarantine SET due = 0 WHERE id = :id"

# Without validators: what has not changed since it broke us is to be read all the same. Not before
# the publisher allows it; what is known of its rhythm and its moves is no part of what broke us.
READ_ANEW = """
UPDATE sources SET etag = '', last_modified = '', body_hash = '',
    next_due_at = max(earliest_at, :now)
WHERE id = :id
"""

# The dead letters of one story, or the one answer, that could not be put into words.
SEND_AGAIN = """
UPDATE deliveries SET state = 'pending', not_before_at = :now, settled_at = NULL, error = ''
WHERE state = 'dead' AND error = :error AND added_at >= :since
  AND kind || ':' || coalesce(story_id, id) = :subject
"""
