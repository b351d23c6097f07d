"""The composition root: settings in, running parts out. The one place that picks concretes.

Here alone stand the real clock and real chance; everything below takes them as arguments.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot import __version__, config, upkeep
from bot.config import Settings
from bot.configured import configured_sources
from bot.core.i18n import Words
from bot.core.model import Answer, Knowledge, Request, Source, SourceKind
from bot.core.pacing import Pacing
from bot.core.turn import Policy
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from bot.database import SANDBOX_TOKEN, database_path, need_database_path, open_store
from bot.engine import garbage
from bot.engine.building import MatcherBuilder
from bot.engine.local import LocalEngine
from bot.errors import ConfigError
from bot.flow import greeting
from bot.flow.asked import Limits
from bot.flow.beside import Beside
from bot.flow.commands import Commands
from bot.flow.deliver import Deliver
from bot.flow.ingest import Ingest
from bot.flow.intake import Intake
from bot.flow.pruning import Pruning
from bot.flow.pushing import Pushing
from bot.flow.reading import PageReading
from bot.logs import begin
from bot.sandbox.server import Sandbox, start_sandbox
from bot.sources.article import ArticleReader
from bot.sources.aside import Aside
from bot.sources.channel import ChannelPoller
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.robots import Robots
from bot.sources.seeds import SeedsPoller
from bot.sources.workers import Workers
from bot.stores.lock import only_one
from bot.stores.sqlite import SqliteStore
from bot.telegram.room import TelegramRoom, build
from bot.web import hook, push
from bot.web.server import start_web

log = logging.getLogger(__name__)

NEWSROOM = "newsroom"
_NEWSROOM_INTERVAL_S = 2
_HUBS_EVERY = timedelta(seconds=30)
# Less than the ten seconds a process manager waits between SIGTERM and SIGKILL.
_FINISH_S = 8.0


def now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def knowledge_of(settings: Settings) -> Knowledge:
    """The lexicon, gazetteer and topics these settings ask for.

    Raises:
        ConfigError: They ask for what there is not; where they do is named.
    """
    try:
        return load_knowledge(settings.topics or None, own=settings.topics_folder)
    except ConfigError as error:
        if error.key.partition(".")[0] not in {"topics", "topics_folder"}:
            raise
        raise ConfigError(f"{settings.where(error.key)}: {error}", error.key) from error


def fetch_limits(settings: Settings) -> FetchLimits:
    """What a visit may cost, and who says to be visiting."""
    polling = settings.polling
    contact = f"; {polling.contact}" if polling.contact else ""
    return FetchLimits(
        total_s=polling.timeout_s,
        idle_s=polling.idle_s,
        max_bytes=polling.max_bytes,
        user_agent=f"Rasid/{__version__} (self-hosted news watcher{contact})",
    )


def fetcher_of(settings: Settings) -> Fetcher:
    """What visits feeds, with the operator's limits and contact."""
    return Fetcher(fetch_limits(settings))


@dataclass
class Rasid:
    """The running parts."""

    settings: Settings
    store: SqliteStore
    ingest: Ingest
    pages: PageReading
    deliver: Deliver
    commands: Commands
    room: TelegramRoom
    words: Words
    sandbox: Sandbox | None
    pushing: Pushing | None
    pruning: Pruning
    upkeep: upkeep.Upkeep

    @property
    def hook_url(self) -> str:
        """Where Telegram brings updates; empty where we ask for them."""
        settings = self.settings
        wished = settings.telegram.updates == "webhook"
        return settings.web.public_url.rstrip("/") + hook.PATH if wished else ""

    async def serve(self, request: Request) -> Answer | None:
        """Answer a request, record it, and let the sender know."""
        answer = await self.commands.serve(request)
        self.deliver.wake()
        return answer


async def run(settings: Settings, *, once: bool = False) -> None:
    """Run until SIGTERM or SIGINT; with ``once`` poll everything, send everything, return."""
    token = config.token(os.environ)
    # Processes of ours read what strangers wrote: they do not inherit it. (We still see it.)
    os.unsetenv("TELEGRAM_BOT_TOKEN")
    secrets_told = (token.get_secret_value(),) if token else ()
    begin(settings.log.level, (*secrets_told, *upkeep.secrets_of(settings.notify)))
    knowledge_of(settings)  # kept for later; what is wrong in it ends the run before it begins
    garbage.seldom()
    path = need_database_path(settings)

    async def live(news: list[str]) -> None:
        secret = token.get_secret_value() if token else None
        async with _assembled(settings, secret, news) as rasid:
            await (_once(rasid) if once else _forever(rasid))

    with only_one(path):
        await upkeep.keep_alive(settings, path, now, live)


@asynccontextmanager
async def _assembled(
    settings: Settings, token: str | None, news: list[str]
) -> AsyncIterator[Rasid]:
    """Everything put together, and taken apart again in the opposite order."""
    sandbox = None if token else await _sandbox(settings)
    store = await open_store(settings)
    fetcher, workers, aside = fetcher_of(settings), Workers(), Aside()
    api = settings.telegram
    room = (
        build(sandbox.token, sandbox.api_url, sandbox.file_url)
        if sandbox
        else build(token or "", api.base_url, api.file_url)
    )
    try:
        await _put_sources(store, settings, sandbox)
        feeds = FeedPoller(fetcher, now, workers)
        yield _wired(settings, store, feeds, aside, room=room, sandbox=sandbox, news=news)
    finally:
        workers.close()
        await room.close()
        await aside.close()
        await fetcher.close()
        await store.close()
        if sandbox:
            await sandbox.close()
        garbage.leave()


async def _sandbox(settings: Settings) -> Sandbox:
    sandbox = await start_sandbox(
        port=settings.sandbox.port, token=SANDBOX_TOKEN, seeds=settings.seeds.folder
    )
    print(
        "No TELEGRAM_BOT_TOKEN: this is the sandbox. Nothing leaves for Telegram.\n"
        f"Open the chat page: {sandbox.url}/",
        file=sys.stderr,
        flush=True,
    )
    return sandbox


async def _put_sources(store: SqliteStore, settings: Settings, sandbox: Sandbox | None) -> None:
    seeds = settings.seeds
    await store.put_sources(configured_sources(settings), "config")
    folder = Source(
        id="seeds",
        kind=SourceKind.SEEDS,
        name=seeds.folder.name,
        url=str(seeds.folder),
        interval_s=seeds.interval_s,
        pinned=True,
    )
    await store.put_sources([folder], "seeds")
    await store.put_sources(_newsroom(sandbox), "sandbox")


def _newsroom(sandbox: Sandbox | None) -> Sequence[Source]:
    if sandbox is None:
        return ()
    return (
        Source(
            id=NEWSROOM,
            kind=SourceKind.FEED,
            name="Newsroom (sandbox)",
            url=sandbox.feed_url,
            interval_s=_NEWSROOM_INTERVAL_S,
            pinned=True,
            private=True,
        ),
    )


def _wired(
    settings: Settings,
    store: SqliteStore,
    feeds: FeedPoller,
    aside: Aside,
    *,
    room: TelegramRoom,
    sandbox: Sandbox | None,
    news: list[str],
) -> Rasid:
    words, knowledge, limits = load_words(), knowledge_of(settings), settings.limits
    deliver = Deliver(
        store=store,
        messenger=room.messenger,
        words=words,
        topics=knowledge.topics,
        places=knowledge.places,
        pacing=Pacing(),
        clock=now,
        chance=random.random,
        lease=secrets.token_hex(8),
        version=__version__,
    )
    intake = Intake(
        store=store,
        knowledge=knowledge,
        policy=Policy(
            max_age=timedelta(hours=limits.max_age_h),
            baseline_age=timedelta(hours=limits.baseline_age_h),
            story_window=timedelta(hours=limits.story_window_h),
        ),
        clock=now,
        chance=random.random,
        wake=deliver.wake,
        builder=MatcherBuilder(database_path(settings).with_suffix(".matcher")),
        version=__version__,
    )
    ingest = Ingest(
        store=store,
        pollers={
            SourceKind.FEED: feeds,
            SourceKind.SEEDS: SeedsPoller(settings.seeds.folder, now),
            SourceKind.CHANNEL: ChannelPoller(feeds.fetcher, now),
        },
        intake=intake,
        clock=now,
        chance=random.random,
        at_once=settings.polling.at_once,
    )
    pushing = _pushing(settings, store, feeds, ingest)
    commands = Commands(
        store,
        knowledge,
        words,
        now,
        Limits(watches=limits.watches_per_chat),
        operators=settings.telegram.operators,
    )
    pages = PageReading(
        store=store,
        reader=ArticleReader(feeds.fetcher, Robots(feeds.fetcher, now), aside.extract),
        intake=intake,
        clock=now,
        chance=random.random,
        at_once=settings.pages.at_once,
        pause=timedelta(seconds=settings.pages.pause_s),
    )
    pruning = upkeep.pruning_of(settings, store, intake.policy, now)
    kept = upkeep.upkeep_of(settings, store, room.reach, now, news)
    parts = store, ingest, pages, deliver, commands, room, words, sandbox, pushing, pruning, kept
    return Rasid(settings, *parts)


def _pushing(
    settings: Settings, store: SqliteStore, feeds: FeedPoller, ingest: Ingest
) -> Pushing | None:
    """Only where the operator says how hubs reach us: they are addresses that publishers name."""
    if not settings.web.public_url:
        return None
    callback = settings.web.public_url.rstrip("/") + push.PATH
    secret = lambda: secrets.token_urlsafe(24)  # noqa: E731
    pushing = Pushing(store, feeds.fetcher, feeds, ingest.intake.take_pushed, callback, now, secret)
    ingest.polled, ingest.intake.pace = pushing.polled, pushing.pace
    return pushing


@asynccontextmanager
async def _heard(rasid: Rasid, engine: LocalEngine) -> AsyncIterator[None]:
    """Hubs are asked and heard, and Telegram is heard, where that was wished."""
    if rasid.pushing is None:
        yield
        return
    settings = rasid.settings
    routes = push.routes(rasid.pushing)
    if rasid.hook_url:
        routes += hook.routes(rasid.room, rasid.room.secret)
    server = await start_web(
        routes, settings.web.host, settings.web.port, settings.polling.max_bytes
    )
    log.info("web_listening host=%s port=%d", settings.web.host, server.port)
    asking, ask = Beside(), rasid.pushing.tick

    async def tick() -> None:
        # A hub that does not answer holds up neither the next tick nor the end.
        asking.begin("hubs", ask)

    engine.every(_HUBS_EVERY, tick, "hubs")
    try:
        yield
    finally:
        await asking.cancel()
        await server.close()


async def _recover(rasid: Rasid) -> None:
    await upkeep.take_up(rasid.store, rasid.ingest.intake, now())
    if tried := await rasid.store.after_upgrade(__version__):
        log.info("trying_again quarantined=%d: another version broke on them", tried)
    repeated, unconfirmed = await rasid.store.recover(now())
    if repeated or unconfirmed:
        log.warning(
            "recovered may_repeat=%d unconfirmed=%d: the last run ended while sending",
            repeated,
            unconfirmed,
        )


async def _once(rasid: Rasid) -> None:
    await _recover(rasid)
    await rasid.ingest.try_again()
    await rasid.store.all_due(now())
    await rasid.ingest.tick()
    await rasid.ingest.drain()
    await rasid.deliver.drain()
    # After the alerts, which must not wait for them: of each host one page, as ever.
    await rasid.pages.tick()
    await rasid.pages.drain()
    await rasid.deliver.drain()
    await rasid.pruning.prune_due()
    await rasid.upkeep.once()
    await _tell_once(rasid)


async def _tell_once(rasid: Rasid) -> None:
    ages = await rasid.store.source_ages()
    failed = sum(bool(age.error) for age in ages)
    counts = await rasid.store.outbox_counts()
    told = ", ".join(f"{n} {state}" for state, n in counts.items()) or "nothing to send"
    print(f"{len(ages)} sources polled, {failed} unreachable; outbox: {told}", file=sys.stderr)


async def _forever(rasid: Rasid) -> None:
    await _recover(rasid)
    engine = LocalEngine()
    engine.every(timedelta(seconds=rasid.settings.polling.tick_s), rasid.ingest.tick, "poll")
    engine.every(timedelta(seconds=rasid.settings.polling.tick_s), rasid.pages.tick, "pages")
    engine.every(timedelta(minutes=1), rasid.upkeep.keeping.tick, "backups")
    engine.every(timedelta(minutes=1), rasid.pruning.tick, "pruning")
    async with _heard(rasid, engine), rasid.upkeep.running() as damaged:
        await _until_stopped(rasid, engine, damaged)


async def _until_stopped(rasid: Rasid, engine: LocalEngine, damaged: asyncio.Task[None]) -> None:
    stopped = _stop_signal()
    sending = asyncio.create_task(rasid.deliver.run(), name="sender")
    receiving = asyncio.create_task(
        rasid.room.run_updates(rasid.serve, hook_url=rasid.hook_url), name="receiver"
    )
    presenting = asyncio.create_task(_present(rasid), name="presenter")
    await engine.start()
    log.info("started version=%s sources=%d", __version__, len(await rasid.store.source_ages()))
    stopping = asyncio.create_task(stopped.wait(), name="stop")
    try:
        # A part that ends by itself is a failure: the process ends and its manager restarts it.
        ending = {stopping, sending, receiving, damaged}
        await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ends_at = asyncio.get_running_loop().time() + _FINISH_S
        stopping.cancel()
        presenting.cancel()
        # First of all: what somebody else holds up must not hold up the end.
        rasid.store.hurry()
        rasid.deliver.stop()
        await engine.stop()
        await rasid.pruning.cancel()
        await rasid.pages.cancel()
        await rasid.ingest.cancel()
        await rasid.room.stop()
        rasid.commands.close()
        left_s = ends_at - asyncio.get_running_loop().time()
        await asyncio.wait({sending, receiving}, timeout=max(0.0, left_s))
        log.info("stopped")
    for part in (damaged, sending, receiving):
        if part.done() and not part.cancelled():
            part.result()


async def _present(rasid: Rasid) -> None:
    words = rasid.words
    await rasid.room.start({lang: greeting.profile(words, lang) for lang in words.languages})


def _stop_signal() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    return stopped
