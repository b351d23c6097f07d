"""Entities the server finds in plain text: links, mentions, hashtags, commands, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.sandbox.entities import QUOTES, SPLITTABLE, Entity, in_order, utf16_len

_TAIL = ".,:;!?)]}»”’'\"،؛؟…"
_PATTERNS = (
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,}\b")),
    ("url", re.compile(r"(?<![\w@])(?:https?://|tg://)[^\s<>\"«»]+", re.IGNORECASE)),
    (
        "url",
        re.compile(
            r"(?<![\w@./-])(?:[\w-]+\.)+(?:com|org|net|info|io|me|news|iq|sy|eu)\b(?:/[^\s<>\"«»]*)?",
            re.IGNORECASE,
        ),
    ),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z]\w{2,31}\b", re.ASCII)),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,255}")),
    (
        "bot_command",
        re.compile(r"(?<![\w/@<>])/[a-z0-9_]{1,64}(?:@[a-z]\w{2,31})?(?![\w/@])", re.IGNORECASE),
    ),
)  # fmt: skip


def with_found(text: str, entities: Sequence[Entity]) -> list[Entity]:
    """``entities`` and what is found in ``text`` beside them, inside quotations and styles too."""
    blocked = [e for e in entities if e.kind not in SPLITTABLE | QUOTES]
    added: list[Entity] = []
    for entity in _found(text):
        if all(entity.end <= other.offset or entity.offset >= other.end for other in blocked):
            blocked.append(entity)
            added.append(entity)
    return in_order([*entities, *added])


def _found(text: str) -> Iterator[Entity]:
    for kind, pattern in _PATTERNS:
        for hit in pattern.finditer(text):
            words = hit[0].rstrip(_TAIL) if kind == "url" else hit[0]
            yield Entity(kind, utf16_len(text[: hit.start()]), utf16_len(words))
