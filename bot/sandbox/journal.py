"""Every message the sandbox accepted: the truth that duplicates and losses are counted against."""

from __future__ import annotations

import hashlib
from collections import deque

from bot.sandbox.people import Post
from bot.sandbox.wire import Json

KEPT_ROWS = 200_000


class Journal:
    """Accepted new messages of the bot in order; edits are not messages and do not appear."""

    def __init__(self) -> None:
        self._rows: deque[Json] = deque(maxlen=KEPT_ROWS)
        self._last = 0

    def add(self, method: str, kind: str, post: Post, at: float) -> None:
        """Record ``post``. ``kind``: text, document, venue or location; ``at``: unix seconds."""
        text = str(post.body.get("text") or post.body.get("caption") or "")
        self._last += 1
        self._rows.append(
            {
                "seq": self._last,
                "time": at,
                "method": method,
                "chat_id": post.body["chat"]["id"],
                "message_id": post.id,
                "text": text,
                "text_hash": hashlib.sha256(text.encode()).hexdigest(),
                "message_thread_id": post.body.get("message_thread_id"),
                "reply_to": post.reply_to,
                "silent": post.silent,
                "kind": kind,
            }
        )

    def after(self, seq: int) -> list[Json]:
        """The rows behind ``seq``, oldest first."""
        return [row for row in self._rows if row["seq"] > seq]
