"""Where it happened: which of the places a report names are the scene, and which are not.

Not the scene: the city of the dateline when the report names another place, and places of other
countries when the attack has an object ("Rockets hit Kandahar") and they stand further away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.core.model import Hit, How, Knowledge, Place, Scan
from bot.core.model.reading import LEAD_TOKENS

WITHIN = 40  # a place further from the event than this is not told with it
_OBJECT_WITHIN = 4
_CLAUSE = 8  # a place this near belongs to the same statement: "from X at Y"
_DATELINE_TOKENS = 4
_TOWNS = frozenset(
    {
        "city",
        "city/port",
        "city/province",
        "town",
        "province",
        "region",
        "area",
        "sea",
        "island",
        "crossing",
        "port",
    }
)
# Grave when people come to harm, not by what they are.
_CIVIL = frozenset({"airport", "port", "oil site", "gas field", "nuclear site", "crossing"})
_BESIDE_WITHIN = 2
_RANKS = ("place.base", "place.town", "place.country")
_BYLINE = re.compile(r"[^()\n]{0,25}\([^()\n]{2,30}\)\s*[-–—:ـ]")
_CAPITALS_DASH = re.compile(r"(?:,[^-–—\n]{2,20})?\s*(?:--|[–—]|-\s)")
_SEPARATOR = re.compile(r"[-–—/(,|:ـ]")
_LAST_LATIN = "\u024f"


def category(place: Place) -> str:
    """``place.base``, ``place.town`` or ``place.country``; bases are all that is no town."""
    if place.kind == "country":
        return "place.country"
    return "place.town" if place.kind in _TOWNS else "place.base"


class Scene:
    """The places of one scan, without the dateline, seen from an event (tokens start to end)."""

    def __init__(self, scan: Scan, knowledge: Knowledge) -> None:
        self._scan = scan
        self._known = knowledge.places
        self._agencies = scan.terms.get("agency", ())
        self._signed = {at for hit in self._agencies for at in range(hit.start, hit.end)}
        self._toward = {hit.end for hit in scan.terms.get("toward", ())}
        self._beside = {hit.end for hit in scan.terms.get("beside", ())}
        self._beside_after = {hit.start for hit in scan.terms.get("beside-after", ())}
        self._verbs = {hit.end for hit in scan.terms.get("event", ())}
        self._places = self._without_datelines()

    def categories(self) -> dict[str, list[Hit]]:
        """The hits of each category, in order."""
        found: dict[str, list[Hit]] = {}
        for key, hits in self._places.items():
            found.setdefault(category(self._known[key]), []).extend(hits)
        return {name: sorted(hits, key=lambda hit: hit.start) for name, hits in found.items()}

    def near(self, start: int, end: int) -> list[str]:
        """The places of an event: in its country first, the most precise kind, the nearest."""
        aim = self._object(start, end)
        distances = {
            key: min(self._reach(hit, start, end) for hit in hits)
            for key, hits in self._places.items()
        }
        named = [
            key
            for key, distance in distances.items()
            if distance <= WITHIN and not self._is_elsewhere(key, aim, distance)
        ]
        return sorted(
            named, key=lambda key: (self._abroad(key, aim), self._rank(key), distances[key])
        )

    def has(self, wanted: str, start: int, end: int, within: int) -> bool:
        """Whether a place of category ``wanted`` stands within so many tokens, in this field."""
        aim = self._object(start, end)
        title = start < self._scan.split
        return any(
            (hit.start < self._scan.split) == title and _gap(hit, start, end) <= within
            for key, hits in self._places.items()
            if category(self._known[key]) == wanted
            for hit in hits
            if not self._is_elsewhere(key, aim, _gap(hit, start, end))
        )

    def is_base_hit(self, start: int, end: int, within: int) -> bool:
        """Whether a base itself, not what lies beside it, stands within so many tokens."""
        aim = self._object(start, end)
        return any(
            (hit.start < self._scan.split) == (start < self._scan.split)
            and _gap(hit, start, end) <= within
            and not self._is_beside(hit)
            for key, hits in self._places.items()
            if category(self._known[key]) == "place.base" and self._known[key].kind not in _CIVIL
            for hit in hits
            if not self._is_elsewhere(key, aim, _gap(hit, start, end))
        )

    def _is_beside(self, hit: Hit) -> bool:
        """Whether it says "near" or "around" right before the name, in Turkish behind it."""
        if not self._beside_after.isdisjoint(range(hit.end, hit.end + _BESIDE_WITHIN)):
            return True
        return not self._beside.isdisjoint(range(hit.start - _BESIDE_WITHIN, hit.start + 1))

    def _rank(self, key: str) -> int:
        return _RANKS.index(category(self._known[key]))

    def _reach(self, hit: Hit, start: int, end: int) -> int:
        sentences = self._scan.sentences
        if not -1 <= sentences[hit.start] - sentences[start] <= 1:
            return WITHIN + 1
        return _gap(hit, start, end)

    # ── the object of the attack ─────────────────────────────────────────────────────────

    def _object(self, start: int, end: int) -> str:
        """The id of the place the attack is said to be on, ``""`` if no word says so."""
        aims = (
            (hit.start, key)
            for key, hits in self._places.items()
            for hit in hits
            if start < hit.start <= end + _OBJECT_WITHIN
            and self._scan.sentences[hit.start] == self._scan.sentences[start]
            and self._is_aimed_at(hit)
        )
        return min(aims, default=(0, ""))[1]

    def _is_aimed_at(self, hit: Hit) -> bool:
        before = self._scan.tokens[hit.start - 1]
        if hit.how is How.CLITIC or before.function:
            return True
        if hit.start in self._toward:
            return True
        # "hit Kandahar": in Arabic the agent stands there.
        latin = self._scan.tokens[hit.start].text[0] <= _LAST_LATIN
        return latin and hit.start in self._verbs

    def _is_elsewhere(self, key: str, aim: str, distance: int) -> bool:
        return distance > _CLAUSE and self._abroad(key, aim)

    def _abroad(self, key: str, aim: str) -> bool:
        """Whether ``key`` lies in another country than the object; seas lie in none."""
        return bool(aim) and self._known[key].country not in ("", self._known[aim].country)

    # ── the dateline ─────────────────────────────────────────────────────────────────────

    def _without_datelines(self) -> dict[str, tuple[Hit, ...]]:
        """The places; the city of the dateline only where nothing else could be the scene."""
        rest: dict[str, tuple[Hit, ...]] = {}
        lines: dict[str, tuple[Hit, ...]] = {}
        for key, hits in self._scan.places.items():
            told = tuple(hit for hit in hits if not self._is_dateline(hit))
            (rest if told else lines)[key] = told or hits
        lead = [self._known[k] for k, hits in rest.items() if hits[0].start < LEAD_TOKENS]
        kept = {k: hits for k, hits in lines.items() if not _is_better_known(self._known[k], lead)}
        return {**rest, **kept}

    def _is_dateline(self, hit: Hit) -> bool:
        first = 0 if hit.start < self._scan.split else self._scan.split
        if hit.start - first > _DATELINE_TOKENS:
            return self._is_of_agency(hit)
        text = self._scan.title if hit.start < self._scan.split else self._scan.body
        return self._is_signed(hit, text) or _is_byline(self._scan, hit, text)

    def _is_signed(self, hit: Hit, text: str) -> bool:
        """بغداد - رويترز, or the name of an agency that holds a place."""
        if self._is_of_agency(hit):
            return True
        for name in self._agencies:
            if 0 <= name.start - hit.end < _DATELINE_TOKENS:
                between = _between(self._scan, hit.end - 1, name.start, text)
                if _SEPARATOR.search(between):
                    return True
        return False

    def _is_of_agency(self, hit: Hit) -> bool:
        """Whether the place is a part of an agency's name."""
        return self._signed.issuperset(range(hit.start, hit.end))


def _is_byline(scan: Scan, hit: Hit, text: str) -> bool:
    """ERBIL, Iraq (Any Agency) -, or BAGHDAD —."""
    end = scan.ends[hit.end - 1]
    if _BYLINE.match(text, end):
        return True
    written = text[scan.starts[hit.start] : end]
    return written.isupper() and len(written) > 3 and bool(_CAPITALS_DASH.match(text, end))


def _is_better_known(dateline: Place, named: Iterable[Place]) -> bool:
    """Whether another place is the scene: not the dateline's own country, nor who was hit."""
    return any(_could_be_scene(place, dateline) for place in named)


def _could_be_scene(place: Place, dateline: Place) -> bool:
    if place.id in dateline.parents or place.id == "us":
        return False
    return place.kind != "country" or place.country != dateline.country


def _between(scan: Scan, last: int, start: int, text: str) -> str:
    return text[scan.ends[last] : scan.starts[start]]


def _gap(hit: Hit, start: int, end: int) -> int:
    return max(start - hit.start, hit.start - end, 0)


def spellings(place: Place) -> Iterator[str]:
    """Every name of ``place`` in every language."""
    for names in place.names.values():
        yield from names
