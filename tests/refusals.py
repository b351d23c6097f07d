"""Messages that a chat, or a topic of it, refuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from bot.core.model import Chat, Delivery, DeliveryState, Note, Settlement
from bot.stores.sqlite import SqliteStore
from tests.making import NOW, a_note

_numbers = count(900_000)


async def on_its_way(store: SqliteStore, chat: Chat, now: datetime = NOW) -> Delivery:
    """An answer to this chat, about to be sent."""
    await store.answer(next(_numbers), [], [(chat, a_note("refused"), None)], now)
    claimed = await store.claim_deliveries(now, 99, "refused", timedelta(seconds=90))
    (mine,) = (delivery for delivery in claimed if delivery.chat.id == chat.id)
    assert await store.mark_sending(mine, now)
    await store.release("refused")
    return mine


async def leaves(store: SqliteStore, chat: Chat, now: datetime = NOW) -> None:
    """It refuses a message, and is believed."""
    refused = await on_its_way(store, chat, now)
    assert await store.chat_gone(refused, now)
    await store.settle(refused, Settlement(DeliveryState.CANCELLED), now)


async def closes_topic(
    store: SqliteStore, chat: Chat, now: datetime = NOW, notice: Note | None = None
) -> None:
    """Its topic refuses a message, which is sent again in General."""
    refused = await on_its_way(store, chat, now)
    await store.thread_gone(refused, now, notice)
    await store.settle(refused, Settlement(DeliveryState.PENDING, None, timedelta()), now)
