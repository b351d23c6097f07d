"""Where everything is kept, by what it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.model import (
    Audience,
    Batch,
    Byname,
    Card,
    Chat,
    Claimed,
    Effect,
    Entry,
    Fault,
    Heap,
    Mark,
    Note,
    Push,
    Recall,
    Report,
    Seen,
    Setback,
    Slice,
    Source,
    SourceAge,
    Story,
    Watch,
)
from bot.core.pruning import Bounds
from bot.core.trial import Text
from bot.ports.outbox import Outbox


class Store(Outbox, Protocol):
    """Where everything is kept. Users: SQLite here, PostgreSQL when scaled out."""

    # sources
    async def put_sources(self, sources: Sequence[Source], origin: str) -> None:
        """Make the sources of ``origin`` exactly these; poll state of known ones is kept."""
        ...

    async def add_source(self, source: Source, origin: str) -> bool:
        """Add one source, due at once; false when its id or address is there already."""
        ...

    async def remove_source(self, source_id: str, origin: str) -> bool:
        """Forget one source of ``origin``; its entries and stories stay."""
        ...

    async def claim_sources(self, now: datetime, limit: int) -> tuple[Source, ...]:
        """Take what is due, in one statement; until its visit is recorded it is due much later."""
        ...

    async def source_failed(
        self,
        source_id: str,
        error: str,
        now: datetime,
        next_due_at: datetime,
        setback: Setback = Setback(),  # noqa: B008 -- frozen
    ) -> bool:
        """Record a failed poll; true when this error is a new one for this source."""
        ...

    async def move_source(self, source_id: str, url: str) -> bool:
        """Visit a source at ``url`` from now on; false when another source has that address."""
        ...

    async def source_ages(self) -> tuple[SourceAge, ...]: ...

    # ingest
    async def recall(
        self, fingerprints: Collection[str], stories_since: datetime | None = None
    ) -> Recall:
        """What is known of these; stories only when asked for, with all they are compared by."""
        ...

    async def sightings(self, names: Collection[Byname]) -> Mapping[Byname, Seen]:
        """The recorded entries behind these names; names nobody has are left out."""
        ...

    async def audience(self, known_revision: int) -> Audience | None:
        """The audience, or ``None`` when ``known_revision`` is still the current one."""
        ...

    async def record(self, batch: Batch) -> int:
        """Write a batch in ONE transaction; returns the number of deliveries added.

        Recording the same batch twice adds nothing.
        """
        ...

    async def record_all(self, batches: Sequence[Batch]) -> int:
        """``record`` for several batches, all in ONE transaction."""
        ...

    # quarantine
    async def set_aside(self, fault: Fault, now: datetime) -> bool:
        """Keep what broke us; true when it did so for the first time."""
        ...

    async def after_upgrade(self, version: str) -> int:
        """What broke another version is due again; how much that is."""
        ...

    async def due_again(self, now: datetime, limit: int) -> tuple[tuple[Entry, Fault], ...]:
        """Try again what is due: sources are due anew, deliveries wait again, entries come back."""
        ...

    async def is_any_due(self) -> bool:
        """Whether anything that is set aside is to be tried again."""
        ...

    async def trying(self, fault: Fault) -> None:
        """It is about to be tried again; after some tries without any end it is not due."""
        ...

    # what is old
    async def keep(self, key: str, value: str) -> None:
        """Note ``value`` under ``key``."""
        ...

    async def kept(self, key: str) -> str:
        """What was noted, ``""`` where nothing was."""
        ...

    async def oldest(self) -> datetime | None:
        """When the oldest of what is stored came."""
        ...

    async def prune(self, heap: Heap, bounds: Bounds, after: Mark, many: int) -> Slice:
        """Delete what may go among the next ``many`` rows of ``heap``, in one transaction."""
        ...

    # pages
    async def claim_pages(self, now: datetime, limit: int) -> tuple[Claimed, ...]:
        """Take the pages whose turn it is, one a host; the host is busy until it is settled."""
        ...

    async def page_settled(self, page: Claimed, rests_until: datetime) -> None:
        """It was read, or never will be; its host rests."""
        ...

    async def page_postponed(self, page: Claimed, due_at: datetime, rests_until: datetime) -> None:
        """It is tried again at ``due_at``; its host rests."""

    # pushes
    async def put_push(self, push: Push) -> None:
        """Keep what is agreed with a hub; nothing when its source is gone."""
        ...

    async def push_came(self, token: str, now: datetime) -> None:
        """What was agreed under this address has brought something."""
        ...

    async def drop_push(self, source_id: str) -> None: ...

    async def push_of(self, source_id: str) -> Push | None: ...

    async def push_by(self, token: str) -> tuple[Push, Source] | None: ...

    async def pushes_due(self, now: datetime, limit: int) -> tuple[Push, ...]:
        """What is to be asked for (again), the longest due first."""
        ...

    # commands
    async def chat(self, chat_id: int) -> Chat | None: ...

    async def source_names(self, since: datetime) -> tuple[str, ...]:
        """What the sources are called, and who was read since then: a seed names its own."""
        ...

    async def watches(self, chat_id: int) -> tuple[Watch, ...]: ...

    async def latest_stories(self, limit: int) -> tuple[Story, ...]:
        """Stories of flagged reports, newest first."""
        ...

    async def alert_card(
        self, chat_id: int, message_id: int | None = None, story_id: str | None = None
    ) -> Card | None:
        """The card sent to this chat as that message or of that story, else the last one.

        It is as its story stands now.
        """
        ...

    async def reports(self, story_id: str, limit: int) -> tuple[Report, ...]:
        """The reports of a story, the first to come first."""
        ...

    async def entries_since(self, since: datetime, limit: int) -> tuple[Text, ...]:
        """At most ``limit`` entries read since then, newest first."""
        ...

    async def answer(
        self,
        update_id: int,
        effects: Sequence[Effect],
        replies: Sequence[tuple[Chat, Note, int | None]],
        now: datetime,
    ) -> bool:
        """Apply a command's effects and put its replies in the outbox, in one transaction.

        Each reply is (where to, what, the message it answers). Returns false, and changes
        nothing, when this update was answered before.
        """
        ...

    async def close(self) -> None: ...
