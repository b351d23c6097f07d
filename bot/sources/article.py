"""The page behind an entry's link, as the text of the article on it. The only door to trafilatura.

What belongs to other articles ("related", "most read", lines that are nothing but links) goes
before the text is looked for: a headline of last year beside a report must not raise it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lxml import etree
from yarl import URL

from bot.core.letters import fold
from bot.core.model import Article, Entry, Source
from bot.errors import SourceInvalid
from bot.sources import page, plain
from bot.sources.decode import decode
from bot.sources.fetch import Fetched, Fetcher
from bot.sources.furniture import leads_elsewhere, without_furniture
from bot.sources.robots import Robots

_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.1"
_PAGES = frozenset({"", "text/html", "application/xhtml+xml", "text/plain"})
# A block with at most so many letters outside its links, and most inside, leads to other articles.
_UNLINKED_LETTERS, _LINKED = 40, 0.8
_MOST_APART = 0.5  # a block with more of the page's text than this is no furniture, however named
_OWN = "descendant::h1|descendant::article|descendant::main|descendant::*[@itemprop='articleBody']"
_BLOCKS = frozenset("p li ul ol h2 h3 h4 h5 h6 div section aside td dd dt".split())
_CUT_MARKS = "…. []"
_NEVER = frozenset("html body head form header article main".split())
_WORD = re.compile(r"\w{3,}")
_IN_COMMON = 0.34


@dataclass(frozen=True, slots=True)
class Extract:
    """What stands on a page: its title, and the article one line per paragraph."""

    title: str = ""
    text: str = ""


class Unreadable(Exception):
    """A page was given up: it took too long, or too much memory."""


# (document, charset) → what stands in it, or Unreadable; wherever it runs, it must end in time.
Extractor = Callable[[bytes, str], Awaitable[Extract]]


class ArticleReader:
    """Reads pages through the feeds' own fetcher: its guard, its limits, one visit a host."""

    def __init__(self, fetcher: Fetcher, robots: Robots, extract: Extractor) -> None:
        self._fetcher = fetcher
        self._robots = robots
        self._extract = extract

    async def read(self, source: Source, entry: Entry) -> Article:
        """Visit the page behind ``entry``.

        Returns:
            Its text, ``""`` where there is nothing on it that belongs to the entry, and what its
            site asks to wait before the next visit.

        Raises:
            SourceError: See ``Fetcher.get``; ``SourceRefused`` also where robots.txt forbids it,
                and ``SourceInvalid`` for what is no page, or cannot be read in time.
        """
        visit = _visit(source, entry)

        async def ask(url: URL) -> None:
            await self._robots.check(visit, url)

        fetched = await self._fetcher.get(visit, conditional=False, accept=_ACCEPT, ask=ask)
        if fetched.content_type not in _PAGES:
            raise SourceInvalid(source.id, f"Its page is {fetched.content_type:.60}, no text.")
        pause_s = self._robots.delay_s(URL(fetched.final_url))
        if _is_front_page(entry.link, fetched):
            return Article("", pause_s)
        try:
            found = await self._extract(fetched.body, fetched.charset)
        except Unreadable as error:
            raise SourceInvalid(source.id, str(error)) from error
        text = found.text if _is_about(entry, found) else ""
        return Article(plain.storable(_joined(entry.body, text)), pause_s)


def _visit(source: Source, entry: Entry) -> Source:
    """The page as something to fetch: with nothing of the feed's but its name.

    A feed that is allowed to stand at a private address may have its pages there too, at its own
    host and port; everywhere else they are guarded as any address is.
    """
    bare = Source(source.id, source.kind, source.name, entry.link)
    try:
        exempt = source.private and URL(entry.link).origin() == URL(source.url).origin()
    except ValueError:
        exempt = False
    return replace(bare, private=exempt)


def _is_front_page(link: str, fetched: Fetched) -> bool:
    """Whether a page that is gone led to the front page, full of other headlines."""
    before, after = urlsplit(link), urlsplit(fetched.final_url)
    return not after.path.strip("/") and not after.query and bool(before.path.strip("/"))


def _is_about(entry: Entry, found: Extract) -> bool:
    """Whether the page speaks of what the entry does: consent walls and lists of news do not."""
    wanted = set(_WORD.findall(fold(entry.title)))
    there = set(_WORD.findall(fold(f"{found.title}\n{found.text}")))
    return bool(found.text) and len(wanted & there) >= _IN_COMMON * len(wanted)


def _joined(stub: str, text: str) -> str:
    """The page's text, after what only the feed said; ``""`` where the page says no more."""
    known = " ".join(stub.rstrip(_CUT_MARKS).split())
    flat = " ".join(text.split())
    if len(flat.rstrip(_CUT_MARKS)) <= len(known):
        return ""
    return text if known in flat else plain.tidy(f"{stub}\n{text}")


# ── the page ─────────────────────────────────────────────────────────────────────────────────


def extract(body: bytes, charset: str) -> Extract:
    """The article on a page. Slow for a hostile page: to be run where it can be stopped."""
    # Here and not above: it takes a fifth of a second, and only this function needs it.
    import trafilatura  # noqa: PLC0415

    text = decode(body, charset).text
    root = page.tree(text)
    if root is None:
        return Extract()
    title = page.title_of(root)
    _strip(root)
    bare = etree.tostring(root, method="html", encoding="unicode")
    # Its deduplicate=True remembers paragraphs from page to page: of two sites that print the
    # same agency's report, the second would have none.
    found = trafilatura.extract(bare, include_comments=False) or ""
    return Extract(title, _tidied(title, found))


def _tidied(title: str, text: str) -> str:
    lines = plain.tidy(text).split("\n")
    kept = [line for line in lines if not leads_elsewhere(line)]
    if kept and title and " ".join(kept[0].split()) == title:
        kept = kept[1:]
    return "\n".join(without_furniture(kept)).strip()


def _strip(root: etree._Element) -> None:
    """Drop what is apart from the article, by its name or by being nothing but links."""
    sizes = _sizes(root)
    most = _MOST_APART * sizes[root][0] if not root.xpath(_OWN) else sizes[root][0]
    for element in [e for e in root.iter(etree.Element) if _goes(e, sizes, most)]:
        page.drop(element)


def _goes(
    element: etree._Element, sizes: dict[etree._Element, tuple[int, int]], most: float
) -> bool:
    letters, linked = sizes[element]
    if element.tag in _BLOCKS and linked > _LINKED * letters:
        return letters - linked <= _UNLINKED_LETTERS
    apart = element.tag not in _NEVER and page.is_apart(element)
    return apart and letters <= most and not element.xpath(_OWN)


def _sizes(root: etree._Element) -> dict[etree._Element, tuple[int, int]]:
    """Of each element its letters, and how many of them stand in links."""
    sizes: dict[etree._Element, tuple[int, int]] = {}
    for element in reversed(list(root.iter(etree.Element))):
        letters, linked = len((element.text or "").strip()), 0
        for child in element:
            of_child = sizes.get(child, (0, 0))
            letters += of_child[0] + len((child.tail or "").strip())
            linked += of_child[1]
        sizes[element] = letters, letters if element.tag == "a" else linked
    return sizes
