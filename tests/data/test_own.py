"""Topics of the operator's own: the manual's works, what is wrong is said with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.core.events import find_topic, read
from bot.core.matcher import Matcher
from bot.data import load_knowledge
from bot.errors import ConfigError

DOCS = Path(__file__).parents[2] / "docs"
MANUAL = (DOCS / "topics.md").read_text("utf-8")
SHOWN = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "airspace.yaml").write_text(SHOWN, encoding="utf-8")
    return tmp_path


def test_the_topic_of_the_manual_flags_what_it_says(folder: Path) -> None:
    knowledge = load_knowledge(own=folder)
    matcher = Matcher(knowledge, ())
    found = read(matcher.scan("مطار أربيل: تعليق الرحلات حتى إشعار آخر", ""), knowledge)
    assert ("airspace", "erbil-airport") in {(f.topic, f.places[0]) for f in found.findings}
    assert found.flag


def test_it_stands_beside_ours_and_is_found_by_its_names(folder: Path) -> None:
    knowledge = load_knowledge(own=folder)
    assert {"airspace", "rocket-attack"} <= knowledge.topics.keys()
    topic = find_topic(knowledge, "flights suspended")
    assert topic is not None
    assert topic.id == "airspace"


def test_it_can_be_asked_for_alone(folder: Path) -> None:
    assert set(load_knowledge(["airspace"], own=folder).topics) == {"airspace"}


def test_ours_read_as_without_it(folder: Path) -> None:
    knowledge = load_knowledge(own=folder)
    reading = read(Matcher(knowledge, ()).scan("سقوط صواريخ على قاعدة بلد", ""), knowledge)
    assert {f.topic for f in reading.findings} == {"rocket-attack", "base-alert"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Iraq closes its", "Iraq opens its", r"yaml:\d\d: 'Iraq opens.* no condition"),
        (
            'match:\n    - "Iraq closes',
            'match:\n    - "Iraq denies it closed',
            "guard 'denial' stops",
        ),
        ("[denial, drill", "[drill", r"'Iraq denies.*must not match and does, by 'closed"),
        ("[denial", "[denail", r"yaml:\d\d: unknown guard 'denail'; there are denial, "),
        ("first: [airspace]", "first: [airspaces]", r"unknown category 'airspaces'; there are "),
        ("id: airspace", "id: explosion", r"yaml:1: there is a topic 'explosion' already"),
        ("  airspace:\n    terms", "  airspace:\n    words", "unknown key 'words'"),
        ("lexicon:\n  airspace", "lexicons:\n  airspace", "unknown key 'lexicons'"),
        ("lexicon:", "lexicon: 5 #", "needs categories with their words|not YAML|expected"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(folder: Path, old: str, new: str, said: str) -> None:
    assert old in SHOWN
    (folder / "airspace.yaml").write_text(SHOWN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load_knowledge(own=folder)


def test_a_folder_that_is_not_there_is_said() -> None:
    with pytest.raises(ConfigError, match="no folder"):
        load_knowledge(own=Path("/nowhere/at/all"))


def test_the_manual_names_every_guard() -> None:
    for guard in load_knowledge().guards:
        assert f"`{guard.name}`" in MANUAL
