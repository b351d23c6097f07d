"""Where the entries of a feed stand in its text, so that only new ones are read in full.

The feed parser takes hundreds of microseconds for each entry; finding out where entries begin and
end and which of them stood there last time takes about ten. expat finds the places, not a regular
expression: a CDATA section or a comment that looks like an entry fools nobody.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from xml.parsers import expat

from bot.sources import bounds

HASH_BYTES = 8
# Raised when the same bytes are read differently: everything is read once more then.
_VERSION = "2"
_MAX_ATTRIBUTES = 2 * bounds.MAX_ATTRIBUTES  # names and values in turn
_MAX_AROUND, _MAX_INSIDE = bounds.MAX_DEPTH // 2, bounds.MAX_DEPTH // 2
# Two, because each is then looked for by its first letters, ten times as fast as both at once.
_BASE, _LANG = re.compile(rb"base\s*="), re.compile(rb"lang\s*=")
_BEGINS, _ENDS = re.compile(rb"<([^\s/>]+)"), re.compile(rb"</([^\s/>]+)\s*>")
_ENTRIES = frozenset({"item", "entry"})


class _Unusual(Exception):
    """Nothing that may be read in parts; the thorough way knows what to say about it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A well-formed feed and its entries' places.

    Attributes:
        document: The feed in UTF-8, from its first element on.
        spans: Start and end of each entry in ``document``, in order.
        hashes: One per entry: of its bytes and of what the elements around it say of it.
    """

    document: bytes
    spans: tuple[tuple[int, int], ...]
    hashes: tuple[bytes, ...]

    def without(self, known: Collection[bytes]) -> bytes:
        """The document less the entries of these hashes; all that stands around them stays."""
        kept, at = [], 0
        for (start, end), written in zip(self.spans, self.hashes, strict=True):
            if written in known:
                kept.append(self.document[at:start])
                at = end
        return b"".join((*kept, self.document[at:]))


def outline(document: bytes, base_url: str = "") -> Outline | None:
    """Where the entries of ``document`` stand; ``None`` for what is to be read as a whole.

    That is: XML that is broken or has a DOCTYPE, entries inside of entries, more of anything than
    ``bounds`` allows.

    Args:
        document: UTF-8 without an XML declaration (``bounds.without_declaration``).
        base_url: Where it was found: the same bytes elsewhere have other links.
    """
    if document.count(b"<") > bounds.MAX_TAGS:
        return None
    walk = _Walk(document, base_url)
    try:
        walk.parser.Parse(document, True)
        walk.finish()
    except (expat.ExpatError, _Unusual):
        return None
    return Outline(document, tuple(walk.spans), tuple(walk.hashes))


class _Walk:
    """Follows expat through a document. Called for each tag: what can be spared here, is."""

    def __init__(self, document: bytes, base_url: str) -> None:
        self.spans: list[tuple[int, int]] = []
        self.hashes: list[bytes] = []
        self.parser = parser = expat.ParserCreate("utf-8", " ")
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartNamespaceDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = _doctype
        self._document = document
        # What the open elements say of all inside them (xml:base, xml:lang, namespaces), as one
        # hash each that stands on the one before: an entry asks the last one alone.
        self._around = [_hash(f"{_VERSION} {base_url}".encode("utf-8", "replace"))]
        self._declarations: list[tuple[str | None, str | None]] = []
        self._uris: dict[str, str | None] = {}
        self._others: set[str] = set()  # names of what is no entry
        small = document.lower()
        self._speaks = bool(_BASE.search(small) or _LANG.search(small))
        self._said_around: list[set[str]] = []
        self._said_inside: set[str] = set()
        self._began = -1
        self._inside = 0  # elements open inside of the entry that is open, itself among them

    def _declared(self, prefix: str | None, uri: str | None) -> None:
        self._declarations.append((prefix, uri))
        # The parser knows a prefix by one meaning in all of the document.
        if prefix and self._uris.setdefault(prefix, uri) != uri:
            raise _Unusual

    def finish(self) -> None:
        """Look back: may one entry have lent its base or language to the next?

        The parser forgets to take both back where there was none around, and around elements
        called div.
        """
        if self._said_inside and any(name.lower().endswith("div") for name in self._others):
            raise _Unusual

    def _start(self, name: str, attributes: list[str]) -> None:
        if len(attributes) > _MAX_ATTRIBUTES:
            raise _Unusual
        if name not in self._others:
            self._meet(name)
        if self._began >= 0:
            self._inside += 1
            if self._speaks and attributes:
                self._listen(attributes)
            if self._inside > _MAX_INSIDE:
                raise _Unusual
        else:
            self._go_in(name, attributes)

    def _meet(self, name: str) -> None:
        if name.rpartition(" ")[2].lower() not in _ENTRIES:
            self._others.add(name)
        elif self._began >= 0 or len(self.spans) == bounds.MAX_ENTRIES:
            raise _Unusual
        else:
            self._began = self.parser.CurrentByteIndex

    def _go_in(self, name: str, attributes: list[str]) -> None:
        if len(self._around) > _MAX_AROUND:
            raise _Unusual
        said = f"{name} {attributes} {self._declarations}"
        self._around.append(_hash(self._around[-1] + said.encode("utf-8", "replace")))
        self._declarations.clear()
        self._said_around.append(_spoken(attributes) if self._speaks else set())

    def _listen(self, attributes: list[str]) -> None:
        said = _spoken(attributes)
        if not said <= set().union(*self._said_around):
            raise _Unusual
        self._said_inside |= said

    def _end(self, _: str) -> None:
        if self._began < 0:
            self._around.pop()
            self._said_around.pop()
            return
        self._inside -= 1
        if self._inside == 0:
            self._close_entry()

    def _close_entry(self) -> None:
        begins = _BEGINS.match(self._document, self._began)
        ends = _ENDS.match(self._document, self.parser.CurrentByteIndex)
        # Behind <item/> expat stands at whatever comes next; such an entry says nothing anyway.
        if begins is None or ends is None or begins[1] != ends[1]:
            raise _Unusual
        end = ends.end()
        self.spans.append((self._began, end))
        self.hashes.append(_hash(self._around[-1] + self._document[self._began : end]))
        self._began = -1
        self._declarations.clear()


def _spoken(attributes: list[str]) -> set[str]:
    """Which of base and language these name and value pairs state."""
    pairs = zip(attributes[::2], attributes[1::2], strict=True)
    return {name.rpartition(" ")[2].lower() for name, value in pairs if value} & {"base", "lang"}


def _hash(said: bytes) -> bytes:
    return blake2b(said, digest_size=HASH_BYTES).digest()


def _doctype(*_: object) -> None:
    # It may name entities, which decide how the whole document is read.
    raise _Unusual
