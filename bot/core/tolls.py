"""What is counted: the weapons, the dead, the injured; and what a report says was nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.core.earlier import earlier
from bot.core.lead import Lead, Sign
from bot.core.model import Range
from bot.core.morphology import is_stop_word
from bot.core.negation import is_negated
from bot.core.numbers import Quantity, quantities

_BEFORE_NOUN = 3  # "two unidentified attack drones"
_AFTER_WORD = 5  # "wounding at sea another two"
_BEFORE_WORD = 12  # a verb at the end: Persian, Turkish, Kurdish
_BARE_BEFORE = 2  # "34 were injured"
_AND = 2
_ANDS = frozenset(("and", "و", "ve"))
_OWN = frozenset(("a", "an", "her", "his", "their"))
_UNCOUNTED = "-"  # "two rocket attacks" are not two rockets
ZERO = Range(0, 0)


class Counted(NamedTuple):
    """A noun with what the text says of its number; ``sure``: not only by being singular."""

    start: int
    end: int
    value: str
    range: Range | None
    sure: bool = True


class Counts:
    """The counts of one lead."""

    def __init__(self, lead: Lead) -> None:
        self._lead = lead
        self._quantities = quantities(lead)
        self._used: set[int] = set()
        self._nouns = _blocked(lead)
        self.weapons = [self._counted(sign) for sign in lead.of("weapon")]
        self._people = self._with_ands([self._counted(sign) for sign in lead.of("person")])
        self._taken: set[int] = set()
        self._earlier = earlier(lead)

    # ── nouns ────────────────────────────────────────────────────────────────────────────

    def _counted(self, noun: Sign) -> Counted:
        name, _, own = noun.value.rpartition("/") if "/" in noun.value else (noun.value, "", "")
        own = own or (name if name[:1].isdecimal() else "")
        if own == _UNCOUNTED:
            return Counted(noun.start, noun.end, name, None)
        quantity = self._quantity_of(noun)
        if quantity is not None:
            self._used.add(quantity.start)
            start, end = min(quantity.start, noun.start), max(quantity.end, noun.end)
            return Counted(start, end, name, quantity.range)
        least, _, most = own.partition("-")
        # "the missile" may be any of its kind
        implied = own and not (own == "1" and self._lead.is_definite(noun))
        told = Range(int(least), int(most or least)) if implied else None
        return Counted(noun.start, noun.end, name, told, sure=own != "1")

    def _quantity_of(self, noun: Sign) -> Quantity | None:
        for quantity in self._quantities:
            if quantity.start in self._used:
                continue
            if self._stands_before(quantity, noun) or self._stands_after(quantity, noun):
                return quantity
        return None

    def _stands_before(self, quantity: Quantity, noun: Sign) -> bool:
        if not 0 <= noun.start - quantity.end <= _BEFORE_NOUN:
            # "on füze": the number and what it counts are one phrase of the data
            return quantity.start == noun.start - 1 and quantity.end == noun.end
        gap = range(quantity.end, noun.start)
        words = [self._lead.word(at) for at in gap]
        links = quantity.is_vague or not any(map(is_stop_word, words))
        return (
            links
            and not any(at in self._nouns for at in gap)
            and not self._lead.pauses(quantity.end, noun.start)
        )

    def _stands_after(self, quantity: Quantity, noun: Sign) -> bool:
        """الصواريخ الأربعة, صاروخ واحد."""
        if quantity.start != noun.end or quantity.figure:
            return False
        return quantity.range.most < 3 or self._lead.word(quantity.start).startswith("ال")

    def _with_ands(self, people: Sequence[Counted]) -> list[Counted]:
        """A girl and two children are three."""
        told: list[Counted] = []
        for one in people:
            last = told[-1] if told else None
            if last and last.range and one.range and self._is_and(last, one):
                both = Range(last.range.least + one.range.least, last.range.most + one.range.most)
                told[-1] = Counted(last.start, one.end, "", both)
            else:
                told.append(one)
        return told

    def _is_and(self, one: Counted, other: Counted) -> bool:
        beside = 0 <= other.start - one.end <= _AND
        first = self._lead.word(other.start)
        gap = self._lead.words(one.end, other.start)
        if gap and gap[0] in _ANDS and all(word in _OWN for word in gap[1:]):
            return not self._lead.pauses(one.end, one.end)
        clear = not any(at in self._nouns for at in range(one.end, other.start))
        return beside and clear and first.startswith("و") and len(first) > 3

    # ── the dead and the injured ─────────────────────────────────────────────────────────

    def toll(self) -> tuple[Range | None, Range | None]:
        """The killed and the injured, ``None`` where nothing is said."""
        told: dict[str, Range] = {}
        words = [("killed", sign) for sign in self._lead.of("killed")]
        words += [("injured", sign) for sign in self._lead.of("injured")]
        words = [(kind, sign) for kind, sign in words if not self._is_of_another(sign)]
        ends = [sign for _, sign in words]
        for kind, sign in sorted(words, key=lambda word: word[1].start):
            found = ZERO if is_negated(sign, self._lead) else self._people_of(sign, ends)
            if found is not None and told.get(kind, ZERO) == ZERO:
                told[kind] = found
        if self.nobody():
            told = {"killed": ZERO, "injured": ZERO} | told
        return told.get("killed"), told.get("injured")

    def _is_of_another(self, sign: Sign) -> bool:
        """Whether what came to harm is a thing, by accident, or in another attack."""
        accident = any(self._is_beside(sign, other) for other in self._lead.of("accident"))
        long_ago = any(self._is_beside(sign, other) for other in self._lead.of("background"))
        before = sign.start in self._earlier
        return self._is_of_a_thing(sign) or accident or long_ago or before

    def _is_beside(self, one: Sign, other: Sign) -> bool:
        first, last = sorted((one, other))
        gap = range(first.end, last.start + 1)
        return not any(self._lead.pauses(at, at) for at in gap)

    def _is_of_a_thing(self, sign: Sign) -> bool:
        """إصابة سفينة: what is hit is no person."""
        return any(
            other.start <= sign.start and sign.end < other.end
            for other in self._lead.valued("outcome", "hit")
        )

    def _people_of(self, sign: Sign, words: Sequence[Sign]) -> Range | None:
        side = sign.value
        if side.isdecimal():
            near = [one for one in self._bare() if one.end == sign.start]
            if not near and self._lead.is_definite(sign):
                return None  # a brigade named for a martyr
            return near[-1].range if near else Range(int(side), int(side))
        left = self._left(sign, words) if side in {"before", "either"} else None
        right = self._right(sign, words) if side == "after" or not left else None
        found = left or (right if side != "before" else None)
        if found is None:
            return None
        self._taken.add(found.start)
        return found.range

    def _left(self, sign: Sign, words: Sequence[Sign]) -> Counted | None:
        last = max((word.end for word in words if word.end <= sign.start), default=0)
        near = [one for one in self._candidates() if last <= one.end <= sign.start]
        near = [
            one
            for one in near
            if sign.start - one.end <= (_BEFORE_WORD if one.value != "bare" else _BARE_BEFORE)
            and not self._lead.stops(one.end, sign.start)
        ]
        return near[-1] if near else None

    def _right(self, sign: Sign, words: Sequence[Sign]) -> Counted | None:
        following = min((word.start for word in words if word.start >= sign.end), default=1 << 30)
        weapon = min((w.start for w in self.weapons if w.start >= sign.end), default=1 << 30)
        for one in self._candidates():
            if sign.end <= one.start < min(following, weapon, sign.end + _AFTER_WORD):
                return None if self._lead.stops(sign.end, one.start) else one
        return None

    def _candidates(self) -> list[Counted]:
        people = [one for one in self._people if one.range is not None]
        found = [one for one in (*people, *self._bare()) if one.start not in self._taken]
        return sorted(found, key=lambda one: one.start)

    def _bare(self) -> Iterator[Counted]:
        for quantity in self._quantities:
            if quantity.start not in self._used:
                yield Counted(quantity.start, quantity.end, "bare", quantity.range)

    # ── nobody ───────────────────────────────────────────────────────────────────────────

    def nobody(self) -> bool:
        """Whether the report says that nobody came to harm."""
        harms = self._lead.of("harm")
        return bool(self._lead.of("unharmed")) or any(
            is_negated(harm, self._lead) for harm in harms
        )


def _blocked(lead: Lead) -> set[int]:
    """The tokens that a count does not reach across to its noun."""
    kinds = ("weapon", "person", "killed", "injured", "number")
    return {at for kind in kinds for at in _tokens(kind, lead)} - {*_tokens("uncounted", lead)}


def _tokens(kind: str, lead: Lead) -> Iterator[int]:
    for sign in lead.of(kind):
        yield from range(sign.start, sign.end)


def count_of(weapons: Sequence[Counted]) -> Range | None:
    """How many weapons; of several kinds, from the fewest to all of them together.

    A word that is only singular says less than a number.
    """
    told = [one for one in weapons if one.range is not None]
    sure = [one for one in told if one.sure]
    first: dict[str, Range] = {}
    for one in sure or told:
        if one.range is not None:
            first.setdefault(one.value, one.range)
    if not first:
        return None
    counts = list(first.values())
    least = min(count.least for count in counts)
    most = sum(count.most for count in counts) if sure else max(count.most for count in counts)
    return Range(least, most)
