"""A sequence that is made when somebody looks, and then once."""

from __future__ import annotations

from bot.core.lazily import Later


def test_nothing_is_made_before_somebody_looks() -> None:
    made: list[str] = []

    def make() -> tuple[int, ...]:
        made.append("now")
        return (1, 2, 3)

    later = Later(make)
    assert not made
    assert (len(later), later[0], later[-1], later[1:], list(later)) == (3, 1, 3, (2, 3), [1, 2, 3])
    assert made == ["now"]
