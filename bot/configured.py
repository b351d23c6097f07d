"""What is read, as sources: the feeds and channels of config.yaml, the seeds, the newsroom."""

from __future__ import annotations

from bot.config import Settings
from bot.core.model import FullText, Source, SourceKind
from bot.sources.channel import handle_of
from bot.sources.identity import feed_id

NEWSROOM = "newsroom"
_NEWSROOM_INTERVAL_S = 2


def configured_sources(settings: Settings) -> tuple[Source, ...]:
    """The feeds and channels of config.yaml as sources."""
    return _feeds(settings) + _channels(settings)


def _feeds(settings: Settings) -> tuple[Source, ...]:
    return tuple(
        Source(
            id=feed_id(feed.url),
            kind=SourceKind.FEED,
            name=feed.name,
            url=feed.url,
            lang=feed.lang,
            country=feed.country,
            interval_s=feed.interval_s,
            private=feed.private,
            pinned=feed.pinned,
            urgent=feed.urgent,
            headers=tuple((name, v.get_secret_value()) for name, v in feed.headers.items()),
            proxy=feed.proxy.get_secret_value() if feed.proxy else "",
            folder=feed.folder,
            full_text=FullText(feed.full_text),
            zone=feed.zone,
        )
        for feed in settings.feeds
    )


def _channels(settings: Settings) -> tuple[Source, ...]:
    handles = {handle_of(channel.handle): channel for channel in settings.channels}
    return tuple(
        Source(
            id=f"channel-{handle.lower()}",
            kind=SourceKind.CHANNEL,
            name=channel.name,
            url=f"{settings.telegram.view_url}{handle}",
            lang=channel.lang,
            country=channel.country,
            interval_s=channel.interval_s,
            private=channel.private,
        )
        for handle, channel in handles.items()
    )


def seeds_source(settings: Settings) -> Source:
    """The folder whose documents are read as entries."""
    seeds = settings.seeds
    return Source(
        id="seeds",
        kind=SourceKind.SEEDS,
        name=seeds.folder.name,
        url=str(seeds.folder),
        interval_s=seeds.interval_s,
        pinned=True,
    )


def newsroom_source(url: str) -> Source:
    """The sandbox's own feed."""
    return Source(
        id=NEWSROOM,
        kind=SourceKind.FEED,
        name="Newsroom (sandbox)",
        url=url,
        interval_s=_NEWSROOM_INTERVAL_S,
        pinned=True,
        private=True,
    )
