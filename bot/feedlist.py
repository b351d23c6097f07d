"""The operator's list of feeds: shown, changed one by one, taken in and given out as OPML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import app
from bot.config import Settings
from bot.configured import configured_sources
from bot.core.model import Source, SourceAge, SourceKind
from bot.errors import BotError, ConfigError
from bot.opening import changing, looking
from bot.sources import guard, opml
from bot.sources.hops import shown_url
from bot.sources.identity import feed_id, host_of

_INTERVAL_S, _LEAST_S = 300, 60


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a list of feeds.

    Attributes:
        added: How many are polled from now on.
        listed: How many there were in it.
        known: Those that are among the sources already, each with its line.
        refused: The others that were not taken, each with its line and why.
    """

    added: int
    listed: int
    known: tuple[str, ...]
    refused: tuple[str, ...]


async def list_feeds(settings: Settings) -> tuple[SourceAge, ...]:
    """Every source and how it is doing; what only config.yaml has yet comes last."""
    async with looking(settings) as store:
        ages = await store.source_ages() if store else ()
    known = {age.source.id for age in ages}
    return (*ages, *(_unseen(s) for s in configured_sources(settings) if s.id not in known))


def _unseen(source: Source) -> SourceAge:
    return SourceAge(source, None, None, None, 0)


async def add_feed(settings: Settings, source: Source) -> None:
    """Add a feed beside those of config.yaml; a running bot polls it at its next tick.

    Raises:
        ConfigError: It is there already.
    """
    async with changing(settings) as store:
        is_new = source.url not in _configured(settings)
        if not (is_new and await store.add_source(source, "operator")):
            told = shown_url(source.url)
            raise ConfigError(f"{told} is among the sources already", "url")


async def remove_feed(settings: Settings, url_or_id: str) -> None:
    """Remove a feed that was added by ``add_feed`` or taken in from a list.

    Raises:
        ConfigError: There is none, or it stands in config.yaml.
    """
    ids = (url_or_id, feed_id(url_or_id))
    async with changing(settings) as store:
        for source_id in ids:
            if await store.remove_source(source_id, "operator"):
                return
        known = {age.source.id for age in await store.source_ages()}
    told = shown_source(url_or_id)
    if set(ids) & (known | {source.id for source in configured_sources(settings)}):
        raise ConfigError(f"{told} stands in config.yaml: remove it there", "feeds")
    raise ConfigError(f"no feed {told}: see python -m bot feeds list", "url")


def _configured(settings: Settings) -> frozenset[str]:
    return frozenset(feed.url for feed in settings.feeds)


async def import_feeds(settings: Settings, body: bytes, *, private: bool = False) -> Imported:
    """Take in a list of feeds in one transaction; what is wrong in it does not stop the rest.

    Args:
        settings: Where to.
        body: An OPML file.
        private: Its feeds may stand at private addresses. What the file says of that counts only
            then: it may be anybody's.

    Raises:
        BotError: There is no list of feeds in it.
    """
    found = opml.parse(body)
    if found.problem:
        raise BotError(found.problem)
    refused = list(found.notes)
    taken = list(_acceptable(found.feeds, refused, private=private))
    async with changing(settings) as store:
        here = _configured(settings)
        sources = [_source(listed, private=private) for listed in taken if listed.url not in here]
        added = await store.add_sources(sources, "operator")
    known = (listed for listed in taken if feed_id(listed.url) not in added)
    told = tuple(f"line {listed.line}: {shown_url(listed.url)}" for listed in known)
    return Imported(len(added), len(found.feeds), told, tuple(refused))


def _acceptable(
    feeds: Sequence[opml.Listed], refused: list[str], *, private: bool
) -> Iterator[opml.Listed]:
    """The feeds that can be polled, each address once; of the others it is told why not."""
    lines: dict[str, int] = {}
    for listed in feeds:
        if why := _objection(listed, lines, private=private):
            refused.append(f"line {listed.line}: {shown_url(listed.url)}: {why}")
            continue
        lines[listed.url] = listed.line
        yield listed


def _objection(listed: opml.Listed, lines: dict[str, int], *, private: bool) -> str:
    if first := lines.get(listed.url):
        return f"it stands in line {first} already"
    if not private:
        return guard.objection(listed.url)
    return "" if listed.url.lower().startswith(("http://", "https://")) else "it is no web address"


def _source(listed: opml.Listed, *, private: bool) -> Source:
    interval_s = max(listed.interval_s or _INTERVAL_S, _LEAST_S)
    source = feed_source(listed.url, listed.title, listed.lang, interval_s)
    private = private and (listed.private or bool(guard.objection(listed.url)))
    return replace(source, folder=listed.folder, country=listed.country, private=private)


async def export_feeds(settings: Settings, now: datetime) -> tuple[bytes, int]:
    """All feeds as OPML, and how many they are."""
    ages = await list_feeds(settings)
    feeds = [age.source for age in ages if _is_exported(age.source)]
    return opml.written(feeds, now), len(feeds)


def _is_exported(source: Source) -> bool:
    return source.kind is SourceKind.FEED and source.id != app.NEWSROOM


def shown_source(url_or_id: str) -> str:
    """What the operator named, without the password of an address."""
    return shown_url(url_or_id) if {":", "@"} & set(url_or_id) else url_or_id


def feed_source(
    url: str, name: str = "", lang: str = "", interval_s: int = 300, *, private: bool = False
) -> Source:
    """A feed as a source; its id comes from its address, and so does a name that is not given."""
    return Source(
        id=feed_id(url),
        kind=SourceKind.FEED,
        name=name or host_of(url),
        url=url,
        lang=lang,
        interval_s=interval_s,
        private=private,
    )
