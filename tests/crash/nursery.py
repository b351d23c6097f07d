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
    job = Job(path=Path(order.pop("path")), **order)
    steps = traps.Steps(shared, last)
    steps.moved(job.ahead_s)
    if trap == "statement":
        traps.at_statements(steps)

    async def whole() -> None:
        if trap == "await":
            traps.at_awaits(steps)
        await asyncio.create_task(live(job, steps.moved))

    asyncio.run(whole())


def _forked(order: dict[str, Any], shared: mmap.mmap) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        _lived(order, shared)
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Until the input ends."""
    shared = mmap.mmap(-1, 16)
    for line in sys.stdin:
        order = json.loads(line)
        if "settle" in order:
            asyncio.run(settled(Path(order["settle"])))
            print("{}", flush=True)
            continue
        code = _forked(order, shared)
        steps, ahead_s = traps.read(shared)
        print(json.dumps({"code": code, "steps": steps, "ahead_s": ahead_s}), flush=True)


if __name__ == "__main__":
    main()
