"""A plan is played: processes live, die and start again, time jumps, and the oracle watches."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import logging
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.damage import mend
from tests.sim.disk import Disk, SimStore, spoil, watching
from tests.sim.feeds import SimFeeds
from tests.sim.loop import SimLoop
from tests.sim.oracle import Oracle
from tests.sim.plan import Crash, Jump, Plan, plan
from tests.sim.process import Inbox, Process, World, settle_in
from tests.sim.telegram import SimTelegram

EPOCH = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_CHECKED_EVERY_S = 20.0
_ROOM_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one seed."""

    seed: int
    breaches: tuple[str, ...]
    trace: str  # a hash of everything that was noted
    virtual_s: float  # lived through; without what was slept
    sent: int


class Game:
    """One world from its start to its end."""

    def __init__(self, made: Plan, bot: type[Process], folder: Path, tell: bool = False) -> None:
        self._plan = made
        self._bot = bot
        self._tell = tell
        self._hash = hashlib.sha256()
        self._loop = SimLoop(self._chance("loop"), 0.0)
        self._slept_s = self._error_s = 0.0
        self._lives = 0
        self._process: Process | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._away_s = 0.0
        self._path = folder / "rasid.db"
        self._backups = Backups(self._path, folder / "backups")
        self._backed_up_at = 0.0
        self._loses = ""  # at its next death
        self._oracle = Oracle(made, self.note, self.now)
        self._telegram = SimTelegram(made, self._chance("telegram"), self._oracle)
        self._inbox = Inbox(made, self._oracle.served)

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"{what} {self._plan.seed}")

    def now(self) -> float:
        """The plan's time."""
        return self._loop.time()

    def note(self, told: str) -> None:
        """A line of the trace."""
        line = f"{self.now():.4f} {told}"
        self._hash.update(line.encode())
        if self._tell:
            print(line)

    # ── clocks ───────────────────────────────────────────────────────────────────────────

    def real(self, at: float) -> datetime:
        """What publishers' clocks show at a time of the plan."""
        slept = sum(j.by_s for j in self._plan.jumps if j.asleep and j.at <= at)
        return EPOCH + timedelta(seconds=at + slept)

    def wall(self) -> datetime:
        """What the bot's clock shows."""
        return EPOCH + timedelta(seconds=self.now() + self._slept_s + self._error_s)

    def steady(self) -> datetime:
        """What a clock shows that nobody sets; it goes on while the machine sleeps."""
        return self.real(self.now())

    def _jumps(self, jump: Jump) -> None:
        self._error_s, self._slept_s = (0.0, jump.by_s) if jump.asleep else (jump.by_s, 0.0)
        self._telegram.clock_jumps(asleep=jump.asleep)
        self.note(f"the clock jumps by {jump.by_s}")

    def _is_right(self) -> None:
        self._error_s = 0.0
        self._telegram.clock_jumps(asleep=False)
        self.note("the clock is right again")

    # ── playing ──────────────────────────────────────────────────────────────────────────

    def play(self) -> Result:
        """All of it."""
        _furnish(self._path, self._plan)
        self._oracle.outbox = watching(self._path)
        self._start()
        moments = sorted(self._moments(), key=lambda moment: moment[0])
        for at, what in moments:
            self._run_until(at)
            if self._oracle.breaches:
                break
            what()
            if at > self._plan.calm_at and self._oracle.is_done():
                break
        if not self._oracle.breaches:
            self._oracle.check_end()
        return self._end()

    def _moments(self) -> Iterator[tuple[float, Callable[[], None]]]:
        made, oracle = self._plan, self._oracle
        for at in made.backups:
            yield at, self._back_up
        for crash in made.crashes:
            yield crash.at, lambda crash=crash: self._will_die(crash)
        for jump in made.jumps:
            yield jump.at, lambda jump=jump: self._jumps(jump)
            if not jump.asleep:
                yield jump.end, self._is_right
        yield from oracle.deadlines()
        checks = int(made.ends_at / _CHECKED_EVERY_S) + 1
        for number in range(1, checks):
            yield number * _CHECKED_EVERY_S, oracle.check_states
        yield made.ends_at, lambda: None

    def _run_until(self, at: float) -> None:
        while self.now() < at and not self._oracle.breaches:
            self._loop.run_until(at)
            if not self._loop.dead:
                break
            self._bury()
            self._start()
        for error in self._loop.errors:
            self._oracle.breach(f"the loop complains: {error}")

    # ── backups ──────────────────────────────────────────────────────────────────────────

    def _back_up(self) -> None:
        asyncio.run(self._backups.make(self.wall()))
        self._backed_up_at = self.now()
        self.note("a backup is made")

    def _lose(self, how: str) -> None:
        """The disk is lost, and a start does what ``app`` does before it opens the database."""
        self._oracle.outbox.close()
        spoil(self._path, how, self._chance("spoil"))
        mended = mend(self._backups, self.wall())
        self._oracle.outbox = watching(self._path)
        self.note(f"its database is {how}: {mended.state if mended else 'and whole'}")
        if mended is not None:
            self._oracle.restored(self._backed_up_at)

    # ── living and dying ─────────────────────────────────────────────────────────────────

    def _will_die(self, crash: Crash) -> None:
        self._away_s = crash.away_s
        self._loses = crash.loses or self._loses
        if crash.is_asked:
            self._loop.call_soon(self._ask_to_stop)
        else:
            self._loop.dies_at_step = self._loop.steps + crash.steps

    def _ask_to_stop(self) -> None:
        assert self._process is not None
        self.note("is asked to stop")
        self._stopping = self._loop.create_task(self._process.stop())
        self._stopping.add_done_callback(self._stopped)

    def _stopped(self, task: asyncio.Task[None]) -> None:
        self.note("has stopped")
        if error := task.exception():
            self._oracle.breach(f"stopping failed: {error!r}")
        self._oracle.process_stopped()
        self._loop.dead = True

    def _bury(self) -> None:
        self.note(f"dies at step {self._loop.steps}")
        self._telegram.process_died()
        self._oracle.process_died()
        if self._process is not None and self._process.store is not None:
            self._process.store.vanish()
        self._loop.bury()
        self._loop = SimLoop(self._chance(f"loop {self._lives}"), self.now() + self._away_s)
        if self._loses:
            self._lose(self._loses)
            self._loses = ""

    def _start(self) -> None:
        self._lives += 1
        loop, life = self._loop, self._lives
        self._stopping = None
        self._telegram.process_begins(self.wall())
        self._oracle.lease = f"life-{life}"
        feeds = SimFeeds(self._plan, self._chance(f"feeds {life}"), self.wall, self.real)
        world = World(
            self._plan,
            self._telegram,
            feeds,
            self._inbox,
            self.wall,
            self.steady,
            self._path,
            self._chance(f"bot {life}"),
        )
        disk = Disk(self._plan, loop, self._chance(f"disk {life}"))
        loop.job_takes = disk.takes_s
        self._process = self._bot(world, f"life-{life}")
        loop.call_soon(self._begin, self._process, disk)
        self.note(f"life {life} begins")

    def _begin(self, process: Process, disk: Disk) -> None:
        task = self._loop.create_task(process.main(disk))
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and self._stopping is None:
            self._oracle.breach(f"the bot ended: {task.exception()!r}")

    def _end(self) -> Result:
        if self._process is not None and self._process.store is not None:
            self._process.store.vanish()
        self._loop.dead = True
        self._loop.bury()
        self._oracle.outbox.close()
        made, found = self._plan, tuple(self._oracle.breaches)
        sent = sum(self._oracle.told.values())
        return Result(made.seed, found, self._hash.hexdigest(), self.now(), sent)


def run(seed: int, bot: type[Process] = Process, *, tell: bool = False) -> Result:
    """Play the plan of ``seed`` with ``bot``."""
    return run_plan(plan(seed), bot, tell=tell)


def run_plan(made: Plan, bot: type[Process] = Process, *, tell: bool = False) -> Result:
    """Play ``made`` with ``bot``."""
    folder = Path(tempfile.mkdtemp(prefix="sim-", dir=memory()))
    try:
        with overheard() as crashed:
            game = Game(made, bot, folder, tell)
            crashed.append(game._oracle.breach)
            return game.play()
    finally:
        shutil.rmtree(folder)


@cache
def memory() -> str | None:
    """A folder in memory where there is one; with room, for a backup is refused where is none."""
    memory = Path("/dev/shm")  # noqa: S108 -- a private folder in it
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES
    return str(memory) if roomy else None


@contextmanager
def overheard(*, collect: bool = False) -> Iterator[list[Callable[[str], None]]]:
    """Whatever the bot logs as an error of its own is a breach; the rest is silence."""
    told: list[Callable[[str], None]] = []

    class Overheard(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info:
                for breach in told:
                    breach(f"{record.getMessage()}: {record.exc_info[1]!r}")

    log, handler = logging.getLogger("bot"), Overheard(logging.ERROR)
    before = log.propagate, log.level
    log.addHandler(handler)
    log.propagate = False
    log.setLevel(logging.ERROR)
    collecting = gc.isenabled() and not collect
    if not collect:
        gc.disable()  # what a dead process leaves behind is swept up between the worlds
    try:
        yield told
    finally:
        log.removeHandler(handler)
        log.propagate = before[0]
        log.setLevel(before[1])
        if collecting:
            gc.enable()


@cache
def empty() -> bytes:
    """A database with nothing in it."""
    with tempfile.TemporaryDirectory(dir=memory()) as folder:
        path = Path(folder) / "empty.db"
        loop = SimLoop(random.Random(0), 0.0)
        finish(loop, SimStore.open(path)).vanish()
        return path.read_bytes()


def _furnish(path: Path, made: Plan) -> None:
    path.write_bytes(empty())
    loop = SimLoop(random.Random(0), 0.0)
    store = finish(loop, SimStore.open(path))
    finish(loop, settle_in(store, made, EPOCH))
    store.vanish()


def finish(loop: SimLoop, work):  # type: ignore[no-untyped-def]
    task = loop.create_task(work)
    loop.run_until(loop.time() + 60)
    return task.result()
