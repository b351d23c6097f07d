"""Public Telegram channels by their web view: posts to entries.

The view is a page of the newest twenty posts for whoever has no account. A channel that is
private, switched its view off or does not exist answers with a page about itself instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from bot.core.model import Entry, Poll, PollStatus, Source
from bot.errors import SourceError, SourceInvalid
from bot.ports import Clock
from bot.sources import dates, identity, plain
from bot.sources.decode import decode
from bot.sources.draft import Draft, entry_of
from bot.sources.fetch import Fetched, Fetcher
from bot.sources.links import http_link

PAGES = 3  # looked at in one poll, where posts were missed
_TITLE_MAX = 200
_HANDLE = re.compile(
    r"(?:@|(?:https?://)?(?:t|telegram)\.me/(?:s/)?)?([A-Za-z]\w{3,31})/?", re.ASCII
)
_POST = re.compile(r"\A([\w-]+)/(\d{1,18})\Z", re.ASCII)
_PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Post:
    """One post as the view shows it. ``forwarded_from`` is ``""`` where the words are its own."""

    handle: str
    number: int
    text: str
    posted_at: datetime | None = None
    is_edited: bool = False
    forwarded_from: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What a page of the view holds; ``problem`` is a sentence where it is no such page."""

    posts: tuple[Post, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Missed:
    """Posts that came between two polls; ``again``: not all could be had, ask once more."""

    posts: tuple[Post, ...] = ()
    notes: tuple[str, ...] = ()
    again: bool = False


def handle_of(text: str) -> str:
    """The name of a channel written ``name``, ``@name`` or as its address; ``""`` if none is."""
    found = _HANDLE.fullmatch(text.strip())
    return found[1] if found else ""


class ChannelPoller:
    """Visits channels. A poll leaves behind which posts there were, so that gaps are noticed."""

    def __init__(self, fetcher: Fetcher, now: Clock) -> None:
        self._fetcher = fetcher
        self._now = now

    async def poll(self, source: Source) -> Poll:
        """Visit one channel, and the posts before where some were missed (``PAGES`` at most).

        Raises:
            SourceError: See ``Fetcher.get``; also ``SourceInvalid`` for what is no view.
        """
        fetched = await self._fetcher.get(source, accept=_ACCEPT)
        if fetched.not_modified:
            return _poll(source, PollStatus.NOT_MODIFIED, fetched, source.body_hash)
        posts = self._posts(source, fetched)
        if not posts and source.body_hash:
            raise SourceInvalid(
                source.id, "It shows no posts, though it did before: they may all be removed."
            )
        last = _last_seen(source)
        missed = await self._missed(source, posts, last) if last else _Missed()
        posts += missed.posts
        posts.sort(key=lambda post: post.number)
        mark = _mark(posts, last if missed.again else posts[-1].number if posts else 0)
        if mark == source.body_hash:
            return _poll(source, PollStatus.NOT_MODIFIED, fetched, mark)
        changed = _poll(source, PollStatus.CHANGED, fetched, mark)
        return replace(changed, entries=self._entries(posts, source), notes=missed.notes)

    def _posts(self, source: Source, fetched: Fetched) -> list[Post]:
        view = read(decode(fetched.body, fetched.charset).text)
        if view.problem:
            raise SourceInvalid(source.id, view.problem)
        return list(view.posts)

    async def _missed(self, source: Source, newest: Sequence[Post], last: int) -> _Missed:
        """The posts between the oldest of ``newest`` and the last one that was seen."""
        missed = _Missed()
        oldest = min((post.number for post in newest), default=0)
        for _ in range(PAGES - 1):
            if oldest <= last + 1:
                return missed
            try:
                older = await self._before(source, oldest)
            except SourceError as error:
                # What is new must not wait for what is older; the next poll asks for it again.
                note = f"Posts before {oldest} were missed and not found yet: {error}"
                return replace(missed, notes=(note,), again=True)
            missed = _Missed((*missed.posts, *(post for post in older if post.number > last)))
            if not older or older[0].number <= last:
                return missed
            oldest = older[0].number
        note = f"More than {PAGES} pages of posts were missed: those before {oldest} were not read."
        return replace(missed, notes=(note,)) if oldest > last + 1 else missed

    async def _before(self, source: Source, number: int) -> list[Post]:
        before = replace(source, url=f"{source.url}?before={number}")
        fetched = await self._fetcher.get(before, conditional=False, accept=_ACCEPT)
        return [post for post in self._posts(source, fetched) if post.number < number]

    def _entries(self, posts: Sequence[Post], source: Source) -> tuple[Entry, ...]:
        now = self._now()
        return tuple(
            entry_of(_draft(post, source), f"post:{post.number}", source, now) for post in posts
        )


def _poll(source: Source, status: PollStatus, fetched: Fetched, mark: str) -> Poll:
    return Poll(
        source_id=source.id,
        status=status,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        body_hash=mark,
    )


def _mark(posts: Sequence[Post], last: int) -> str:
    """The post up to which all were seen, and a hash of what was read: the posts, not the page.

    The page counts views, so its bytes never stay the same.
    """
    if not posts:
        return ""
    words = [f"{post.number} {post.forwarded_from} {post.text}" for post in posts]
    return f"{last} {identity.VERSION}:{identity.digest(*words)}"


def _last_seen(source: Source) -> int:
    number = source.body_hash.partition(" ")[0]
    return int(number) if number.isdigit() else 0


def _draft(post: Post, source: Source) -> Draft:
    first = post.text.partition("\n")[0][:_TITLE_MAX]
    via = f"{source.name} (forwarded from {post.forwarded_from})" if post.forwarded_from else ""
    return Draft(
        title=first,
        body=post.text,
        link=f"https://t.me/{post.handle}/{post.number}",
        source_name=via,
        published_at=post.posted_at,
    )


# ── the page ─────────────────────────────────────────────────────────────────────────────────


def read(text: str) -> View:
    """Read a page of the view; whatever is missing in a post is left out."""
    root = _root(text)
    if root is None:
        return View(problem="It answers with an empty document instead of its posts.")
    messages = _all(root, "tgme_widget_message")
    if not messages and not _all(root, "tgme_channel_history"):
        return View(problem=_who_it_is(root))
    posts = (_post(message) for message in messages)
    # A post that is shown twice counts once.
    found = {post.number: post for post in posts if post is not None}
    return View(tuple(found[number] for number in sorted(found)))


def _root(text: str) -> etree._Element | None:
    try:
        found: etree._Element | None = etree.fromstring(text.encode("utf-8", "replace"), _PARSER)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    return found


def _who_it_is(root: etree._Element) -> str:
    """What stands there instead of posts."""
    if not _all(root, "tgme_page"):
        return "It is no web view of a Telegram channel. Write its handle, like @name."
    title = _words(_first(root, "tgme_page_title"))
    if title:
        return (
            f'Telegram shows no posts of "{title[:80]}" on the web: it is a private channel, a'
            " group or a person, or its view is switched off."
        )
    return "There is no Telegram channel of this name, or it is private."


def _post(message: etree._Element) -> Post | None:
    named = _POST.match(message.get("data-post") or "")
    text = _text(message)
    if named is None or not text or "service_message" in (message.get("class") or "").split():
        return None
    when = _first(message, "tgme_widget_message_date")
    return Post(
        handle=named[1],
        number=int(named[2]),
        text=text,
        posted_at=_moment(message if when is None else when),
        is_edited="edited" in _words(_first(message, "tgme_widget_message_meta")).casefold(),
        forwarded_from=_forwarded(message),
        links=_links(message),
    )


def _moment(element: etree._Element) -> datetime | None:
    stated = next((time.get("datetime") for time in element.iter("time")), None)
    return dates.written(stated) if stated else None


def _forwarded(message: etree._Element) -> str:
    named = _first(message, "tgme_widget_message_forwarded_from_name")
    return _words(named)[:80]


def _text(message: etree._Element) -> str:
    """What the post says, or asks, or what its link leads to where it is nothing but a link."""
    own = [e for e in _all(message, "js-message_text", "tgme_widget_message_text") if _is_own(e)]
    asked = _all(message, "tgme_widget_message_poll_question")
    said = plain.tidy("\n".join(_lines(element) for element in own[:1] + asked))
    bare = re.sub(r"https?://\S+", "", said).strip()
    if bare:
        return said
    shown = _all(message, "link_preview_title", "link_preview_description")
    return plain.tidy("\n".join([*(_lines(element) for element in shown), said]))


def _is_own(element: etree._Element) -> bool:
    """Whether it is the post's own text: not the one it replies to, not a part of another."""
    above = {name for up in element.iterancestors() for name in (up.get("class") or "").split()}
    quoted = "js-message_reply_text" in (element.get("class") or "").split()
    return not quoted and above.isdisjoint(
        {"tgme_widget_message_reply", "js-message_text", "tgme_widget_message_text"}
    )


def _links(message: etree._Element) -> tuple[str, ...]:
    own = [e for e in _all(message, "js-message_text", "tgme_widget_message_text") if _is_own(e)]
    previews = _all(message, "tgme_widget_message_link_preview")
    anchors = [a for e in own for a in e.iter("a")] + [e for e in previews if e.tag == "a"]
    found = (http_link("", anchor.get("href") or "") for anchor in anchors)
    return tuple(dict.fromkeys(link for link in found if link))


def _all(root: etree._Element, *names: str) -> list[etree._Element]:
    """The elements with one of these classes, in order."""
    wanted = set(names)
    return [e for e in root.iter(etree.Element) if wanted & set((e.get("class") or "").split())]


def _first(root: etree._Element, name: str) -> etree._Element | None:
    return next(iter(_all(root, name)), None)


def _lines(element: etree._Element) -> str:
    return plain.tidy("".join(plain.pieces(element)))


def _words(element: etree._Element | None) -> str:
    return "" if element is None else _lines(element).replace("\n", " ")
