"""What tells one attack from the next, however alike the words: a scan in, marks out.

A mark is ``kind:value``. Its words are data (``bot/data/marks.yaml``, category ``mark.<mark>``);
places and figures come from the text itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.model import Hit, Knowledge, Scan
from bot.core.model.reading import LEAD_TOKENS

MARK = "mark."
_SENTENCE_AT_MOST = 60  # a text without full stops is no sentence
_UNHARMED_WITHIN = 3  # "without | any | casualties"
ACTORS = frozenset({"us", "ir", "il", "ru"})  # a headline names them for what they do


def marks(scan: Scan, knowledge: Knowledge) -> tuple[str, ...]:
    """The marks of the head (title and first sentence), sorted.

    ``count:``, ``day:``, ``part:`` of the day; ``again:``; ``toll:`` when somebody was hurt;
    ``at:`` the places of the head; ``known:`` those of the whole lead and what they lie in.
    """
    end = head_end(scan)
    found = {*_worded(scan, end), *_figures(scan, end), *_places(scan, knowledge, end)}
    if any(_is_harm(hit, scan) for hit in _before(end, scan.terms.get("casualty", ()))):
        found.add("toll:")
    return tuple(sorted(found))


def head_end(scan: Scan) -> int:
    """The token after the first sentence of the body that does not just repeat the title."""
    first = scan.split
    words = [token.text for token in scan.tokens[: first * 2]]
    if words[:first] == words[first:]:  # channels repeat the headline as the first line
        first *= 2
    end = first
    while end < len(scan.tokens) and scan.sentences[end] == scan.sentences[first]:
        end += 1
    return min(end, first + _SENTENCE_AT_MOST)


def _before(end: int, hits: Iterable[Hit]) -> Iterator[Hit]:
    return (hit for hit in hits if hit.start < end)


def _worded(scan: Scan, end: int) -> Iterator[str]:
    for category, hits in scan.terms.items():
        if category.startswith(MARK) and any(_before(end, hits)):
            yield category.removeprefix(MARK)


def _figures(scan: Scan, end: int) -> Iterator[str]:
    for token in scan.tokens[:end]:
        if token.text.isdecimal():
            yield f"count:{token.text.lstrip('0') or '0'}"


def _is_harm(hit: Hit, scan: Scan) -> bool:
    denials = scan.terms.get("no-harm", ())
    return not any(no.start <= hit.start <= no.end + _UNHARMED_WITHIN for no in denials)


def _places(scan: Scan, knowledge: Knowledge, end: int) -> Iterator[str]:
    around: set[str] = set()
    for key, hits in scan.places.items():
        if any(_before(LEAD_TOKENS, hits)):
            around |= {key, *knowledge.places[key].parents}
    yield from (f"known:{key}" for key in around)
    head = [key for key, hits in scan.places.items() if any(_before(end, hits))]
    for key in head:
        inside = any(key in knowledge.places[other].parents for other in head)
        if not inside and key not in ACTORS:
            yield f"at:{key}"
