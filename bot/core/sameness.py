"""The same entry? A feed that renames, moves, re-serves or edits what it holds tells no news.

An entry is known again by its key or by another trait of it (``Trait``). Where the traits
disagree the entry is taken for a new one sooner than for an old one: news that is new to us twice
joins its story and is told once, news that is taken for old is lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from bot.core.model import Byname, Entry, Seen, Trait

# An entry whose wording changes at every poll (a counter, an advertisement) is let be after these.
MAX_EDITS = 3

_WEIGHTS = {Trait.ENTRY: 32, Trait.KEY: 8, Trait.PATH: 4, Trait.LINK: 4, Trait.TITLE: 2}
_TITLES = frozenset({Trait.TITLE, Trait.SHORT})
_TITLE_AGE = timedelta(hours=72)
# Sirens sound in the same words each time: what is dated otherwise is another entry.
_SAME_DATE = timedelta(minutes=5)
# Unicode's format characters (Cf), which show nothing. A pattern that finds none takes a tenth of
# the time of asking for the category of each letter.
_UNSEEN = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_REKEYED, _REKEYED_ENTRIES = 0.8, 5
_REFRESHED = timedelta(days=1)

Sightings = Mapping[Byname, Seen]


@dataclass(frozen=True, slots=True)
class Recognised:
    """The entries of one poll under the fingerprints they were recorded by.

    Attributes:
        entries: As they came, with only those aliases that are to be remembered.
        fresh: Those of them that were never seen.
        rekeyed: The feed gave nearly all its entries new names.
    """

    entries: tuple[Entry, ...]
    fresh: tuple[Entry, ...]
    rekeyed: bool = False


def wording(text: str) -> str:
    """``text`` without what may change while the words stay: case, width, blanks, marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_UNSEEN.sub("", plain).split())


def text_hash(title: str, body: str) -> str:
    """128 bits of the words of an entry, in hex: it changes when they do."""
    return _digest(wording(title), wording(body))


def names(entry: Entry) -> tuple[Byname, ...]:
    """Everything an entry may be known by: what the store is asked for."""
    own = (Byname(Trait.ENTRY, entry.fingerprint), Byname(Trait.KEY, entry.fingerprint))
    return (*own, *entry.aliases)


def recognised(
    entries: Sequence[Entry], seen: Sightings, now: datetime, left_out: int = 0
) -> Recognised:
    """Which of the entries of one poll were recorded before, and as what.

    Args:
        entries: All of one document or folder; no two of them share a trait.
        seen: What the store knows of their ``names``.
        now: The moment of the poll.
        left_out: Other entries of the document, under the names they had before.
    """
    rekeyed = _is_rekeyed(entries, seen, left_out)
    claims = [_claims(entry, seen, now, rekeyed=rekeyed) for entry in entries]
    known_as = _assigned(claims)
    named, fresh = [], []
    for index, entry in enumerate(entries):
        known = known_as.get(index)
        own = entry if known is None else _as_recorded(entry, known, seen)
        if known is None or own.fingerprint != known:
            fresh.append(own)
        named.append(replace(own, aliases=tuple(_to_remember(entry, own, seen, now))))
    return Recognised(tuple(named), tuple(fresh), rekeyed)


def _claims(entry: Entry, seen: Sightings, now: datetime, *, rekeyed: bool) -> dict[str, int]:
    """The recorded entries it may be, each with the weight of what speaks for that."""
    found: dict[str, int] = {}
    own, key, *others = names(entry)
    # A key that names another entry by now (a guid that is used again) is that one's.
    for name in (key if key in seen else own, *others):
        behind = seen.get(name)
        if behind and _counts(name, entry, behind, now, rekeyed=rekeyed):
            weight = _WEIGHTS.get(name.trait, 1)
            found[behind.entry] = found.get(behind.entry, 0) + weight
    return found


def _counts(name: Byname, entry: Entry, behind: Seen, now: datetime, *, rekeyed: bool) -> bool:
    if name.trait not in _TITLES:
        return True
    if _dated_otherwise(entry, behind):
        return False
    return rekeyed or (name.trait is Trait.TITLE and now - behind.first_at <= _TITLE_AGE)


def _dated_otherwise(entry: Entry, behind: Seen) -> bool:
    if entry.published_at is None or behind.published_at is None:
        return False
    return abs(entry.published_at - behind.published_at) > _SAME_DATE


def _assigned(claims: Sequence[Mapping[str, int]]) -> dict[int, str]:
    """Each recorded entry to at most one entry of now, the best founded claims first."""
    ranked = sorted(
        (
            (-weight, index, entry)
            for index, found in enumerate(claims)
            for entry, weight in found.items()
        )
    )
    taken: dict[int, str] = {}
    for _, index, entry in ranked:
        if index not in taken and entry not in taken.values():
            taken[index] = entry
    return taken


def _as_recorded(entry: Entry, known: str, seen: Sightings) -> Entry:
    """``entry`` under the fingerprint ``known``; one that only borrowed a name gets its own."""
    hits = {n.hash: s for n in names(entry) if (s := seen.get(n)) and s.entry == known}
    others = {name.hash for name in names(entry)} - hits.keys()
    behind = next(iter(hits.values()))
    changed = behind.text_hash not in {"", entry.text_hash}
    is_fresh = behind.edits >= MAX_EDITS or _dated_otherwise(entry, behind)
    if changed and is_fresh and _is_borrowed(entry, behind, len(hits), len(others)):
        return replace(entry, fingerprint=_another(entry))
    return replace(entry, fingerprint=known)


def _is_borrowed(entry: Entry, behind: Seen, hits: int, others: int) -> bool:
    """A guid that is used again, a page or a file that holds another report each time.

    Nothing but one name is what it was. While it may be an edit it is read as one; where only one
    other name speaks against that, it may be one as long as its date stays.
    """
    if hits - entry.by_link > 1:
        return False
    return others > 1 or (others == 1 and behind.edits >= MAX_EDITS and not _alike(entry, behind))


def _alike(entry: Entry, behind: Seen) -> bool:
    are_dated = entry.published_at is not None and behind.published_at is not None
    return are_dated and not _dated_otherwise(entry, behind)


def _another(entry: Entry) -> str:
    version = entry.fingerprint.partition(":")[0]
    return f"{version}:{_digest(entry.fingerprint, entry.text_hash)}"


def _to_remember(entry: Entry, own: Entry, seen: Sightings, now: datetime) -> Iterator[Byname]:
    """The aliases the store does not have yet, or not for this entry, or not of late."""
    for name in names(entry)[1:]:
        if name.trait is Trait.KEY and own.fingerprint == entry.fingerprint and name not in seen:
            continue
        behind = seen.get(name)
        if behind is None or behind.entry != own.fingerprint or now - behind.at > _REFRESHED:
            yield name


def _is_rekeyed(entries: Sequence[Entry], seen: Sightings, left_out: int) -> bool:
    """Whether most entries have new keys and most titles are known: the site was moved."""
    if len(entries) < _REKEYED_ENTRIES:
        return False
    new = sum(not _has_known_key(entry, seen) for entry in entries)
    known = sum(_has_known_title(entry, seen) for entry in entries)
    return min(new, known) > _REKEYED * (len(entries) + left_out)


def _has_known_key(entry: Entry, seen: Sightings) -> bool:
    return any(name in seen for name in names(entry)[:2])


def _has_known_title(entry: Entry, seen: Sightings) -> bool:
    titles = (seen.get(name) for name in entry.aliases if name.trait in _TITLES)
    return any(title and not _dated_otherwise(entry, title) for title in titles)


def _digest(*texts: str) -> str:
    summed = blake2b(digest_size=16)
    for text in texts:
        body = text.encode("utf-8", "surrogatepass")
        summed.update(len(body).to_bytes(8, "big") + body)
    return summed.hexdigest()
