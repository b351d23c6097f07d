"""What the operator asks on the command line: the sources, and whether all is well."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot import app, config
from bot.config import Settings
from bot.core.model import Poll, Source, SourceAge, SourceKind, Way
from bot.core.trial import Tally, Trial
from bot.errors import BotError, ConfigError, SourceError
from bot.sources.feed import FeedPoller
from bot.sources.hops import shown_url
from bot.sources.identity import feed_id, host_of
from bot.sources.workers import Workers
from bot.stores.sqlite import SqliteStore

_LOW_DISK_BYTES = 200 * 1024 * 1024
_WAYS = 50  # reports of one story that are shown
_BACKTESTED = 20_000  # entries, about a minute's work


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``doctor``: what was looked at, whether it is well, and how to mend it."""

    what: str
    well: bool
    told: str
    mend: str = ""


@asynccontextmanager
async def store_of(settings: Settings) -> AsyncIterator[SqliteStore]:
    """The store of these settings with its sources as config.yaml has them."""
    store = await app.open_store(settings)
    try:
        await store.put_sources(app.configured_sources(settings), "config")
        yield store
    finally:
        await store.close()


async def list_feeds(settings: Settings) -> tuple[SourceAge, ...]:
    """Every source and how it is doing."""
    async with store_of(settings) as store:
        return await store.source_ages()


async def add_feed(settings: Settings, source: Source) -> None:
    """Add a feed beside those of config.yaml; a running bot polls it at its next tick.

    Raises:
        ConfigError: It is there already.
    """
    async with store_of(settings) as store:
        if not await store.add_source(source, "operator"):
            told = shown_url(source.url)
            raise ConfigError(f"{told} is among the sources already", "url")


async def remove_feed(settings: Settings, url_or_id: str) -> None:
    """Remove a feed that was added by ``add_feed``.

    Raises:
        ConfigError: There is none, or it stands in config.yaml.
    """
    async with store_of(settings) as store:
        for source_id in (url_or_id, feed_id(url_or_id)):
            if await store.remove_source(source_id, "operator"):
                return
        known = {age.source.id for age in await store.source_ages()}
    told = shown_source(url_or_id)
    if {url_or_id, feed_id(url_or_id)} & known:
        raise ConfigError(f"{told} stands in config.yaml: remove it there", "feeds")
    raise ConfigError(f"no feed {told}: see python -m bot feeds list", "url")


def shown_source(url_or_id: str) -> str:
    """What the operator named, without the password of an address."""
    return shown_url(url_or_id) if {":", "@"} & set(url_or_id) else url_or_id


async def visit_feed(settings: Settings, url: str, *, private: bool = False) -> Poll:
    """Visit an address once as a poll would, and record nothing.

    Raises:
        SourceError: The visit failed.
    """
    known = {source.url: source for source in app.configured_sources(settings)}
    source = known.get(url) or feed_source(url)
    source = replace(source, private=private or source.private)
    fetcher, workers = app.fetcher_of(settings), Workers()
    try:
        return await FeedPoller(fetcher, app.now, workers).poll(source)
    finally:
        workers.close()
        await fetcher.close()


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


def age_words(age: SourceAge, now: datetime) -> str:
    """How a source is doing, in a few words."""
    return "; ".join((_state_words(age, now), *_move_words(age.source)))


def _state_words(age: SourceAge, now: datetime) -> str:
    source = age.source
    if source.gone_at is not None:
        return f"GONE since {source.missing_since or source.gone_at:%Y-%m-%d}: {age.error}"
    if age.error:
        kind = f" {source.failure}" if source.failure else ""
        return f"FAILING{kind} ({source.failures} in a row): {age.error}"
    if source.polled_ok_at is None:
        return "not polled yet"
    minutes = (now - source.polled_ok_at) // timedelta(minutes=1)
    return f"ok, polled {minutes} min ago{_due_words(age, now)}"


def _due_words(age: SourceAge, now: datetime) -> str:
    if age.next_due_at is None or age.next_due_at <= now:
        return ", due now"
    return f", due in {-(-(age.next_due_at - now) // timedelta(minutes=1))} min"


def _move_words(source: Source) -> Iterator[str]:
    if source.moved_url:
        yield f"moved for good to {shown_url(source.moved_url)}"
    if source.move.url and source.move.since:
        since = f"{source.move.since:%Y-%m-%d}"
        told = f"says it moved to {shown_url(source.move.url)} ({source.move.polls} polls since"
        yield f"{told} {since})"


async def doctor(settings: Settings) -> tuple[Check, ...]:
    """Look at everything that can be looked at without sending anything."""
    checks = [_token(), _knowledge(settings), _seeds(settings), _disk(settings)]
    return (*checks, *await _database(settings))


async def backtest(settings: Settings, query: str, back: timedelta) -> tuple[Tally, bool]:
    """How often a watch would have fired in what is stored, and whether there was too much of it.

    Raises:
        BotError: There is no database yet.
        SchemaError, StoreUnavailable: It cannot be read.
    """
    path = _database_path(settings)
    if not path.exists():
        raise BotError(f"there is no database {path} yet: python -m bot run makes it")
    async with _looking_into(path) as store:
        texts = await store.entries_since(app.now() - back, _BACKTESTED)
    trial = Trial(app.knowledge_of(settings))
    return trial.tally([query], texts)[query], len(texts) == _BACKTESTED


async def ways(settings: Settings, asked: str) -> tuple[Way, ...]:
    """What became of the entries with this link, number, fingerprint or story.

    Raises:
        BotError: There is no database yet, or no such entry in it.
        SchemaError, StoreUnavailable: It cannot be read.
    """
    path = _database_path(settings)
    if not path.exists():
        raise BotError(f"there is no database {path} yet: python -m bot run makes it")
    async with _looking_into(path) as store:
        found = await store.ways(asked.strip().removeprefix("№").strip(), _WAYS)
    if not found:
        raise BotError(
            f"no entry has the link, number, fingerprint or story {asked!r}:"
            " give the link as the feed has it, or the number at the end of an alert (№)"
        )
    return found


def _token() -> Check:
    try:
        token = config.token(os.environ)
    except ConfigError as error:
        mend = f"set {error.key} to what @BotFather gave you, or unset it to use the sandbox"
        return Check("token", well=False, told=str(error), mend=mend)
    told = "set" if token else "none: `run` starts the sandbox"
    return Check("token", well=True, told=told)


def _knowledge(settings: Settings) -> Check:
    try:
        knowledge = app.knowledge_of(settings)
    except BotError as error:
        return Check(
            "data",
            well=False,
            told=str(error),
            mend="correct `topics` in config.yaml or your topics file, else restore bot/data",
        )
    told = f"{len(knowledge.topics)} topics, {len(knowledge.places)} places"
    return Check("data", well=True, told=told)


def _seeds(settings: Settings) -> Check:
    folder = settings.seeds.folder
    if not folder.is_dir():
        mend = f"mkdir {folder}, or set seeds.folder"
        return Check("seeds", well=False, told=f"{folder} is not a folder", mend=mend)
    return Check("seeds", well=True, told=f"{sum(1 for _ in folder.iterdir())} files in {folder}")


def _database_path(settings: Settings) -> Path:
    """The database of ``run``; with a token that cannot be one, that of ``run`` once it is."""
    try:
        return app.database_path(settings)
    except ConfigError:
        return settings.store.path


def _disk(settings: Settings) -> Check:
    folder = next(p for p in _database_path(settings).parents if p.exists())
    free = shutil.disk_usage(folder).free
    told = f"{free // 2**20} MB free in {folder}"
    return Check("disk", free > _LOW_DISK_BYTES, told, "make room, or set store.path elsewhere")


@asynccontextmanager
async def _looking_into(path: Path) -> AsyncIterator[SqliteStore]:
    store = await app.look_into(path)
    try:
        yield store
    finally:
        await store.close()


async def _database(settings: Settings) -> tuple[Check, ...]:
    path = _database_path(settings)
    if not path.exists():
        return (Check("database", well=True, told=f"none yet, {path} is made by the first run"),)
    try:
        async with _looking_into(path) as store:
            counts, dead = await store.outbox_counts(), await store.dead_letters(5)
            ages = await store.source_ages()
    except BotError as error:
        command = "python -m bot migrate"
        mend = command if command in str(error) else "see docs/operate.md, “The database”"
        return (Check("database", well=False, told=str(error), mend=mend),)
    states = ", ".join(f"{n} {state}" for state, n in counts.items()) or "empty"
    letters = "; ".join(f"#{row['id']} {row['state']}: {row['error']}" for row in dead)
    return (
        Check("database", well=True, told=str(path)),
        Check("outbox", not dead, f"{states}{letters and f' ({letters})'}", "read the errors"),
        *_failing(ages),
    )


def _failing(ages: tuple[SourceAge, ...]) -> Iterator[Check]:
    failing = [age for age in ages if age.error]
    told = f"{len(ages)} sources, {len(failing)} failing"
    yield Check("sources", not failing, told, "python -m bot feeds test URL")


def error_words(error: SourceError) -> str:
    """A failed visit for people: what kind of failure, and what was found."""
    return f"{type(error).__name__}: {error}"
