"""HTML to the text a reader sees: paragraphs stay lines, everything else goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from lxml import etree

# Enough for the longest report; what lies beyond is a whole book in one feed element.
MAX_CHARS = 40_000

# fmt: off
_UNSEEN = frozenset({
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "head",
    "title", "form", "button", "select", "textarea", "canvas", "audio", "video",
})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary",
    "table", "td", "th", "tr", "ul",
})
# fmt: on
_TAG = re.compile(r"<[A-Za-z/!?]")
# "<!" that begins neither comment nor declaration is text; the parser would swallow what follows.
_NO_DECLARATION = re.compile(r"<!(?!--|\[CDATA\[|DOCTYPE[^<>]*>)", re.IGNORECASE)
# libxml2 compares each attribute with all before it: 100,000 in one tag take ten seconds. Here none
# of them is read.
_LONG_TAG = re.compile(r"(<[A-Za-z][\w:-]{0,40})[\s/][^<>]{2000,}")
# On a page they are read, so that only what keeps the parser for a tenth of a second goes.
_ENDLESS_TAG = re.compile(r"(<[A-Za-z][\w:-]{0,40})[\s/][^<>]{5000,}")
_PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
# Everything Unicode calls white space but the line feed; zero-width joiners are letters here.
_BLANKS = re.compile(r"[^\S\n]+")
# Character references can name what no text holds: controls and halves of pairs.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINES = re.compile(r" ?\n[ \n]*")


def text_of(fragment: str) -> str:
    """The visible text of an HTML fragment, one line per paragraph. Never fails.

    Text without markup comes back with its white space tidied.
    """
    if not _TAG.search(fragment):
        return tidy(unescape(fragment) if "&" in fragment else fragment)
    root = _parsed(_NO_DECLARATION.sub("&lt;!", fragment))
    return tidy("".join(pieces(root))) if root is not None else ""


def short_tags(page: str) -> str:
    """``page`` where a tag that goes on and on has lost its attributes: no reader wants them."""
    return _ENDLESS_TAG.sub(r"\1 ", page)


def line_of(fragment: str) -> str:
    """Like ``text_of``, all on one line: a headline."""
    return text_of(fragment).replace("\n", " ")


def tidy(text: str) -> str:
    """White space tidied: single blanks, single line breaks, none at the ends; cut to size."""
    return _LINES.sub("\n", _BLANKS.sub(" ", storable(text))).strip()[:MAX_CHARS]


def storable(text: str) -> str:
    """``text`` without what UTF-8 cannot encode and without controls but tab and line breaks."""
    return _NO_TEXT.sub("", text)


def _parsed(fragment: str) -> etree._Element | None:
    # Bytes, because lxml refuses a str that carries an encoding declaration.
    body = _LONG_TAG.sub(r"\1 ", fragment).encode("utf-8", "replace")
    try:
        found: etree._Element | None = etree.fromstring(b"<div>" + body + b"</div>", _PARSER)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    return found


def pieces(root: etree._Element) -> Iterator[str]:
    """The text of ``root`` in order, with a line break at each edge of a block."""
    # By events, not by recursion: the depth of the tree is the publisher's choice.
    skipping: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        is_block = tag in _BLOCKS
        if event == "start":
            if skipping is None and tag in _UNSEEN:
                skipping = element
            if skipping is None:
                yield ("\n" if is_block else "") + _flowing(element.text)
            continue
        if skipping is element:
            skipping = None
        if skipping is None:
            yield ("\n" if is_block else "") + ("" if element is root else _flowing(element.tail))


def _flowing(text: str | None) -> str:
    """Line breaks in the source of a page are blanks; only its tags break lines."""
    return text.replace("\n", " ") if text else ""
