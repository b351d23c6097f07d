"""The statements about chats: they come, leave, move and watch; see ``sql``."""

from __future__ import annotations

# Who asks holds it, and the chat is where it was and has said nothing since.
STILL_REFUSES = """
SELECT 1 FROM deliveries LEFT JOIN chats ON chats.id = deliveries.chat_id
WHERE deliveries.id = :id AND lease = :lease AND state = 'sending'
  AND coalesce(changed_at, 0) <= sending_at AND deliveries.chat_id = :chat_id
"""

# What happened in what is now the future happened no later than now.
REWIND_CHATS = "UPDATE chats SET changed_at = :now WHERE changed_at > :now"

LEAVE_TOPIC = """
UPDATE deliveries SET thread_id = NULL
WHERE chat_id = :id AND thread_id = :thread_id AND message_id IS NULL
"""

HEAR_IN_GENERAL = "UPDATE chats SET thread_id = NULL WHERE id = :id AND thread_id = :thread_id"

CANCEL_CHAT = """
UPDATE deliveries SET state = 'cancelled', settled_at = :now, error = 'the chat is gone'
WHERE chat_id = :chat_id AND state = 'pending'
"""

CANCEL_ALERTS = """
UPDATE deliveries SET state = 'cancelled', settled_at = :now, error = 'the chat said /stop'
WHERE chat_id = :chat_id AND state = 'pending' AND kind <> 'reply'
"""

PUT_CHAT = """
INSERT INTO chats (id, kind, lang, status, thread_id, changed_at)
VALUES (:id, :kind, :lang, :status, :thread_id, :now)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, lang = excluded.lang,
    status = excluded.status, thread_id = excluded.thread_id, changed_at = excluded.changed_at
"""

ADD_WATCH = """
INSERT INTO watches (chat_id, query, added_at) VALUES (:chat_id, :query, :now)
ON CONFLICT DO NOTHING
"""

# Both orders of Telegram's two migration messages, and twice: rows that are there already win.
# We are told of the move, so we are in: that the old chat seemed lost was the move itself.
MOVE_CHAT = (
    """INSERT INTO chats (id, kind, lang, status, thread_id, changed_at)
       SELECT :new_id, 'supergroup', lang, CASE status WHEN 'gone' THEN 'active' ELSE status END,
           thread_id, :now FROM chats WHERE id = :old_id
       ON CONFLICT (id) DO UPDATE SET kind = 'supergroup', lang = excluded.lang,
           status = excluded.status""",
    # Decided about while the group moved, once for each of its numbers: told once.
    """UPDATE deliveries SET state = 'cancelled', lease = NULL, lease_until = NULL,
           digest_id = NULL, settled_at = :now, error = 'its group is told under its new number'
       WHERE chat_id = :old_id AND kind = 'alert'
         AND (state IN ('pending', 'leased', 'sending') OR digest_id IN (
             SELECT id FROM deliveries AS digest WHERE digest.chat_id = :old_id
               AND digest.kind = 'digest' AND digest.state IN ('pending', 'leased', 'sending')))
         AND EXISTS (SELECT 1 FROM deliveries AS other
             WHERE other.chat_id = :new_id AND other.story_id = deliveries.story_id
               AND other.kind = 'alert' AND other.state NOT IN ('dead', 'cancelled'))""",
    """UPDATE deliveries SET state = 'cancelled', lease = NULL, lease_until = NULL,
           settled_at = :now, error = 'its group is told under its new number'
       WHERE chat_id = :old_id AND kind = 'digest' AND state IN ('pending', 'leased', 'sending')
         AND NOT EXISTS (SELECT 1 FROM deliveries AS line WHERE line.digest_id = deliveries.id)""",
    "UPDATE OR IGNORE watches SET chat_id = :new_id WHERE chat_id = :old_id",
    "UPDATE OR IGNORE alerts SET chat_id = :new_id WHERE chat_id = :old_id",
    "UPDATE OR IGNORE whys SET chat_id = :new_id WHERE chat_id = :old_id",
    "DELETE FROM whys WHERE chat_id = :old_id",
    # Numbers of messages begin anew there: an old one may be anybody's.
    """UPDATE deliveries SET chat_id = :new_id, reply_to = NULL, message_id = NULL
       WHERE chat_id = :old_id""",
    "DELETE FROM watches WHERE chat_id = :old_id",
    "DELETE FROM chats WHERE id = :old_id",
)

BUMP_AUDIENCE = """
UPDATE settings SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
WHERE key = 'audience_revision'
"""
