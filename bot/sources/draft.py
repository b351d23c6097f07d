"""Drafts: what a document says of its entries, before it is known where and when it was read.

Parsing makes drafts and needs neither clock nor source, so it can run in another process; the
steps that need them turn drafts into entries here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.model import Broken, Entry, Habits, Source
from bot.core.sameness import text_hash
from bot.sources import bynames, dates, identity, plain

_RUNG_NAMES = ("guid", "guid and link", "link", "link and title")


@dataclass(frozen=True, slots=True)
class Draft:
    """One element of a feed, or one seed, as text. Dates are as stated, believable or not."""

    title: str
    body: str = ""
    link: str = ""
    guid: str = ""
    lang: str = ""
    source_name: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    zoneless: bool = False  # its dates name no zone and were read as UTC


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a document held. ``problem`` is one sentence when there was nothing to read in it.

    ``held`` counts its entries, those that were left out as known among them. ``hashes`` are to be
    given back when the document is read next; ``b""`` when it is to be read as a whole.
    ``error`` and ``trace`` are there where there is nothing because it broke our reader.
    ``left_out`` counts those that are no drafts because they stood in the last document, too;
    ``broken`` are those that broke our reader while others did not.
    """

    drafts: tuple[Draft, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    held: int = 0
    hashes: bytes = b""
    error: str = ""
    trace: str = ""
    left_out: int = 0
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """The entries of one feed document, and what it showed of its feed."""

    entries: tuple[Entry, ...]
    habits: Habits
    notes: tuple[str, ...] = ()


def feed_entries(
    drafts: Sequence[Draft], source: Source, now: datetime, *, is_part: bool = False
) -> Read:
    """The entries of one feed document, in its order, without repetitions.

    From a part of a document it cannot be seen how good the names in all of it are.
    """
    marks = [identity.Marks(d.guid, d.link, d.title, d.body) for d in drafts]
    habits = _habits(drafts, () if is_part else marks, source.habits)
    named = list(zip(drafts, marks, identity.keys(marks, habits.rung), strict=True))
    kept = [(draft, mark, key) for draft, mark, key in named if key is not None]
    known_by = bynames.aliases([mark for _, mark, _ in kept], source.id)
    entries = tuple(
        replace(
            entry_of(draft, key, source, now),
            aliases=traits,
            by_link=key == identity.canonical_link(draft.link),
        )
        for (draft, _, key), traits in zip(kept, known_by, strict=True)
    )
    return Read(entries, habits, tuple(_notes(source, habits)))


def _habits(drafts: Sequence[Draft], marks: Sequence[identity.Marks], before: Habits) -> Habits:
    zoneless = before.zoneless or any(draft.zoneless for draft in drafts)
    return replace(before, rung=identity.rung(marks, before.rung), zoneless=zoneless)


def _notes(source: Source, habits: Habits) -> Iterator[str]:
    """What the operator is told, once each: it is remembered as a habit from then on."""
    if habits.rung > source.habits.rung:
        names = _RUNG_NAMES[habits.rung]
        yield f"Its guids are blank or repeated: its entries are told apart by {names}."
    if habits.zoneless and not (source.habits.zoneless or source.zone):
        yield "Its dates name no zone and are read as UTC: give this feed a zone."


def entry_of(
    draft: Draft, key: str, source: Source, now: datetime, *, is_seed: bool = False
) -> Entry:
    """One entry under ``key``. Dates that cannot be believed at ``now`` are left out.

    A date without a zone is of the source's; from every date its learnt skew is taken off.
    """
    # Here, where every entry passes: one half of a pair in any field (a name on disk, an escape
    # in JSON) would be refused by the database together with the whole poll, at each poll.
    clean = plain.storable
    title, body = clean(draft.title), clean(draft.body)
    stated = [_stated(at, draft, source) for at in (draft.published_at, draft.updated_at)]
    skew = timedelta(hours=source.habits.skew_h)
    return Entry(
        source_id=source.id,
        key=clean(key),
        fingerprint=identity.fingerprint(source.id, key),
        title=title,
        body=body,
        link=clean(draft.link),
        source_name=clean(draft.source_name or source.name),
        lang=clean(draft.lang or source.lang),
        published_at=dates.believable(now, *(dates.shifted(at, -skew) for at in stated)),
        text_hash=text_hash(title, body),
        is_seed=is_seed,
        stated_at=next((at for at in stated if at), None),
    )


def _stated(at: datetime | None, draft: Draft, source: Source) -> datetime | None:
    return dates.placed(at, source.zone) if draft.zoneless and source.zone else at
