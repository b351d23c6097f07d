"""A note becomes Telegram text: escaped, given a direction, cut to fit, never empty.

Telegram counts UTF-16 units after parsing: 4,096 for a message
(https://core.telegram.org/bots/api#sendmessage). Messages are built from typed parts, so no text
from a feed can open or close a tag.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from html import escape

from bot.core.model import Line, Note, Part, Style

LIMIT = 4096
_RTL = frozenset({"ar", "fa", "he", "ckb", "ur"})
_RLM, _LRM, _FSI, _PDI = "\u200f", "\u200e", "\u2068", "\u2069"
_MARKS = (_RLM, _LRM)
_TAGS = {
    Style.PLAIN: "",
    Style.BOLD: "b",
    Style.ITALIC: "i",
    Style.CODE: "code",
    Style.STRIKE: "s",
}
_LINKS = ("http://", "https://", "tg://")
_ELLIPSIS = "…"
# A cut may not part a letter from its marks, a joined emoji or a flag from its other half.
_JOINER = "\u200d"
_LONGEST = 32
_TRAILERS = (
    ("\ufe00", "\ufe0f"),  # variation selectors
    ("\U0001f1e6", "\U0001f1ff"),  # the halves of a flag
    ("\U0001f3fb", "\U0001f3ff"),  # skin tones
)


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text) + sum(char > "\uffff" for char in text)


def is_rtl(lang: str) -> bool:
    """Whether a language is written from right to left."""
    return lang in _RTL


def cut(text: str, limit: int) -> str:
    """``text`` within ``limit`` UTF-16 units, an ellipsis where something is missing.

    Cuts at a grapheme's edge and, where one is near, between words.
    """
    if units(text) <= limit:
        return text
    end, used = 0, units(_ELLIPSIS)
    for char in text:
        used += units(char)
        if used > limit:
            break
        end += 1
    head = text[: _edge(text, end)]
    word = head.rfind(" ")
    # Only a late space: a title without spaces must not shrink to its first word.
    head = head[:word] if word > end * 0.7 else head
    missing = head.count(_FSI) - head.count(_PDI)
    return head.rstrip() + _ELLIPSIS + _PDI * max(missing, 0)


def _edge(text: str, end: int) -> int:
    """The last edge between two visible characters, up to ``end``.

    One that is longer than any that people write (a letter under five hundred accents) is parted:
    a headline of such letters would vanish whole.
    """
    edge = end
    while edge > 0 and _joins(text, edge):
        edge -= 1
        if end - edge > _LONGEST:
            return end
    return edge


def to_html(note: Note, lang: str, limit: int = LIMIT) -> str:
    """The note as Bot API HTML of at most ``limit`` visible UTF-16 units."""
    fitted = fit(note, limit)
    lines = [_html_line(line, lang) for line in fitted.lines]
    if fitted.quote:
        inner = "\n".join(_html_line(line, lang) for line in fitted.quote)
        lines.insert(1, f"<blockquote expandable>{inner}</blockquote>")
    return "\n".join(lines)


def to_plain(note: Note, lang: str, limit: int = LIMIT) -> str:
    """The note with no markup at all: the last resort when a text is refused."""
    fitted = fit(note, limit)
    lines = [_directed(text_of(line), lang) for line in fitted.lines]
    lines[1:1] = [_directed(text_of(line), lang) for line in fitted.quote]
    return "\n".join(lines)


def without_links(note: Note) -> Note:
    """The note with its addresses as text: what is left when Telegram refuses them as links."""
    urls = [part.url for line in note.lines for part in line]
    urls += [button.url for row in note.buttons for button in row]
    rows = (tuple(button for button in row if not button.url) for row in note.buttons)
    return replace(
        note,
        lines=(*note.lines, *((Part(url),) for url in dict.fromkeys(urls) if url)),
        buttons=tuple(row for row in rows if row),
    )


def text_of(line: Line) -> str:
    """The visible characters of a line."""
    return "".join(part.text for part in line)


def fit(note: Note, limit: int = LIMIT) -> Note:
    """The note with its quotation, then its last lines, then its longest line cut to fit."""
    lines = note.lines if any(text_of(line).strip() for line in note.lines) else ((_dots(),),)
    note = replace(note, lines=lines)
    if _size(note) > limit and note.quote:
        note = _shorter_quote(note, limit)
    while _size(note) > limit and len(note.lines) > 1:
        kept = note.lines[:-2] if text_of(note.lines[-1]) == _ELLIPSIS else note.lines[:-1]
        note = replace(note, lines=(*kept, (_dots(),)) if kept else ((_dots(),),))
        if len(note.lines) == 2 and _size(note) > limit:
            note = replace(note, lines=note.lines[:1])
    if _size(note) > limit:
        note = replace(note, lines=(_cut_line(note.lines[0], limit - 1),))
    return note


def _dots() -> Part:
    return Part(_ELLIPSIS)


def size(lines: Iterable[Line]) -> int:
    """What ``lines`` take of a message, in UTF-16 units."""
    # Two more for each line: its direction mark, and the line break before it.
    return sum(units(text_of(line)) + 2 for line in lines)


def _size(note: Note) -> int:
    return size((*note.lines, *note.quote))


def _shorter_quote(note: Note, limit: int) -> Note:
    room = limit - _size(replace(note, quote=()))
    quoted = "\n".join(text_of(line) for line in note.quote)
    worth_showing = 40
    if room < worth_showing:
        return replace(note, quote=())
    return replace(note, quote=((Part(cut(quoted, room - 2)),),))


def _cut_line(line: Line, limit: int) -> Line:
    kept: list[Part] = []
    for part in line:
        room = limit - sum(units(p.text) for p in kept)
        if room <= 1:
            break
        kept.append(replace(part, text=cut(part.text, room)))
    return tuple(kept)


def _joins(text: str, end: int) -> bool:
    """Whether a cut at ``end`` would part one visible character."""
    before, after = text[end - 1], text[end]
    return (
        bool(unicodedata.combining(after))
        or _JOINER in {before, after}
        or any(low <= after <= high for low, high in _TRAILERS)
    )


def _html_line(line: Line, lang: str) -> str:
    return _mark(text_of(line), lang) + "".join(_html_part(part) for part in line)


def _html_part(part: Part) -> str:
    tag = _TAGS[part.style]
    inner = escape(part.text, quote=False)
    if tag:
        inner = f"<{tag}>{inner}</{tag}>"
    if part.url.startswith(_LINKS):
        inner = f'<a href="{escape(part.url)}">{inner}</a>'
    return inner


def _directed(text: str, lang: str) -> str:
    return _mark(text, lang) + text


def own_direction(text: str) -> str:
    """``text`` with the mark that makes a line of it run in its own direction.

    For a line that quotes (a headline in another language than the reader's).
    """
    rtl = _first_strong(text)
    return text if rtl is None else (_RLM if rtl else _LRM) + text


def _mark(text: str, lang: str) -> str:
    """The mark that gives a line the reader's direction, where its first letter would not.

    Some programs skip isolates when they look for the first letter (UAX #9 does), some do not
    (HTML's ``dir="auto"``): both must come to the same. A line that begins with a mark has said
    its direction itself.
    """
    rtl, naive = is_rtl(lang), _first_strong(text)
    if naive is None or text[0] in _MARKS:
        return ""
    if naive == _first_strong(_outside_isolates(text)) == rtl:
        return ""
    return _RLM if rtl else _LRM


def _outside_isolates(text: str) -> Iterable[str]:
    depth = 0
    for char in text:
        if char == _FSI:
            depth += 1
        elif char == _PDI:
            depth -= 1
        elif depth == 0:
            yield char


def _first_strong(text: Iterable[str]) -> bool | None:
    """True for right to left, False for left to right, ``None`` without any letter."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in {"R", "AL"}:
            return True
        if kind == "L":
            return False
    return None
