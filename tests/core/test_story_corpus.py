"""The streams of ``tests/corpus/stories.yaml``: who was put together, and who should have been.

Whoever wrote them has not seen the code. ``also`` and what a careful reader could not know
(``unsure``) may be joined or not.
"""

from __future__ import annotations

from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.events import read
from bot.core.joining import join_or_open
from bot.core.matcher import Matcher
from bot.core.model import Audience, Entry
from bot.core.stories import Stories
from bot.core.turn import Mind, Policy, Turn
from bot.data import load_knowledge

CORPUS = Path(__file__).parent.parent / "corpus" / "stories.yaml"
KNOWLEDGE = load_knowledge()
MIND = Mind.with_(Matcher(KNOWLEDGE), Audience(0, {}, ()))
Told = tuple[dict[str, Any], str]


def tell(stream: dict[str, Any]) -> list[Told]:
    """The entries of a stream, each with the story it was put into."""
    recent, found = Stories(KNOWLEDGE.likeness), []
    for row in stream["entries"]:
        at = datetime.fromisoformat(row["at"].replace("Z", "+00:00"))
        title, body = row["title"], row.get("body") or ""
        entry = Entry(row["source"], row["id"], row["id"], title, body, published_at=at)
        scan = MIND.matcher.scan(title, body)
        reading = read(scan, KNOWLEDGE, at)
        story, _ = join_or_open(entry, (scan, reading), recent, Turn(MIND, Policy(), at))
        recent.add(story)
        found.append((row, story.id))
    return found


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Told, Told]]:
    streams = yaml.safe_load(CORPUS.read_text(encoding="utf-8"))
    return [pair for stream in streams for pair in combinations(tell(stream), 2)]


def may_be_one(one: dict[str, Any], other: dict[str, Any]) -> bool:
    both = {one["story"], *one.get("also", ())} & {other["story"], *other.get("also", ())}
    return bool(both - {0}) or bool(one.get("unsure") or other.get("unsure"))


def must_be_one(one: dict[str, Any], other: dict[str, Any]) -> bool:
    unsure = one.get("unsure") or other.get("unsure")
    return one["story"] == other["story"] != 0 and not unsure


def test_what_is_put_together_belongs_together(pairs: list[tuple[Told, Told]]) -> None:
    said = [(one, other) for (one, a), (other, b) in pairs if a == b]
    right = sum(may_be_one(one, other) for one, other in said)
    assert right / len(said) >= 0.95


def test_what_belongs_together_is_put_together(pairs: list[tuple[Told, Told]]) -> None:
    wanted = [a == b for (one, a), (other, b) in pairs if must_be_one(one, other)]
    assert sum(wanted) / len(wanted) >= RECALL


def test_every_copy_is_found(pairs: list[tuple[Told, Told]]) -> None:
    copies = {(id(other), b) for _, (other, b) in pairs if other["role"] == "copy"}
    earlier = {b for (_, a), (other, b) in pairs if other["role"] == "copy" and a == b}
    # The next day's copy may be the next day's attack in the form of the last: those are told.
    assert len(copies) - sum(story in earlier for _, story in copies) <= 3


RECALL = 0.33
