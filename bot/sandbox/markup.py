"""Telegram's HTML → plain text and entities, with the real server's refusals.

Byte offsets in the refusals count UTF-8 bytes of the text as sent, like tdlib's parser does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.sandbox.entities import Entity
from bot.sandbox.html_reader import NAME_ENDS, SPACE, HtmlReader
from bot.sandbox.links import WrongLink, checked_link, mentioned_user
from bot.sandbox.wire import Refusal, bad_request

_STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler",
}  # fmt: skip
_TAGS = frozenset(_STYLES) | {"a", "tg-emoji", "pre", "code", "blockquote"}


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that waits for its end: where it stands in the plain text, and its argument."""

    tag: str
    argument: str
    offset: int
    byte: int


def parse_html(text: str, user_json: Callable[[int], object | None]) -> tuple[str, list[Entity]]:
    """Plain text and entities of ``text``; offsets in UTF-16 units.

    Args:
        text: HTML of the Bot API's kind; at most 32 KiB.
        user_json: The user behind a ``tg://user?id=`` link, ``None`` for a stranger.

    Raises:
        Refusal: ``can't parse entities: …`` exactly as the real server words it.
    """
    return _Parser(text, user_json).parse()


class _Parser:
    def __init__(self, text: str, user_json: Callable[[int], object | None]) -> None:
        self._in = HtmlReader(text)
        self._out = bytearray()
        self._utf16 = 0
        self._open: list[_Open] = []
        self._entities: list[Entity] = []
        self._user_json = user_json

    def parse(self) -> tuple[str, list[Entity]]:
        while not self._in.is_over:
            byte = self._in.byte
            if byte == ord("<"):
                self._tag()
            elif byte != ord("&") or not self._reference():
                self._copy(byte)
        if self._open:
            raise _cannot(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        return self._out.decode(), [_without_language(entity) for entity in self._entities]

    def _copy(self, byte: int) -> None:
        self._out.append(byte)
        self._utf16 += (byte & 0xC0) != 0x80
        self._utf16 += byte >= 0xF0
        self._in.at += 1

    def _reference(self) -> bool:
        decoded = self._in.reference()
        if decoded is None:
            return False
        if "\ud800" <= decoded <= "\udfff":
            raise _cannot(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        self._out += decoded.encode()
        self._utf16 += 1 + (decoded > "\uffff")
        return True

    def _tag(self) -> None:
        begin = self._in.at
        self._in.at += 1
        if self._in.byte == ord("/"):
            self._end_tag(begin)
        else:
            self._start_tag(begin)
        self._in.at += 1  # the ">"

    def _start_tag(self, begin: int) -> None:
        tag = self._in.skip_until(SPACE | {ord(">")}).decode().lower()
        if self._in.is_over:
            raise _cannot(f"Unclosed start tag at byte offset {begin}")
        if tag not in _TAGS:
            raise _cannot(f'Unsupported start tag "{tag}" at byte offset {begin}')
        argument = ""
        while self._in.byte != ord(">"):
            self._in.skip_space()
            if self._in.byte != ord(">"):
                argument = self._attribute(tag, begin, argument)
        if tag == "span" and argument != "spoiler":
            raise _cannot(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self._open.append(_Open(tag, argument, self._utf16, len(self._out)))

    def _attribute(self, tag: str, begin: int, argument: str) -> str:
        name = self._in.skip_until(NAME_ENDS).decode()
        if not name:
            raise _cannot(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self._in.skip_space()
        if self._in.byte != ord("="):
            self._refuse_end(f'"{tag}" ', begin)
            return "1" if (tag, name) == ("blockquote", "expandable") else argument
        self._in.at += 1
        self._in.skip_space()
        self._refuse_end(f'"{tag}" ', begin)
        value = self._value()
        self._refuse_end("", begin)
        return _argument(tag, name, value, argument)

    def _refuse_end(self, tag: str, begin: int) -> None:
        if self._in.is_over:
            raise _cannot(f"Unclosed start tag {tag}at byte offset {begin}")

    def _value(self) -> str:
        if self._in.byte in b"\"'":
            return self._in.quoted()
        start = self._in.at
        value = self._in.token()
        if self._in.byte not in SPACE | {ord(">")}:
            raise _cannot(f"Unexpected end of name token at byte offset {start}")
        return value

    def _end_tag(self, begin: int) -> None:
        if not self._open:
            raise _cannot(f"Unexpected end tag at byte offset {begin}")
        self._in.at += 1
        found = self._in.skip_until(SPACE | {ord(">")}).decode().lower()
        self._in.skip_space()
        if self._in.byte != ord(">"):
            raise _cannot(f"Unclosed end tag at byte offset {begin}")
        expected = self._open[-1].tag
        if found and found != expected:
            raise _cannot(
                f'Unmatched end tag at byte offset {begin}, expected "</{expected}>", '
                f'found "</{found}>"'
            )
        opened = self._open.pop()
        if self._utf16 > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        if opened.tag in _STYLES:
            self._add(_STYLES[opened.tag], opened)
        elif opened.tag == "blockquote":
            self._add("expandable_blockquote" if opened.argument else "blockquote", opened)
        elif opened.tag == "a":
            self._close_link(opened)
        elif opened.tag == "tg-emoji":
            self._close_emoji(opened)
        else:
            self._close_code(opened)

    def _add(self, kind: str, opened: _Open, **extra: object) -> None:
        self._entities.append(Entity(kind, opened.offset, self._utf16 - opened.offset, dict(extra)))

    def _close_link(self, opened: _Open) -> None:
        url = opened.argument or self._out[opened.byte :].decode()
        user_id = mentioned_user(url)
        if user_id is not None:
            user = self._user_json(user_id)
            if user is not None:
                self._add("text_mention", opened, user=user)
            return
        try:
            self._add("text_link", opened, url=checked_link(url))
        except WrongLink:
            return  # as on the real server: the words stay, the link goes

    def _close_emoji(self, opened: _Open) -> None:
        if not opened.argument.isascii() or not opened.argument.isdigit():
            raise _cannot("Invalid custom emoji identifier specified")
        self._add("custom_emoji", opened, custom_emoji_id=opened.argument)

    def _close_code(self, opened: _Open) -> None:
        """``<pre><code class="language-x">`` is one entity, whichever of the two is outside."""
        inner = self._entities[-1] if self._entities else None
        other = "code" if opened.tag == "pre" else "pre"
        is_same_stretch = (
            inner is not None
            and inner.kind == other
            and (inner.offset, inner.end) == (opened.offset, self._utf16)
        )
        language = (
            inner.extra.get("language", "") if inner and opened.tag == "pre" else opened.argument
        )
        if is_same_stretch and language:
            self._entities.pop()
            self._add("pre", opened, language=language)
        elif opened.tag == "code" and opened.argument:
            self._add("code", opened, language=opened.argument)
        else:
            self._add(opened.tag, opened)


def _argument(tag: str, name: str, value: str, argument: str) -> str:
    """The tag's argument after reading one attribute; attributes nobody asked for are ignored."""
    if (tag, name) in {("a", "href"), ("tg-emoji", "emoji-id")}:
        return value
    if (tag, name) == ("code", "class") and value.startswith("language-"):
        return value.removeprefix("language-")
    if (tag, name) == ("span", "class") and value.startswith("tg-"):
        return value.removeprefix("tg-")
    return "1" if (tag, name) == ("blockquote", "expandable") else argument


def _without_language(entity: Entity) -> Entity:
    """A language was only kept in case a ``<pre>`` followed."""
    return replace(entity, extra={}) if entity.kind == "code" else entity


def _cannot(why: str) -> Refusal:
    return bad_request(f"can't parse entities: {why}")
