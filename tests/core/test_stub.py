"""Whose pages are read without being asked for."""

from __future__ import annotations

import pytest

from bot.core.model import FullText, Reading, Reason, Severity, Verdict
from bot.core.stub import wanted
from tests.making import an_entry

FLAGGED = Reading(flag=True, severity=Severity.CRITICAL)


def is_wanted(link: str, feed: str, mode: FullText = FullText.AUTO) -> bool:
    entry = an_entry(1, body="Short.", link=link)
    return wanted(Verdict(entry, Reason.NEW_STORY, FLAGGED), mode, feed) is not None


@pytest.mark.parametrize(
    ("link", "feed", "near"),
    [
        ("https://news.example/a", "https://news.example/rss", True),
        ("https://www.news.example/a", "https://feeds.news.example/rss", True),
        ("https://world.news.example/a", "https://www.news.example/rss", True),
        ("https://elsewhere.example/a", "https://news.example/rss", False),
        ("https://badnews.example/a", "https://news.example/rss", False),
        ("https://news.example.evil.example/a", "https://news.example/rss", False),
    ],
)
def test_only_the_feeds_own_site_is_visited_unasked(link: str, feed: str, near: bool) -> None:
    assert is_wanted(link, feed) is near
    assert is_wanted(link, feed, FullText.ALWAYS)
    assert not is_wanted(link, feed, FullText.NEVER)
