"""What travels: JSON values, and the refusals the Bot API answers with."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object as it stands on the wire."""


class Refusal(Exception):
    """The server says no; it becomes ``{"ok": false, …}`` with the same HTTP status.

    Attributes:
        code: HTTP status and ``error_code``.
        description: The whole sentence, prefix included.
        parameters: ``migrate_to_chat_id`` or ``retry_after``, else empty.
    """

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters: Json = parameters or {}


def bad_request(why: str) -> Refusal:
    """400. Ours is the sentence after the prefix; like the real server we lower its first letter,

    unless the second letter is a capital or ``_`` (``BUTTON_DATA_INVALID`` stays as it is).
    """
    is_name = len(why) > 1 and (why[1] == "_" or "A" <= why[1] <= "Z")
    return Refusal(400, f"Bad Request: {why if is_name else why[:1].lower() + why[1:]}")


def forbidden(why: str) -> Refusal:
    """403: blocked, kicked, deactivated."""
    return Refusal(403, f"Forbidden: {why}")


def conflict(why: str) -> Refusal:
    """409: two ways of fetching updates at once."""
    return Refusal(409, f"Conflict: {why}")


def too_many(retry_after_s: int) -> Refusal:
    """429 with ``parameters.retry_after`` in whole seconds."""
    return Refusal(
        429, f"Too Many Requests: retry after {retry_after_s}", {"retry_after": retry_after_s}
    )


def upgraded(new_chat_id: int) -> Refusal:
    """400: the basic group is a supergroup now."""
    return Refusal(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": new_chat_id},
    )
