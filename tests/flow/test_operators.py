"""Those who run the bot hear in Telegram what was given up and what stands still; nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.i18n import Words
from bot.core.model import (
    Chat,
    ChatKind,
    ChatStatus,
    DeliveryState,
    Knowledge,
    PutChat,
    Settlement,
    Severity,
)
from bot.core.render import to_plain
from bot.errors import NotifyError, StoreUnavailable
from bot.flow.commands import Commands
from bot.flow.operators import InTelegram
from bot.stores.sqlite import SqliteStore
from tests.flow.conftest import LAYLA, SAM, Talk, shown
from tests.making import NOW, a_batch, a_verdict

H = timedelta(hours=1)


@pytest.fixture
def run_by_sam(store: SqliteStore, knowledge: Knowledge, words: Words) -> Commands:
    return Commands(store, knowledge, words, lambda: NOW, operators=(SAM,))


async def give_up(store: SqliteStore, *errors: str) -> None:
    """So many messages are dead letters, and one waits."""
    chats = range(1, len(errors) + 2)
    await store.record(a_batch(a_verdict(1, *chats, severity=Severity.CRITICAL)))
    claimed = await store.claim_deliveries(NOW, len(errors), "l", H)
    for delivery, error in zip(claimed, errors, strict=True):
        assert await store.mark_sending(delivery, NOW)
        dead = Settlement(DeliveryState.DEAD, error=error)
        await store.settle(delivery, dead, NOW - H)


async def test_the_status_of_an_operator_says_what_was_given_up_and_why(
    store: SqliteStore, run_by_sam: Commands
) -> None:
    await give_up(store, "text is too long", "chat is strange")
    sam = Talk(store, run_by_sam, Chat(SAM, lang="en"), user_id=SAM)
    said = shown(await sam.say("/status"))
    assert "1 message waits." in said
    assert "2 messages were given up" in said
    assert "1 hour ago: text is too long" in said
    assert "python -m bot doctor" in said
    await store.answer(99, [PutChat(Chat(SAM, lang="ar"))], [], NOW)
    assert "رسالتان أُهملتا" in shown(await sam.say("/status"))


async def test_with_nothing_given_up_that_is_said(store: SqliteStore, run_by_sam: Commands) -> None:
    sam = Talk(store, run_by_sam, Chat(SAM, lang="en"), user_id=SAM)
    assert "None was given up." in shown(await sam.say("/status"))


@pytest.mark.parametrize(
    ("chat", "user"),
    [
        (Chat(LAYLA, lang="en"), LAYLA),
        (Chat(-5, ChatKind.GROUP, lang="en"), SAM),  # where others read along
        (Chat(-6, ChatKind.CHANNEL, lang="en"), None),
    ],
)
async def test_nobody_else_hears_of_it(
    store: SqliteStore, run_by_sam: Commands, chat: Chat, user: int | None
) -> None:
    await give_up(store, "text is too long")
    said = shown(await Talk(store, run_by_sam, chat, user_id=user).say("/status"))
    assert "given up" not in said
    assert "source" in said


async def test_what_stands_still_is_told_through_the_outbox_to_those_who_hear(
    store: SqliteStore,
) -> None:
    heard = [PutChat(Chat(SAM)), PutChat(Chat(LAYLA, status=ChatStatus.STOPPED))]
    await store.answer(1, heard, [], NOW)
    outlet = InTelegram(store, (SAM, LAYLA, 12345), lambda: NOW)
    await outlet.tell(["The disk is full.", "No backup."])
    (delivery,) = await store.claim_deliveries(NOW, 9, "l", H)
    assert delivery.chat.id == SAM
    assert [line[0].text for line in delivery.payload.lines] == [  # type: ignore[union-attr]
        "🛠 The disk is full.",
        "🛠 No backup.",
    ]


async def test_as_much_goes_into_one_message_as_it_holds_uncut(store: SqliteStore) -> None:
    await store.answer(1, [PutChat(Chat(SAM))], [], NOW)
    outlet, line = InTelegram(store, (SAM,), lambda: NOW), "a" * 96
    most = next(n for n in range(1, 99) if not outlet.fits([line] * (n + 1)))
    assert 35 < most <= 41
    await outlet.tell([line] * most)
    (delivery,) = await store.claim_deliveries(NOW, 9, "l", H)
    assert to_plain(delivery.payload, "en").count(line) == most  # type: ignore[arg-type]


async def test_an_operator_who_never_wrote_is_an_error_that_says_what_to_do(
    store: SqliteStore,
) -> None:
    with pytest.raises(NotifyError, match="/start"):
        await InTelegram(store, (12345,), lambda: NOW).tell(["The disk is full."])


class _Full:
    """A database that cannot be written now."""

    async def notify(self, *_: object) -> int:
        raise StoreUnavailable("the database did not answer: disk full")


async def test_what_cannot_be_written_down_is_told_later() -> None:
    with pytest.raises(NotifyError, match="disk full"):
        await InTelegram(_Full(), (SAM,), lambda: NOW).tell(["The disk is full."])
