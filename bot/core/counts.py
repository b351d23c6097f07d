"""How many weapons each source counts, and when a rise is news of its own."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.model import Count, Entry, Reading

_MOST = 30  # figures that are kept; nobody reads more
# Sources count the same salvo a little differently; twice as many, and five more, is another size.
_TIMES, _MORE = 2, 5


def counted(counts: Sequence[Count], entry: Entry, reading: Reading) -> tuple[Count, ...]:
    """``counts`` with what this report counts: of each source its last word, newest last."""
    new = counting(entry, reading)
    if new is None:
        return tuple(counts)
    same = next((old for old in counts if old.source_name == new.source_name), None)
    if same == new:
        return tuple(counts)
    return (*(old for old in counts if old is not same), new)[-_MOST:]


def counting(entry: Entry, reading: Reading) -> Count | None:
    """What this report counts of its attack, in the name of the source it has it from."""
    facts = reading.facts
    # Statistics add up attacks of weeks, and what is denied was never fired.
    if facts.count is None or not facts.count.most or facts.denial or reading.guard == "statistics":
        return None
    name = facts.echo_of or entry.source_name or entry.source_id
    return Count(name, facts.count, facts.weapons)


def has_risen(known: Sequence[Count], new: Count | None) -> bool:
    """Whether far more were fired than anybody counted before, by any reading of both."""
    most = max((old.count.most for old in known), default=0)
    if new is None or not most:
        return False
    return new.count.least >= max(_TIMES * most, most + _MORE)
