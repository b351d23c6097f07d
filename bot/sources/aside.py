"""One process beside ours that reads pages, and is killed when it takes too long.

A thread could not be stopped, and would hold everything else up meanwhile. The process is started
with the first page, ends with ours (its input closes), and may take a gigabyte.

The frames between the two: four bytes of length, then JSON or the document.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from bot.sources.article import Extract, Unreadable, extract

_LIMIT_S = 5.0
_START_S = 30.0
_MEMORY_BYTES = 1 << 30
_SIZE = 4


class Aside:
    """``article.extract`` in a process of its own, one page at a time."""

    def __init__(self, limit_s: float = _LIMIT_S) -> None:
        self._limit_s = limit_s
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process that is running, if one is."""
        return self._process.pid if self._process else None

    async def extract(self, body: bytes, charset: str) -> Extract:
        """What stands on a page.

        Raises:
            Unreadable: It takes too long to read, or more memory than there is for it.
        """
        async with self._turn:
            try:
                process = await self._running()
                answer = await asyncio.wait_for(_asked(process, charset, body), self._limit_s)
            except TimeoutError as error:
                await self.close()
                raise Unreadable("Its page takes too long to read.") from error
            except (OSError, asyncio.IncompleteReadError) as error:
                await self.close()
                raise Unreadable("Its page broke what reads pages.") from error
            except asyncio.CancelledError:
                await self.close()  # half an answer would be read as the next one
                raise
        return Extract(**json.loads(answer))

    async def close(self) -> None:
        """End the process; the next page starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            folder = str(Path(__file__).parents[2])
            path = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", "")]))
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.sources.aside"),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env={"PYTHONPATH": path, "PATH": os.environ.get("PATH", "")},
                start_new_session=True,  # Ctrl+C is for us; it ends when its input does
            )
            await asyncio.wait_for(_answer(self._process), _START_S)
        return self._process


async def _asked(process: Process, charset: str, body: bytes) -> bytes:
    if process.stdin is None:  # it was asked for
        raise BrokenPipeError
    for part in (charset.encode(), body):
        process.stdin.write(len(part).to_bytes(_SIZE, "big") + part)
    await process.stdin.drain()
    return await _answer(process)


async def _answer(process: Process) -> bytes:
    if process.stdout is None:
        raise BrokenPipeError
    size = int.from_bytes(await process.stdout.readexactly(_SIZE), "big")
    return await process.stdout.readexactly(size)


# ── in the process ───────────────────────────────────────────────────────────────────────────


def _serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Read pages until the input ends."""
    extract(b"<p>ready</p>", "")  # what it needs is loaded now, outside the limit of a page
    _write(answers, b"")
    while (charset := _read(asked)) is not None and (body := _read(asked)) is not None:
        _write(answers, json.dumps(asdict(extract(body, charset.decode()))).encode())


def _read(asked: BinaryIO) -> bytes | None:
    size = asked.read(_SIZE)
    return asked.read(int.from_bytes(size, "big")) if len(size) == _SIZE else None


def _write(answers: BinaryIO, part: bytes) -> None:
    answers.write(len(part).to_bytes(_SIZE, "big") + part)
    answers.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    os.nice(5)  # whatever a page says, alerts come first
    _answers, sys.stdout = sys.stdout.buffer, sys.stderr  # what a vendor prints is no answer
    _serve(sys.stdin.buffer, _answers)
