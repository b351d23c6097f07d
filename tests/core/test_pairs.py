"""Every pair of ``tests/corpus/pairs``: a watch, a text, and whether the one finds the other.

One file a theme. A row says ``match``; where one span is the only right one, ``finds`` quotes it,
and ``how`` is given where no reader could call it otherwise. ``why`` is the reason, and the name
of the test after the theme and the line of the file.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.core.events import read
from bot.core.matcher import Matcher
from bot.core.model import How, Knowledge, Match, Watch
from bot.core.query import parse
from bot.data import load_knowledge
from tests import corpus

FOLDER = Path(corpus.__file__).parent / "pairs"
KEYS = {"watch", "text", "match", "finds", "how", "why"}


class Pair(NamedTuple):
    """One row, the theme it belongs to and the line of the file it stands in."""

    theme: str
    line: int
    row: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.theme}-{self.line}-{self.row['why']}"


def pairs(theme: str) -> tuple[Pair, ...]:
    rows = corpus.rows(f"pairs/{theme}")
    return tuple(Pair(theme, line, row) for line, row in enumerate(rows, start=2))


THEMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
PAIRS = tuple(pair for theme in THEMES for pair in pairs(theme))


@cache
def knowledge() -> Knowledge:
    return load_knowledge()


@cache
def matcher(theme: str) -> Matcher:
    """One matcher for all watches of a theme: building costs more than all its scans."""
    return Matcher(knowledge(), [Watch(pair.line, 0, pair.row["watch"]) for pair in pairs(theme)])


def found(pair: Pair) -> tuple[Match, ...]:
    engine = matcher(pair.theme)
    scan = engine.scan(pair.row["text"], "")
    return engine.watch_matches(scan, read(scan, knowledge())).get(pair.line, ())


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_each_pair_gets_its_verdict(pair: Pair) -> None:
    row = pair.row
    parse(row["watch"])  # a watch that is refused would find nothing and look right
    matches = found(pair)
    assert bool(matches) is row["match"], (row, matches)
    for match in matches:
        assert row["text"][match.span.start : match.span.end] == match.text
    if "finds" in row:
        matches = tuple(match for match in matches if match.text == row["finds"])
        assert matches, (row, found(pair))
    if "how" in row:
        assert How(row["how"]) in {match.how for match in matches}, (row, matches)


def test_a_match_in_the_body_is_the_match_in_the_title() -> None:
    pair = next(pair for pair in PAIRS if "finds" in pair.row and found(pair))
    engine = matcher(pair.theme)
    scan = engine.scan("", pair.row["text"])
    matches = engine.watch_matches(scan, read(scan, knowledge()))[pair.line]
    assert [match.text for match in matches] == [match.text for match in found(pair)]


def test_the_pairs_are_many_and_their_verdicts_balanced() -> None:
    verdicts = Counter(pair.row["match"] for pair in PAIRS)
    assert len(PAIRS) >= 450
    assert 0.4 < verdicts[True] / len(PAIRS) < 0.6


def test_no_pair_stands_twice() -> None:
    counted = Counter((pair.row["watch"], pair.row["text"]) for pair in PAIRS)
    assert [pair for pair, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("theme", THEMES)
def test_each_row_stands_on_its_own_line_and_says_why(theme: str) -> None:
    lines = (FOLDER / f"{theme}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("#")
    assert len(lines) == len(pairs(theme)) + 1
    for pair in pairs(theme):
        assert set(pair.row) <= KEYS, pair
        assert pair.row["why"], pair
        assert pair.row.get("finds", "") in pair.row["text"], pair
        assert pair.row["match"] or not {"finds", "how"} & set(pair.row), pair
