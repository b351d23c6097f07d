"""The matcher keeps in step with the audience, and nobody waits while a new one is built."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

import pytest

from bot.core.matcher import Matcher
from bot.core.model import Audience, Chat, Knowledge, Reading, Watch
from bot.core.turn import Mind
from bot.flow import minding
from bot.flow.minding import Inline, Minds

NOTHING = Knowledge()
TEXT = "كركوك و أربيل و دهوك و البصرة و بغداد"


class Slow(Inline):
    """Builds when it is let."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.may.set()
        self.builds: list[Sequence[Watch]] = []
        self.broken = False

    async def build(self, knowledge: Knowledge, watches: Sequence[Watch]) -> Matcher:
        self.builds.append(watches)
        await self.may.wait()
        if self.broken:
            raise OSError("no room")
        return await super().build(knowledge, watches)


def audience(revision: int, *watches: tuple[int, str]) -> Audience:
    chats = {7: Chat(7)}
    return Audience(revision, chats, tuple(Watch(n, 7, query) for n, query in watches))


def heard(mind: Mind) -> set[int]:
    scan = mind.matcher.scan(TEXT, "")
    return set(mind.matcher.watch_matches(scan, Reading()))


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
async def minds(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Minds]:
    monkeypatch.setattr(minding, "CHANGES", 2)
    made = Minds(NOTHING, slow)
    yield made
    await made.close()


async def settled() -> None:
    """Let everything that can go on go on."""
    for _ in range(10):
        await asyncio.sleep(0)


# ── in step ──────────────────────────────────────────────────────────────────────────────────


async def test_before_the_first_entry_there_is_no_mind(minds: Minds) -> None:
    assert minds.revision == -1
    await minds.current(audience(4, (1, "كركوك")))
    assert minds.revision == 4


async def test_a_first_turn_without_an_audience_has_nobody(minds: Minds) -> None:
    mind = await minds.current(None)
    assert heard(mind) == set()
    assert (await minds.current(audience(1, (1, "كركوك")))).audience.revision == 1


async def test_an_audience_as_it_was_changes_nothing(minds: Minds, slow: Slow) -> None:
    first = await minds.current(audience(1, (1, "كركوك")))
    assert await minds.current(None) is first
    assert len(slow.builds) == 1


async def test_who_comes_is_heard_and_who_goes_is_not(minds: Minds, slow: Slow) -> None:
    await minds.current(audience(1, (1, "كركوك"), (2, "أربيل")))
    mind = await minds.current(audience(2, (2, "أربيل"), (3, "دهوك")))
    assert heard(mind) == {2, 3}
    assert set(mind.watches) == {2, 3}
    assert len(slow.builds) == 1


async def test_a_watch_that_was_reworded_is_heard_as_it_reads_now(minds: Minds) -> None:
    await minds.current(audience(1, (1, "كركوك"), (2, "لندن")))
    assert heard(await minds.current(audience(2, (1, "باريس"), (2, "دهوك")))) == {2}


async def test_an_unchanged_watch_costs_nothing(minds: Minds) -> None:
    await minds.current(audience(1, (1, "كركوك"), (2, "أربيل")))
    mind = await minds.current(audience(2, (1, "كركوك"), (2, "أربيل")))
    assert mind.matcher.changes == 0
    assert mind.audience.revision == 2


async def test_a_chat_that_paused_and_came_back_is_heard(minds: Minds) -> None:
    there = ((1, "كركوك"), (2, "أربيل"))
    await minds.current(audience(1, *there))
    assert heard(await minds.current(audience(2, (1, "كركوك")))) == {1}
    assert heard(await minds.current(audience(3, *there))) == {1, 2}


async def test_a_chat_that_pauses_twice_is_silent_twice(minds: Minds) -> None:
    there = ((1, "كركوك"), (2, "أربيل"))
    for revision in range(3):
        assert heard(await minds.current(audience(2 * revision, *there))) == {1, 2}
        assert heard(await minds.current(audience(2 * revision + 1, (1, "كركوك")))) == {1}


# ── built meanwhile ──────────────────────────────────────────────────────────────────────────

FIRST = ((1, "كركوك"), (2, "أربيل"))
LATER = ((2, "أربيل"), (3, "دهوك"), (4, "البصرة"))


async def test_after_many_changes_a_new_matcher_takes_over(minds: Minds, slow: Slow) -> None:
    old = await minds.current(audience(1, *FIRST))
    same = await minds.current(audience(2, *LATER))
    assert same.matcher is old.matcher
    await settled()
    new = await minds.current(None)
    assert new.matcher is not old.matcher
    assert new.matcher.changes == 0
    assert heard(new) == {2, 3, 4}
    assert len(slow.builds) == 2


async def test_few_changes_build_nothing(minds: Minds, slow: Slow) -> None:
    await minds.current(audience(1, *FIRST))
    await minds.current(audience(2, *FIRST, (3, "دهوك")))
    await settled()
    await minds.current(None)
    assert len(slow.builds) == 1


async def test_nobody_waits_and_nothing_is_lost_while_it_is_built(minds: Minds, slow: Slow) -> None:
    old = await minds.current(audience(1, *FIRST))
    slow.may.clear()
    await minds.current(audience(2, *LATER))
    await settled()
    # Much happens while it is built: one comes, one goes, one is reworded.
    meanwhile = await minds.current(audience(3, (2, "أربيل"), (3, "لندن"), (5, "بغداد")))
    assert meanwhile.matcher is old.matcher
    assert heard(meanwhile) == {2, 5}
    slow.may.set()
    await settled()
    new = await minds.current(None)
    assert new.matcher is not old.matcher
    assert slow.builds[1] == audience(2, *LATER).watches
    assert heard(new) == {2, 5}
    assert new.audience.revision == minds.revision == 3


async def test_one_who_came_with_the_very_turn_that_takes_over_is_heard(
    minds: Minds, slow: Slow
) -> None:
    await minds.current(audience(1, *FIRST))
    await minds.current(audience(2, *LATER))
    await settled()
    mind = await minds.current(audience(3, (5, "بغداد")))
    assert heard(mind) == {5}
    assert mind.audience.revision == 3


async def test_only_one_is_built_at_a_time(minds: Minds, slow: Slow) -> None:
    await minds.current(audience(1, *FIRST))
    slow.may.clear()
    for revision in range(2, 8):
        await minds.current(audience(revision, (revision, "كركوك")))
        await settled()
    assert len(slow.builds) == 2


async def test_a_build_that_fails_leaves_the_old_one_at_work_and_is_tried_again(
    minds: Minds, slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    old = await minds.current(audience(1, *FIRST))
    slow.broken = True
    await minds.current(audience(2, *LATER))
    await settled()
    with caplog.at_level(logging.ERROR):
        mind = await minds.current(None)
    assert "matcher_rebuild_failed" in caplog.text
    assert mind.matcher is old.matcher
    assert heard(mind) == {2, 3, 4}
    slow.broken = False
    await minds.current(None)
    assert len(slow.builds) == 2, "not tried again at once"
    await minds.current(audience(3, *((n, "كركوك") for n in range(10, 60))))
    await settled()
    assert (await minds.current(None)).matcher is not old.matcher


async def test_a_first_build_that_fails_is_told_and_tried_again(minds: Minds, slow: Slow) -> None:
    slow.broken = True
    with pytest.raises(OSError, match="no room"):
        await minds.current(audience(1, *FIRST))
    assert minds.revision == -1
    slow.broken = False
    assert heard(await minds.current(audience(1, *FIRST))) == {1, 2}


async def test_closing_ends_what_is_being_built(minds: Minds, slow: Slow) -> None:
    await minds.current(audience(1, *FIRST))
    slow.may.clear()
    await minds.current(audience(2, *LATER))
    await settled()
    await asyncio.wait_for(minds.close(), 5)
    assert len(slow.builds) == 2
    slow.may.set()
    await settled()


async def test_closing_before_anything_was_built_is_nothing(slow: Slow) -> None:
    await Minds(NOTHING, slow).close()
    assert slow.builds == []


async def test_a_matcher_built_on_the_spot_answers() -> None:
    matcher = await Inline().build(NOTHING, audience(1, *FIRST).watches)
    assert set(matcher.watch_matches(matcher.scan(TEXT, ""), Reading())) == {1, 2}
