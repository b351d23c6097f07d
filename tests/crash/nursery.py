"""``python -m tests.crash.nursery``: gives birth to lives that end where they are told to.

The lexicon is loaded once and each life is forked from here: a thousand of them cost minutes. A
line of JSON in, a line of JSON out.
"""

from __future__ import annotations

import asyncio
import json
import mmap
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.crash import traps
from tests.crash.life import Job, live, settled

_LONGEST_S = 60  # a life that hangs is ended by the system


def _lived(order: dict[str, Any], shared: mmap.mmap) -> None:
    signal.alarm(_LONGEST_S)
    trap, last = order.pop("trap"), order.pop("last")
    end = traps.stand_still if order.pop("stands_still") else traps.die
    job = Job(path=Path(order.pop("path")), **order)
    steps = traps.Steps(shared, last, end)
    steps.moved(job.ahead_s)
    if trap == "statement":
        traps.at_statements(steps)

    async def whole() -> None:
        if trap == "await":
            traps.at_awaits(steps)
        await asyncio.create_task(live(job, steps.moved))

    asyncio.run(whole())


def _forked(order: dict[str, Any], shared: mmap.mmap) -> int:
    """Fork a life; its process id."""
    if child := os.fork():
        return child
    code = 1
    try:
        _lived(order, shared)
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _ended(child: int, shared: mmap.mmap) -> dict[str, Any]:
    """Wait until it has ended, or stands still."""
    status = os.waitpid(child, os.WUNTRACED)[1]
    code = traps.STILL if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)
    steps, ahead_s = traps.read(shared)
    return {"code": code, "steps": steps, "ahead_s": ahead_s, "pid": child}


def _done(order: dict[str, Any], shared: mmap.mmap) -> dict[str, Any]:
    if "settle" in order:
        asyncio.run(settled(Path(order["settle"])))
        return {}
    if "wake" in order:
        os.kill(order["wake"], signal.SIGCONT)
        return _ended(order["wake"], shared)
    return _ended(_forked(order, shared), shared)


def main() -> None:
    """Until the input ends."""
    shared = mmap.mmap(-1, 16)
    still: set[int] = set()
    for line in sys.stdin:
        done = _done(json.loads(line), shared)
        if done:
            still = still | {done["pid"]} if done["code"] == traps.STILL else still - {done["pid"]}
        print(json.dumps(done), flush=True)
    for child in still:  # nobody woke it, and it holds our pipes
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main()
