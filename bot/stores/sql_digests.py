"""The statements that gather what came late; see ``sql``."""

from __future__ import annotations

# What came late for this chat in one catching up, whatever became of it.
LATE_ALERTS = """
SELECT id, story_id, severity, state, late, uncertain FROM deliveries
WHERE chat_id = :chat_id AND late > 0 AND kind = 'alert' AND added_at >= :since ORDER BY id
"""

FOLD_ALERT = """
UPDATE deliveries SET state = 'digested', digest_id = :digest_id, settled_at = :now
WHERE id = :id AND state = 'pending'
"""

OPEN_DIGEST = """
SELECT id FROM deliveries WHERE chat_id = :chat_id AND kind = 'digest' AND state = 'pending'
    AND attempts = 0
"""

# It waits for more to come, though not for long.
GROW_DIGEST = """
UPDATE deliveries SET severity = max(severity, :severity),
    uncertain = max(uncertain, :uncertain),
    not_before_at = min(:not_before, added_at + :longest_ms), waits = 1
WHERE id = :id
"""

# Its lines, as the alerts they would have been.
DIGEST_LINES = """
SELECT story_id, payload FROM deliveries WHERE digest_id = :id ORDER BY id
"""
