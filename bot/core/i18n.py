"""The reader's language: catalogue entries with values put in, safe in both directions.

Texts live in ``bot/data/locales/*.po``; the English text is the message id. Babel's extractor
finds every id used in the code by the names in :data:`KEYWORDS`.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import Line, Part, Style

# Which arguments of which call are message ids, in the form Babel's extractor takes.
KEYWORDS: dict[str, tuple[int, ...]] = {
    "say": (2,),
    "say_n": (2, 3),
    "plain": (2,),
    "plain_n": (2, 3),
    "says": (1,),
    "says_n": (1, 2),
    "label": (1,),
    "label_n": (1, 2),
    "mark": (1,),
}

Value = str | int | Part

_FSI, _PDI = "\u2068", "\u2069"
_EMBEDDINGS = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F)])
_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))


class Catalogue(Protocol):
    """What is needed of ``gettext.NullTranslations``."""

    def gettext(self, message: str) -> str: ...

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str: ...


def mark(msgid: str) -> str:
    """Return ``msgid`` unchanged; tells the extractor that it is looked up elsewhere."""
    return msgid


def isolate(value: str) -> str:
    """``value`` between FSI and PDI, so that it cannot turn the text around it.

    Its own marks of direction are taken out, except isolates that are closed again.
    """
    inner = value.translate(_EMBEDDINGS)
    return f"{_FSI}{inner if _is_closed(inner) else inner.translate(_ISOLATES)}{_PDI}"


def _is_closed(text: str) -> bool:
    depth = 0
    for char in text:
        depth += ("\u2066" <= char <= _FSI) - (char == _PDI)
        if depth < 0:
            return False
    return depth == 0


def styled(line: Line, style: Style) -> Line:
    """``line`` with its plain parts in ``style``; parts that have a style keep it."""
    return tuple(
        Part(part.text, style, part.url) if part.style is Style.PLAIN else part for part in line
    )


class Words:
    """All catalogues. An unknown language is answered in English.

    Args:
        catalogues: Language code to catalogue; ``en`` may be missing, ids are English already.
    """

    def __init__(self, catalogues: Mapping[str, Catalogue]) -> None:
        self._catalogues = dict(catalogues)

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes there are catalogues for, in order."""
        return tuple(self._catalogues)

    def say(self, lang: str, msgid: str, /, **args: Value) -> Line:
        """The text of ``msgid`` as parts: inserted strings isolated, ``Part`` values styled."""
        return _filled(self._one(lang, msgid), args)

    def say_n(self, lang: str, one: str, many: str, n: int, /, **args: Value) -> Line:
        """Like :meth:`say` in the plural form for ``n``, which is inserted as ``{n}``."""
        return _filled(self._many(lang, one, many, n), {"n": n, **args})

    def plain(self, lang: str, msgid: str, /, **args: Value) -> str:
        """Like :meth:`say`, as one string for buttons, toasts and menus."""
        return _text(self.say(lang, msgid, **args))

    def plain_n(self, lang: str, one: str, many: str, n: int, /, **args: Value) -> str:
        """Like :meth:`say_n`, as one string."""
        return _text(self.say_n(lang, one, many, n, **args))

    def _one(self, lang: str, msgid: str) -> str:
        found = self._catalogues.get(lang) or self._catalogues.get("en")
        return found.gettext(msgid) if found else msgid

    def _many(self, lang: str, one: str, many: str, n: int) -> str:
        found = self._catalogues.get(lang) or self._catalogues.get("en")
        if found:
            return found.ngettext(one, many, n)
        return one if n == 1 else many


@dataclass(frozen=True, slots=True)
class Voice:
    """:class:`Words` in one language."""

    words: Words
    lang: str

    def says(self, msgid: str, /, **args: Value) -> Line:
        """See :meth:`Words.say`."""
        return self.words.say(self.lang, msgid, **args)

    def says_n(self, one: str, many: str, n: int, /, **args: Value) -> Line:
        """See :meth:`Words.say_n`."""
        return self.words.say_n(self.lang, one, many, n, **args)

    def label(self, msgid: str, /, **args: Value) -> str:
        """See :meth:`Words.plain`."""
        return self.words.plain(self.lang, msgid, **args)

    def label_n(self, one: str, many: str, n: int, /, **args: Value) -> str:
        """See :meth:`Words.plain_n`."""
        return self.words.plain_n(self.lang, one, many, n, **args)


def _filled(text: str, args: Mapping[str, Value]) -> Line:
    parts: list[Part] = []
    for literal, name, _, _ in string.Formatter().parse(text):
        if literal:
            parts.append(Part(literal))
        if name is not None:
            parts.append(_inserted(args[name]))
    return tuple(_joined(parts))


def _inserted(value: Value) -> Part:
    # Digits keep their order in either direction, so numbers need no isolates.
    if isinstance(value, int):
        return Part(str(value))
    if isinstance(value, str):
        return Part(isolate(value))
    return Part(isolate(value.text), value.style, value.url)


def _joined(parts: Iterable[Part]) -> Iterable[Part]:
    """Neighbours that look alike become one part."""
    held: Part | None = None
    for part in parts:
        if held is not None and (held.style, held.url) == (part.style, part.url) == ("plain", ""):
            held = Part(held.text + part.text)
            continue
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held


def _text(line: Line) -> str:
    return "".join(part.text for part in line)
