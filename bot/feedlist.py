"""The operator's list of feeds: shown, changed one by one, given out as OPML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from bot.addresses import same_feed
from bot.config import Settings
from bot.configured import NEWSROOM, configured_sources
from bot.core.model import Source, SourceAge, SourceKind
from bot.errors import ConfigError
from bot.locales import language_objection
from bot.opening import changing, looking
from bot.sources import guard, opml
from bot.sources.hops import shown_url
from bot.sources.identity import feed_id, host_of

SEEDS = "seeds"


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
        ConfigError: It is there already, or could never be read.
    """
    if objection := unusable(source.url, private=source.private):
        raise ConfigError(f"{shown_url(source.url)}: {objection}", "url")
    if objection := source.lang and language_objection(source.lang):
        raise ConfigError(f"lang: {objection}", "lang")
    async with changing(settings) as store:
        is_new = same_feed(source.url) not in feeds_of(settings, await store.source_ages())
        if not (is_new and await store.add_source(source, "operator")):
            told = shown_url(source.url)
            raise ConfigError(f"{told} is among the sources already", "url")


async def remove_feed(settings: Settings, url_or_id: str) -> None:
    """Remove a feed that was added by ``add_feed`` or taken in from a list.

    Raises:
        ConfigError: There is none, it stands in config.yaml, or it is no feed.
    """
    async with changing(settings) as store:
        known = await store.source_ages()
        ids = {url_or_id, feeds_of(settings, known).get(same_feed(url_or_id), "")}
        for source_id in ids:
            if await store.remove_source(source_id, "operator"):
                return
    raise ConfigError(_not_removed(settings, url_or_id, ids, {age.source.id for age in known}))


def _not_removed(settings: Settings, asked: str, ids: set[str], known: set[str]) -> str:
    told = shown_source(asked)
    if SEEDS in ids:
        return f"{SEEDS} is the folder seeds.folder: it is no feed, and is always read"
    if NEWSROOM in ids:
        return f"{NEWSROOM} belongs to the sandbox: it is there as long as there is no token"
    if ids & (known | {source.id for source in configured_sources(settings)}):
        return f"{told} stands in config.yaml: remove it there"
    return f"no feed {told}: see python -m bot feeds list"


def feeds_of(settings: Settings, ages: Sequence[SourceAge]) -> dict[str, str]:
    """The ids of all feeds there are, by what the addresses of one feed have in common."""
    sources = (*configured_sources(settings), *(age.source for age in ages))
    return {same_feed(source.url): source.id for source in sources}


async def address_of(settings: Settings, url_or_id: str) -> str:
    """The address to visit: as it is, or of the feed that has this id.

    Raises:
        ConfigError: It is neither.
    """
    if _is_web(url_or_id):
        return url_or_id
    for age in await list_feeds(settings):
        if age.source.id == url_or_id:
            return age.source.url
    # Not repeated here: what is mistyped may still hold a password.
    raise ConfigError(
        "URL is neither an address, like https://example.org/rss.xml, nor the id of a feed:"
        " python -m bot feeds list shows them",
        "url",
    )


def unusable(url: str, *, private: bool) -> str:
    """Why a feed at ``url`` could never be read, and the remedy if there is one; ``""`` if not."""
    objection = guard.objection(url)
    if not objection or (private and _is_web(url)):
        return ""
    return f"{objection}; if you trust it, say --private" if _is_web(url) else objection


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


async def export_feeds(settings: Settings, now: datetime) -> tuple[bytes, int]:
    """All feeds as OPML, and how many they are."""
    ages = await list_feeds(settings)
    feeds = [age.source for age in ages if _is_exported(age.source)]
    return opml.written(feeds, now), len(feeds)


def _is_exported(source: Source) -> bool:
    return source.kind is SourceKind.FEED and source.id != NEWSROOM


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
