"""What happens in the world of a simulation, told so that it can be told apart without doubt.

A grave event is an attack on a place of its own (``PLACES``, far enough from each other to be
never one story); a small one is words that only a watch for one of ``WORDS`` asks for. Each
carries a token, a word that stands nowhere else, by which it is known wherever it is shown.
``test_news`` holds the bot to that reading, so the oracle needs to know nothing of matching.
An attack may grow ``graver`` later, with a number that every message of it shows from then on.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

PLACES = {
    "ain-al-asad": "Ain al-Asad air base",
    "qayyarah": "Qayyarah air base",
    "hmeimim": "Hmeimim air base",
    "al-udeid": "Al Udeid air base",
    "al-dhafra": "Al Dhafra air base",
    "ali-al-salem": "Ali Al Salem air base",
    "shayrat": "Shayrat air base",
    "taji": "Camp Taji",
    "victoria": "Camp Victoria",
    "speicher": "Camp Speicher",
    "conoco": "the Conoco base",
    "shaddadi": "Shaddadi base",
    "tanf": "the Tanf garrison",
    "erbil-airport": "Erbil airport",
    "kirkuk-airport": "Kirkuk airport",
    "ben-gurion": "Ben Gurion airport",
    "damascus-airport": "Damascus airport",
    "sanaa-airport": "Sanaa airport",
    "doha-airport": "Doha airport",
    "abha-airport": "Abha airport",
    "kabul-airport": "Kabul airport",
    "natanz": "Natanz",
    "dimona": "Dimona",
    "basra": "Basra",
    "najaf": "Najaf",
    "mosul": "Mosul",
    "fallujah": "Fallujah",
    "tikrit": "Tikrit",
    "samarra": "Samarra",
    "abqaiq": "Abqaiq",
    "kharg": "Kharg island",
}
WORDS = ("kestrel", "heron", "plover", "sandpiper", "bulbul", "hoopoe")
_ATTACKS = (
    "Rockets hit {place}, explosions reported, {token}",
    "Drones strike {place}, source {token} says",
    "Missiles fall on {place}, {token} agency reports",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; ``about`` is a place where it is ``grave``, else a word.

    What is told of it later may make it graver: that has a ``token`` of its own beside that of what
    it is ``of``, and so many ``killed``.
    """

    token: str
    about: str
    grave: bool
    title: str
    body: str
    of: str = ""
    killed: int = 0


def attack(place: str, chance: random.Random) -> Event:
    """An attack on ``place``."""
    token = gibberish(chance)
    title = chance.choice(_ATTACKS).format(place=PLACES[place], token=token)
    return Event(token, place, True, title, _body(chance))


def graver(first: Event, chance: random.Random) -> Event:
    """What is known of ``first`` later: the same attack, and people died in it."""
    token, killed = gibberish(chance), chance.randint(21, 89)
    blow = first.title.partition(",")[0]
    title = f"{blow}, {killed} soldiers killed, {first.token} {token} says"
    return Event(token, first.about, True, title, _body(chance), first.token, killed)


def small(word: str, chance: random.Random) -> Event:
    """Something that whoever watches ``word`` wants to hear."""
    token = gibberish(chance)
    title = f"{word.capitalize()} {token} {' '.join(gibberish(chance) for _ in range(5))}"
    return Event(token, word, False, title, _body(chance))


def gibberish(chance: random.Random) -> str:
    """A word that is none."""
    return "".join(chance.choices("bcdfghjklmnpqrstvwz", k=4)) + "".join(
        chance.choices("aeioubdkmnrst", k=6)
    )


def _body(chance: random.Random) -> str:
    return " ".join(gibberish(chance) for _ in range(8)).capitalize() + "."
