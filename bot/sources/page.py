"""A saved web page to the article on it, by the page's own structure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from bot.sources import dates, plain
from bot.sources.links import http_link

# fmt: off
_APART = frozenset({
    "nav", "aside", "header", "footer", "script", "style", "form", "noscript", "iframe", "button",
    "figure", "menu", "dialog", "template", "svg",
})
_CONTAINERS = frozenset({"div", "section", "ul", "ol", "p", "span", "article"})
# fmt: on
_APART_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search"})
_APART_NAMES = re.compile(
    r"(?:\A|[\s_-])(?:comments?|related|share|sharing|social|sidebar|promo|advert\w*|ads?|"
    r"breadcrumbs?|newsletter|recommend\w*|most-?read|popular|tags?|cookie\w*|footer|menu)"
    r"(?:\Z|[\s_-])",
    re.IGNORECASE,
)
_MAINS = (
    "//*[@itemprop='articleBody']",
    "//article",
    "//main",
    "//*[@role='main']",
    "//body",
)
_PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)


@dataclass(frozen=True, slots=True)
class Page:
    """The article's text, one line per paragraph, and what the page states about it."""

    title: str
    body: str
    link: str = ""
    site: str = ""
    lang: str = ""
    published_at: datetime | None = None


def read(text: str) -> Page | None:
    """Read a page; ``None`` when there is no HTML in it."""
    root = tree(text)
    if root is None:
        return None
    stated = _stated(root)
    link = _first(root, "//link[@rel='canonical']/@href") or stated.get("og:url", "")
    title = title_of(root)
    when = stated.get("article:published_time") or _first(root, "//time/@datetime")
    return Page(
        title=title,
        body=_without_title(_article(root), title),
        link=http_link("", link),
        site=stated.get("og:site_name", ""),
        lang=_first(root, "/html/@lang")[:16],
        published_at=dates.written(when) if when else None,
    )


def title_of(root: etree._Element) -> str:
    """What the page calls itself."""
    stated = _stated(root).get("og:title")
    return plain.line_of(stated or _words(root, "//h1") or _words(root, "//title"))


def tree(text: str) -> etree._Element | None:
    """The elements of a page; ``None`` when there is no HTML in it."""
    try:
        root: etree._Element | None = etree.fromstring(_bytes(text), _PARSER)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    return root  # lxml gives None for a document of comments only


def _bytes(text: str) -> bytes:
    return plain.short_tags(text).encode("utf-8", "replace")


def _stated(root: etree._Element) -> dict[str, str]:
    """The page's ``meta`` fields; the first of a name counts."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        value = plain.line_of(meta.get("content") or "")
        if name and value:
            found.setdefault(name, value)
    return found


def _first(root: etree._Element, path: str) -> str:
    found = root.xpath(path)
    return plain.tidy(str(found[0])) if isinstance(found, list) and found else ""


def _words(root: etree._Element, path: str) -> str:
    found = root.xpath(path)
    if not isinstance(found, list) or not found or not isinstance(found[0], etree._Element):
        return ""
    return plain.tidy(" ".join("".join(str(t) for t in found[0].itertext()).split()))


def _article(root: etree._Element) -> str:
    for path in _MAINS:
        found = root.xpath(path)
        candidates = [e for e in found if isinstance(e, etree._Element)] if found else []
        texts = [_reading_text(element) for element in candidates]
        best = max(texts, key=len, default="")
        if best:
            return best
    return _reading_text(root)


def _reading_text(element: etree._Element) -> str:
    for apart in [child for child in element.iterdescendants() if is_apart(child)]:
        drop(apart)
    return plain.tidy("".join(plain.pieces(element)))


def is_apart(element: etree._Element) -> bool:
    """Whether an element stands beside the article, by what it is or is called."""
    if element.tag in _APART or element.get("role") in _APART_ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return element.tag in _CONTAINERS and bool(_APART_NAMES.search(names))


def drop(element: etree._Element) -> None:
    """Take an element out of its page; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    tail = element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _without_title(body: str, title: str) -> str:
    first, _, rest = body.partition("\n")
    return rest if title and " ".join(first.split()) == title else body
