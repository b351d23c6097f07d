"""A real store, the shipped knowledge and catalogues, and somebody who talks to the bot."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.bucket import Buckets
from bot.core.i18n import Words
from bot.core.model import (
    AddWatch,
    Answer,
    Chat,
    ChatKind,
    Delivery,
    Knowledge,
    Note,
    PutChat,
    Request,
)
from bot.core.render import text_of, to_plain
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from bot.flow.commands import Commands
from bot.flow.flood import Flood
from bot.stores.sqlite import SqliteStore
from tests import making
from tests.databases import new_store
from tests.making import a_source

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LAYLA, SAM, GROUP = 1001, 1002, -100500


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="session")
def words() -> Words:
    return load_words()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def fed(store: SqliteStore) -> None:
    """The store knows one feed and one who wants to hear everything."""
    await store.put_sources([a_source()], "config")
    await store.answer(1, [PutChat(Chat(7)), AddWatch(7, "topic:all")], [], making.NOW)


@dataclass
class Talk:
    """One chat with the bot; ``say`` writes, ``press`` presses, both return what came back."""

    store: SqliteStore
    commands: Commands
    chat: Chat
    now: datetime = NOW
    is_admin: bool = True
    user_id: int | None = None
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def say(self, text: str, *, reply_to: int | None = None) -> Answer:
        name, args = _split(text)
        number = next(self._ids)
        return await self._serve(
            Request(
                number,
                self.chat,
                name,
                args,
                user_id=self.user_id,
                message_id=number,
                reply_to=reply_to,
                is_admin=self.is_admin,
            )
        )

    async def press(self, data: str, *, message_id: int = 77) -> Answer:
        number = next(self._ids)
        return await self._serve(
            Request(
                number,
                self.chat,
                "",
                data,
                user_id=self.user_id,
                message_id=message_id,
                is_admin=self.is_admin,
                button=True,
            )
        )

    async def happens(self, name: str, args: str = "") -> Answer:
        return await self._serve(Request(next(self._ids), self.chat, name, args))

    async def follows(self) -> list[str]:
        return [watch.query for watch in await self.store.watches(self.chat.id)]

    async def replies(self) -> list[Delivery]:
        """What waits in the outbox."""
        return list(await self.store.claim_deliveries(NOW, 50, "test", timedelta(minutes=1)))

    async def _serve(self, request: Request) -> Answer:
        answer = await self.commands.serve(request)
        assert answer is not None
        return answer


def _split(text: str) -> tuple[str, str]:
    if not text.startswith("/"):
        return "", text
    name, _, args = text[1:].partition(" ")
    return name, args.strip()


def shown(answer: Answer) -> str:
    """Everything an answer shows, without marks of direction."""
    lines = [text_of(line) for note in answer.notes for line in note.lines]
    return "\n".join(lines).translate(dict.fromkeys(range(0x2066, 0x206A)))


def doors(answer: Answer) -> list[str]:
    """The data of all buttons."""
    return [b.data for note in answer.notes for row in note.buttons for b in row]


def fits_one_message(note: Note, lang: str) -> bool:
    text = to_plain(note, lang, limit=1_000_000)
    return len(text.encode("utf-16-le")) // 2 <= 4096


@pytest.fixture
def commands(store: SqliteStore, knowledge: Knowledge, words: Words) -> Commands:
    # The clock stands still here: what a minute allows is the business of test_flood.
    endless = [Buckets(timedelta(), 1) for _ in range(3)]
    return Commands(store, knowledge, words, lambda: NOW, flood=Flood(*endless))


@pytest.fixture
def sam(store: SqliteStore, commands: Commands) -> Talk:
    return Talk(store, commands, Chat(SAM, lang="en"))


@pytest.fixture
def layla(store: SqliteStore, commands: Commands) -> Talk:
    return Talk(store, commands, Chat(LAYLA, lang="ar"), _ids=itertools.count(1000))


@pytest.fixture
def group(store: SqliteStore, commands: Commands) -> Talk:
    chat = Chat(GROUP, ChatKind.SUPERGROUP, "en", thread_id=11)
    return Talk(store, commands, chat, user_id=SAM, _ids=itertools.count(2000))
