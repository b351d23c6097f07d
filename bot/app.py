"""The running bot, from its start to its end: what runs beside what, and what stops it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from bot import __version__, config, upkeep
from bot.basics import knowledge_of, now
from bot.config import Settings
from bot.database import need_database_path
from bot.engine import garbage
from bot.engine.local import LocalEngine
from bot.errors import NotifyError
from bot.flow import greeting
from bot.flow.beside import Beside
from bot.logs import begin
from bot.ports import Engine
from bot.stores.lock import only_one
from bot.watcher import outlets_of, secrets_of
from bot.web import hook, push
from bot.web.server import start_web
from bot.wiring import Rasid, assembled

log = logging.getLogger(__name__)

_HUBS_EVERY = timedelta(seconds=30)
# Less than the ten seconds a process manager waits between SIGTERM and SIGKILL.
_FINISH_S = 8.0
_LAST_S = 1.0  # of them for what was abandoned


async def run(settings: Settings, *, once: bool = False) -> None:
    """Run until SIGTERM or SIGINT; with ``once`` poll everything, send everything, return."""
    token = config.token(os.environ)
    # Processes of ours read what strangers wrote: they do not inherit it. (We still see it.)
    os.unsetenv("TELEGRAM_BOT_TOKEN")
    secrets_told = (token.get_secret_value(),) if token else ()
    begin(settings.log.level, (*secrets_told, *secrets_of(settings.notify)))
    knowledge_of(settings)  # kept for later; what is wrong in it ends the run before it begins
    garbage.seldom()
    path = need_database_path(settings)
    # One for all lives: who asks us to stop while a database is mended means the next one, too.
    waiting = None if once else upkeep.Waiting(_stop_signal(), partial(_tell, settings))

    async def live(news: list[str]) -> None:
        secret = token.get_secret_value() if token else None
        async with assembled(settings, secret, news) as rasid:
            await (_forever(rasid, waiting.stopped) if waiting else _once(rasid))

    with only_one(path):
        await upkeep.keep_alive(settings, path, now, live, waiting)


async def _tell(settings: Settings, news: str) -> None:
    for name, outlet in outlets_of(settings.notify).items():
        try:
            await outlet.tell([news])
        except NotifyError as error:
            log.warning("not_told way=%s error=%s", name, error)


@asynccontextmanager
async def _heard(rasid: Rasid, engine: Engine) -> AsyncIterator[None]:
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
    await rasid.watcher.once()
    await _tell_once(rasid)


async def _tell_once(rasid: Rasid) -> None:
    ages = await rasid.store.source_ages()
    failed = sum(bool(age.error) for age in ages)
    counts = await rasid.store.outbox_counts()
    told = ", ".join(f"{n} {state}" for state, n in counts.items()) or "nothing to send"
    print(f"{len(ages)} sources polled, {failed} unreachable; outbox: {told}", file=sys.stderr)


async def _forever(rasid: Rasid, stopped: asyncio.Event) -> None:
    await _recover(rasid)
    engine = LocalEngine()
    engine.every(timedelta(seconds=rasid.settings.polling.tick_s), rasid.ingest.tick, "poll")
    engine.every(timedelta(seconds=rasid.settings.polling.tick_s), rasid.pages.tick, "pages")
    engine.every(timedelta(minutes=1), rasid.keeping.tick, "backups")
    engine.every(timedelta(minutes=1), rasid.pruning.tick, "pruning")
    async with _heard(rasid, engine), rasid.watcher.running() as damaged:
        await _until_stopped(rasid, engine, damaged, stopped)


async def _until_stopped(
    rasid: Rasid, engine: Engine, damaged: asyncio.Task[None], stopped: asyncio.Event
) -> None:
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
        ends_at = asyncio.get_running_loop().time() + _FINISH_S - _LAST_S
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
        await rasid.deliver.abandon()
        receiving.cancel()
        await asyncio.wait({sending, receiving}, timeout=_LAST_S)
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
