"""What is known before anything is read: places, topics, lexicon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Severity(IntEnum):
    """How grave. ``NONE`` is never sent as a topic alert."""

    NONE = 0
    NOTICE = 1
    IMPORTANT = 2
    CRITICAL = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A base, town or region of the gazetteer. No coordinates, on purpose.

    ``names`` maps a language code to its spellings, the best first. ``parents`` are ids from the
    nearest outward. ``needs_context``: the bare name also means something else, so a base noun
    must stand beside it. ``bare`` names mean something else nearly always: only weapons that are
    aimed at one make it the place.
    """

    id: str
    kind: str
    country: str
    names: Mapping[str, tuple[str, ...]]
    parents: tuple[str, ...] = ()
    needs_context: bool = False
    bare: tuple[str, ...] = ()

    def name(self, lang: str) -> str:
        """The best name in ``lang``, else in English, else the id."""
        for code in (lang, "en"):
            if self.names.get(code):
                return self.names[code][0]
        return self.id


@dataclass(frozen=True, slots=True)
class Topic:
    """A built-in kind of event. ``names`` and ``about`` map a language code to text.

    ``aliases`` are what else people call it when they ask for it, in any language.
    """

    id: str
    names: Mapping[str, str]
    about: Mapping[str, str]
    severity: Severity = Severity.NOTICE
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of the lexicon. A word ending in ``*`` is open at its end.

    ``only`` restricts it to sentences in ``lang``: for words that mean something else elsewhere.
    """

    text: str
    category: str
    lang: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A way in which a topic shows: ``first`` and ``second`` (if any) in one sentence.

    Positions are counted in tokens. ``near`` must stand within ``near_within`` tokens of the
    pair, in that sentence or the one before; empty when no context is needed. Categories of the
    gazetteer are ``place.base``, ``place.town`` and ``place.country``. ``limit`` caps the severity.
    """

    first: frozenset[str]
    second: frozenset[str] = frozenset()
    within: int = 12
    near: frozenset[str] = frozenset()
    near_within: int = 40
    limit: Severity = Severity.CRITICAL


@dataclass(frozen=True, slots=True)
class Guard:
    """A reason not to believe a condition, by name.

    One of ``terms`` within ``within`` tokens of the pair (and in its sentence when ``sentence``)
    stops it, or, when ``title``, one in the title, for that says what the rest is about: in its
    first sentence or the pair's, or in any when the pair stands in the body. ``lead``: one
    anywhere in title and first paragraph stops what stands there. ``before``: only one that
    stands before the end of the pair ("denies a strike", not "a strike; the army denies its part").
    One of ``unless`` in the sentence of the pair makes good, and so does one of ``spares`` right
    after the guard's own word, which is then about that ("denies casualties"). ``reaction``: one
    in a clause apart from an attack told as news does not stop it ("rockets hit X, Y condemns").
    ``lifted``: beside one of these it does not stop what happened then ("drill called off as").
    ``aside``: one in an adjunct which one of these begins does not stop an attack that stands
    outside of it ("rockets hit X on the anniversary of"), unless one of ``staged`` says whose fire
    it is. ``counted``: beside one of these it counts an attack told now ("the 60th since").
    ``which``: nor does one in a clause which one of these begins and which tells a deed of its own
    ("X, the base Iran struck in 2020"). ``apart``: one behind an attack told as news does not stop
    it in a clause of its own (``clause``), in another sentence (``sentence``), or where it is only
    of the harm or of pictures (``part``: "news of deaths is false"). ``label``: nor does one of
    these that heads the title ("Video: rockets hit X"). ``yields``: one inside a phrase of these
    is left to the guard of that phrase (the "video" of "fake video").
    """

    name: str
    terms: frozenset[str]
    within: int = 10
    sentence: bool = False
    title: bool = False
    lead: bool = False
    before: bool = False
    unless: frozenset[str] = frozenset()
    spares: frozenset[str] = frozenset()
    reaction: bool = False
    apart: str = ""
    label: frozenset[str] = frozenset()
    yields: frozenset[str] = frozenset()
    lifted: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset()
    staged: frozenset[str] = frozenset()
    which: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TopicRule:
    """How a topic is recognised: any of its conditions, none of its guards."""

    topic: str
    conditions: tuple[Condition, ...]
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Alias:
    """Spellings that stand for each other, by language code, the best of each first.

    ``strict`` ones match letter by letter: the Turkish ABD, but not the Abd of Abd al-Rahman.
    """

    names: Mapping[str, tuple[str, ...]]
    strict: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inflection:
    """The forms of one word of ``lang``, the dictionary form first. Each is one word."""

    lang: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """Everything the data folder knows. It is itself alone, so that what is made of it is kept.

    ``guards`` are all there are, those no topic asks too: they explain why nothing was found.
    ``strict`` names, of places and aliases, match letter by letter, unfolded. ``common`` are the
    commonest words of all languages, folded and without article: no names, and nothing that is
    misspelt; ``near_names`` are more words, and people's first names, that are one letter from a
    known name and mean themselves. ``likeness`` weighs what makes two reports one story
    (``core.likeness``).
    """

    places: Mapping[str, Place] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()
    rules: tuple[TopicRule, ...] = ()
    guards: tuple[Guard, ...] = ()
    strict: frozenset[str] = frozenset()
    aliases: tuple[Alias, ...] = ()
    inflections: tuple[Inflection, ...] = ()
    common: frozenset[str] = frozenset()
    near_names: frozenset[str] = frozenset()
    likeness: Mapping[str, float] = field(default_factory=dict)
