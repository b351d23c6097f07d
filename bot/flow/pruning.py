"""What is old is deleted beside everything else: a slice, a rest, the next slice.

Sends wait for the store's thread as for any other write; a slice is made small enough that nobody
feels it, and whoever came meanwhile is served before the next one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.core.model import Heap, Mark
from bot.core.pruning import Aged, Bounds, Terms, bounds, is_round_due, round_of
from bot.flow.beside import Beside
from bot.ports import Clock, Store

log = logging.getLogger(__name__)

ROWS = 50  # that one slice looks at; measured in docs/decisions.md
_REST_S = 0.1
_NOTED = "pruned"  # under which the last round is noted
_MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Pruning:
    """When what is old goes.

    Attributes:
        store: Deletes it.
        clock: Now.
        terms: How long what is kept.
    """

    store: Store
    clock: Clock
    terms: Terms
    _beside: Beside = field(default_factory=Beside)

    async def tick(self) -> None:
        """Begin a round where one is due; returns before it ends."""
        self._beside.begin("pruning", self.prune_due)

    async def prune_due(self) -> None:
        """Go through everything once, where that is due."""
        last, now = await self._last(), self.clock()
        if not is_round_due(last, now):
            return
        oldest = None if last else await self.store.oldest()
        begun = round_of(last, oldest, now, self.terms)
        # Before anything goes: whoever dies over it and starts again does not hurry on.
        await self.store.keep(_NOTED, _written(begun))
        gone = await self._round(bounds(begun, self.terms))
        if gone:
            log.info("pruned %s", " ".join(f"{heap.value}={n}" for heap, n in gone.items()))

    async def cancel(self) -> None:
        """Break off the round; the next one begins anew."""
        await self._beside.cancel()

    async def _round(self, before: Bounds) -> Counter[Heap]:
        gone: Counter[Heap] = Counter()
        for heap in Heap:
            mark: Mark | None = Mark()
            while mark is not None:
                done = await self.store.prune(heap, before, mark, ROWS)
                gone[heap] += done.gone
                mark = done.rest
                await asyncio.sleep(_REST_S)
        return +gone

    async def _last(self) -> Aged | None:
        noted = await self.store.kept(_NOTED)
        return _read(noted) if noted else None


def _written(aged: Aged) -> str:
    return json.dumps([(aged.by - _EPOCH) // _MS, (aged.at - _EPOCH) // _MS])


def _read(noted: str) -> Aged:
    by, at = json.loads(noted)
    return Aged(_EPOCH + by * _MS, _EPOCH + at * _MS)
