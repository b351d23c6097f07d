"""How many weapons each source counts, and when a rise is heard."""

from __future__ import annotations

import pytest

from bot.core.counts import counted, counting, has_risen
from bot.core.model import Count, Denial, Facts, Range, Reading
from tests.making import an_entry


def a_reading(count: Range | None, **parts: object) -> Reading:
    facts = {"weapons": ("rocket",), "count": count} | parts
    return Reading(flag=True, facts=Facts(**facts))  # type: ignore[arg-type]


def test_of_each_source_its_last_word_is_kept_newest_last() -> None:
    counts: tuple[Count, ...] = ()
    for source, figure in (("Wire", 14), ("Radio", 12), ("Wire", 20)):
        reading = a_reading(Range(figure, figure))
        counts = counted(counts, an_entry(source_name=source), reading)
    assert [(c.source_name, c.count.least) for c in counts] == [("Radio", 12), ("Wire", 20)]


def test_the_same_figure_again_changes_nothing() -> None:
    counts = counted((), an_entry(), a_reading(Range(14, 14)))
    other = counted(counts, an_entry(source_name="Radio"), a_reading(Range(14, 14)))
    assert counted(other, an_entry(), a_reading(Range(14, 14))) == other


def test_who_repeats_a_count_has_it_from_another() -> None:
    count = counting(an_entry(), a_reading(Range(14, 14), echo_of="Agency"))
    assert count == Count("Agency", Range(14, 14), ("rocket",))


@pytest.mark.parametrize(
    "reading",
    [
        a_reading(None),
        a_reading(Range(0, 0)),
        a_reading(Range(9, 9), denial=Denial.NO_ATTACK),
        Reading(guard="statistics", facts=Facts(("rocket",), count=Range(400, 400))),
    ],
)
def test_what_counts_no_weapons_of_this_attack_says_nothing(reading: Reading) -> None:
    assert counting(an_entry(), reading) is None


@pytest.mark.parametrize(
    ("known", "new", "risen"),
    [
        (Range(14, 14), Range(40, 80), True),
        (Range(5, 5), Range(10, 10), True),
        (Range(14, 14), Range(20, 20), False),  # five more, not twice as many
        (Range(1, 1), Range(4, 4), False),  # more than twice, but only three more
        (Range(20, 99), Range(99, 99), False),  # "dozens" may have meant as many
        (Range(40, 40), Range(14, 14), False),
    ],
)
def test_a_rise_is_at_least_twice_and_five_more(known: Range, new: Range, *, risen: bool) -> None:
    assert has_risen([Count("Wire", known)], Count("Radio", new)) is risen


def test_the_first_count_is_no_rise() -> None:
    assert not has_risen([], Count("Radio", Range(90, 90)))


def test_a_rise_is_above_everybody_s_count() -> None:
    known = [Count("Wire", Range(30, 30)), Count("Radio", Range(12, 12))]
    assert not has_risen(known, Count("Third", Range(40, 40)))
