"""A big matcher is built in a process of its own, once; the file spares the next start."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import core
from bot.core.matcher import Matcher
from bot.core.model import Alias, Inflection, Knowledge, Place, Reading, Term, Watch
from bot.engine import building
from bot.engine.building import MatcherBuilder, build_bytes

KNOWN = Knowledge(
    places={"erbil": Place("erbil", "city", "IQ", {"ar": ("أربيل",)})},
    terms=(Term("قاعدة", "base", "ar"),),
    aliases=(Alias({"ar": ("حزب الله",), "en": ("Hezbollah",)}),),
    inflections=(Inflection("ar", ("صاروخ", "صواريخ")),),
    common=frozenset({"base"}),
)
QUERIES = ["كركوك", "أربيل", "صاروخ + كركوك", "Hezbollah", "دهوك~", '"القاعدة"', "lang:ar + sev:1"]
WATCHES = [Watch(n, 7, query) for n, query in enumerate(QUERIES)]
TEXT = "سقوط صواريخ على كركوك و القاعدة في أربيل و حزب الله و Kirkuk"
PLACED = {0, 1, 2, 3, 5}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "FEW", 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.matcher"


class Starts:
    """How many processes were started: threads here, which do the very same work at once."""

    count = 0

    def __call__(self, workers: int, mp_context: Any = None) -> ThreadPoolExecutor:
        self.count += 1
        return ThreadPoolExecutor(workers)


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Starts]:
    counted = Starts()
    monkeypatch.setattr(building, "ProcessPoolExecutor", counted)
    yield counted
    gc.enable()  # the process that builds needs no garbage collection; this one does


async def built(
    path: Path, watches: Sequence[Watch] = WATCHES, knowledge: Knowledge = KNOWN
) -> Matcher:
    return await MatcherBuilder(path).build(knowledge, watches)


def heard(matcher: Matcher) -> set[int]:
    return set(matcher.watch_matches(matcher.scan(TEXT, ""), Reading()))


def stamp(path: Path) -> tuple[int, int]:
    """What changes whenever the file is written."""
    known = path.stat()
    return known.st_mtime_ns, known.st_ino


def content(path: Path) -> bytes:
    return path.read_bytes()


def rewrite(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)


def block(path: Path) -> None:
    """A folder with something in it stands where the file should go."""
    path.mkdir()
    (path / "in the way").touch()


def names_beside(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir())


def test_the_watches_of_these_tests_are_told_apart() -> None:
    assert heard(Matcher(KNOWN, WATCHES)) == PLACED


async def test_a_process_of_its_own_builds_what_would_be_built_here(path: Path) -> None:
    matcher = await built(path)
    here = Matcher(KNOWN, WATCHES)
    scans = matcher.scan(TEXT, "صاروخ"), here.scan(TEXT, "صاروخ")
    assert matcher.watch_matches(scans[0], Reading()) == here.watch_matches(scans[1], Reading())
    assert (scans[0].terms, scans[0].places) == (scans[1].terms, scans[1].places)
    assert names_beside(path) == [path.name]
    assert gc.isenabled()


async def test_the_loop_goes_on_while_it_is_built(path: Path, starts: Starts) -> None:
    beats = 0
    task = asyncio.create_task(built(path))
    while not task.done():
        await asyncio.sleep(0)
        beats += 1
    assert heard(await task) == PLACED
    assert beats > 3


async def test_the_file_spares_the_next_start(path: Path, starts: Starts) -> None:
    await built(path)
    before = stamp(path)
    again = await built(path)
    assert heard(again) == PLACED
    assert starts.count == 1
    assert stamp(path) == before


async def test_watches_come_and_go_after_loading(path: Path, starts: Starts) -> None:
    await built(path)
    matcher = await built(path)
    matcher.add(Watch(50, 7, "سقوط"))
    matcher.remove(0)
    assert heard(matcher) == PLACED - {0} | {50}


@pytest.mark.parametrize(
    "watches",
    [
        [*WATCHES, Watch(9, 7, "بغداد")],
        WATCHES[:-1],
        [*WATCHES[:-1], Watch(60, 7, QUERIES[-1])],
        [Watch(0, 7, "بغداد"), *WATCHES[1:]],
    ],
    ids=["one more", "one less", "another id", "another query"],
)
async def test_other_watches_are_built_anew(
    path: Path, starts: Starts, watches: list[Watch]
) -> None:
    await built(path)
    assert heard(await built(path, watches)) == heard(Matcher(KNOWN, watches))
    assert starts.count == 2
    await built(path, watches)
    assert starts.count == 2


@pytest.mark.parametrize(
    "knowledge",
    [
        replace(KNOWN, places={}),
        replace(KNOWN, terms=()),
        replace(KNOWN, terms=(Term("قاعدة", "base", "fa"),)),
        replace(KNOWN, aliases=()),
        replace(KNOWN, inflections=()),
        replace(KNOWN, strict=frozenset({"أربيل"})),
        replace(KNOWN, common=frozenset({"base", "camp"})),
    ],
    ids=["places", "terms", "a term", "aliases", "inflections", "strict", "common"],
)
async def test_other_knowledge_is_built_anew(
    path: Path, starts: Starts, knowledge: Knowledge
) -> None:
    await built(path)
    matcher = await built(path, knowledge=knowledge)
    assert starts.count == 2
    assert heard(matcher) == heard(Matcher(knowledge, WATCHES))


async def test_whose_a_watch_is_makes_no_difference(path: Path, starts: Starts) -> None:
    await built(path)
    await built(path, [replace(watch, chat_id=8) for watch in WATCHES])
    assert starts.count == 1


async def test_other_code_is_built_anew(
    path: Path, starts: Starts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await built(path)
    changed = tmp_path / "core"
    changed.mkdir()
    (changed / "matcher.py").write_text("# changed")
    monkeypatch.setattr(core, "__file__", str(changed / "__init__.py"))
    await built(path)
    assert starts.count == 2


def garbled(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """What disks, editors and half a copy make of a file."""
    yield from (
        (f"cut at {at}", raw[:at]) for at in (0, 1, 16, 40, 80, len(raw) // 2, len(raw) - 1)
    )
    for at in (0, 20, 60, 90, len(raw) // 2, len(raw) - 1):
        yield f"flipped at {at}", raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
    yield "longer", raw + b"\0"
    yield "nothing but zeroes", bytes(len(raw))
    yield "text", "ملف آخر".encode()


async def test_a_file_that_is_not_whole_is_built_anew_and_mended(
    path: Path, starts: Starts
) -> None:
    await built(path)
    whole = content(path)
    for count, (name, raw) in enumerate(garbled(whole), 2):
        rewrite(path, raw)
        assert heard(await built(path)) == PLACED, name
        assert starts.count == count, name
        assert content(path) == whole, name


async def test_a_folder_that_cannot_be_written_to_costs_only_the_shortcut(
    tmp_path: Path, starts: Starts, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        matcher = await built(tmp_path / "missing" / "bot.matcher")
    assert heard(matcher) == PLACED
    assert "matcher_file_not_written" in caplog.text


async def test_nothing_is_left_behind_where_the_file_cannot_be_put_in_its_place(
    path: Path, starts: Starts
) -> None:
    block(path)
    assert heard(await built(path)) == PLACED
    assert names_beside(path) == [path.name]


async def test_only_the_file_is_left_behind(path: Path, starts: Starts) -> None:
    await built(path)
    await built(path, WATCHES[:-1])
    assert names_beside(path) == [path.name]


async def test_few_watches_are_built_on_the_spot_without_a_file(path: Path, starts: Starts) -> None:
    matcher = await built(path, WATCHES[:3])
    assert heard(matcher) == {0, 1, 2}
    assert starts.count == 0
    assert names_beside(path) == []
    await built(path, WATCHES[:4])
    assert starts.count == 1


async def test_a_wrong_stored_query_does_not_stop_the_building(path: Path, starts: Starts) -> None:
    assert heard(await built(path, [*WATCHES, Watch(70, 7, "(")])) == PLACED


async def test_a_build_that_is_broken_off_leaves_no_file(path: Path, starts: Starts) -> None:
    task = asyncio.create_task(built(path))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert names_beside(path) == []


def test_a_build_that_is_broken_off_does_not_hold_up_the_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "matcher_of", lambda *args: time.sleep(3))

    async def broken_off() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(MatcherBuilder(path).build(KNOWN, []), 0.05)

    began = time.monotonic()
    asyncio.run(broken_off())
    assert time.monotonic() - began < 2


async def test_an_error_while_building_reaches_whoever_waits(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "matcher_of", lambda *args: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        await MatcherBuilder(path).build(KNOWN, [])


def test_the_same_watches_are_the_same_bytes() -> None:
    asked = [(watch.id, watch.query) for watch in WATCHES]
    try:
        assert build_bytes(KNOWN, asked) == build_bytes(KNOWN, asked)
    finally:
        gc.enable()
