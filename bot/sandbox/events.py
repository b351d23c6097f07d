"""What happens, told to every open page as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.sandbox.wire import Json

QUEUE_LIMIT = 2000


class Events:
    """Fan-out to the open pages. One that does not read is dropped; it reloads and catches up."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Json | None]] = set()

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Json | None]]:
        """A queue of events from now on; ``None`` in it means: no more."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue(QUEUE_LIMIT)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def tell(self, kind: str, **facts: object) -> None:
        """Tell every page. ``kind`` becomes ``type``."""
        for queue in tuple(self._listeners):
            self._put(queue, {"type": kind, **facts})

    def close(self) -> None:
        """End every stream."""
        for queue in tuple(self._listeners):
            self._put(queue, None)

    def _put(self, queue: asyncio.Queue[Json | None], event: Json | None) -> None:
        if queue.full():
            while not queue.empty():
                queue.get_nowait()
            event = None
            self._listeners.discard(queue)
        queue.put_nowait(event)
