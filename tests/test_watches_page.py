"""docs/watches.md says only what the parser does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.core.query import MAX_LENGTH, MAX_TERMS, parse, pieces
from bot.core.trial import Text, Trial
from bot.data import load_knowledge
from bot.errors import QueryError

PAGE = (Path(__file__).parents[1] / "docs" / "watches.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under ``heading``, without its head."""
    section = PAGE.split(heading)[1].split("\n#")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [re.split(r"(?<!\\)\|", line.strip("|")) for line in lines]


def written(cell: str) -> list[str]:
    return [found.replace("\\|", "|") for found in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("row", rows("## What can be written"), ids=lambda row: row[0])
def test_every_example_of_the_reference_is_understood(row: list[str]) -> None:
    examples = written(row[2])
    assert examples
    for example in examples:
        assert all(parse(piece) for piece, _ in pieces(example))


@pytest.mark.parametrize("row", rows("## What is refused"), ids=lambda row: row[0])
def test_every_refusal_of_the_reference_is_refused_and_mended_as_said(row: list[str]) -> None:
    mended = written(row[2])
    for example in written(row[1]):
        with pytest.raises(QueryError) as caught:
            parse(example)
        assert caught.value.example in mended


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial(load_knowledge())


@pytest.mark.parametrize("row", rows("## What it finds"), ids=lambda row: row[0].split(":")[0])
def test_every_watch_of_the_reference_finds_what_is_said_and_nothing_else(
    trial: Trial, row: list[str]
) -> None:
    watches, found, others = (written(cell) for cell in row[1:])
    texts = [Text(f"تقرير عن {text} أمس", "") for text in (*found, *others)]
    hits = set()
    for watch in watches:
        held = [text for text in texts if trial.read(text, [watch])[2]]
        assert held, watch  # every watch of the row finds something
        hits |= {text.title for text in held}
    assert hits == {text.title for text in texts[: len(found)]}


def test_the_limits_of_the_reference_are_those_of_the_parser() -> None:
    assert f"at most {MAX_LENGTH} characters and {MAX_TERMS} words" in PAGE
