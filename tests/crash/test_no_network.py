"""S8: it starts while no name can be resolved and nobody answers, and catches up by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.core.model import AddWatch, Chat, PutChat
from bot.sandbox.server import start_sandbox
from bot.stores.sqlite import SqliteStore
from tests.crash.crowd import BOT_ID
from tests.e2e.conftest import SAM, TOKEN, People, Running, until
from tests.e2e.test_run import TITLE, drop

pytestmark = pytest.mark.crash


async def test_without_a_network_at_its_start_it_reads_and_tells_when_there_is_one(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    address = f"http://127.0.0.1:{unused_tcp_port}/bot"
    (tmp_path / "seeds").mkdir()
    (tmp_path / "config.yaml").write_text(
        f"telegram:\n  base_url: {address}\nseeds:\n  interval_s: 1\npolling:\n  tick_s: 0.2\n"
        "feeds:\n  - {name: Nowhere, url: 'http://feed.invalid/rss'}\n"
    )
    running = Running(tmp_path, None)
    running.database = tmp_path / "var" / "rasid.db"
    store = await SqliteStore.open(running.database, bot_id=BOT_ID)
    subscribed = [PutChat(Chat(SAM, lang="en")), AddWatch(SAM, "topic:all")]
    await store.answer(1, subscribed, [], datetime.now(UTC))
    await store.close()
    await running.start(TELEGRAM_BOT_TOKEN=TOKEN)
    try:
        drop(tmp_path)
        waits = "SELECT 1 FROM deliveries WHERE kind = 'alert' AND state = 'pending'"
        await until(lambda: running.database.exists() and running.rows(waits), "the alert waits")
        failed = "SELECT 1 FROM sources WHERE kind = 'feed' AND error <> ''"
        await until(lambda: running.rows(failed), "the feed that has no address")
        sandbox = await start_sandbox(port=unused_tcp_port, token=TOKEN)
        async with aiohttp.ClientSession(sandbox.url) as session:
            people = People(session)
            await until(lambda: said(people), "the alert arrives", 45)
            await people.say(SAM, "/help")
            await until(lambda: said(people, "/subscribe"), "commands are heard", 75)
        code, _ = await running.end()
        assert code == 0, running.told()
        assert "Traceback" not in running.told()
        await sandbox.close()
    finally:
        await running.cleanup()


async def said(people: People, text: str = TITLE) -> bool:
    return any(text in message["text"] for message in await people.got(SAM))
