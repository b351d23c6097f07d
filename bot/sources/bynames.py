"""By what else than its key an entry may be known: its link, its title."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.core.model import Byname, Trait
from bot.core.sameness import wording
from bot.sources import identity

_TELLING_TITLE = 25  # characters


def aliases(entries: Sequence[identity.Marks], source_id: str) -> tuple[tuple[Byname, ...], ...]:
    """The traits of each entry that no other of the same document has.

    A link to a front page names no entry, and neither does a short title: that is remembered
    only to see whether a feed gave all its entries new names.
    """
    traits = [_traits(entry) for entry in entries]
    times = Counter(trait for each in traits for trait in each)
    return tuple(
        tuple(alias(source_id, *trait) for trait in each if times[trait] == 1) for each in traits
    )


def alias(source_id: str, trait: Trait, value: str) -> Byname:
    """``value`` as a trait of an entry of this source."""
    return Byname(trait, f"{identity.VERSION}:{identity.digest(source_id, trait.value, value)}")


def telling(title: str) -> str:
    """The words of a title that is long enough to tell entries apart, else ``""``."""
    words = wording(title)
    return words if len(words) >= _TELLING_TITLE else ""


def _traits(entry: identity.Marks) -> tuple[tuple[Trait, str], ...]:
    link, title = identity.canonical_link(entry.link), wording(entry.title)
    size = Trait.TITLE if len(title) >= _TELLING_TITLE else Trait.SHORT
    by_link = ((Trait.LINK, link),) if "/" in link or "?" in link else ()
    return (*by_link, *(((size, title),) if title else ()))
