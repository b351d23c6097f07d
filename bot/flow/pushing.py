"""Being told of news by hubs (WebSub): subscribe, prove that we asked, take in, renew.

Polling goes on beside it, and takes over by itself where push misses something.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.core.model import Entry, Poll, PollStatus, Push, PushState, Source
from bot.core.pushing import LEASE, again_at, answer_by, is_signed, leased, slowed
from bot.errors import SourceError
from bot.flow.beside import forgiving
from bot.ports import Clock, Hubs, Reader, Store

log = logging.getLogger(__name__)

_AT_ONCE = 20  # requests to hubs a tick
_DENIED = timedelta(days=1)

Take = Callable[[Source, Sequence[Entry]], Awaitable[object]]


@dataclass(slots=True)
class Pushing:
    """What is agreed with hubs, and what they bring.

    Attributes:
        store, hubs, reader: What it works with.
        take: Takes in what a hub brought.
        callback: Where hubs reach us, without the token: ``https://…/push/``.
        clock: Now.
        secret: A new word that nobody guesses.
    """

    store: Store
    hubs: Hubs
    reader: Reader
    take: Take
    callback: str
    clock: Clock
    secret: Callable[[], str]

    # ── asking ───────────────────────────────────────────────────────────────────────────

    async def polled(self, source: Source, poll: Poll, found: int) -> None:
        """A poll saw whether the feed names a hub, and found so many new entries."""
        if poll.status is not PollStatus.CHANGED:
            return
        known = await self.store.push_of(source.id)
        if not poll.hub:
            await self.store.drop_push(source.id)
        elif known is None or (known.hub, known.topic) != (poll.hub, poll.topic):
            await self.store.put_push(self._wanted(poll))
        elif found and known.state is PushState.ACTIVE:
            await self.store.put_push(replace(known, missed_at=self.clock()))

    def _wanted(self, poll: Poll) -> Push:
        return Push(
            source_id=poll.source_id,
            hub=poll.hub,
            topic=poll.topic,
            token=self.secret(),
            secret=self.secret(),
            state=PushState.WANTED,
            due_at=self.clock(),
        )

    async def tick(self) -> None:
        """Ask hubs for what is due: what is new, what was not answered, what ends soon."""
        due = await self.store.pushes_due(self.clock(), _AT_ONCE)
        # Side by side: a hub that is silent must not keep the leases of the others waiting.
        asking = [forgiving("hub", partial(self._ask, push)) for push in due]
        await asyncio.gather(*asking)

    async def _ask(self, push: Push) -> None:
        found = await self.store.push_by(push.token)
        if found is not None:
            await self.store.put_push(await self._asked(*found))

    async def _asked(self, push: Push, source: Source) -> Push:
        now = self.clock()
        # Before the request leaves: a hub may call back before it answers.
        await self.store.put_push(replace(push, state=_asking(push, now), due_at=answer_by(now)))
        try:
            status, said = await self.hubs.post(source, push.hub, self._form(push))
        except SourceError as error:
            return await self._refused(push, str(error))
        if 200 <= status < 300:
            # A hub that called back while it answered has said more than its answer.
            return await self._kept(push)
        return await self._refused(push, f"its hub answered {status}: {said.strip()[:80]}")

    async def _kept(self, push: Push) -> Push:
        found = await self.store.push_by(push.token)
        return found[0] if found else push

    async def _refused(self, push: Push, why: str) -> Push:
        failures = push.failures + 1
        log.warning("push_refused source=%s failures=%d why=%s", push.source_id, failures, why)
        due = again_at(failures, self.clock())
        kept = await self._kept(push)
        return replace(kept, failures=failures, error=why, due_at=due)

    def _form(self, push: Push) -> dict[str, str]:
        return {
            "hub.mode": "subscribe",
            "hub.topic": push.topic,
            "hub.callback": self.callback + push.token,
            "hub.secret": push.secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }

    # ── answering ────────────────────────────────────────────────────────────────────────

    async def verify(self, token: str, mode: str, topic: str, lease_s: int) -> bool:
        """A hub asks whether we asked; false when we did not. A denial is noted, and true."""
        found = await self.store.push_by(token)
        if found is None or found[0].topic != topic or found[0].state is PushState.WANTED:
            return False
        push, now = found[0], self.clock()
        if mode == "denied":
            denied = replace(push, state=PushState.DENIED, error="its hub denied it")
            await self.store.put_push(replace(denied, due_at=now + _DENIED))
            return True
        if mode != "subscribe":
            return False
        until, due = leased(lease_s, now)
        active = replace(push, state=PushState.ACTIVE, lease_until=until, due_at=due)
        await self.store.put_push(replace(active, failures=0, error=""))
        log.info("push_active source=%s until=%s", push.source_id, until.isoformat())
        return True

    async def expects(self, token: str) -> bool:
        """Whether anything that comes under ``token`` is wanted at all."""
        found = await self.store.push_by(token)
        return found is not None and found[0].state is PushState.ACTIVE

    async def deliver(self, token: str, body: bytes, signature: str, content_type: str) -> bool:
        """Take in what a hub brought; false where there is no such agreement.

        What is not signed as agreed is ignored, as the standard asks for. Returns only when all
        is recorded: a hub that hears no answer comes again.
        """
        found = await self.store.push_by(token)
        if found is None or found[0].state is not PushState.ACTIVE:
            return False
        push, source = found
        if not is_signed(push.secret, signature, body):
            log.warning("push_unsigned source=%s", source.id)
            return True
        try:
            entries = await self.reader.read(source, body, content_type)
        except SourceError as error:
            log.warning("push_unreadable source=%s error=%s", source.id, error)
            return True  # the next poll finds what it was, and says so
        await self.take(source, entries)
        # Meanwhile it may have been renewed, or given up: that stands.
        await self.store.push_came(token, self.clock())
        return True

    async def pace(self, source: Source, wait: timedelta) -> timedelta:
        """How long ``source`` is left alone, as push proves that it misses nothing."""
        return slowed(wait, await self.store.push_of(source.id), self.clock())


def _asking(push: Push, now: datetime) -> PushState:
    """An agreement that still holds while it is renewed stays active."""
    holds = push.lease_until is not None and push.lease_until > now
    return PushState.ACTIVE if push.state is PushState.ACTIVE and holds else PushState.ASKED
