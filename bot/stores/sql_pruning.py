"""The statements that delete what is old, a slice at a time; see ``sql``.

Each looks at so many rows, whether they may go or not: what may not is passed by until the next
round.
"""

from __future__ import annotations

OLDEST = """
SELECT min(at) AS at FROM (
    SELECT min(seen_at) AS at FROM entries
    UNION ALL SELECT min(last_seen_at) FROM stories
    UNION ALL SELECT min(processed_at) FROM processed_updates)
"""

FORGET_ALIASES = """
DELETE FROM fingerprints WHERE (kind, hash) IN (
    SELECT kind, hash FROM fingerprints WHERE kind <> 'entry' AND seen_at < :before
    ORDER BY seen_at LIMIT :many)
"""

# Its source was read whole since, and it was not there; or its source is gone.
OLD_ENTRIES = """
SELECT name.seen_at AS at, name.hash AS key,
    sources.id IS NULL OR coalesce(sources.whole_at, 0) > name.seen_at + :missed_ms AS goes
FROM (
    SELECT seen_at, hash FROM fingerprints INDEXED BY fingerprints_entries
    WHERE kind = 'entry' AND seen_at < :before AND (seen_at, hash) > (:at, :key)
    ORDER BY seen_at, kind, hash LIMIT :many) AS name
LEFT JOIN entries ON entries.fingerprint = name.hash
LEFT JOIN sources ON sources.id = entries.source_id
ORDER BY name.seen_at, name.hash
"""

DROP_ENTRIES = (
    "DELETE FROM entries WHERE fingerprint IN (SELECT value FROM json_each(:keys))",
    """DELETE FROM fingerprints
       WHERE kind = 'entry' AND hash IN (SELECT value FROM json_each(:keys))""",
)

OLD_STORIES = """
SELECT last_seen_at AS at, rowid AS key, id FROM stories
WHERE last_seen_at < :before AND (last_seen_at, rowid) >= (:at, :key)
ORDER BY last_seen_at, rowid LIMIT :many
"""

STORY_CHATS = """
SELECT DISTINCT chat_id FROM deliveries WHERE story_id = :story_id AND chat_id > :after
ORDER BY chat_id LIMIT :many
"""

# A message is of use for so long after it was settled, to whoever presses its button or looks for
# what was given up; a line as long as its digest waits.
_IS_KEPT = """(state IN ('pending', 'leased', 'sending')
    OR EXISTS (SELECT 1 FROM deliveries AS digest WHERE digest.id = deliveries.digest_id
        AND digest.state IN ('pending', 'leased', 'sending'))
    OR coalesce(settled_at, added_at) >= CASE WHEN state IN ('dead', 'unconfirmed')
        THEN :dead_before ELSE :before END)"""

CHATS_THAT_KEEP = f"""
SELECT DISTINCT chat_id FROM deliveries
WHERE story_id = :story_id AND chat_id IN (SELECT value FROM json_each(:chats)) AND {_IS_KEPT}
"""

# Whatever one chat has of a story goes at once, so that no part stands for what is gone.
DROP_TOLD = (
    """DELETE FROM deliveries
       WHERE story_id = :story_id AND chat_id IN (SELECT value FROM json_each(:chats))""",
    """DELETE FROM whys
       WHERE story_id = :story_id AND chat_id IN (SELECT value FROM json_each(:chats))""",
    """DELETE FROM alerts
       WHERE story_id = :story_id AND chat_id IN (SELECT value FROM json_each(:chats))""",
)

IS_STORY_USED = """
SELECT EXISTS (SELECT 1 FROM entries WHERE story_id = :story_id)
    OR EXISTS (SELECT 1 FROM deliveries WHERE story_id = :story_id) AS used
"""

# What a group left behind when it moved goes with it.
DROP_STORY = (
    "DELETE FROM whys WHERE story_id = :story_id",
    "DELETE FROM alerts WHERE story_id = :story_id",
    "DELETE FROM stories WHERE id = :story_id",
)

# Answers, notices, and digests all of whose lines are gone.
OLD_OTHERS = f"""
SELECT added_at AS at, id AS key, NOT {_IS_KEPT} AND NOT EXISTS (
    SELECT 1 FROM deliveries AS line WHERE line.digest_id = deliveries.id) AS goes
FROM deliveries
WHERE story_id IS NULL AND added_at < :before AND (added_at, id) > (:at, :key)
ORDER BY added_at, id LIMIT :many
"""

DROP_OTHERS = ("DELETE FROM deliveries WHERE id IN (SELECT value FROM json_each(:keys))",)

FORGET_UPDATES = """
DELETE FROM processed_updates WHERE (bot_id, update_id) IN (
    SELECT bot_id, update_id FROM processed_updates WHERE processed_at < :before
    ORDER BY processed_at LIMIT :many)
"""

# What waits to be tried again stays until it was.
DROP_QUARANTINED = """
DELETE FROM quarantine WHERE id IN (
    SELECT id FROM quarantine WHERE last_at < :before AND due = 0 ORDER BY last_at LIMIT :many)
"""
