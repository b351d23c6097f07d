"""Chats that block, move, close a topic or throw us out: the real parts, from the update to the

message, with the sandbox as Telegram.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.leaving import Leavers
from bot.core.model import Chat, ChatStatus
from bot.core.pacing import Limits, Pacing, Rate
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from bot.flow.commands import Commands
from bot.flow.deliver import Deliver
from bot.flow.sending import Sending
from bot.flow.worded import Wording
from bot.stores.sqlite import SqliteStore
from bot.telegram.room import TelegramRoom
from tests.making import a_batch, a_verdict
from tests.telegram.conftest import DESK, FAMILIES, LAYLA, SAM, Stage, until

KNOWN, WORDS = load_knowledge(), load_words()
FAST = Rate(1_000, timedelta(seconds=1), burst=100)
IRAQ = 11  # a topic of the sandbox's forum


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Life:
    """A bot that runs, and what its chats see."""

    stage: Stage
    room: TelegramRoom
    store: SqliteStore
    deliver: Deliver
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def say(self, by: int, chat: int, text: str, thread: int | None = None) -> None:
        await self.stage.do("send", user=by, chat=chat, text=text, thread_id=thread)
        await self.heard()

    async def heard(self) -> None:
        """Until every update was served."""
        await until(lambda: not self.stage.sandbox.world.updates.pending())

    async def alert(self, *chats: int) -> str:
        """An alert is recorded for ``chats``; its title."""
        number = next(self._numbers)
        title = f"Alert no. {number}"
        await self.store.record(a_batch(a_verdict(number, *chats, title=title), at=clock()))
        self.deliver.wake()
        return title

    async def told(self, chat: int, text: str) -> dict[str, object]:
        """Until ``chat`` was told of ``text``; where it was."""
        await until(lambda: self.count(chat, text) > 0, 6)
        return next(row for row in self.rows(chat) if text in str(row["text"]))

    def count(self, chat: int, text: str) -> int:
        return sum(text in str(row["text"]) for row in self.rows(chat))

    def rows(self, chat: int) -> list[dict[str, object]]:
        return [row for row in self.stage.sandbox.world.journal.after(0) if row["chat_id"] == chat]

    async def chat(self, number: int) -> Chat:
        known = await self.store.chat(number)
        assert known is not None
        return known

    async def follows(self, number: int) -> list[str]:
        return [watch.query for watch in await self.store.watches(number)]

    async def settled(self) -> dict[str, int]:
        """Until nothing is waiting; how the deliveries ended."""
        async with asyncio.timeout(6):
            while True:
                counts = dict(await self.store.outbox_counts())
                if not counts.keys() & {"pending", "leased", "sending"}:
                    return counts
                await asyncio.sleep(0.02)


@pytest.fixture
async def life(stage: Stage, room: TelegramRoom, tmp_path: Path) -> AsyncIterator[Life]:
    store = await SqliteStore.open(tmp_path / "rasid.db", bot_id=1)
    wording = Wording(store, WORDS, KNOWN.topics, KNOWN.places, clock)
    sending = Sending(
        store=store,
        messenger=room.messenger,
        wording=wording,
        pacing=Pacing(Limits(FAST, FAST, FAST)),
        clock=clock,
        steady=clock,
        chance=lambda: 0.0,
        leavers=Leavers(span=timedelta(seconds=0.2)),
    )
    deliver = Deliver(sending, lease="test")
    commands = Commands(store, KNOWN, WORDS, clock)

    async def serve(request):
        answer = await commands.serve(request)
        deliver.sending.heard(request.chat.id)
        deliver.wake()
        return answer

    sending = asyncio.create_task(deliver.run())
    receiving = asyncio.create_task(room.run_updates(serve, poll_s=5, first_pause_s=0.02))
    yield Life(stage, room, store, deliver)
    await room.stop()
    deliver.stop()
    await asyncio.wait({sending, receiving})
    commands.close()
    await store.close()


async def test_who_blocked_us_is_told_nothing_and_everything_again_once_they_are_back(
    life: Life,
) -> None:
    await life.say(SAM, SAM, "/subscribe")
    await life.told(SAM, "Subscribed")
    await life.stage.do("block", user=SAM, blocked=True)
    await life.heard()
    assert (await life.chat(SAM)).status is ChatStatus.GONE
    assert await life.follows(SAM) == ["topic:all"]
    await life.stage.do("block", user=SAM, blocked=False)
    await life.heard()
    assert (await life.chat(SAM)).status is ChatStatus.ACTIVE
    await life.told(SAM, await life.alert(SAM))


async def test_a_block_that_no_update_told_is_learnt_from_the_send(life: Life) -> None:
    await life.say(SAM, SAM, "/subscribe")
    await life.told(SAM, "Subscribed")
    await life.settled()
    life.stage.sandbox.world.people[SAM].blocked = True
    await life.alert(SAM)
    assert (await life.settled())["cancelled"] >= 1
    assert (await life.chat(SAM)).status is ChatStatus.GONE
    life.stage.sandbox.world.people[SAM].blocked = False
    await life.say(SAM, SAM, "/start")
    assert (await life.chat(SAM)).status is ChatStatus.ACTIVE
    assert await life.follows(SAM) == ["topic:all"]
    await life.told(SAM, await life.alert(SAM))


async def test_a_group_that_throws_us_out_and_lets_us_in_again_keeps_its_watches(
    life: Life,
) -> None:
    await life.say(SAM, FAMILIES, "/subscribe")
    await life.told(FAMILIES, "Subscribed")
    await life.stage.do("member", chat=FAMILIES, status="kicked", by=SAM)
    await life.heard()
    assert (await life.chat(FAMILIES)).status is ChatStatus.GONE
    await life.stage.do("member", chat=FAMILIES, status="member", by=SAM)
    await life.heard()
    assert (await life.chat(FAMILIES)).status is ChatStatus.ACTIVE
    assert await life.follows(FAMILIES) == ["topic:all"]
    await life.told(FAMILIES, await life.alert(FAMILIES))


@pytest.mark.parametrize("order", [(0, 1, 0, 1), (1, 0, 1, 0)])
async def test_a_group_that_moves_misses_nothing_whichever_message_comes_first(
    life: Life, order: tuple[int, ...]
) -> None:
    await life.say(SAM, FAMILIES, "/subscribe")
    await life.told(FAMILIES, "Subscribed")
    updates = life.stage.sandbox.world.updates
    said, put = [], updates.put
    updates.put = lambda kind, content: said.append((kind, content))  # type: ignore[method-assign]
    await life.stage.do("migrate", chat=FAMILIES)
    updates.put = put  # type: ignore[method-assign]
    new = life.stage.sandbox.world.rooms[FAMILIES].migrated_to
    assert new is not None
    sent = [await life.alert(FAMILIES)]  # the send learns of it first, or an update does
    for which in order:
        updates.put(*said[which])
    await life.heard()
    for title in sent:
        await life.told(new, title)
    sent.append(await life.alert(new))
    await life.told(new, sent[-1])
    assert [life.count(new, title) for title in sent] == [1, 1]
    assert await life.store.chat(FAMILIES) is None
    assert (await life.chat(new)).status is ChatStatus.ACTIVE
    assert await life.follows(new) == ["topic:all"]
    assert await life.follows(FAMILIES) == []
    assert (await life.settled()).keys() == {"sent"}


async def test_a_group_that_seems_lost_while_it_moves_is_not(life: Life) -> None:
    """Our leaving the old chat may be told before the move is."""
    await life.say(SAM, FAMILIES, "/subscribe")
    await life.told(FAMILIES, "Subscribed")
    await life.stage.do("member", chat=FAMILIES, status="left", by=SAM)
    await life.heard()
    assert (await life.chat(FAMILIES)).status is ChatStatus.GONE
    life.stage.sandbox.world.rooms[FAMILIES].bot_status = "member"
    await life.stage.do("migrate", chat=FAMILIES)
    await life.heard()
    new = life.stage.sandbox.world.rooms[FAMILIES].migrated_to
    assert new is not None
    assert (await life.chat(new)).status is ChatStatus.ACTIVE
    await life.told(new, await life.alert(new))


async def test_a_group_that_stopped_us_and_moves_stays_stopped(life: Life) -> None:
    await life.say(SAM, FAMILIES, "/subscribe")
    await life.say(SAM, FAMILIES, "/stop")
    await life.stage.do("migrate", chat=FAMILIES)
    await life.heard()
    new = life.stage.sandbox.world.rooms[FAMILIES].migrated_to
    assert new is not None
    assert (await life.chat(new)).status is ChatStatus.STOPPED


async def test_the_alerts_of_a_topic_that_is_gone_come_in_general(life: Life) -> None:
    await life.say(LAYLA, DESK, "/subscribe", IRAQ)
    assert (await life.chat(DESK)).thread_id == IRAQ
    told = await life.told(DESK, await life.alert(DESK))
    assert told["message_thread_id"] == IRAQ
    del life.stage.sandbox.world.rooms[DESK].topics[IRAQ]
    title = await life.alert(DESK)
    told = await life.told(DESK, title)
    assert told["message_thread_id"] is None
    assert (await life.chat(DESK)).thread_id is None
    assert life.count(DESK, title) == 1
