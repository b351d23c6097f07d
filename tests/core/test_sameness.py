"""Which entries of a poll were recorded before: cases, and laws over histories of a feed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import sameness
from bot.core.model import Byname, Entry, Seen, Trait
from bot.core.sameness import MAX_EDITS, Recognised, names, recognised, text_hash, wording

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG = "Two rockets hit a base in the west of the country"
OTHER = "A convoy was attacked on the road to the airport"


def entry(
    guid: str, link: str = "", title: str = LONG, body: str = "", at: datetime | None = None
) -> Entry:
    traits = [(Trait.LINK, link)] if link else []
    size = Trait.TITLE if len(title) >= 25 else Trait.SHORT
    known_by = (*(Byname(t, f"{t}:{v}") for t, v in traits), Byname(size, wording(title)))
    words = text_hash(title, body)
    return Entry("s", guid, f"1:{guid}", title, body, link, "", "", at, words, aliases=known_by)


@dataclass
class Memory:
    """What a store would know of one source."""

    seen: dict[Byname, Seen] = field(default_factory=dict)
    recorded: dict[str, Seen] = field(default_factory=dict)

    def poll(self, *entries: Entry, now: datetime = NOW) -> Recognised:
        found = recognised(entries, self._behind(entries), now)
        for each in found.entries:
            self._record(each, now)
        return found

    def _behind(self, entries: tuple[Entry, ...]) -> dict[Byname, Seen]:
        asked = [name for each in entries for name in names(each)]
        known = {name: self.seen[name] for name in asked if name in self.seen}
        return {
            name: replace(self.recorded[behind.entry], at=behind.at)
            for name, behind in known.items()
        }

    def _record(self, each: Entry, now: datetime) -> None:
        before = self.recorded.get(each.fingerprint)
        new = Seen(each.fingerprint, now, now, each.published_at, each.text_hash)
        if before and before.text_hash != each.text_hash and before.edits < MAX_EDITS:
            edited = replace(before, text_hash=each.text_hash, edits=before.edits + 1)
            self.recorded[each.fingerprint] = edited
        self.recorded.setdefault(each.fingerprint, new)
        for name in (Byname(Trait.ENTRY, each.fingerprint), *each.aliases):
            self.seen[name] = replace(new, at=now)


CASES = [
    ("nothing changed", entry("g1", "l1"), 0),
    ("changed guid, same link", entry("g2", "l1"), 0),
    ("changed link, same guid", entry("g1", "l2"), 0),
    ("changed title", entry("g1", "l1", OTHER), 0),
    ("changed guid and title, same link", entry("g2", "l1", OTHER), 0),
    ("changed guid and link, same title", entry("g2", "l2"), 0),
    ("all changed", entry("g2", "l2", OTHER), 1),
    ("a title in other letters of the same words", entry("g2", "l2", LONG.upper()), 0),
    ("a page that tells of something else much later", entry("g2", "l1", OTHER, at=NOW), 1),
    ("a guid used again much later", entry("g1", "l2", OTHER, at=NOW), 1),
    ("a siren in the same words much later", entry("g2", "l2", at=NOW), 1),
]


@pytest.mark.parametrize(("what", "later", "fresh"), CASES, ids=[case[0] for case in CASES])
def test_a_new_entry_is_one_that_nothing_names(what: str, later: Entry, fresh: int) -> None:
    first_at = NOW - timedelta(hours=2)
    memory = Memory()
    memory.poll(entry("g1", "l1", at=first_at if later.published_at else None), now=first_at)
    found = memory.poll(later)
    assert len(found.fresh) == fresh
    assert (found.entries[0].fingerprint == "1:g1") is not bool(fresh)


def test_the_same_long_title_names_an_entry_for_72_hours_only() -> None:
    memory = Memory()
    memory.poll(entry("g1"))
    assert not memory.poll(entry("g2"), now=NOW + timedelta(hours=71)).fresh
    memory = Memory()
    memory.poll(entry("g1"))
    assert memory.poll(entry("g2"), now=NOW + timedelta(hours=73)).fresh


def test_a_short_title_names_nothing() -> None:
    memory = Memory()
    memory.poll(entry("g1", title="Breaking news"))
    assert memory.poll(entry("g2", title="Breaking news")).fresh


def test_a_new_name_is_remembered_and_the_old_ones_still_count() -> None:
    memory = Memory()
    memory.poll(entry("g1", "l1"))
    memory.poll(entry("g2", "l1"))
    assert not memory.poll(entry("g2", "l9", OTHER)).fresh
    assert not memory.poll(entry("g1", "l8", OTHER)).fresh


def test_what_is_known_is_written_again_only_once_a_day() -> None:
    memory = Memory()
    memory.poll(entry("g1", "l1"))
    assert memory.poll(entry("g1", "l1")).entries[0].aliases == ()
    assert memory.poll(entry("g1", "l1"), now=NOW + timedelta(days=2)).entries[0].aliases


def test_a_guid_that_is_used_for_everything_hides_nothing_for_long() -> None:
    memory = Memory()
    titles = [f"Report number {n} tells of another thing" for n in range(12)]
    fresh = [len(memory.poll(entry("g", f"l{n}", title)).fresh) for n, title in enumerate(titles)]
    assert fresh == ([1] + [0] * MAX_EDITS) * 3
    dated = Memory()
    found = [
        dated.poll(entry("g", f"l{n}", title, at=NOW + timedelta(hours=n))).fresh
        for n, title in enumerate(titles)
    ]
    assert all(found)


def breaking(number: int, at: datetime | None = None) -> Entry:
    """The one entry of a feed that holds what is new behind the same address each time."""
    return replace(
        entry("a/now", "a/now", f"Report {number} of quite another thing", at=at), by_link=True
    )


def seed(number: int) -> Entry:
    """What stands in a file that is written anew each time."""
    one = entry(f"words {number}", title=f"Report {number}")
    return replace(one, aliases=(Byname(Trait.PATH, "latest.txt"),))


@pytest.mark.parametrize("kind", [breaking, seed])
def test_an_address_or_a_file_that_is_used_for_everything_hides_nothing_for_long(kind) -> None:
    memory = Memory()
    fresh = [len(memory.poll(kind(number)).fresh) for number in range(12)]
    assert fresh == ([1] + [0] * MAX_EDITS) * 3


def test_a_page_whose_title_changes_while_its_date_stays_is_edited_for_ever() -> None:
    memory = Memory()
    fresh = [len(memory.poll(breaking(number, NOW)).fresh) for number in range(12)]
    assert fresh == [1] + [0] * 11


def test_two_entries_never_become_one() -> None:
    memory = Memory()
    memory.poll(entry("g1", "l1"))
    found = memory.poll(entry("g1", "l3", OTHER), entry("g2", "l1"))
    assert len({e.fingerprint for e in found.entries}) == 2


def moved(number: int, at: datetime | None = None) -> Entry:
    return entry(f"new{number}", f"new{number}", f"The report with number {number} of many", at=at)


def test_a_feed_that_names_all_its_entries_anew_brings_only_what_is_new() -> None:
    old = [
        replace(moved(n), fingerprint=f"1:old{n}", aliases=moved(n).aliases[1:]) for n in range(10)
    ]
    memory = Memory()
    memory.poll(*old)
    later = NOW + timedelta(days=20)
    found = memory.poll(*(moved(n) for n in range(11)), now=later)
    assert found.rekeyed
    assert [e.fingerprint for e in found.fresh] == ["1:new10"]
    again = memory.poll(*(moved(n) for n in range(11)), now=later)
    assert not again.rekeyed
    assert not again.fresh


def test_what_was_left_out_as_known_did_not_move() -> None:
    names = tuple(a for n in range(6) for a in moved(n).aliases[1:])
    seen = {name: Seen(f"1:old{n}", NOW, NOW) for n, name in enumerate(names)}
    later = NOW + timedelta(days=20)
    assert recognised([moved(n) for n in range(6)], seen, later).rekeyed
    assert not recognised([moved(n) for n in range(6)], seen, later, left_out=40).rekeyed


def test_sirens_that_sound_again_are_no_move_of_the_site() -> None:
    old = [replace(moved(n, NOW), fingerprint=f"1:old{n}") for n in range(10)]
    memory = Memory()
    memory.poll(*(replace(e, aliases=e.aliases[1:]) for e in old))
    later = NOW + timedelta(hours=5)
    found = memory.poll(*(moved(n, later) for n in range(10)), now=later)
    assert not found.rekeyed
    assert len(found.fresh) == 10


FEEDS = st.lists(st.integers(0, 30), unique=True, min_size=1, max_size=12)


def numbered(number: int, rename: int = 0) -> Entry:
    """Entry ``number``; of its three names ``rename`` (1 guid, 2 link, 3 title) is another."""
    new = ["", "", "", ""]
    new[rename] = "x" if rename else ""
    title = f"What happened in place number {number}{new[3]} today"
    return entry(f"g{number}{new[1]}", f"l{number}{new[2]}", title)


@given(st.lists(FEEDS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_orders_servings_and_renamings_bring_each_entry_once_and_lose_none(polls, chance) -> None:
    memory, met = Memory(), set()
    for hour, numbers in enumerate(polls):
        chance.shuffle(numbers)
        renamed = [numbered(n, chance.randrange(4) if n in met else 0) for n in numbers]
        found = memory.poll(*renamed, now=NOW + timedelta(hours=hour))
        new = [n for n in numbers if n not in met]
        assert [e.title for e in found.fresh] == [numbered(n).title for n in new]
        assert len({e.fingerprint for e in found.entries}) == len(numbers)
        met.update(numbers)


MESSY = st.builds(
    entry,
    st.sampled_from("abc"),
    st.sampled_from(["", "l1", "l2"]),
    st.sampled_from([LONG, OTHER, "short"]),
    st.sampled_from(["", "more"]),
    st.sampled_from([None, NOW, NOW - timedelta(hours=9)]),
)


@given(st.lists(st.lists(MESSY, max_size=5), max_size=6))
def test_whatever_a_feed_does_an_entry_with_three_new_names_is_new(polls) -> None:
    memory = Memory()
    for number, entries in enumerate(polls):
        unique = {each.fingerprint: each for each in entries}
        single = entry(f"new{number}", f"new{number}", f"{LONG}, and this is report {number}")
        found = memory.poll(*unique.values(), single, now=NOW + timedelta(hours=number))
        assert found.entries[-1].fingerprint in {e.fingerprint for e in found.fresh}
        assert len({e.fingerprint for e in found.entries}) == len(found.entries)


def test_wording_is_blind_to_all_format_characters_and_to_no_letter() -> None:
    letters = [chr(code) for code in range(0x110000)]
    seen = set(sameness._UNSEEN.sub("", "".join(letters)))
    kinds = {letter: unicodedata.category(letter) for letter in letters}
    assert not [letter for letter in seen if kinds[letter] == "Cf"]
    # What a later Unicode calls so may be left out by an older Python, too.
    assert {kinds[letter] for letter in letters if letter not in seen} <= {"Cf", "Cn"}


@given(st.lists(st.sampled_from(["عين", "الأسد", "Base", "２", "x"]), min_size=1, max_size=8))
def test_wording_is_blind_to_spaces_case_width_and_invisible_marks(words: list[str]) -> None:
    text = " ".join(words)
    other = "\u200f  " + "\n\t".join(words).upper().replace("２", "2") + "\u200e "
    assert wording(other) == wording(text)
    assert text_hash(other, text) == text_hash(text, other) != text_hash(f"{text} more", text)
