"""Message entities: offsets in UTF-16 units, cleaning, trimming, nesting.

The order of steps follows the real server (tdlib, MessageEntity.cpp): clean the text and move
the offsets with it, trim, mend what crosses, then add what is found in plain text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.sandbox.wire import Json, bad_request

MAX_ENTITIES = 100  # python-telegram-bot: constants.MessageLimit.MESSAGE_ENTITIES
SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
CODE = frozenset({"code", "pre"})
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
KNOWN = SPLITTABLE | CODE | QUOTES | {"text_link", "text_mention", "custom_emoji"}
# Found in plain text by the server itself; sent by a client they are ignored.
FOUND = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})
_PRIORITY = {
    "blockquote": 0, "expandable_blockquote": 0, "pre": 11, "code": 20, "text_link": 49,
    "text_mention": 49, "bold": 90, "italic": 91, "underline": 92, "strikethrough": 93,
    "spoiler": 94, "custom_emoji": 99,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entity:
    """A styled stretch; ``offset`` and ``length`` in UTF-16 units. ``extra``: url, language …"""

    kind: str
    offset: int
    length: int
    extra: Json = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The offset just behind it."""
        return self.offset + self.length

    def to_json(self) -> Json:
        """As a Bot API MessageEntity."""
        return {"type": self.kind, "offset": self.offset, "length": self.length, **self.extra}


def utf16_len(text: str) -> int:
    """Length in UTF-16 units: 2 for everything beyond the basic plane."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def in_order(entities: Iterable[Entity]) -> list[Entity]:
    """By offset, the longer first, then by the server's order of kinds."""
    return sorted(entities, key=lambda e: (e.offset, -e.length, _PRIORITY.get(e.kind, 50)))


def from_json(values: object) -> list[Entity]:
    """Entities a client sent.

    Raises:
        Refusal: Not an array of MessageEntity objects, or an offset is absurd.
    """
    if not isinstance(values, list):
        return []
    entities = [_entity(value) for value in values]
    return [entity for entity in entities if entity.kind not in FOUND and entity.length]


def _entity(value: object) -> Entity:
    if not isinstance(value, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    for name in ("type", "offset", "length"):
        if name not in value:
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{name}\"")
    kind = str(value["type"])
    if kind not in KNOWN | FOUND:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    extra = {
        key: value[key] for key in ("url", "user", "language", "custom_emoji_id") if key in value
    }
    return Entity(kind, _bounded(value, "offset"), _bounded(value, "length"), extra)


def _bounded(value: Json, name: str) -> int:
    number = int(value[name])
    if not 0 <= number <= 1_000_000:
        raise bad_request(f"receive an entity with incorrect {name} {number}")
    return number


def tidy(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Clean and trim ``text`` and carry the entities along.

    Returns:
        The text as it is stored (``""`` when nothing visible is left) and its entities, nested
        properly, in order, at most 100.
    """
    text, entities = _clean(text, entities)
    text, entities = _trim(text, entities)
    if is_blank(text):
        return "", []
    return text, nested(entities)[:MAX_ENTITIES]


def is_blank(text: str) -> bool:
    """Whether nothing in it can be seen."""
    return all(
        letter.isspace() or unicodedata.category(letter) in {"Cf", "Cc"} or letter == "\u2800"
        for letter in text
    )


def _clean(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Control characters become spaces; carriage returns and U+2028-202E vanish."""
    moved: list[int] = []  # old UTF-16 offset → new one
    kept: list[str] = []
    at = 0
    for letter in text:
        width = 1 + (letter > "\uffff")
        moved += [at] * width
        if letter == "\r" or "\u2028" <= letter <= "\u202e" or letter in "\u0333\u033f\u030a":
            continue
        kept.append(" " if letter < " " and letter != "\n" else letter)
        at += width
    moved.append(at)
    return "".join(kept), [_move(entity, moved) for entity in entities]


def _move(entity: Entity, moved: Sequence[int]) -> Entity:
    last = len(moved) - 1
    start, end = moved[min(entity.offset, last)], moved[min(entity.end, last)]
    return replace(entity, offset=start, length=end - start)


def _trim(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Spaces and line ends go at the end, and in front as far as no entity starts there."""
    text = text.rstrip(" \n")
    end = utf16_len(text)
    kept = [
        replace(entity, length=min(entity.end, end) - entity.offset)
        for entity in entities
        if entity.length and entity.offset < end
    ]
    first = min((entity.offset for entity in kept), default=end)
    cut = min(len(text) - len(text.lstrip(" \n")), first)
    return text[cut:], [replace(entity, offset=entity.offset - cut) for entity in kept]


def nested(entities: Sequence[Entity]) -> list[Entity]:
    """Mend the nesting: what crosses is split or dropped, nothing styled inside code."""
    solid = _without_crossing([e for e in in_order(entities) if e.kind not in SPLITTABLE])
    code = [e for e in solid if e.kind in CODE]
    styled: list[Entity] = []
    for kind in sorted(SPLITTABLE, key=_PRIORITY.__getitem__):
        for stretch in _union([e for e in entities if e.kind == kind]):
            styled += _outside(stretch, code)
    return _split_crossing(in_order([*solid, *styled]))


def _without_crossing(entities: Sequence[Entity]) -> list[Entity]:
    """Of two that meet, the first stays; only a quotation may hold another entity."""
    kept: list[Entity] = []
    for entity in entities:
        if all(
            entity.offset >= other.end
            or (other.kind in QUOTES and entity.kind not in QUOTES and entity.end <= other.end)
            for other in kept
        ):
            kept.append(entity)
    return kept


def _union(entities: Sequence[Entity]) -> list[Entity]:
    """Stretches of one kind that touch become one."""
    joined: list[Entity] = []
    for entity in in_order(entities):
        if joined and entity.offset <= joined[-1].end:
            end = max(joined[-1].end, entity.end)
            joined[-1] = replace(joined[-1], length=end - joined[-1].offset)
        else:
            joined.append(entity)
    return joined


def _outside(entity: Entity, holes: Sequence[Entity]) -> list[Entity]:
    """What is left of ``entity`` around ``holes``."""
    parts, at = [], entity.offset
    for hole in holes:
        if hole.end <= at or hole.offset >= entity.end:
            continue
        if hole.offset > at:
            parts.append(replace(entity, offset=at, length=hole.offset - at))
        at = hole.end
    if at < entity.end:
        parts.append(replace(entity, offset=at, length=entity.end - at))
    return parts


def _split_crossing(entities: Sequence[Entity]) -> list[Entity]:
    """Cut styled stretches at the edges they cross, so that drawing them is a tree walk."""
    waiting, done = list(entities), list[Entity]()
    while waiting:
        entity = waiting.pop(0)
        # A link must stay whole: the style that started before it is cut, not the link.
        edges = [o.end for o in done if o.offset < entity.offset < o.end < entity.end]
        if entity.kind in SPLITTABLE:
            edges += [
                o.offset for o in waiting
                if o.kind not in SPLITTABLE and entity.offset < o.offset < entity.end < o.end
            ]  # fmt: skip
        if not edges or entity.kind not in SPLITTABLE:
            done.append(entity)
            continue
        cut = min(edges)
        done.append(replace(entity, length=cut - entity.offset))
        rest = replace(entity, offset=cut, length=entity.end - cut)
        waiting = in_order([*waiting, rest])
    return in_order(done)
