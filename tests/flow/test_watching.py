"""The watcher over a real database, at clocks that are set by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.core.model import DeliveryState, Setback, Settlement
from bot.core.stalls import Signs
from bot.errors import (
    BackupError,
    DeliveryDelayed,
    MessengerDown,
    NotifyError,
    SourceUnavailable,
    StoreUnavailable,
)
from bot.flow.keeping import Keeping
from bot.flow.pulse import Pulse
from bot.flow.watching import DEAD_MAN, STALLS, WAITS, Watching
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.backups import Backups
from tests.flow.bench import Bench
from tests.making import NOW, a_batch, a_poll, a_verdict, an_entry

S, M, H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Operator:
    """Hears what is told; ``deaf`` for as long as it is wished."""

    heard: list[str] = field(default_factory=list)
    messages: int = 0
    deaf: bool = False

    most: int = 1000

    def fits(self, lines: Sequence[str]) -> bool:
        return len("\n".join(lines)) <= self.most

    async def tell(self, lines: Sequence[str]) -> None:
        if not self.fits(lines):
            raise NotifyError("it answers 400", refused=True)
        if self.deaf:
            raise NotifyError("it answers 500")
        self.heard += lines
        self.messages += 1


class Watch:
    """A watcher, the hands of both its clocks, and who hears it."""

    def __init__(self, store: SqliteStore) -> None:
        self.now, self.steady_s, self.pings = NOW, 1000.0, 0
        self.signs, self.operator = Signs(), Operator()
        self.watching = Watching(
            notes=store,
            look=lambda: self.signs,
            outlets={"webhook": self.operator},
            ping=self.ping,
            clock=lambda: self.now,
            steady=lambda: self.steady_s,
            telegram_after_s=300,
        )

    async def ping(self) -> None:
        self.pings += 1

    async def goes_on(self, by: timedelta, *, each: timedelta = 10 * S) -> None:
        """Time passes, and the watcher looks at each step."""
        for _ in range(by // each):
            self.now += each
            self.steady_s += each.total_seconds()
            await self.watching.tick()


@pytest.fixture
def watch(store: SqliteStore) -> Watch:
    return Watch(store)


async def test_a_stale_feed_is_told_within_two_waits_and_half_a_minute(
    watch: Watch, store: SqliteStore, fed: None
) -> None:
    bench = Bench(store, a_poll())
    await bench.tick(NOW)
    await watch.goes_on(10 * M)
    assert watch.operator.heard == []
    await watch.goes_on(30 * S)
    (line,) = watch.operator.heard
    assert "No source could be read" in line or "No source is being visited" in line
    await watch.goes_on(H)
    assert len(watch.operator.heard) == 1
    await bench.tick(watch.now)
    await watch.goes_on(2 * M)
    assert watch.operator.heard[1:] == [f"Over: {line}"]


@pytest.mark.parametrize(
    "fault",
    [
        ("scheduler dead", "polls", False),
        ("feeds stale", "feeds", True),
        ("loop blocked", "loop", False),
        ("token refused", "telegram", True),
        ("store unusable", "database", True),
    ],
    ids=lambda fault: fault[0],
)
async def test_a_stall_ends_readiness_and_pings_and_is_told_in_time(
    watch: Watch, store: SqliteStore, fed: None, fault: tuple[str, str, bool]
) -> None:
    bench = Bench(store, a_poll(), SourceUnavailable("wire", "no answer"))
    what, key, is_alive = fault
    assert not watch.watching.condition().is_ready
    await bench.tick(NOW)
    await watch.goes_on(4 * M)
    assert watch.watching.condition().is_ready
    assert watch.pings == 1
    if what == "loop blocked":
        watch.signs = Signs(loop_silent_s=31)
    elif what == "token refused":
        watch.signs = Signs(telegram_refused=True, telegram_error="Unauthorized")
    elif what == "store unusable":
        watch.watching.notes = Mute()  # type: ignore[assignment]
    while not watch.operator.heard:
        assert watch.now - NOW <= 10 * M + 30 * S
        if what == "feeds stale":
            await bench.tick(watch.now)
        await watch.goes_on(10 * S)
    seen = watch.watching.condition()
    assert key in seen.wrong
    assert (seen.is_ready, seen.is_alive) == (False, is_alive)
    await watch.goes_on(5 * M)
    assert watch.pings == 1


async def test_after_a_night_asleep_nothing_is_said_before_everything_was_tried(
    watch: Watch, store: SqliteStore, fed: None
) -> None:
    bench = Bench(store, a_poll())
    await bench.tick(NOW)
    await watch.goes_on(5 * M)
    watch.now += 8 * H
    watch.steady_s += 8 * 3600
    watch.signs = Signs(telegram_silent_s=8 * 3600, loop_silent_s=8 * 3600)
    await watch.watching.tick()
    watch.signs = Signs()
    await bench.tick(watch.now)
    await watch.goes_on(5 * M)
    assert watch.operator.heard == []


@pytest.mark.parametrize("jump", [H, -H, 24 * H, -24 * H])
async def test_a_clock_that_was_set_is_told_and_is_no_stall(
    watch: Watch, store: SqliteStore, fed: None, jump: timedelta
) -> None:
    bench = Bench(store, a_poll())
    await bench.tick(NOW)
    await watch.goes_on(2 * M)
    watch.now += jump
    await watch.watching.tick()
    await bench.tick(watch.now)
    if jump < timedelta():
        await bench.tick(watch.now + 5 * M)
    await watch.goes_on(5 * M)
    (line,) = watch.operator.heard
    assert "The clock was set" in line


async def test_telegram_is_missed_after_its_minutes_and_welcomed_back_once(
    watch: Watch, store: SqliteStore
) -> None:
    await watch.goes_on(3 * M)
    for minute in range(30):
        silent_s = float(minute * 60)
        watch.signs = Signs(telegram_silent_s=silent_s, telegram_error="Unauthorized")
        await watch.goes_on(M)
        assert len(watch.operator.heard) == (minute >= 5)
    watch.signs = Signs()
    await watch.goes_on(5 * M)
    assert len(watch.operator.heard) == 2
    assert "Unauthorized" in watch.operator.heard[0]


async def test_dead_letters_a_gone_source_and_a_full_disk_are_told(
    watch: Watch, store: SqliteStore, fed: None
) -> None:
    for n in range(1, 6):
        await store.record(a_batch(a_verdict(n, 7)))
        (one,) = await store.claim_deliveries(NOW, 9, "l", M)
        await store.mark_sending(one, NOW)
        await store.settle(one, Settlement(DeliveryState.DEAD, error="no"), NOW)
    gone = Setback(kind="gone", is_missing=True, is_gone=True)
    await store.source_failed("wire", "410", NOW, NOW + 6 * H, gone)
    watch.signs = Signs(is_full=True)
    await watch.goes_on(30 * S)
    heard = " ".join(watch.operator.heard)
    assert "given up" in heard
    assert "is gone" in heard
    assert "disk is full" in heard
    assert watch.operator.messages == 1
    assert watch.pings == 0


async def test_many_messages_that_nobody_knows_of_are_told(
    watch: Watch, store: SqliteStore, fed: None
) -> None:
    for n in range(1, 6):
        await store.record(a_batch(a_verdict(n, 7)))
        (one,) = await store.claim_deliveries(NOW, 9, "l", M)
        await store.mark_sending(one, NOW)
        await store.settle(one, Settlement(DeliveryState.UNCONFIRMED, error="lost"), NOW)
    await watch.goes_on(30 * S)
    (line,) = watch.operator.heard
    assert "Nobody knows whether many messages" in line
    vitals = await store.vitals(NOW)
    assert (vitals.dead, vitals.unconfirmed) == (0, 5)
    assert (await store.vitals(NOW + 2 * H)).unconfirmed == 0


async def test_a_disk_that_fills_up_is_told_when_it_is_nearly_full_and_when_it_is(
    watch: Watch,
) -> None:
    watch.signs = Signs(free_bytes=10)
    await watch.goes_on(2 * M)
    watch.signs = Signs(free_bytes=10, is_full=True)
    await watch.goes_on(5 * M)
    watch.signs = Signs()
    await watch.goes_on(5 * M)
    nearly, full, *over = watch.operator.heard
    assert "nearly full" in nearly
    assert "is full" in full
    assert sorted(over) == sorted([f"Over: {nearly}", f"Over: {full}"])


async def test_a_restarted_watcher_does_not_say_it_again(store: SqliteStore) -> None:
    first, second = Watch(store), Watch(store)
    first.signs = second.signs = Signs(is_full=True)
    await first.goes_on(M)
    await second.goes_on(M)
    assert (len(first.operator.heard), len(second.operator.heard)) == (1, 0)


async def test_what_the_operator_could_not_be_told_is_told_later(
    watch: Watch, store: SqliteStore
) -> None:
    watch.operator.deaf, watch.signs = True, Signs(is_full=True)
    await watch.goes_on(M)
    watch.operator.deaf = False
    await watch.goes_on(2 * M)
    assert len(watch.operator.heard) == 1


@pytest.mark.parametrize("noted", ["{", "[1]", "7"])
async def test_a_note_that_cannot_be_read_silences_nobody(store: SqliteStore, noted: str) -> None:
    await store.keep(STALLS, noted)
    await store.keep(WAITS, noted)
    watch = Watch(store)
    watch.signs = Signs(is_full=True)
    await watch.goes_on(M)
    assert len(watch.operator.heard) == 1


async def test_a_run_that_looks_only_once_clears_what_is_over(store: SqliteStore) -> None:
    first, second = Watch(store), Watch(store)
    for watch in (first, second):
        watch.watching = replace(watch.watching, early_s=0)
    first.signs = Signs(is_full=True)
    await first.goes_on(10 * S)
    (line,) = first.operator.heard
    assert json.loads(await store.kept(STALLS)) == {"full": line}
    await second.goes_on(10 * S)
    assert second.operator.heard == [f"Over: {line}"]
    assert json.loads(await store.kept(STALLS)) == {}


async def test_what_was_seen_and_not_told_is_told_after_a_restart(store: SqliteStore) -> None:
    first, second, third = Watch(store), Watch(store), Watch(store)
    first.signs = second.signs = third.signs = Signs(telegram_refused=True)
    first.operator.deaf = True
    await first.goes_on(M)
    assert json.loads(await store.kept(STALLS))
    await second.goes_on(M)
    (line,) = second.operator.heard
    assert "Telegram cannot be used" in line
    await third.goes_on(M)
    assert third.operator.heard == []


async def test_what_cannot_be_noted_now_is_noted_later(store: SqliteStore) -> None:
    first, second = Watch(store), Watch(store)
    first.signs = second.signs = Signs(telegram_refused=True)
    await first.goes_on(10 * S)
    first.operator.deaf, first.signs = True, Signs(telegram_refused=True, is_full=True)
    notes, first.watching.notes = first.watching.notes, Mute()  # type: ignore[assignment]
    await first.goes_on(10 * S)
    first.watching.notes = notes
    await first.goes_on(10 * S)
    second.signs = first.signs
    await second.goes_on(M)
    (line,) = second.operator.heard
    assert "disk is full" in line


async def test_a_way_that_takes_little_at_once_hears_all_of_it(
    watch: Watch, store: SqliteStore
) -> None:
    watch.operator.most = 120
    watch.operator.deaf = True
    watch.watching.say([f"Something of which number {n} was the reason." for n in range(8)])
    await watch.goes_on(M)
    watch.operator.deaf = False
    await watch.goes_on(3 * H, each=M)
    assert len(watch.operator.heard) == 8
    assert watch.operator.messages == 4


async def test_the_dead_man_is_pinged_after_each_full_cycle_and_never_when_something_is_wrong(
    watch: Watch, store: SqliteStore, fed: None
) -> None:
    bench = Bench(store, a_poll())
    await bench.tick(NOW)
    await watch.goes_on(5 * M)
    assert watch.pings == 1  # read once, pinged once
    await bench.tick(watch.now)
    await watch.goes_on(30 * S)
    assert watch.pings == 2
    assert json.loads(await store.kept(DEAD_MAN))["error"] == ""
    watch.signs = Signs(telegram_silent_s=400)
    bench.feed.brings = [a_poll(an_entry(3))]
    await bench.tick(watch.now + 5 * M)
    await watch.goes_on(3 * M)
    assert watch.pings == 2
    watch.signs = Signs()
    await watch.goes_on(2 * M)
    assert watch.pings == 3


class Mute:
    """A database that does not answer."""

    async def vitals(self, now: datetime) -> object:
        raise StoreUnavailable("the database did not answer: locked")

    async def keep(self, key: str, value: str) -> None:
        raise StoreUnavailable("locked")

    async def kept(self, key: str) -> str:
        raise StoreUnavailable("locked")


async def test_a_database_that_does_not_answer_for_a_minute_is_told(watch: Watch) -> None:
    watch.watching.notes = Mute()  # type: ignore[assignment]
    await watch.goes_on(50 * S)
    assert watch.operator.heard == []
    await watch.goes_on(M)
    assert [line for line in watch.operator.heard if "does not answer" in line]
    assert len(watch.operator.heard) == 1
    assert watch.pings == 0


async def test_a_look_that_breaks_is_told_and_so_is_everything_else(
    watch: Watch, store: SqliteStore, fed: None
) -> None:
    def broken() -> Signs:
        raise RuntimeError("it broke")

    watch.watching.look = broken
    await watch.goes_on(2 * M)
    assert any("cannot look" in line for line in watch.operator.heard)
    assert any("No source is being visited" in line for line in watch.operator.heard)
    assert not watch.watching.condition().is_ready
    watch.watching.look = Signs
    await watch.goes_on(2 * M)
    assert [line for line in watch.operator.heard if line.startswith("Over: The watcher")]


async def test_a_database_that_breaks_the_look_is_told(watch: Watch) -> None:
    class Odd(Mute):
        async def vitals(self, now: datetime) -> object:
            raise KeyError("feeds")

    watch.watching.notes = Odd()  # type: ignore[assignment]
    await watch.goes_on(2 * M)
    assert [line for line in watch.operator.heard if "does not answer: KeyError" in line]


async def test_a_line_that_breaks_its_way_does_not_silence_the_others(watch: Watch) -> None:
    tell = watch.operator.tell

    async def breaks(lines: Sequence[str]) -> None:
        if any("odd" in line for line in lines):
            raise ValueError("odd")
        await tell(lines)

    watch.operator.tell = breaks  # type: ignore[method-assign]
    watch.watching.say(["This is heard.", "The odd source is gone."])
    await watch.goes_on(10 * M)
    assert watch.operator.heard == ["This is heard."]


async def test_the_pulse_notes_who_answers() -> None:
    at, errors = [0.0], [MessengerDown(0, "Unauthorized"), DeliveryDelayed(0, "no network"), None]

    async def ask() -> None:
        if error := errors.pop(0):
            raise error

    pulse = Pulse(lambda: at[0], ask)
    pulse.begin()
    for at[0], error in ((30.0, "Unauthorized"), (60.0, "no network")):
        await pulse.ask_once()
        assert (pulse.answered_s, pulse.error) == (0.0, error)
        assert pulse.refused == (error == "Unauthorized")
    at[0] = 90.0
    await pulse.ask_once()
    assert (pulse.answered_s, pulse.error) == (90.0, "")


async def test_no_answer_however_odd_ends_the_pulse(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.flow.pulse._ASK_S", 0.0)
    before: list[str] = []

    async def ask() -> None:
        before.append(pulse.error)
        if len(before) < 4:
            raise KeyError("id")

    pulse = Pulse(lambda: 0.0, ask)
    running = asyncio.create_task(pulse.run())
    for _ in range(100):
        await asyncio.sleep(0)
    running.cancel()
    ours = "an error of ours, KeyError"
    assert before[:6] == ["", ours, ours, ours, "", ""]
    assert caplog.text.count("pulse_crashed") == 1


async def test_backups_are_made_each_hour_and_one_that_fails_is_tried_again(
    store: SqliteStore,
) -> None:
    class Broken(Backups):
        fails = False

        async def make(self, now: datetime):  # type: ignore[no-untyped-def]
            if self.fails:
                raise BackupError("no room")
            return await super().make(now)

    now = [NOW]
    backups = Broken(store.path, store.path.parent / "backups")
    keeping = Keeping(backups, lambda: now[0], H, 24, 14)

    async def later(by: timedelta) -> int:
        now[0] += by
        await keeping.tick()
        while keeping._beside.under_way:
            await asyncio.wait(keeping._beside.under_way)
        return len(backups.kept())

    assert await later(timedelta()) == 1
    assert await later(59 * M) == 1
    assert await later(M) == 2
    backups.fails = True
    assert await later(4 * H) == 2
    assert keeping.error == "no room"
    assert keeping.is_late()
    backups.fails = False
    assert await later(9 * M) == 2
    assert await later(M) == 3
    assert not keeping.error
    now[0] += 24 * H  # the clock runs ahead for a while
    assert await later(timedelta()) == 4
    now[0] -= 24 * H
    assert await later(H) == 5
    await keeping.close()
