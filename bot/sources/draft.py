"""Drafts: what a document says of its entries, before it is known where and when it was read.

Parsing makes drafts and needs neither clock nor source, so it can run in another process; the
steps that need them turn drafts into entries here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.model import Entry, Source
from bot.sources import dates, identity, plain


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


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a document held. ``problem`` is one sentence when there was nothing to read in it.

    ``held`` counts its entries, those that were left out as known among them. ``hashes`` are to be
    given back when the document is read next; ``b""`` when it is to be read as a whole.
    ``error`` and ``trace`` are there where there is nothing because it broke our reader.
    """

    drafts: tuple[Draft, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    held: int = 0
    hashes: bytes = b""
    error: str = ""
    trace: str = ""


def feed_entries(drafts: Sequence[Draft], source: Source, now: datetime) -> tuple[Entry, ...]:
    """The entries of one feed document, in its order, without repetitions."""
    marks = [identity.Marks(d.guid, d.link, d.title, d.body) for d in drafts]
    pairs = zip(drafts, identity.keys(marks), strict=True)
    return tuple(entry_of(draft, key, source, now) for draft, key in pairs if key is not None)


def entry_of(
    draft: Draft, key: str, source: Source, now: datetime, *, is_seed: bool = False
) -> Entry:
    """One entry under ``key``. Dates that cannot be believed at ``now`` are left out."""
    # Here, where every entry passes: one half of a pair in any field (a name on disk, an escape
    # in JSON) would be refused by the database together with the whole poll, at each poll.
    clean = plain.storable
    return Entry(
        source_id=source.id,
        key=clean(key),
        fingerprint=identity.fingerprint(source.id, key),
        title=clean(draft.title),
        body=clean(draft.body),
        link=clean(draft.link),
        source_name=clean(draft.source_name or source.name),
        lang=clean(draft.lang or source.lang),
        published_at=dates.believable(now, draft.published_at, draft.updated_at),
        text_hash=identity.digest(draft.title, draft.body),
        is_seed=is_seed,
    )
