"""The part of the store that sending works with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.lanes import Turn
from bot.core.model import DeadLetter, Delivery, Flood, Note, Settlement


class Outbox(Protocol):
    """The deliveries, from their claim to how they ended. User: SQLite's, as part of the store."""

    async def recover(self, now: datetime) -> tuple[int, int]:
        """After a start: leased → pending; sending → pending or unconfirmed by severity; sources
        that were claimed and not visited are due.

        Returns (sent again, left unconfirmed).
        """
        ...

    async def floods(self, now: datetime) -> Sequence[Flood]:
        """The waits that were asked for (429) and are not over, the first asked for first."""
        ...

    async def refusing(self, now: datetime) -> Mapping[int, timedelta]:
        """The chats that refused what still waits for them (403), and how long ago that was."""
        ...

    async def take_up(self, now: datetime) -> int:
        """What backs off may leave now, but for what was asked to wait (429); how much that is."""
        ...

    async def claim_deliveries(
        self,
        now: datetime,
        limit: int,
        lease: str,
        lease_for: timedelta,
        *,
        resting: Collection[int] = (),
        turn: Turn = Turn.NEXT,
    ) -> tuple[Delivery, ...]:
        """Lease what may leave now, in the order of ``core.lanes``, one for each chat; nothing
        comes back where nothing may. ``resting`` chats are left alone; ``turn``: who is first."""
        ...

    async def mark_sending(self, delivery: Delivery, now: datetime) -> bool:
        """Make "the request is about to leave" durable; false when the lease was lost."""
        ...

    async def settle(self, delivery: Delivery, settlement: Settlement, now: datetime) -> None: ...

    async def release(self, lease: str) -> None:
        """Give back everything leased and not yet sending."""
        ...

    async def next_delivery_at(self, after: datetime | None = None) -> datetime | None:
        """When the earliest waiting delivery may leave, or the earliest of those ``after`` a time.

        ``None`` when nothing waits.
        """
        ...

    async def outbox_counts(self) -> Mapping[str, int]:
        """How many deliveries stand in each state."""
        ...

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """The last deliveries that were given up or never confirmed, newest first."""
        ...

    async def notify(self, chats: Collection[int], note: Note, now: datetime) -> int:
        """Say something to those of these chats that hear us; how many they are."""
        ...

    async def chat_gone(self, delivery: Delivery, now: datetime) -> bool:
        """Pause the chat that refused this; its watches stay, its outbox is cancelled.

        False where the chat has changed since this was asked of it: nothing is done.
        """
        ...

    async def chat_moved(self, chat_id: int, new_chat_id: int, now: datetime) -> None: ...

    async def thread_gone(
        self, delivery: Delivery, now: datetime, notice: Note | None = None
    ) -> None:
        """What goes to the topic of this delivery goes to General from now on.

        ``notice`` says so there, once, where the chat's alerts went to that topic.
        """
        ...
