"""Who may do what: everybody who can write or press × every command there is.

The commands come from the registry, so that a new one is in the table the day it is written.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram.ext import Application

from bot.core.bucket import Buckets
from bot.core.model import AddWatch, Answer, Chat, ChatKind, PutChat, Request
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from bot.flow.commands import Commands
from bot.flow.flood import Flood
from bot.flow.greeting import READ_ONLY
from bot.stores.sqlite import SqliteStore
from bot.telegram.admins import Admins
from bot.telegram.handlers import Handlers
from bot.telegram.room import TelegramRoom
from bot.telegram.serving import Serving
from tests.making import NOW
from tests.telegram.conftest import CHANNEL, DESK, LAYLA, NOOR, SAM, Stage

Raw = dict[str, Any]
ARGS = {
    "subscribe": "topic:drone-attack",
    "unsubscribe": "topic:all",
    "watch": "place:erbil",
    "unwatch": "Harir",
    "lang": "ar",
    "instead": "place:erbil",
}
# What an admin may change and others may not; the rest only says something.
CHANGING = {"subscribe", "unsubscribe", "watch", "unwatch", "lang", "stop"}
CHATS = {
    LAYLA: {"id": LAYLA, "type": "private", "first_name": "x"},
    SAM: {"id": SAM, "type": "private", "first_name": "x"},
    DESK: {"id": DESK, "type": "supergroup", "title": "Desk"},
    CHANNEL: {"id": CHANNEL, "type": "channel", "title": "Channel"},
}
STRANGE = {"id": -1009999999999, "type": "channel", "title": "Somebody else's"}
ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
FORWARDED = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
OTHER_BOT = {"id": 9, "is_bot": True, "first_name": "b", "username": "other_bot"}


def person(number: int) -> Raw:
    return {"id": number, "is_bot": False, "first_name": "x", "language_code": "en"}


def written(chat: int, by: Raw | None, kind: str = "message", **extra: Any) -> Callable[[str], Raw]:
    def write(text: str) -> Raw:
        length = len(text.split(maxsplit=1)[0])
        message = {
            "message_id": 5, "date": 1, "chat": CHATS[chat], "text": text,
            "entities": [{"type": "bot_command", "offset": 0, "length": length}],
        }  # fmt: skip
        return {kind: message | ({"from": by} if by else {}) | extra}

    return write


def captioned(text: str) -> Raw:
    raw = written(LAYLA, person(LAYLA))(text)["message"]
    photo = [{"file_id": "x", "file_unique_id": "y", "width": 1, "height": 1}]
    return {"message": raw | {"text": None, "caption": text, "photo": photo}}


def to_another_bot(text: str) -> Raw:
    name, _, args = text.partition(" ")
    return written(DESK, person(SAM))(f"{name}@other_bot {args}")


OBEYED = {
    "somebody in their own chat": (LAYLA, written(LAYLA, person(LAYLA))),
    "an admin of the group": (DESK, written(DESK, person(SAM))),
    "an anonymous admin": (DESK, written(DESK, ANONYMOUS, sender_chat=CHATS[DESK])),
    "a post in the channel": (
        CHANNEL, written(CHANNEL, None, "channel_post", sender_chat=CHATS[CHANNEL])
    ),
}  # fmt: skip
HEARD = {
    "a member of the group": written(DESK, person(NOOR)),
    "who left the group": written(DESK, person(424_242)),
    "another channel writing in the group": written(DESK, CHANNEL_BOT, sender_chat=STRANGE),
    "our own channel writing in the group": written(DESK, CHANNEL_BOT, sender_chat=CHATS[CHANNEL]),
    "an anonymous admin of another group": written(
        DESK, ANONYMOUS, sender_chat={"id": -1008888888888, "type": "supergroup", "title": "x"}
    ),
}
IGNORED = {
    "a forward in private": written(LAYLA, person(LAYLA), forward_origin=FORWARDED),
    "a forward by an admin": written(DESK, person(SAM), forward_origin=FORWARDED),
    "a channel's post, copied to its group": written(
        DESK, {"id": 777_000, "is_bot": False, "first_name": "Telegram"}, is_automatic_forward=True,
        sender_chat=CHATS[CHANNEL], forward_origin={"type": "channel", "date": 1, "message_id": 1,
                                                    "chat": CHATS[CHANNEL]},
    ),
    "a message through another bot": written(LAYLA, person(LAYLA), via_bot=OTHER_BOT),
    "another bot": written(DESK, OTHER_BOT),
    "another bot, in private": written(LAYLA, OTHER_BOT),
    "an edit": written(LAYLA, person(LAYLA), "edited_message", edit_date=2),
    "an edited post": written(
        CHANNEL, None, "edited_channel_post", edit_date=2, sender_chat=CHATS[CHANNEL]
    ),
    "a business message": written(
        LAYLA, person(SAM), "business_message", business_connection_id="x"
    ),
    "a caption": captioned,
    "a command to another bot": to_another_bot,
}  # fmt: skip


@dataclass
class Table:
    """The real way from an update to the database, and what stands there."""

    path: Path
    serving: Serving
    commands: Commands
    first: list[list[tuple[Any, ...]]] = field(default_factory=list)
    asked: list[tuple[Request, Answer | None]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1_000))

    async def serve(self, request: Request) -> Answer | None:
        answer = await self.commands.serve(request)
        self.asked.append((request, answer))
        return answer

    async def happens(self, raw: Raw) -> list[tuple[Request, Answer | None]]:
        """What an update leads to, beginning from the same state each time."""
        self.restore()
        self.asked.clear()
        await self.serving.begin({"update_id": next(self._numbers)} | raw)
        return list(self.asked)

    def state(self) -> list[list[tuple[Any, ...]]]:
        with closing(sqlite3.connect(self.path)) as db:
            return [db.execute(f"SELECT * FROM {table}").fetchall() for table in self.TABLES]

    def restore(self) -> None:
        with closing(sqlite3.connect(self.path)) as db, db:
            for table, rows in zip(self.TABLES, self.first, strict=True):
                db.execute(f"DELETE FROM {table}")
                for row in rows:
                    db.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)

    def changed(self) -> set[int]:
        """Whose rows are others than before."""
        before, after = (
            {(table, row) for table, rows in enumerate(state) for row in rows}
            for state in (self.first, self.state())
        )
        return {row[1] if table else row[0] for table, row in before ^ after}

    TABLES = ("chats", "watches")


@pytest.fixture(scope="module")
def shipped() -> tuple[Any, Any]:
    return load_knowledge(), load_words()


@pytest.fixture
async def table(
    stage: Stage, room: TelegramRoom, tmp_path: Path, shipped: tuple[Any, Any]
) -> AsyncIterator[Table]:
    path = tmp_path / "rasid.db"
    store = await SqliteStore.open(path, bot_id=1)
    kinds = {each: ChatKind(chat["type"]) for each, chat in CHATS.items()}
    effects = [PutChat(Chat(each, kind, "en")) for each, kind in kinds.items()]
    watches = [AddWatch(each, query) for query in ("topic:all", "Harir") for each in CHATS]
    await store.answer(1, [*effects, *watches], [], NOW)
    endless = [Buckets(timedelta(), 1) for _ in range(3)]
    commands = Commands(store, *shipped, lambda: NOW, flood=Flood(*endless))
    app = Application.builder().bot(room.bot).updater(None).build()
    made = Table(path, Serving(app, room.bot, 0.01), commands)
    Handlers(made.serve, Admins(room.bot)).register(app)
    await room.bot.meet(app)
    made.first = made.state()
    yield made
    await store.close()


def every_command(table: Table) -> list[tuple[str, str]]:
    """Each command with what is written behind it."""
    names = [*table.commands._acts, "nonsense"]
    assert len(names) > 12
    return [(name, f"/{name} {ARGS.get(name, '')}".strip()) for name in names]


@pytest.mark.parametrize("actor", OBEYED)
async def test_who_may_is_obeyed_and_only_in_their_own_chat(table: Table, actor: str) -> None:
    chat, write = OBEYED[actor]
    for name, text in every_command(table):
        ((request, answer),) = await table.happens(write(text))
        assert request.is_admin
        assert answer is not None
        assert answer.notes or name not in CHANGING | READ_ONLY, name
        assert table.changed() <= {chat}
        if name in CHANGING:
            assert table.changed() == {chat}, name


@pytest.mark.parametrize("actor", HEARD)
async def test_who_may_not_is_told_so_and_changes_nothing(table: Table, actor: str) -> None:
    refused = None
    for name, text in every_command(table):
        ((request, answer),) = await table.happens(HEARD[actor](text))
        assert not request.is_admin
        assert answer is not None
        assert not answer.effects, name
        assert table.changed() == set(), name
        if name in CHANGING:  # one and the same sentence for all
            assert refused in {None, answer.notes}
            refused = answer.notes
        elif name in READ_ONLY:
            assert answer.notes != refused


@pytest.mark.parametrize("actor", IGNORED)
async def test_what_is_nobodys_wish_to_us_is_not_even_heard(table: Table, actor: str) -> None:
    for _, text in every_command(table):
        assert await table.happens(IGNORED[actor](text)) == []
    assert table.changed() == set()


def press(chat: int, by: int, data: str, **extra: Any) -> Raw:
    message = {"message_id": 5, "date": 1, "chat": CHATS[chat], "text": "x"} | extra
    return {"callback_query": {"id": "1", "chat_instance": "1", "from": person(by),
                               "message": message, "data": data}}  # fmt: skip


def every_button(table: Table) -> list[str]:
    """Each command as a button: with what it needs, with another chat's watch, with nothing."""
    other = str(table.first[1][-1][0])
    assert table.first[1][-1][1] == CHANNEL
    return [
        f"1|{name}|{arg}" for name in table.commands._acts for arg in (ARGS.get(name, ""), other)
    ]


@pytest.mark.parametrize("where", [DESK, CHANNEL])
async def test_a_button_of_others_does_nothing_for_who_is_no_admin(
    table: Table, where: int
) -> None:
    for data in every_button(table):
        ((request, answer),) = await table.happens(press(where, NOOR, data))
        assert not request.is_admin
        assert answer is not None
        assert not answer.effects, data
        assert not answer.notes or data.startswith("1|why"), data
    assert table.changed() == set()


async def test_a_forged_button_reaches_no_watch_of_another_chat(table: Table) -> None:
    touched = set()
    for data in every_button(table):
        await table.happens(press(LAYLA, LAYLA, data))
        assert table.changed() <= {LAYLA}, data
        touched |= table.changed()
    assert touched == {LAYLA}


@pytest.mark.parametrize(
    "raw",
    [
        {"callback_query": {"id": "1", "chat_instance": "1", "from": person(SAM), "data": "1|stop|",
                            "inline_message_id": "x"}},
        {"callback_query": {"id": "1", "chat_instance": "1", "from": person(SAM),
                            "game_short_name": "x"}},
        {"callback_query": {"id": "1", "chat_instance": "1", "from": person(SAM),
                            "message": {"message_id": 5, "date": 1, "chat": CHATS[SAM]}}},
        {"inline_query": {"id": "1", "from": person(SAM), "query": "/stop", "offset": ""}},
        written(SAM, person(SAM))("/@gone"),
        written(SAM, person(SAM))("/@moved 7"),
        {"message": {"message_id": 5, "date": 1, "chat": CHATS[SAM], "from": person(SAM)}},
        {"poll_answer": {"poll_id": "1", "user": person(SAM), "option_ids": []}},
        {"some_kind_of_tomorrow": {"chat": CHATS[SAM], "from": person(SAM), "text": "/stop"}},
    ],
    ids=lambda raw: next(iter(raw)),
)  # fmt: skip
async def test_odd_updates_do_nothing(table: Table, raw: Raw) -> None:
    assert await table.happens(raw) == []
    assert table.changed() == set()


async def test_a_press_on_a_message_too_old_to_be_shown_is_served_all_the_same(
    table: Table,
) -> None:
    ((request, _),) = await table.happens(press(LAYLA, LAYLA, "1|stop|", date=0))
    assert request.is_admin
    assert table.changed() == {LAYLA}
