"""The parts of the running bot, put together: the one place that picks concretes.

Here alone stands real chance; everything below takes it as an argument.
"""

from __future__ import annotations

import random
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from bot import __version__
from bot.basics import fetcher_of, knowledge_of, now
from bot.config import Settings
from bot.configured import configured_sources, newsroom_source, seeds_source
from bot.core.i18n import Words
from bot.core.model import Answer, Knowledge, Request, SourceKind
from bot.core.pacing import Pacing
from bot.core.turn import Policy
from bot.data.catalogues import load_words
from bot.database import SANDBOX_TOKEN, database_path, open_store
from bot.engine import garbage
from bot.engine.building import MatcherBuilder
from bot.flow.asked import Limits
from bot.flow.commands import Commands
from bot.flow.deliver import Deliver
from bot.flow.ingest import Ingest
from bot.flow.intake import Intake
from bot.flow.keeping import Keeping
from bot.flow.pruning import Pruning
from bot.flow.pulse import Pulse
from bot.flow.pushing import Pushing
from bot.flow.reading import PageReading
from bot.flow.sending import Sending
from bot.flow.worded import Wording
from bot.sandbox.server import Sandbox, start_sandbox
from bot.sources.article import ArticleReader
from bot.sources.aside import Aside
from bot.sources.channel import ChannelPoller
from bot.sources.feed import FeedPoller
from bot.sources.robots import Robots
from bot.sources.seeds import SeedsPoller
from bot.sources.workers import Workers
from bot.stores.sqlite import SqliteStore
from bot.telegram.room import TelegramRoom, build
from bot.upkeep import backups_of, keeping_of, pruning_of
from bot.watcher import Watcher, steady
from bot.web import hook, push


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
    keeping: Keeping
    watcher: Watcher

    @property
    def hook_url(self) -> str:
        """Where Telegram brings updates; empty where we ask for them."""
        settings = self.settings
        wished = settings.telegram.updates == "webhook"
        return settings.web.public_url.rstrip("/") + hook.PATH if wished else ""

    async def serve(self, request: Request) -> Answer | None:
        """Answer a request, record it, and let the sender know."""
        answer = await self.commands.serve(request)
        self.deliver.sending.heard(request.chat.id)
        self.deliver.wake()
        return answer


@asynccontextmanager
async def assembled(settings: Settings, token: str | None, news: list[str]) -> AsyncIterator[Rasid]:
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
        await store.close(rescuing=True)
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
    await store.put_sources(configured_sources(settings), "config")
    await store.put_sources([seeds_source(settings)], "seeds")
    newsroom = [newsroom_source(sandbox.feed_url)] if sandbox else []
    await store.put_sources(newsroom, "sandbox")


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
    words, knowledge = load_words(), knowledge_of(settings)
    deliver = _sender(store, room, words, knowledge)
    intake = _intake(settings, store, knowledge, deliver)
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
        Limits(watches=settings.limits.watches_per_chat),
        operators=settings.telegram.operators,
    )
    pages = _pages(settings, feeds, aside, intake)
    pruning = pruning_of(settings, store, intake.policy, now)
    keeping = keeping_of(settings, backups_of(settings, store.path), now)
    keeping.damaged = store.found_damaged
    pulse = Pulse(steady, room.reach)
    held = partial(_held_since, deliver.sending)
    watcher = Watcher(settings, store, keeping, pulse, now, news, held, room.hearing.deaf)
    return Rasid(
        settings=settings,
        store=store,
        ingest=ingest,
        pages=pages,
        deliver=deliver,
        commands=commands,
        room=room,
        words=words,
        sandbox=sandbox,
        pushing=pushing,
        pruning=pruning,
        keeping=keeping,
        watcher=watcher,
    )


def _sender(store: SqliteStore, room: TelegramRoom, words: Words, knowledge: Knowledge) -> Deliver:
    wording = Wording(store, words, knowledge.topics, knowledge.places, now, __version__)
    sending = Sending(
        store=store,
        messenger=room.messenger,
        wording=wording,
        pacing=Pacing(),
        clock=now,
        steady=_steadily,
        chance=random.random,
    )
    return Deliver(sending, lease=secrets.token_hex(8))


def _intake(
    settings: Settings, store: SqliteStore, knowledge: Knowledge, deliver: Deliver
) -> Intake:
    limits = settings.limits
    return Intake(
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


def _pages(settings: Settings, feeds: FeedPoller, aside: Aside, intake: Intake) -> PageReading:
    return PageReading(
        store=intake.store,
        reader=ArticleReader(feeds.fetcher, Robots(feeds.fetcher, now), aside.extract),
        intake=intake,
        clock=now,
        chance=random.random,
        at_once=settings.pages.at_once,
        pause=timedelta(seconds=settings.pages.pause_s),
    )


def _steadily() -> datetime:
    """Its zero lies anywhere; what matters is how much passes."""
    return datetime.fromtimestamp(steady(), UTC)


def _held_since(sending: Sending) -> datetime | None:
    """Since when nobody who refuses us is given up, as a calendar has it."""
    since = sending.leavers.outage_since()
    return since and now() - (_steadily() - since)


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
