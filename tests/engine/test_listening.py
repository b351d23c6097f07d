"""Names learnt in a process beside: the very same ears; and what becomes of it when one dies."""

from __future__ import annotations

import gc
import marshal
import os
import signal
from collections.abc import Iterator

import pytest

from bot.core.matcher import Matcher
from bot.core.model import Knowledge, Watch
from bot.engine import building
from bot.engine.building import build_bytes
from bot.engine.listening import Beside

NAMES = ("كركوك", "عين الأسد", "Kirkuk", "קרית שמונה", "دير الزور", '"بغداد"', "دهوك~", "14 تموز")
ASKED = [(number, query) for number, query in enumerate(NAMES)]
KNOWN = Knowledge(common=frozenset({"تموز"}))


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    yield
    gc.enable()  # the process that builds needs no garbage collection; this one does


def test_ears_beside_are_those_of_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    watches = [Watch(number, 0, query) for number, query in ASKED]
    alone = Matcher(KNOWN, watches).kept()
    monkeypatch.setattr(building, "MANY", 3)
    raw = build_bytes(KNOWN, ASKED)
    assert marshal.loads(raw) == alone  # noqa: S302 (made a moment ago, by us)


def test_who_builds_learns_that_the_other_died() -> None:
    with Beside(KNOWN.common) as listener:
        listener.add(0, "كركوك")
        os.kill(listener.pid, signal.SIGKILL)
        with pytest.raises(OSError, match=r"died|reset|Broken"):
            listener.kept()


def test_the_process_ends_with_who_asked_for_it() -> None:
    with Beside(KNOWN.common) as listener:
        listener.add(0, "كركوك")
        listener.prepare(())
        pid = listener.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
