"""Values for tests, each with sensible parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.model import (
    Alert,
    Batch,
    Card,
    Chat,
    Delivery,
    DeliveryKind,
    Entry,
    Note,
    Part,
    Poll,
    PollStatus,
    Reading,
    Reason,
    Severity,
    Source,
    SourceKind,
    Story,
    Verdict,
    Why,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ATTACK = "سقوط صاروخين على قاعدة عين الأسد في الأنبار"


def a_source(**parts: Any) -> Source:
    return replace(Source("wire", SourceKind.FEED, "Wire", "https://wire.example/rss"), **parts)


def an_entry(number: int = 1, **parts: Any) -> Entry:
    entry = Entry("wire", f"k{number}", f"1:{number}", ATTACK, source_name="Wire", lang="ar")
    return replace(entry, **({"published_at": NOW - timedelta(minutes=3)} | parts))


def a_card(story_id: str = "story00001", **parts: Any) -> Card:
    card = Card(
        story_id=story_id,
        title=ATTACK,
        source_name="Wire",
        link="https://wire.example/1",
        topics=("rocket-attack",),
        places=("ain-al-asad",),
        severity=Severity.CRITICAL,
        published_at=NOW - timedelta(minutes=3),
        seen_at=NOW,
        whys=(Why("topic:all"),),
        extract="قال مصدر أمني إن الصاروخين سقطا خارج السياج.",
        lang="ar",
    )
    return replace(card, **parts)


def a_story(story_id: str = "story00001", **parts: Any) -> Story:
    story = Story(
        story_id, ATTACK, Severity.CRITICAL, ("rocket-attack",), ("ain-al-asad",), NOW, NOW
    )
    return replace(story, **parts)


def a_verdict(number: int = 1, *chat_ids: int, **card_parts: Any) -> Verdict:
    """A new story of entry ``number``, told to ``chat_ids``."""
    card = a_card(**({"story_id": f"story{number:05}"} | card_parts))
    return Verdict(
        an_entry(number),
        Reason.NEW_STORY,
        Reading(flag=True, severity=card.severity),
        a_story(card.story_id, severity=card.severity),
        tuple(Alert(chat_id, card) for chat_id in chat_ids),
    )


def a_batch(*verdicts: Verdict, poll: Poll | None = None, at: datetime = NOW) -> Batch:
    return Batch("wire", verdicts, poll, at)


def a_poll(*entries: Entry, **parts: Any) -> Poll:
    return replace(Poll("wire", PollStatus.CHANGED, entries), **parts)


def a_note(text: str = "hello") -> Note:
    return Note(((Part(text),),))


def a_delivery(**parts: Any) -> Delivery:
    delivery = Delivery(1, Chat(7), DeliveryKind.ALERT, Severity.CRITICAL, a_card(), "lease")
    return replace(delivery, **parts)
