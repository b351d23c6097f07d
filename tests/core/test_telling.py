from __future__ import annotations

from collections.abc import Sequence

from bot.core.telling import Line, Stalls, Waiting


def look(stalls: Stalls, found: dict[str, str], at_s: float, *hidden: str) -> list[str]:
    return [line.text for line in stalls.look(found, at_s, lambda key: key in hidden)]


def test_a_stall_is_said_once_and_once_when_it_is_over() -> None:
    stalls = Stalls()
    said = [look(stalls, {"x": "It stands."}, float(s)) for s in range(0, 600, 10)]
    assert said[0] == ["It stands."]
    assert not any(said[1:])
    later = [look(stalls, {}, float(s)) for s in range(600, 700, 10)]
    assert [line for lines in later for line in lines] == ["Over: It stands."]


def test_what_comes_and_goes_within_a_minute_is_said_once() -> None:
    stalls = Stalls()
    said = [look(stalls, {"x": "It stands."} if s % 50 < 25 else {}, float(s)) for s in range(3600)]
    assert sum(map(len, said)) == 1


def test_what_nobody_can_see_is_not_said_to_be_over() -> None:
    stalls = Stalls()
    look(stalls, {"x": "It stands."}, 0.0)
    assert not any(look(stalls, {}, float(s), "x") for s in range(0, 600, 10))
    assert look(stalls, {}, 660.0) == ["Over: It stands."]


def test_a_restart_neither_says_it_again_nor_forgets_to_say_that_it_is_over() -> None:
    before, after = Stalls(), Stalls()
    look(before, {"x": "It stands."}, 0.0)
    after.remember(before.known, 0.0)
    assert look(after, {"x": "It stands."}, 1.0) == []
    assert look(after, {}, 100.0) == ["Over: It stands."]


def everything(lines: Sequence[str]) -> bool:
    return True


def take(waiting: Waiting, at_s: float) -> list[str]:
    return [line.text for line in waiting.take(at_s, everything)]


def test_a_few_go_at_once_then_one_in_ten_minutes_and_nothing_is_lost() -> None:
    waiting, sent = Waiting(), []
    for second in range(3600):
        waiting.add([Line(f"line {second}")] if second % 60 == 0 else [])
        if lines := waiting.take(float(second), everything):
            waiting.went(lines)
            sent.append(lines)
    assert len(sent) <= 4 + 6
    assert [line.text for lines in sent for line in lines] == [
        f"line {s}" for s in range(0, 60 * sum(map(len, sent)), 60)
    ]


def test_what_could_not_be_said_is_said_later_and_later() -> None:
    waiting, tries = Waiting(), []
    waiting.add([Line("x")])
    for second in range(4000):
        if lines := waiting.take(float(second), everything):
            tries.append(second)
            waiting.failed(lines, "it answers 500", float(second), refused=False)
    assert tries[:4] == [0, 15, 45, 105]
    assert take(waiting, 10_000.0) == ["x"]


def test_the_grave_goes_first_then_the_newest_and_the_rest_later() -> None:
    waiting = Waiting()
    waiting.add([Line("old", is_grave=False), Line("grave"), Line("new", is_grave=False)])
    first = waiting.take(0.0, lambda lines: len(lines) <= 2)
    assert [line.text for line in first] == ["grave", "new"]
    waiting.went(first)
    assert take(waiting, 0.0) == ["old"]


def test_one_that_never_fits_is_given_to_be_cut() -> None:
    waiting = Waiting()
    waiting.add([Line("long")])
    assert [line.text for line in waiting.take(0.0, lambda lines: False)] == ["long"]


def test_what_was_refused_together_is_tried_one_by_one_and_what_is_refused_so_goes_last() -> None:
    waiting, arrived = Waiting(), []
    waiting.add([Line(f"line {n}") for n in range(6)] + [Line("bad")])
    for at_s in range(0, 36_000, 10):
        if not (lines := waiting.take(float(at_s), everything)):
            continue
        if any(line.text == "bad" for line in lines):
            waiting.failed(lines, "it answers 400", float(at_s), refused=True)
        else:
            waiting.went(lines)
            arrived += [line.text for line in lines]
    assert sorted(arrived) == [f"line {n}" for n in range(6)]
    assert [line.text for line in waiting.lines] == ["bad"]


def test_where_nobody_listens_for_days_what_is_grave_is_kept() -> None:
    waiting = Waiting()
    waiting.add([Line("grave")])
    for n in range(100):
        waiting.add([Line(f"line {n}", is_grave=False)])
    assert [line.text for line in waiting.lines] == [
        "grave",
        *(f"line {n}" for n in range(51, 100)),
    ]


def test_the_end_of_what_was_never_told_says_both() -> None:
    waiting = Waiting()
    waiting.add([Line("It stands.")])
    waiting.add([Line("Over: It stands.", ends="It stands.")])
    assert take(waiting, 0.0) == ["Over: It stands."]
