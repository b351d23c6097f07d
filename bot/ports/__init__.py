"""The doors between the rooms: each Protocol has two real users.

Every method is ``async``; every time is passed in, so that a simulation can steer it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.core.matcher import Matcher
from bot.core.model import (
    Article,
    Backup,
    Entry,
    Knowledge,
    Message,
    Poll,
    Source,
    Watch,
)
from bot.ports.outbox import Outbox as Outbox
from bot.ports.store import Store as Store


class Clock(Protocol):
    """Now, in UTC. Users: the real one in ``app`` and the steered one of the tests."""

    def __call__(self) -> datetime: ...


class Poller(Protocol):
    """Visits one source. Users: feeds and the seeds folder."""

    async def poll(self, source: Source) -> Poll:
        """Visit ``source`` once.

        Raises:
            SourceError: The visit failed; its class says what to do next.
        """
        ...


class PageReader(Protocol):
    """Reads the page behind an entry. Users: the web's and the steered one of the tests."""

    async def read(self, source: Source, entry: Entry) -> Article:
        """Visit the page behind ``entry`` of ``source`` once.

        Raises:
            SourceError: The visit failed; its class says what to do next.
        """
        ...


class Reader(Protocol):
    """Reads a document that came without a visit. Users: feeds, and those of the tests."""

    async def read(self, source: Source, body: bytes, content_type: str) -> tuple[Entry, ...]:
        """Its entries.

        Raises:
            SourceInvalid: It is no feed.
        """
        ...


class Hubs(Protocol):
    """Asks the hubs that feeds name. Users: the guarded fetcher, and its counter in tests."""

    async def post(self, source: Source, address: str, form: Mapping[str, str]) -> tuple[int, str]:
        """Send a form; returns the status and the first words of the answer.

        Raises:
            SourceError: It did not arrive, or our guard said no.
        """
        ...


class Pushed(Protocol):
    """Takes what hubs say. Users: the flow, and the web room that hears them."""

    async def verify(self, token: str, mode: str, topic: str, lease_s: int) -> bool:
        """Whether we asked the hub for what it says we did."""
        ...

    async def expects(self, token: str) -> bool:
        """Whether anything that comes under ``token`` is wanted: what is not need not be read."""
        ...

    async def deliver(self, token: str, body: bytes, signature: str, content_type: str) -> bool:
        """Take in what a hub brought; false where nothing is agreed."""
        ...


class Inbox(Protocol):
    """Takes the updates that Telegram brings. Users: the Telegram room, the web room's tests."""

    async def take(self, raw: dict[str, Any]) -> bool:
        """Serve one update as it came; false when it is not done and must come again."""
        ...


class Builder(Protocol):
    """Makes matchers. Users: a process of its own for many watches, the spot for few."""

    async def build(self, knowledge: Knowledge, watches: Sequence[Watch]) -> Matcher:
        """A matcher for ``watches``; nobody waits but the caller."""
        ...


class Messenger(Protocol):
    """Sends messages. Users: the Bot API and the simulated one of the tests."""

    async def send(self, message: Message) -> int:
        """Send ``message`` and return its message id in the chat.

        Raises:
            DeliveryError: Its class says whether it may have arrived and what to do next.
        """
        ...

    async def reach(self) -> None:
        """Ask for a sign of life; changes nothing.

        Raises:
            DeliveryError: There is none, or it does not know us.
        """
        ...


class Backups(Protocol):
    """Makes backups. Users: SQLite's, and a broken one of the tests."""

    def kept(self) -> tuple[Backup, ...]:
        """All there are, in no order."""
        ...

    async def make(self, now: datetime) -> Backup:
        """Make one of what is stored now, and look through it.

        Raises:
            BackupError: It could not be made, or was not good; nothing of it is left.
        """
        ...

    async def rotate(self, now: datetime, hourly: int, daily: int) -> int:
        """Delete what is superfluous; how many that were."""
        ...

    async def close(self) -> None:
        """Break off what is being made."""
        ...


class Outlet(Protocol):
    """Tells the operator by another way than Telegram. Users: HTTP and e-mail."""

    def fits(self, lines: Sequence[str]) -> bool:
        """Whether all of ``lines`` have room in one message."""
        ...

    async def tell(self, lines: Sequence[str]) -> None:
        """Send ``lines`` as one message; what does not fit is cut.

        Raises:
            NotifyError: It did not arrive; its words hold no secret.
        """
        ...


class Engine(Protocol):
    """Makes things happen in time. Users: APScheduler here, a job queue when scaled out."""

    def every(self, interval: timedelta, job: Callable[[], Awaitable[None]], name: str) -> None:
        """Run ``job`` each ``interval``; a late tick is run late, never skipped, never doubled."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """No tick starts after this returns; one that is running is awaited."""
        ...
