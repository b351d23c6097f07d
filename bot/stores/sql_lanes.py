"""The statements by which deliveries are claimed: what may leave, in its order; see ``sql``.

None of them looks at more rows than it takes and those it must step over (their chats rest):
``tests/stores/test_lanes.py`` asks SQLite for its plans.
"""

from __future__ import annotations

from bot.core.lanes import Lane
from bot.core.model import Severity
from bot.stores.sql import OPEN

# As ``telegram.client`` words a 429 (``tests/telegram/test_client.py``).
ASKED = "(error LIKE 'RetryAfter:%' OR error LIKE '%too many requests%')"

# An expired lease is pending again: whoever held it is fenced off by the lease in each update.
EXPIRE_LEASES = f"""
UPDATE deliveries SET state = 'pending', lease = NULL, lease_until = NULL
WHERE {OPEN} AND state = 'leased' AND lease_until <= :now
"""

# What it answers or changes has not left: edits and steps wait until it has, however it ended.
_UNTOLD = """(kind IN ('edit', 'step') AND EXISTS (
        SELECT 1 FROM deliveries AS alert
        LEFT JOIN deliveries AS digest ON digest.id = alert.digest_id
        WHERE alert.story_id = deliveries.story_id AND alert.chat_id = deliveries.chat_id
          AND alert.kind = 'alert'
          AND coalesce(digest.state, alert.state) IN ('pending', 'leased', 'sending')))"""

# In the very words of its index, as ``sql.OPEN`` is.
_WAITING = "state = 'pending' AND waits > 0"

# A not_before further away than any wait we give (a clock that was set back) counts as due. However
# many wait for their alerts, whose time has come is not behind them.
READY = f"""
UPDATE deliveries SET waits = CASE WHEN {_UNTOLD} THEN 2 ELSE 0 END,
    not_before_at = CASE WHEN {_UNTOLD} THEN :look_again ELSE not_before_at END
WHERE id IN (
    SELECT id FROM (SELECT id FROM deliveries
        WHERE {_WAITING} AND waits = 1 AND not_before_at <= :now
        ORDER BY not_before_at LIMIT :many)
    UNION ALL
    SELECT id FROM (SELECT id FROM deliveries
        WHERE {_WAITING} AND waits = 2 AND not_before_at <= :now
        ORDER BY not_before_at LIMIT :many)
    UNION ALL
    SELECT id FROM (SELECT id FROM deliveries
        WHERE {_WAITING} AND waits IN (1, 2) AND not_before_at > :absurd LIMIT :many))
"""

# Written in what is now the future: it waits as long as it was to, from now on. What waits for its
# alert is looked at.
REWIND_DELIVERIES = f"""
UPDATE deliveries SET not_before_at = CASE WHEN waits = 2 THEN :now
    ELSE max(:now, not_before_at - (coalesce(settled_at, added_at) - :now)) END
WHERE {_WAITING} AND not_before_at > :now
  AND (waits = 2 OR coalesce(settled_at, added_at) > :now)
"""

# Who holds one sends it within a moment; the time by which it runs out is not told any more.
REWIND_LEASES = f"""
UPDATE deliveries SET lease_until = min(lease_until, :now + 90000)
WHERE {OPEN} AND state = 'leased'
"""

# What failed by no fault of its own backs off; once another has got there, it need not.
TAKE_UP = f"""
UPDATE deliveries SET not_before_at = :now
WHERE {_WAITING} AND waits = 1 AND not_before_at > :now AND attempts > 0
  AND NOT {ASKED} AND error NOT LIKE 'Forbidden:%'
"""

# An alert or a digest has left for this chat: what waits for that is looked at now, but for edits
# that still gather what comes.
TOLD_NOW = """
UPDATE deliveries SET not_before_at = :now
WHERE chat_id = (SELECT chat_id FROM deliveries WHERE id = :id)
  AND state = 'pending' AND waits = 2
  AND not_before_at > min(added_at, :now) + :gathers
"""

# One delivery a chat at a time: its messages arrive in order, and no chat, however much waits for
# it, takes the places of others.
_FREE = """state = 'pending' AND waits = 0
      AND chat_id NOT IN (SELECT value FROM json_each(:resting))
      AND NOT EXISTS (
        SELECT 1 FROM deliveries AS open
        WHERE open.state IN ('leased', 'sending') AND open.chat_id = d.chat_id)"""

_LEASE = """
UPDATE deliveries SET state = 'leased', lease = :lease, lease_until = :lease_until
WHERE id IN ({chosen}) RETURNING *
"""

CLAIM = _LEASE.format(
    chosen=f"""
    SELECT id FROM deliveries AS d INDEXED BY deliveries_ready
    WHERE {_FREE}
      AND id = (
        SELECT id FROM deliveries AS first
        WHERE first.chat_id = d.chat_id AND first.state = 'pending' AND first.waits = 0
        ORDER BY lane, severity DESC, channel DESC, id LIMIT 1)
    ORDER BY lane, severity DESC, channel DESC, id LIMIT :limit"""
)

# Of a chat that waits for answers too: this one first.
CLAIM_GRAVEST = _LEASE.format(
    chosen=f"""
    SELECT id FROM deliveries AS d INDEXED BY deliveries_ready
    WHERE {_FREE} AND lane = {Lane.ALERTS:d} AND severity = {Severity.CRITICAL:d}
    ORDER BY channel DESC, id LIMIT 1"""
)

CLAIM_OLDEST = _LEASE.format(
    chosen=f"""
    SELECT id FROM deliveries AS d INDEXED BY deliveries_oldest
    WHERE {_FREE} AND added_at <= :long_ago
    ORDER BY added_at, id LIMIT 1"""
)

# Of each chat the wait that lasts longest, and when it was asked for: of the row that has ``max``.
# Where none was named, or the clock was ahead, only that row waits.
FLOODS = f"""
SELECT chat_id, max(not_before_at) - :now AS rest, :now - settled_at AS ago
FROM deliveries
WHERE {_WAITING} AND waits = 1 AND not_before_at > :now AND settled_at <= :now
  AND error LIKE 'RetryAfter:%'
GROUP BY chat_id ORDER BY ago DESC
"""

REFUSING = """
SELECT chat_id, max(0, :now - max(settled_at)) AS ago FROM deliveries
WHERE state = 'pending' AND error LIKE 'Forbidden:%'
GROUP BY chat_id
"""

# What may leave (its chat rests, or is being written to) is due since it was added.
NEXT_DELIVERY = f"""
SELECT min(at) AS at FROM (
    SELECT min(added_at) AS at FROM deliveries WHERE state = 'pending' AND waits = 0
    UNION ALL
    SELECT min(not_before_at) FROM deliveries WHERE {_WAITING} AND waits = 1
    UNION ALL
    SELECT min(not_before_at) FROM deliveries WHERE {_WAITING} AND waits = 2
    UNION ALL
    SELECT min(lease_until) FROM deliveries WHERE {OPEN} AND state = 'leased')
"""

NEXT_LATER = f"""
SELECT min(at) AS at FROM (
    SELECT min(not_before_at) AS at FROM deliveries
    WHERE {_WAITING} AND waits = 1 AND not_before_at > :after
    UNION ALL
    SELECT min(not_before_at) FROM deliveries
    WHERE {_WAITING} AND waits = 2 AND not_before_at > :after)
"""
