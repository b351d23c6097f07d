from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.core.i18n import Words
from bot.core.model import Answer, Chat, ChatKind, Happening, Knowledge, Request
from bot.errors import StoreUnavailable
from bot.flow.commands import Commands
from bot.stores.sqlite import SqliteStore
from tests.flow.conftest import GROUP, LAYLA, NOW, SAM, Talk, shown
from tests.flow.test_commands import report


@dataclass
class Room:
    """Commands with a clock that can be set, and whoever asks in whichever chat."""

    commands: Commands
    store: SqliteStore
    now: datetime = NOW
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def ask(
        self,
        chat: Chat,
        user: int | None,
        text: str = "list",
        *,
        admin: bool = False,
        button: bool = False,
    ) -> Answer:
        n = next(self.numbers)
        name, args = ("", text) if button else (text, "")
        asked = Request(
            n,
            chat,
            name,
            args,
            user_id=user,
            message_id=n,
            is_admin=admin or chat.kind is ChatKind.PRIVATE,
            button=button,
        )
        answer = await self.commands.serve(asked)
        assert answer is not None
        return answer

    async def flood(self, times: int, chat: Chat, user: int | None, **how: bool) -> list[Answer]:
        return [await self.ask(chat, user, **how) for _ in range(times)]  # type: ignore[arg-type]


@pytest.fixture
def room(store: SqliteStore, knowledge: Knowledge, words: Words) -> Room:
    made: list[Room] = []
    commands = Commands(store, knowledge, words, lambda: made[0].now)
    made.append(Room(commands, store))
    return made[0]


PRIVATE = Chat(LAYLA, lang="ar")
FAMILY = Chat(GROUP, ChatKind.SUPERGROUP, "en")


def is_notice(answer: Answer) -> bool:
    return "too many" in shown(answer) or "طلبات كثيرة" in shown(answer)


async def test_a_thousand_commands_get_twenty_answers_one_notice_and_silence(room: Room) -> None:
    answers = await room.flood(1_000, PRIVATE, LAYLA)
    assert all(a.notes and not is_notice(a) for a in answers[:20])
    assert is_notice(answers[20])
    assert all(a == Answer() for a in answers[21:])
    assert await room.store.outbox_counts() == {"pending": 21}


async def test_after_a_minute_of_peace_everything_is_answered_again(room: Room) -> None:
    await room.flood(30, PRIVATE, LAYLA)
    room.now += timedelta(minutes=1)
    answers = await room.flood(21, PRIVATE, LAYLA)
    assert all(a.notes and not is_notice(a) for a in answers[:20])
    assert is_notice(answers[20])


async def test_who_goes_on_flooding_is_told_only_once(room: Room) -> None:
    answers = []
    for _ in range(240):
        answers.append(await room.ask(PRIVATE, LAYLA))
        room.now += timedelta(milliseconds=500)
    assert sum(map(is_notice, answers)) == 1


async def test_one_who_floods_silences_nobody_else(room: Room) -> None:
    await room.flood(50, PRIVATE, LAYLA)
    assert (await room.ask(Chat(SAM), SAM)).notes


async def test_strangers_of_a_group_leave_half_of_its_minute_to_the_alerts(room: Room) -> None:
    answers = []
    for second in range(60):
        answers += await room.flood(2, FAMILY, 10_000 + second)
        room.now += timedelta(seconds=1)
    assert sum(len(a.notes) for a in answers) <= 5 + 10 + 1


async def test_strangers_cannot_lock_the_admins_out(room: Room) -> None:
    await room.flood(50, FAMILY, SAM)
    answer = await room.ask(FAMILY, LAYLA, "stop", admin=True)
    assert answer.effects


OLD = "This alert is old: what I knew of it is no longer kept."


async def test_presses_count_too_and_are_told_by_toast(room: Room) -> None:
    press = "1|list|"
    answers = [await room.ask(PRIVATE, LAYLA, press, button=True) for _ in range(30)]
    assert answers[19].notes
    assert answers[20].toast == "طلبات كثيرة دفعة واحدة. انتظر دقيقة."
    assert answers[21] == Answer()


async def test_one_person_has_one_bucket_for_all_groups(room: Room) -> None:
    groups = [Chat(GROUP - n, ChatKind.SUPERGROUP, "en") for n in range(30)]
    answers = [await room.ask(group, SAM, "1|why|s1", button=True) for group in groups]
    assert answers[19].toast == OLD
    assert answers[20].toast == "Too many at once. Wait a minute."
    assert answers[21] == Answer()


async def test_many_people_may_press_why_at_the_same_time(room: Room) -> None:
    answers = [
        await room.ask(FAMILY, user, "1|why|s1", button=True) for user in range(20_000, 20_100)
    ]
    assert all(a.toast == OLD for a in answers)


async def test_who_writes_in_the_name_of_the_chat_is_counted_by_chat(room: Room) -> None:
    channel = Chat(-100777, ChatKind.CHANNEL)
    for chat in (channel, FAMILY):
        answers = await room.flood(30, chat, None, admin=True)
        assert [bool(a.notes) for a in answers] == [True] * 21 + [False] * 9


async def test_what_nobody_typed_is_never_silenced(room: Room) -> None:
    await room.flood(50, PRIVATE, LAYLA)
    await room.ask(PRIVATE, LAYLA, Happening.GONE)
    gone = await room.store.chat(LAYLA)
    assert gone is not None
    assert gone.status == "gone"


async def test_a_request_that_could_not_be_recorded_does_not_pay(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> bool:
        raise StoreUnavailable("locked")

    with monkeypatch.context() as patch:
        patch.setattr(room.store, "answer", broken)
        for _ in range(50):
            with pytest.raises(StoreUnavailable):
                await room.ask(PRIVATE, LAYLA)
    assert (await room.ask(PRIVATE, LAYLA)).notes


# ── one explanation per alert and minute ─────────────────────────────────────────────────────


async def test_why_is_explained_once_a_minute_per_alert_and_then_only_by_toast(
    room: Room, store: SqliteStore
) -> None:
    talk = Talk(store, room.commands, Chat(SAM))
    await talk.say("/subscribe")
    stories = []
    for title in ("Rockets at Ain al-Asad", "Drone at Harir"):
        card = await store.alert_card(SAM, await report(store, title, to=SAM))
        assert card is not None
        stories.append(card.story_id)
    first = await talk.press(f"1|why|{stories[0]}")
    assert first.notes
    again = [await talk.press(f"1|why|{stories[0]}") for _ in range(3)]
    assert all(a == Answer(toast="Explained above.") for a in again)
    assert "Drone at Harir" in shown(await talk.press(f"1|why|{stories[1]}"))
    room.now += timedelta(minutes=1)
    assert (await talk.press(f"1|why|{stories[0]}")).notes
