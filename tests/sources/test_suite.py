"""feedparser's own test documents mean through our path what their comments say."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from bot.sources import parsing
from tests.sources.feed_suite import Case, cases, facts

EXPECTED = Path(__file__).parent.parent / "recordings" / "feedparser" / "expected.json"
FOLDER = Path(os.environ.get("RASID_FEED_SUITE", ""))
FACTS = ("id", "link", "title", "date", "text")
LEAST = 0.97

pytestmark = pytest.mark.skipif(
    not (os.environ.get("RASID_FEED_SUITE") and (FOLDER / "tests").is_dir()),
    reason="RASID_FEED_SUITE names no folder with feedparser's tests",
)


def read(case: Case) -> list[tuple[str, ...]]:
    found = parsing.parse(case.body, case.charset, case.base_url, case.content_type)
    return [
        facts(d.guid, d.link, d.title, d.published_at or d.updated_at, d.body) for d in found.drafts
    ]


def differences(found: list[tuple[str, ...]], expected: list[list[str]]) -> list[str]:
    if len(found) != len(expected):
        return ["number of entries"]
    return [
        name
        for ours, theirs in zip(found, expected, strict=True)
        for name, a, b in zip(FACTS, ours, theirs, strict=True)
        if a != b
    ]


def test_feedparsers_own_documents_mean_what_they_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Most of these entries have nothing but the one element that the document is about.
    monkeypatch.setattr(parsing, "_has_words", lambda _: True)
    expected = json.loads(EXPECTED.read_text("utf-8"))
    wrong: dict[str, list[str]] = {}
    for case in cases(FOLDER):
        if differing := differences(read(case), expected[case.name]):
            wrong[case.name] = differing
    full = {name for name, entries in expected.items() if entries}
    share = 1 - len(wrong) / len(expected)
    share_of_full = 1 - len(full & set(wrong)) / len(full)
    with capsys.disabled():
        print(
            f"\n{len(expected)} documents: {share:.2%} the same; with entries: {share_of_full:.2%}"
        )
        print(dict(Counter(name for names in wrong.values() for name in set(names))))
        for name, names in wrong.items():
            print(f"  {name}: {', '.join(names)}")
    assert share_of_full >= LEAST
