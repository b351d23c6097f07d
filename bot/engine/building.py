"""The process that builds matchers, and the file that spares it.

A matcher of many watches takes a while to build and a moment to load. It is built in a process of
its own and written to a file named by all that went into it: watches, knowledge, and the code. A
file that is not exactly what is wanted is built anew; a broken one is never read.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import marshal
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from hashlib import blake2b
from importlib.metadata import version
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

import bot.core
from bot.core.matcher import Matcher, matcher_of
from bot.core.model import Knowledge, Watch
from bot.engine.listening import Beside

log = logging.getLogger(__name__)

FEW = 5_000  # watches that are built here, in less than a second
MANY = 50_000  # above these a second process is worth its start
_MAGIC = b"rasid matcher 1\n"
_DIGEST_BYTES = 32


class MatcherBuilder:
    """Builds matchers; keeps the last big one in the file ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def build(self, knowledge: Knowledge, watches: Sequence[Watch]) -> Matcher:
        """A matcher for ``watches``: a few in a thread, many from the file or another process."""
        matcher = await self._made(knowledge, watches)
        gc.freeze()  # it stays: the search for garbage need not look through it
        return matcher

    async def _made(self, knowledge: Knowledge, watches: Sequence[Watch]) -> Matcher:
        if len(watches) > FEW:
            try:
                kept = await self._kept(knowledge, watches)
                return await asyncio.to_thread(lambda: Matcher(knowledge, kept=kept))
            except (OSError, BrokenExecutor) as error:
                # No process to be had, or it was killed: slower here, but nobody loses an alert.
                log.warning("matcher_process_failed error=%r: building in a thread", error)
        return await asyncio.to_thread(matcher_of, knowledge, watches)

    async def _kept(self, knowledge: Knowledge, watches: Sequence[Watch]) -> tuple[Any, ...]:
        asked = [(watch.id, watch.query) for watch in watches]
        key = await asyncio.to_thread(_key, knowledge, asked)
        kept = await asyncio.to_thread(self._read, key)
        return kept if kept is not None else await self._built(knowledge, asked, key)

    async def _built(
        self, knowledge: Knowledge, asked: list[tuple[int, str]], key: bytes
    ) -> tuple[Any, ...]:
        log.info("matcher_building watches=%d", len(asked))
        pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        try:
            loop = asyncio.get_running_loop()
            raw: bytes = await loop.run_in_executor(pool, build_bytes, knowledge, asked)
        except asyncio.CancelledError:
            # Whoever stops the bot does not wait for a minute's work.
            for process in active_children():
                process.terminate()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._write, key, raw)
        return await asyncio.to_thread(_loaded, raw)

    # ── the file ─────────────────────────────────────────────────────────────────────────

    def _read(self, key: bytes) -> tuple[Any, ...] | None:
        try:
            raw = self.path.read_bytes()
        except OSError:
            return None
        head = len(_MAGIC) + 2 * _DIGEST_BYTES
        if raw[:head] != _MAGIC + key + _digest(raw[head:]):
            log.info("matcher_file_stale path=%s", self.path)
            return None
        return _loaded(memoryview(raw)[head:])

    def _write(self, key: bytes, raw: bytes) -> None:
        half = self.path.with_name(f"{self.path.name}.half")
        try:
            with half.open("wb") as file:
                file.write(_MAGIC + key + _digest(raw))
                file.write(raw)
            half.replace(self.path)
        except OSError as error:
            # It is only a shortcut: without it the next start takes longer.
            log.warning("matcher_file_not_written path=%s error=%s", self.path, error)
            half.unlink(missing_ok=True)


def build_bytes(knowledge: Knowledge, asked: Sequence[tuple[int, str]]) -> bytes:
    """What a matcher of these (id, query) pairs is loaded from; runs in a process of its own."""
    # Millions of objects are made and none is garbage: looking for it took a quarter of the time.
    gc.disable()
    watches = (Watch(number, 0, query) for number, query in asked)
    if len(asked) <= MANY:
        return marshal.dumps(Matcher(knowledge, watches).kept())
    with Beside(knowledge.common) as listener:
        matcher = Matcher(knowledge, watches, listener=listener)
        return marshal.dumps(matcher.kept(listener.kept()))


def _key(knowledge: Knowledge, asked: Sequence[tuple[int, str]]) -> bytes:
    """A digest of all that a matcher is made of."""
    digest = blake2b(digest_size=_DIGEST_BYTES)
    digest.update(version("daachorse").encode())
    for path in sorted(Path(bot.core.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    for part in (knowledge.places, knowledge.terms, knowledge.aliases, knowledge.inflections):
        digest.update(repr(part).encode())
    for words in (knowledge.strict, knowledge.common):
        digest.update("\n".join(sorted(words)).encode())
    told = [f"{number} {len(query)} {query}" for number, query in asked]
    digest.update("\n".join(told).encode())
    return digest.digest()


def _loaded(raw: bytes | memoryview) -> tuple[Any, ...]:
    kept: tuple[Any, ...] = marshal.loads(raw)  # noqa: S302 (ours: its digest was compared)
    return kept


def _digest(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=_DIGEST_BYTES).digest()
