"""Whether a name that means something else as well is the place: what stands beside it vouches.

حرير is silk unless a base noun stands there or an attack is aimed at it. الأسد is a family unless
weapons come down on it: such a bare name is believed only behind a word that aims at a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.core.model import Hit, Place, Scan

ByName = Mapping[str, tuple[Hit, ...]]
_BASE = "base"  # the category whose words vouch for a place that needs context
_AIMED = "aimed"  # and whose words vouch for the name right behind them
_BASE_WITHIN = 2
_AIMS = ("toward", "event")  # what stands right before a bare name: "at al-Asad", "hit al-Asad"
_ARMED = ("rocket", "drone", "siren", "alert", "salvo-rocket", "salvo-drone")
_NAMESAKES = "namesake"  # the people of that name
_LAST_LATIN = "\u024f"
_OF = "'’"  # al-Asad's forces


def vouched(
    places: Mapping[str, Iterable[Hit]], known: Mapping[str, Place], terms: ByName, scan: Scan
) -> dict[str, tuple[Hit, ...]]:
    """The places, without bare names that mean something else where no base stands near."""
    bases = terms.get(_BASE, ())
    aimed = {hit.end for hit in terms.get(_AIMED, ())}
    sure: dict[str, tuple[Hit, ...]] = {}
    for key, hits in places.items():
        doubtful = known[key].needs_context
        kept = tuple(
            hit
            for hit in hits
            if not (doubtful and _is_ambiguous(hit, scan))
            or hit.start in aimed
            or any(_stands_by(hit, base, scan) for base in bases)
        )
        if kept:
            sure[key] = kept
    return sure


def with_bare(
    places: Mapping[str, tuple[Hit, ...]],
    bare: Mapping[str, Iterable[Hit]],
    known: Mapping[str, Place],
    terms: ByName,
    scan: Scan,
) -> Mapping[str, tuple[Hit, ...]]:
    """``places``, and the ``bare`` names that weapons are aimed at."""
    if not bare or terms.get(_NAMESAKES):
        return places
    aims = {hit.end for name in _AIMS for hit in terms.get(name, ())}
    armed = {scan.sentences[hit.start] for name in _ARMED for hit in terms.get(name, ())}
    more = dict(places)
    for key, hits in bare.items():
        named = not places.keys().isdisjoint(known[key].parents)
        meant = [
            hit
            for hit in hits
            if hit.start in aims
            and scan.sentences[hit.start] in armed
            and (named or _is_latin(hit, scan))
            and not _owns(hit, scan)
        ]
        if meant:
            more[key] = tuple(sorted({*more.get(key, ()), *meant}, key=lambda hit: hit[:2]))
    return more


def _is_ambiguous(hit: Hit, scan: Scan) -> bool:
    # حرير is silk, Harir is not: only in Arabic letters does the bare name mean something else.
    return hit.end - hit.start == 1 and not _is_latin(hit, scan)


def _is_latin(hit: Hit, scan: Scan) -> bool:
    return scan.text(scan.span(hit))[0] <= _LAST_LATIN


def _owns(hit: Hit, scan: Scan) -> bool:
    text = scan.title if hit.start < scan.split else scan.body
    end = scan.ends[hit.end - 1]
    return text[end : end + 1] in _OF and end < len(text)


def _stands_by(hit: Hit, base: Hit, scan: Scan) -> bool:
    same_field = (hit.start < scan.split) == (base.start < scan.split)
    # The noun comes first, or at once: "حرير على قاعدة التمثال" is silk on a pedestal.
    return same_field and (
        hit.start - base.end < _BASE_WITHIN if base.start < hit.start else base.start <= hit.end
    )
