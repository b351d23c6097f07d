"""What was met lately is remembered, what was forgotten is not, and the rest goes bit by bit."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import memory as memory_module
from bot.core.memory import Memory
from bot.core.words import Chunk


def chunk(*missed: str) -> Chunk:
    return Chunk((), missed=missed)


def fill(memory: Memory, pieces: Iterable[str], *missed: str) -> None:
    for piece in pieces:
        memory.keep(piece, f"rows of {piece}", chunk(*missed))


def turn(memory: Memory, limit: int) -> None:
    """Let the younger generation overflow: at the next recall it is the older one."""
    fill(memory, (f"filler {n}" for n in range(limit + 1)))
    memory.recall([])


# ── remembering ──────────────────────────────────────────────────────────────────────────────


def test_nothing_is_remembered_at_first() -> None:
    assert Memory().recall(["c", "a", "b"]) == ["c", "a", "b"]


def test_what_is_not_remembered_is_told_in_order() -> None:
    memory = Memory()
    fill(memory, "bd")
    assert memory.recall("edcba") == ["e", "c", "a"]


def test_what_was_kept_is_there_at_once() -> None:
    memory = Memory()
    memory.keep("a", "rows", chunk("word"))
    assert (memory.rows["a"], memory.known.missing["a"]) == ("rows", "word")
    assert memory.recall(["a"]) == []


@pytest.mark.parametrize("limit", [0, 1, 5])
def test_what_was_kept_is_recalled_after_one_turn(limit: int) -> None:
    memory = Memory(limit)
    memory.keep("a", "rows", chunk("word"))
    turn(memory, limit)
    assert "a" not in memory.rows
    assert memory.recall(["b", "a"]) == ["b"]
    assert (memory.rows["a"], memory.known.missing["a"]) == ("rows", "word")


@pytest.mark.parametrize("limit", [0, 1, 5])
def test_what_was_kept_is_forgotten_after_two_turns(limit: int) -> None:
    memory = Memory(limit)
    fill(memory, "a")
    turn(memory, limit)
    turn(memory, limit)
    assert memory.recall(["a"]) == ["a"]
    assert "a" not in memory.rows


def test_what_is_met_again_each_turn_is_never_forgotten() -> None:
    memory = Memory(3)
    fill(memory, "ab")
    for _ in range(5):
        turn(memory, 3)
        assert memory.recall("a") == []
    assert memory.recall("ab") == ["b"]


def test_until_a_generation_is_full_nothing_turns() -> None:
    memory = Memory(3)
    fill(memory, "abc")
    memory.recall([])
    assert set(memory.rows) == set("abc")
    fill(memory, "d")
    assert memory.recall("abcd") == []  # it turned, and all came back


def test_what_somebody_still_looks_at_stays_as_it_was() -> None:
    memory = Memory(1)
    fill(memory, "ab")
    rows, known = memory.rows, memory.known
    turn(memory, 1)
    assert rows["a"] == "rows of a"
    assert known.words["a"] == ""


# ── forgetting ───────────────────────────────────────────────────────────────────────────────


def test_pieces_that_missed_a_word_are_forgotten_with_it_and_no_others() -> None:
    memory = Memory()
    fill(memory, "ab", "wanted", "other")
    fill(memory, "c", "other")
    fill(memory, "d")
    memory.forget("wanted")
    assert memory.recall("abcd") == ["a", "b"]


def test_a_word_nobody_missed_is_forgotten_without_harm() -> None:
    memory = Memory()
    fill(memory, "a", "word")
    memory.forget("another")
    assert memory.recall("a") == []


def test_forgetting_reaches_the_older_generation() -> None:
    memory = Memory(2)
    fill(memory, "ab", "wanted")
    turn(memory, 2)
    memory.forget("wanted")
    assert memory.recall("ab") == ["a", "b"]


def test_forgetting_reaches_what_moved_back() -> None:
    memory = Memory(2)
    fill(memory, "ab", "wanted")
    turn(memory, 2)
    memory.recall("a")  # now it is in the younger one, and b still in the older
    memory.forget("wanted")
    assert memory.recall("ab") == ["a", "b"]


def test_forgetting_reaches_what_moved_back_and_turned_again() -> None:
    memory = Memory(2)
    fill(memory, "a", "wanted")
    for _ in range(3):
        turn(memory, 2)
        assert memory.recall("a") == []
    turn(memory, 2)
    memory.forget("wanted")
    assert memory.recall("a") == ["a"]


def test_what_was_forgotten_may_be_kept_anew() -> None:
    memory = Memory(2)
    fill(memory, "a", "wanted", "other")
    memory.forget("wanted")
    memory.keep("a", "new", chunk("other"))
    memory.forget("wanted")
    assert memory.recall("a") == []
    assert memory.rows["a"] == "new"
    turn(memory, 2)
    memory.forget("other")
    assert memory.recall("a") == ["a"]


def test_forgetting_all_reaches_both_generations() -> None:
    memory = Memory(2)
    fill(memory, "ab")
    turn(memory, 2)
    fill(memory, "c")
    memory.forget_all()
    assert memory.recall("abc") == ["a", "b", "c"]


def test_what_sounds_so_is_forgotten_in_both_generations() -> None:
    memory = Memory(2)
    for piece, rows in {"a": "-XY-", "b": "-YX-", "c": "----", "d": "XZ--"}.items():
        memory.keep(piece, rows, chunk())
    memory.recall("")  # four are more than two: they are the older ones now
    memory.keep("e", "--XY", chunk())
    memory.keep("f", "--YY", chunk())
    memory.forget_sounding({"XY", "XZ"})
    assert memory.recall("abcdef") == ["a", "d", "e"]


def test_of_no_sounds_nothing_is_forgotten() -> None:
    memory = Memory()
    fill(memory, "ab")
    memory.forget_sounding(set())
    assert memory.recall("ab") == []


PIECES = "abcdef"
WORDS = "xyz"
some_pieces = st.lists(st.sampled_from(PIECES), max_size=4, unique=True)
moves = st.one_of(
    st.tuples(st.just("read"), some_pieces, st.frozensets(st.sampled_from(WORDS))),
    st.tuples(st.just("forget"), st.sampled_from(WORDS)),
    st.tuples(st.just("sounds"), st.frozensets(st.sampled_from(WORDS), min_size=1)),
    st.tuples(st.just("all")),
)


@settings(deadline=None)
@given(st.integers(0, 4), st.lists(moves, max_size=30))
def test_what_is_remembered_is_what_was_kept_last_and_nobody_asked_to_forget(
    limit: int, done: list[tuple[object, ...]]
) -> None:
    memory = Memory(limit)
    valid: dict[str, tuple[str, frozenset[str]]] = {}
    for at, move in enumerate(done):
        match move:
            case ("read", list(pieces), frozenset(missed)):
                unknown = memory.recall(pieces)
                assert [piece for piece in pieces if piece in unknown] == unknown
                assert valid.keys() >= set(pieces) - set(unknown)
                for piece in unknown:
                    valid[piece] = (f"{at}{''.join(sorted(missed))}", missed)
                    memory.keep(piece, valid[piece][0], chunk(*sorted(missed)))
                for piece in pieces:
                    assert memory.rows[piece] == valid[piece][0]
                    assert set(memory.known.missing[piece].split()) == valid[piece][1]
            case ("forget", str(word)):
                memory.forget(word)
                valid = {piece: known for piece, known in valid.items() if word not in known[1]}
            case ("sounds", frozenset(codes)):
                memory.forget_sounding(codes)
                valid = {p: known for p, known in valid.items() if codes.isdisjoint(known[0])}
            case ("all",):
                memory.forget_all()
                valid = {}


# ── letting go ───────────────────────────────────────────────────────────────────────────────


class Piece(str):
    """A piece of text that can be watched going."""

    __slots__ = ("__weakref__",)


def watched(memory: Memory, count: int) -> list[weakref.ref[Piece]]:
    """Keep ``count`` pieces, and see which of them are still anywhere."""
    pieces = [Piece(f"piece {n}") for n in range(count)]
    fill(memory, pieces, "word")
    return [weakref.ref(piece) for piece in pieces]


def alive(pieces: Iterable[weakref.ref[Piece]]) -> int:
    return sum(piece() is not None for piece in pieces)


def test_the_forgotten_go_a_few_at_a_time_until_none_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory_module, "_FREED", 10)
    memory = Memory(50)
    pieces = watched(memory, 100)
    turn(memory, 50)
    assert alive(pieces) == 100  # the older generation
    memory.recall([])
    assert alive(pieces) == 100
    turn(memory, 50)
    left = [alive(pieces)]
    while left[-1] and len(left) < 100:
        memory.recall([])
        left.append(alive(pieces))
    assert left[-1] == 0
    assert left[0] >= 90
    assert all(0 <= one - other <= 10 for one, other in pairwise(left))


def test_however_often_it_turns_the_forgotten_do_not_pile_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory_module, "_FREED", 10)
    memory = Memory(20)
    pieces: list[weakref.ref[Piece]] = []
    for number in range(40):
        fill(memory, [piece := Piece(f"piece {number}")], "word")
        pieces.append(weakref.ref(piece))
        del piece
        turn(memory, 20)
        for _ in range(10):
            memory.recall([])
    assert alive(pieces) <= 4


def test_letting_go_takes_nothing_that_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "_FREED", 3)
    memory = Memory(5)
    fill(memory, "abcdef")
    turn(memory, 5)
    assert memory.recall("ab") == []
    turn(memory, 5)
    for _ in range(20):
        assert memory.recall("ab") == []
    assert memory.recall("abcdef") == ["c", "d", "e", "f"]
