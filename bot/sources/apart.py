"""A feed whose parser is broken by one of its entries: each is read alone, and the rest go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.core.model import Broken
from bot.sources import identity
from bot.sources.breaking import safely
from bot.sources.draft import Parsed
from bot.sources.splitting import Outline

# Above the last letter there is, or half of a pair, as some write an emoji: the feed parser breaks.
_NO_LETTER = re.compile(
    r"&#(?:x0*([0-9a-f]{6,}|d[89a-f][0-9a-f]{2})|0*([0-9]{7,}|5[5-7][0-9]{3}))(?![0-9a-f]);?",
    re.IGNORECASE,
)
_LAST_LETTER, _LAST_DIGITS, _HALVES = 0x10FFFF, 7, range(0xD800, 0xE000)


def with_letters_only(text: str) -> str:
    """``text`` where numbers that name no letter are replaced by the sign for that."""
    return _NO_LETTER.sub(_letter, text) if "&#" in text else text


def _letter(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    number = int(digits, 16 if found[1] else 10) if len(digits) <= _LAST_DIGITS else -1
    is_letter = 0 <= number <= _LAST_LETTER and number not in _HALVES
    return found[0] if is_letter else "\ufffd"


def one_by_one(outline: Outline, read: Callable[[bytes], Parsed]) -> Parsed | None:
    """What the entries of ``outline`` hold; ``None`` where not one of them can be read.

    Those that break ``read`` are told as broken. Nothing is remembered for the next reading: then
    all of it is tried again.
    """
    parts = list(_parts(outline, read))
    whole = [found for _, found in parts if not found.trace]
    if not any(found.drafts for found in whole):
        return None
    broken = tuple(_broken(document, found) for document, found in parts if found.trace)
    note = f"{len(broken)} of its entries cannot be read: an error of ours; set aside."
    return Parsed(
        drafts=tuple(draft for found in whole for draft in found.drafts),
        notes=(note,) * bool(broken),
        held=sum(found.held for found in whole) + len(broken),
        broken=broken,
    )


def _parts(outline: Outline, read: Callable[[bytes], Parsed]) -> Iterator[tuple[bytes, Parsed]]:
    every = frozenset(outline.hashes)
    for written in dict.fromkeys(outline.hashes):
        document = outline.without(every - {written})
        yield document, replace(safely(read, document), notes=())


def _broken(document: bytes, found: Parsed) -> Broken:
    name = f"entry {identity.digest_of_bytes(document).rpartition(':')[2][:12]}"
    return Broken(name, document, found.error, found.trace)
