"""The statements of upkeep: what is noted of ourselves, after a restore, after a changed clock."""

from __future__ import annotations

from bot.stores.sql import OPEN
from bot.stores.sql_lanes import ASKED

# Its chat's own affair: it wants to be left alone for a while, or altogether.
_OF_ITS_CHAT = f"({ASKED} OR error LIKE 'Forbidden:%' OR error LIKE 'BadRequest:%')"

KEEP = """
INSERT INTO settings (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""

KEPT = "SELECT value FROM settings WHERE key = :key"

BEGUN = "SELECT min(applied_at) AS at FROM _sqlite_migrations"

# What waited when the backup was made has left since, or never will: nobody can tell. The grave
# goes out again, said to be a possible repeat; an edit done twice is done once.
RESTORED_GRAVE = """
UPDATE deliveries SET state = 'pending', lease = NULL, lease_until = NULL,
    uncertain = uncertain + 1, error = 'this waited when the backup was made'
WHERE state IN ('pending', 'leased', 'sending') AND kind IN ('alert', 'digest', 'step')
  AND severity >= 2 AND added_at >= :oldest
"""

RESTORED_LIGHT = """
UPDATE deliveries SET state = 'unconfirmed', lease = NULL, lease_until = NULL, settled_at = :now,
    error = 'this waited when the backup was made, and may have been sent since'
WHERE state IN ('pending', 'leased', 'sending') AND kind <> 'edit'
  AND NOT (kind IN ('alert', 'digest', 'step') AND severity >= 2 AND added_at >= :oldest)
"""

# Watches were added since, and their numbers stand on buttons: none of them is given twice.
SPARE_NUMBERS = "UPDATE sqlite_sequence SET seq = seq + 100000 WHERE name = 'watches'"

# How all sources but the seeds are doing, and the outbox. ``allowed`` is two waits of a source;
# with 20 s more it is late, which leaves 10 s to say so within half a minute.
VITALS = """
SELECT count(*) AS feeds,
    coalesce(sum(polled_ok_at IS NOT NULL AND :now - polled_ok_at <= allowed), 0) AS fresh,
    coalesce(sum(polled_at IS NULL), 0) AS waiting,
    coalesce(sum(gone_at IS NULL AND next_due_at <= :now - 20000), 0) AS overdue,
    min(allowed) AS shortest, max(polled_at) AS polled_at, max(polled_ok_at) AS polled_ok_at
FROM (SELECT *, 2 * max(interval_s * 1000, wait_ms) + 20000 AS allowed
      FROM sources WHERE kind <> 'seeds' OR :seeds_too)
"""

GONE = "SELECT id, name FROM sources WHERE gone_at IS NOT NULL ORDER BY id LIMIT 50"

DEAD_SINCE = "SELECT count(*) AS n FROM deliveries WHERE state = 'dead' AND settled_at > :since"

UNCONFIRMED_SINCE = """
SELECT count(*) AS n FROM deliveries WHERE state = 'unconfirmed' AND settled_at > :since
"""

# A retry writes ``not_before_at`` anew, so what was tried is counted from when it came. Of what is
# being sent the try under way says nothing yet, unless it takes for ever. ``tries`` and both times
# are those of ``core.stalls``.
WAITS = f"""
SELECT min(since) AS since,
    count(DISTINCT CASE WHEN since <= :long_ago THEN chat_id END) AS lagging,
    min(CASE WHEN is_stuck THEN added_at END) AS stuck_since,
    count(DISTINCT CASE WHEN is_stuck THEN chat_id END) AS stuck
FROM (
    SELECT chat_id, added_at,
        CASE WHEN tried > 1 THEN added_at
            WHEN kind IN ('alert', 'reply', 'digest') THEN not_before_at END AS since,
        kind = 'alert' AND severity >= 2 AND added_at <= :a_while_ago AND NOT is_asked
            AND (tried >= :tries OR sending_at <= :a_while_ago) AS is_stuck
    FROM (
        SELECT chat_id, kind, severity, added_at, not_before_at, attempts AS tried,
            NULL AS sending_at, {_OF_ITS_CHAT} AS is_asked
        FROM deliveries WHERE state = 'pending'
        UNION ALL
        SELECT chat_id, kind, severity, added_at, not_before_at, attempts - (state = 'sending'),
            CASE state WHEN 'sending' THEN sending_at END, {_OF_ITS_CHAT}
        FROM deliveries WHERE {OPEN}
    )
)
"""

LISTENING = """
SELECT count(*) AS n FROM (SELECT 1 FROM chats WHERE status = 'active' LIMIT :enough)
"""
