"""Rows to values and back. Times are milliseconds in a row, aware UTC datetimes in a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from bot.core.answers import Origin
from bot.core.life import role
from bot.core.model import (
    Chat,
    ChatKind,
    ChatStatus,
    Entry,
    FullText,
    Habits,
    Known,
    Life,
    Report,
    Role,
    Seen,
    Severity,
    Source,
    SourceAge,
    SourceKind,
    Story,
    Verdict,
    Watch,
    Way,
)
from bot.core.trial import Text
from bot.stores.sqlite.times import at as at  # noqa: PLC0414 -- told on
from bot.stores.sqlite.times import at_or_none as at_or_none  # noqa: PLC0414 -- told on
from bot.stores.sqlite.times import ms as ms  # noqa: PLC0414 -- told on
from bot.stores.sqlite.times import ms_or_none as ms_or_none  # noqa: PLC0414 -- told on
from bot.stores.sqlite.visits import headers_text, visit_values

Row = Mapping[str, Any]

_LIFE = TypeAdapter(Life)
_HABITS = TypeAdapter(Habits)


def source_row(source: Source, origin: str) -> dict[str, object]:
    """The columns the operator decides; what polls leave behind is not among them."""
    return {
        "id": source.id,
        "origin": origin,
        "kind": source.kind.value,
        "name": source.name,
        "url": source.url,
        "lang": source.lang,
        "country": source.country,
        "interval_s": source.interval_s,
        "private": int(source.private),
        "folder": source.folder,
        "urgent": int(source.urgent),
        "pinned": int(source.pinned),
        "headers": headers_text(source.headers),
        "proxy": source.proxy,
        "full_text": source.full_text.value,
        "zone": source.zone,
    }


def source(row: Row) -> Source:
    """A source with what its last poll left behind."""
    return Source(
        id=row["id"],
        kind=SourceKind(row["kind"]),
        name=row["name"],
        url=row["url"],
        lang=row["lang"],
        country=row["country"],
        interval_s=row["interval_s"],
        private=bool(row["private"]),
        folder=row["folder"],
        zone=row["zone"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        body_hash=row["body_hash"],
        entry_hashes=row.get("entry_hashes") or b"",
        polled_ok_at=at_or_none(row["polled_ok_at"]),
        failures=row["failures"],
        **visit_values(row),
        full_text=FullText(row["full_text"]),
        habits=_HABITS.validate_json(row["habits"]),
    )


def habits_text(habits: Habits) -> str:
    """What a feed was seen to do, as its row keeps it."""
    return _HABITS.dump_json(habits).decode()


def seen(row: Row) -> Seen:
    """The entry behind an alias; its text may have been pruned."""
    return Seen(
        entry=row["entry"],
        at=at(row["at"]),
        first_at=at(row["first_at"]),
        published_at=at_or_none(row["published_at"]),
        text_hash=row["text_hash"] or "",
        edits=row["edits"] or 0,
    )


def source_age(row: Row) -> SourceAge:
    """A source and how it is doing."""
    return SourceAge(
        source=source(row),
        next_due_at=at_or_none(row["next_due_at"]),
        polled_at=at_or_none(row["polled_at"]),
        last_entry_at=at_or_none(row["last_entry_at"]),
        entries=row["entry_count"],
        error=row["error"],
    )


def entry_row(verdict: Verdict, now: datetime) -> dict[str, object]:
    """An entry together with what was decided about it."""
    entry, reading = verdict.entry, verdict.reading
    return {
        "source_id": entry.source_id,
        "fingerprint": entry.fingerprint,
        "title": entry.title,
        "body": entry.body,
        "link": entry.link,
        "source_name": entry.source_name,
        "lang": entry.lang,
        "text_hash": entry.text_hash,
        "is_seed": int(entry.is_seed),
        "reason": verdict.reason.value,
        "detail": verdict.detail,
        "flag": int(reading.flag),
        "severity": int(reading.severity),
        "story_id": verdict.story.id if verdict.story else None,
        "published_at": ms_or_none(entry.published_at),
        "seen_at": ms(now),
        "role": role(entry, reading.facts).value,
    }


def known(row: Row) -> Known:
    """What is remembered of an entry; its text may have been pruned."""
    return Known(row["text_hash"] or "", row["edits"] or 0, row["story_id"] or "")


def text(row: Row) -> Text:
    """A stored entry, as far as a watch may ask about it."""
    origin = Origin(row["source_id"], row["source_name"], row["lang"])
    return Text(row["title"], row["body"], origin, row["link"], at(row["seen_at"]))


def entry(row: Row) -> Entry:
    """A stored entry; its key inside its source is not kept."""
    return Entry(
        source_id=row["source_id"],
        key="",
        fingerprint=row["fingerprint"],
        title=row["title"],
        body=row["body"],
        link=row["link"],
        source_name=row["source_name"],
        lang=row["lang"],
        published_at=at_or_none(row["published_at"]),
        text_hash=row["text_hash"],
        is_seed=bool(row["is_seed"]),
    )


def report(row: Row) -> Report:
    """A stored entry, as one of its story's reports."""
    return Report(
        source_name=row["source_name"] or row["source_id"],
        seen_at=at(row["seen_at"]),
        link=row["link"],
        published_at=at_or_none(row["published_at"]),
        role=Role(row["role"]) if row["role"] else None,
    )


def way(
    row: Row,
    of: Row | None,
    deliveries: Mapping[tuple[str, str], int],
    reports: tuple[Report, ...],
) -> Way:
    """What became of a stored entry."""
    return Way(
        entry=entry(row),
        reason=row["reason"],
        detail=row["detail"],
        flag=bool(row["flag"]),
        severity=Severity(row["severity"]),
        seen_at=at(row["seen_at"]),
        story=story(of) if of else None,
        deliveries=deliveries,
        reports=reports,
    )


def story_row(story: Story) -> dict[str, object]:
    """A story; lists become JSON."""
    return {
        "id": story.id,
        "title": story.title,
        "lang": story.lang,
        "source_name": story.source_name,
        "link": story.link,
        "severity": int(story.severity),
        "topics": json.dumps(story.topics),
        "places": json.dumps(story.places),
        "sketch": json.dumps(story.sketch),
        "entries": story.entries,
        "published_at": ms_or_none(story.published_at),
        "first_seen_at": ms(story.first_seen_at),
        "last_seen_at": ms(story.last_seen_at),
        "life": _LIFE.dump_json(story.life).decode(),
    }


def story(row: Row) -> Story:
    """A story as ``story_row`` wrote it."""
    return _story(tuple(row.items()))


@lru_cache(maxsize=64)  # as with cards
def _story(items: tuple[tuple[str, Any], ...]) -> Story:
    row = dict(items)
    return Story(
        id=row["id"],
        title=row["title"],
        severity=Severity(row["severity"]),
        topics=tuple(json.loads(row["topics"])),
        places=tuple(json.loads(row["places"])),
        first_seen_at=at(row["first_seen_at"]),
        last_seen_at=at(row["last_seen_at"]),
        source_name=row["source_name"],
        link=row["link"],
        entries=row["entries"],
        sketch=tuple(json.loads(row["sketch"])),
        lang=row["lang"],
        published_at=at_or_none(row["published_at"]),
        life=life(row),
    )


def life(row: Row) -> Life:
    """What became of a story."""
    return _LIFE.validate_json(row["life"])


def chat_row(chat: Chat, now: datetime) -> dict[str, object]:
    """A chat as it is now."""
    return {
        "id": chat.id,
        "kind": chat.kind.value,
        "lang": chat.lang,
        "status": chat.status.value,
        "thread_id": chat.thread_id,
        "now": ms(now),
    }


def chat(row: Row) -> Chat:
    """A chat as it was remembered."""
    return Chat(
        id=row["id"],
        kind=ChatKind(row["kind"]),
        lang=row["lang"],
        status=ChatStatus(row["status"]),
        thread_id=row["thread_id"],
    )


def watch(row: Row) -> Watch:
    """A watch."""
    return Watch(id=row["id"], chat_id=row["chat_id"], query=row["query"])
