"""Two stories that a later report shows to be one event are linked, and nobody loses an alert."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.links import link
from bot.core.model import Growth, Join, Joined, Life, Link, Story, StoryState, Verdict
from tests.core.test_decide import judge, later
from tests.core.test_stories import MINUTES, NOON, story

SIRENS = later(1, 0, "Sirens sound at Ain al-Asad base")
MISSILES = later(2, 5, "Missiles fired at US troops in western Iraq")
BOTH = later(3, 10, "Missiles hit US troops at Ain al-Asad base in western Iraq, sirens sound")


def linked(verdict: Verdict) -> Story:
    (other,) = verdict.linked
    return other


def test_a_report_of_both_links_two_stories_and_each_names_the_other() -> None:
    first, second, third = judge(SIRENS, MISSILES, BOTH)
    assert first.story
    assert second.story
    assert third.story
    assert third.story.id == first.story.id != second.story.id
    assert third.story.linked == (Link(second.story.id, MISSILES.title),)
    other = linked(third)
    assert other == replace(second.story, life=other.life)  # nothing else of it changes
    assert other.linked == (Link(first.story.id, SIRENS.title),)


def test_readers_of_both_see_it_in_one_silent_edit() -> None:
    first, second, third = judge(SIRENS, MISSILES, BOTH)
    assert first.story
    assert second.story
    assert third.story
    assert third.growth is not None
    assert third.story.life.edits == first.story.life.edits + 1
    assert linked(third).life.edits == second.story.life.edits + 1


def test_a_link_that_is_all_that_is_new_still_changes_the_message() -> None:
    first, second, _ = judge(SIRENS, MISSILES, BOTH)
    assert first.story
    assert second.story
    again = replace(BOTH, source_name=SIRENS.source_name)
    quiet = replace(first.story, severity=second.story.severity)
    (verdict,) = judge(again, stories=[quiet, second.story])
    assert verdict.growth is not None
    assert verdict.linked


def test_a_link_suppresses_no_alert() -> None:
    with_link = judge(SIRENS, MISSILES, BOTH)[2]
    without = judge(SIRENS, BOTH)[1]
    assert with_link.linked
    assert not without.linked
    assert [alert.chat_id for alert in with_link.alerts] == [a.chat_id for a in without.alerts]
    assert with_link.alerts[0].card.life.linked


def test_stories_are_linked_once() -> None:
    more = later(4, 12, BOTH.title.replace("hit", "strike"))
    third, fourth = judge(SIRENS, MISSILES, BOTH, more)[2:]
    assert third.linked
    assert not fourth.linked
    assert fourth.story
    assert len(fourth.story.linked) == 1


def test_the_next_part_of_a_poll_knows_the_link_already() -> None:
    third = judge(SIRENS, MISSILES, BOTH)[2]
    more = later(4, 12, BOTH.title.replace("hit", "strike"))
    (fourth,) = judge(more, stories=third.stories)
    assert not fourth.linked
    assert fourth.growth == Growth()


ONE = story("Rockets hit Ain al-Asad base")
OTHER = replace(story("Rockets strike the Ain al-Asad base in Anbar", at=NOON + MINUTES), id="zz")


def told(one: Story, *others: Story, how: Joined = Joined.COPY, score: float = 1.9) -> Join:
    also = tuple(Join(other, how, score) for other in others)
    return Join(one, Joined.COPY, 1.9, also=also)


def test_what_nothing_forbids_is_linked() -> None:
    assert link(ONE, told(ONE, OTHER))[1]
    assert link(ONE, told(ONE, OTHER, how=Joined.EVENT, score=0.9))[1]


@pytest.mark.parametrize(
    "other",
    [
        replace(story("Second rocket attack on Ain al-Asad base", at=NOON + MINUTES), id="again"),
        replace(story("Drones attack Ain al-Asad base", at=NOON + MINUTES), id="weapon"),
        replace(story("Rockets hit Harir base", at=NOON + MINUTES), id="place"),
        replace(story("Rockets hit Ain al-Asad base", at=NOON + 30 * MINUTES), id="time"),
        replace(OTHER, life=Life(state=StoryState.CLOSED)),
        replace(OTHER, life=Life(state=StoryState.TAKEN_BACK)),
    ],
)
def test_another_attack_and_one_that_ended_are_not(other: Story) -> None:
    assert link(ONE, told(ONE, other)) == (ONE, ())


def test_words_alone_and_a_doubtful_likeness_link_nothing() -> None:
    assert not link(ONE, told(ONE, OTHER, how=Joined.WORDS))[1]
    assert not link(ONE, told(ONE, OTHER, how=Joined.EVENT, score=0.7))[1]


def test_a_report_that_ends_a_story_links_nothing() -> None:
    ended = replace(ONE, life=Life(state=StoryState.TAKEN_BACK))
    assert link(ended, told(ONE, OTHER)) == (ended, ())
