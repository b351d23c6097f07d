"""Public Telegram channels by their web view: posts to entries.

A poll reads the page of the newest twenty, and the pages before it where posts were missed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.model import Entry, Poll, PollStatus, Source
from bot.errors import SourceError, SourceInvalid
from bot.ports import Clock
from bot.sources import identity
from bot.sources.decode import decode
from bot.sources.draft import Draft, entry_of
from bot.sources.fetch import Fetched, Fetcher
from bot.sources.posts import Post, View, read

PAGES = 3  # looked at in one poll, where posts were missed
_TITLE_MAX = 200
_HANDLE = re.compile(
    r"(?:@|(?:https?://)?(?:t|telegram)\.me/(?:s/)?)?([A-Za-z]\w{3,31})/?", re.ASCII
)
_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"


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
        view = self._view(source, fetched)
        if not view.numbers and source.body_hash:
            raise SourceInvalid(
                source.id, "It shows no posts, though it did before: they may all be removed."
            )
        last = _last_seen(source)
        missed = await self._missed(source, view, last) if last else _Missed()
        posts = sorted((*view.posts, *missed.posts), key=lambda post: post.number)
        mark = _mark(posts, last if missed.again else max(view.numbers, default=0))
        if mark == source.body_hash:
            return _poll(source, PollStatus.NOT_MODIFIED, fetched, mark)
        changed = _poll(source, PollStatus.CHANGED, fetched, mark)
        return replace(changed, entries=self._entries(posts, source), notes=missed.notes)

    def _view(self, source: Source, fetched: Fetched) -> View:
        view = read(decode(fetched.body, fetched.charset).text)
        if view.problem:
            raise SourceInvalid(source.id, view.problem)
        return view

    async def _missed(self, source: Source, newest: View, last: int) -> _Missed:
        """The posts between the oldest of ``newest`` and the last one that was seen.

        A page of pictures is a page all the same: there may be words behind it.
        """
        missed = _Missed()
        oldest = min(newest.numbers, default=0)
        for _ in range(PAGES - 1):
            if oldest <= last + 1:
                return missed
            try:
                older = await self._before(source, oldest)
            except SourceError as error:
                # What is new must not wait for what is older; the next poll asks for it again.
                note = f"Posts before {oldest} were missed and not found yet: {error}"
                return replace(missed, notes=(note,), again=True)
            found = (post for post in older.posts if last < post.number < oldest)
            missed = _Missed((*missed.posts, *found))
            first = min(older.numbers, default=0)
            if first <= last or first >= oldest:
                return missed
            oldest = first
        note = f"More than {PAGES} pages of posts were missed: those before {oldest} were not read."
        return replace(missed, notes=(note,)) if oldest > last + 1 else missed

    async def _before(self, source: Source, number: int) -> View:
        before = replace(source, url=f"{source.url}?before={number}")
        fetched = await self._fetcher.get(before, conditional=False, accept=_ACCEPT)
        return self._view(source, fetched)

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
    if not last:
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
