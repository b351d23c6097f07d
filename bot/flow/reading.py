"""Claim → read → decide again → record: the pages behind stubs, after their first decision.

Nothing waits for a page. What it says passes through the same turn as any edit of an entry does:
it may make a report of a stub, raise its story, or speak against it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import blake2b

from bot.core.model import Claimed, Entry
from bot.core.retry import SILENT_CAP_S, poll_wait
from bot.errors import SourceError, SourceUnavailable
from bot.flow.intake import Intake
from bot.flow.patience import until_taken
from bot.flow.queues import Seat
from bot.flow.rounds import Rounds
from bot.flow.visits import OURS
from bot.ports import Clock, PageReader, Store

log = logging.getLogger(__name__)

ATTEMPTS = 3
_AGAIN_S = 120


@dataclass(slots=True)
class PageReading:
    """The slow half of ingest.

    Attributes:
        store, reader, intake: What it works with.
        clock: Now.
        chance: A number between 0 and 1, for jitter.
        at_once: Visits under way at most; of one host never more than one.
        pause: How long a host rests after a visit, where it does not ask for more.
    """

    store: Store
    reader: PageReader
    intake: Intake
    clock: Clock
    chance: Callable[[], float]
    at_once: int = 4
    pause: timedelta = timedelta(seconds=5)
    _rounds: Rounds[Claimed] = field(init=False)

    def __post_init__(self) -> None:
        self._rounds = Rounds(self._due, self.visit, self.at_once, _seat)

    async def tick(self) -> None:
        """Claim the pages whose turn it is and visit them; returns before the visits end."""
        await self._rounds.claim()

    async def _due(self, room: int) -> Sequence[Claimed]:
        return await self.store.claim_pages(self.clock(), room)

    async def drain(self) -> None:
        """Wait for the visits under way."""
        await self._rounds.drain()

    async def cancel(self) -> None:
        """Break off the visits under way; their pages are claimed again."""
        await self._rounds.cancel()

    async def visit(self, page: Claimed) -> None:
        """Read one page and decide again about its entry; never raises."""
        try:
            await self._visit(page)
        except Exception:
            # The turn loop: one bad page must not stop the others, nor be asked for all day.
            log.exception("page_crashed fingerprint=%s", page.entry.fingerprint)
            await self._failed(page, SourceUnavailable(page.source.id, OURS))

    async def _visit(self, page: Claimed) -> None:
        try:
            article = await self.reader.read(page.source, page.entry)
        except SourceUnavailable as error:
            await self._failed(page, error)
            return
        except SourceError as error:
            await self._given_up(page, error)
            return
        rest = max(self.pause, timedelta(seconds=article.pause_s))
        if article.text:
            await self._decided(page, article.text)
        await self._settled(page, rest)

    async def _decided(self, page: Claimed, text: str) -> None:
        verdicts = await self.intake.reread(page.source, _full(page.entry, text))
        for verdict in verdicts:
            log.info(
                "page_read source=%s fingerprint=%s reason=%s",
                page.source.id,
                page.entry.fingerprint,
                verdict.reason.value,
            )

    async def _failed(self, page: Claimed, error: SourceUnavailable) -> None:
        asked = timedelta(seconds=error.retry_after_s or 0.0)
        wait = poll_wait(
            _AGAIN_S, page.attempts, self.chance(), error.retry_after_s, cap_s=SILENT_CAP_S
        )
        rest = max(self.pause, asked)
        if page.attempts >= ATTEMPTS:
            await self._given_up(page, error, rest)
            return
        now = self.clock()
        await self._patiently(page, lambda: self.store.page_postponed(page, now + wait, now + rest))

    async def _given_up(
        self, page: Claimed, error: SourceError, rest: timedelta | None = None
    ) -> None:
        log.info(
            "page_not_read source=%s fingerprint=%s error=%s",
            page.source.id,
            page.entry.fingerprint,
            error,
        )
        await self._settled(page, rest or self.pause)

    async def _settled(self, page: Claimed, rest: timedelta) -> None:
        await self._patiently(page, lambda: self.store.page_settled(page, self.clock() + rest))

    async def _patiently(self, page: Claimed, turn: Callable[[], Awaitable[None]]) -> None:
        # What was read is not read again because a disk was busy.
        await until_taken(turn, self.chance, f"page={page.entry.fingerprint}")


def _full(entry: Entry, text: str) -> Entry:
    """The entry as its page has it; its title stays the one that readers were told."""
    digest = blake2b(f"{entry.title}\n{text}".encode("utf-8", "replace"), digest_size=16)
    return replace(entry, body=text, text_hash=f"page:{digest.hexdigest()}", is_page=True)


def _seat(page: Claimed) -> Seat:
    return Seat(page.host, page.entry.fingerprint)
