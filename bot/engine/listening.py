"""A process that learns to hear names while another builds the rest of a matcher.

Ears are half of the work of building and need nothing but the names and their numbers, so both
halves are done at once: a machine with two processors builds in little more than half the time.
"""

from __future__ import annotations

import gc
import marshal
from collections.abc import Collection, Iterable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from bot.core.hearing import Hearing
from bot.core.packed import Texts

_Names = list[tuple[int, str]]


class Beside:
    """A listener (``core.index``) in a process of its own."""

    def __init__(self, common: Collection[str]) -> None:
        """Start it; of ``common`` words alone no name is made."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._names: _Names = []
        self._process = context.Process(target=_listen, args=(theirs, common), daemon=True)
        self._process.start()
        theirs.close()  # or nobody would learn that it died

    def __enter__(self) -> Beside:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid or 0

    def prepare(self, texts: Iterable[str]) -> None:
        """A batch is done: what it told goes out."""
        if self._names:
            self._send()

    def add(self, number: int, text: str) -> bool:
        """Let phrase ``number`` be heard; not here."""
        self._names.append((number, text))
        return False

    def kept(self) -> tuple[Any, ...]:
        """What the ears hear with, when all names were told.

        Raises:
            OSError: The process died.
        """
        if self._names:
            self._send()
        self._send()
        try:
            raw = self._pipe.recv_bytes()
        except EOFError as error:
            raise ChildProcessError("the process that learns names died") from error
        kept: tuple[Any, ...] = marshal.loads(raw)  # noqa: S302 (ours: from our own process)
        return kept

    def _send(self) -> None:
        self._pipe.send(self._names)
        self._names = []


def _listen(pipe: Connection, common: Collection[str]) -> None:
    """Learn the names that come until a batch is empty, then send what was learnt."""
    gc.disable()  # as in the process that builds the rest
    hearing = Hearing(Texts(), common)
    try:
        while names := pipe.recv():
            hearing.prepare([text for _, text in names])
            for number, text in names:
                hearing.add(number, text)
        hearing.settle()
        pipe.send_bytes(marshal.dumps(hearing.kept()))
    except (EOFError, OSError):
        return  # nobody waits for it any more
