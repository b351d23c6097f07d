"""What broke us, as it is set aside: at which stage, and what makes it the same thing again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.faults import error_of, trace_of
from bot.core.i18n import isolate
from bot.core.model import (
    Broken,
    Card,
    Delivery,
    DeliveryKind,
    Digest,
    Entry,
    Fault,
    FullText,
    Line,
    Note,
    Part,
    Recall,
    Source,
    SourceKind,
    Stage,
)
from bot.core.render import cut
from bot.core.text import clean
from bot.errors import SourceBroken

_LINE = 1_000  # UTF-16 units of a line that is all there is
_LINES, _TITLE = 15, 110  # as many and as long as a digest shows
_NO_TEXT = "set aside"  # the hash of no text at all


def visit_fault(source: Source, error: Exception, version: str) -> Fault:
    """A visit that crashed outside the reading of its document."""
    return Fault(
        Stage.POLL,
        source.id,
        source.id,
        source.name,
        error_of(error),
        trace_of(error),
        version=version,
    )


def feed_fault(source: Source, error: SourceBroken, version: str) -> Fault:
    """The document of a feed; the feed's next one takes its place."""
    broken = Broken("", error.body, error.error, error.trace)
    return document_fault(source, broken, version)


def document_fault(source: Source, broken: Broken, version: str) -> Fault:
    """One document of a source."""
    return Fault(
        Stage.READ,
        source.id,
        f"{source.id}/{broken.name}" if broken.name else source.id,
        broken.name or source.name,
        broken.error,
        broken.trace,
        broken.body,
        version=version,
    )


def entry_fault(entry: Entry, error: Exception, *, is_baseline: bool, version: str) -> Fault:
    """An entry; the store keeps it whole."""
    return Fault(
        Stage.DECIDE,
        entry.source_id,
        entry.fingerprint,
        entry.title,
        error_of(error),
        trace_of(error),
        is_baseline=is_baseline,
        version=version,
    )


def delivery_fault(delivery: Delivery, error: Exception, version: str) -> Fault:
    """A delivery; the same story told to many chats is one thing."""
    payload = delivery.payload
    of = payload.story_id if isinstance(payload, Card) else str(delivery.id)
    title = payload.title if isinstance(payload, Card) else f"{delivery.kind.value} {delivery.id}"
    subject = f"{delivery.kind.value}:{of}"
    told = error_of(error), trace_of(error)
    return Fault(Stage.RENDER, "", subject, title, *told, version=version)


def source_again(entry: Entry, fault: Fault, now: datetime) -> Source:
    """Where an entry that was set aside came from, as far as a decision asks."""
    polled_ok_at = None if fault.is_baseline else now
    kind = SourceKind.SEEDS if entry.is_seed else SourceKind.FEED
    source = Source(entry.source_id, kind, entry.source_name, "", polled_ok_at=polled_ok_at)
    # Whether the operator wants its pages read, or it has any, is not known here.
    return replace(source, full_text=FullText.NEVER)


def afresh(recall: Recall) -> Recall:
    """``recall`` by which what is recorded already is decided once more, as an edit would be."""
    known = {key: replace(of, text_hash=_NO_TEXT, edits=0) for key, of in recall.known.items()}
    return replace(recall, known=known)


def barest(delivery: Delivery) -> Note | None:
    """What can be said without any of the words that broke; ``None`` if that is nothing.

    An edit leaves the alert as it stands, which is better than the little that is left here.
    """
    payload = delivery.payload
    if isinstance(payload, Note):
        return replace(payload, buttons=())
    if delivery.kind is DeliveryKind.EDIT:
        return None
    if isinstance(payload, Digest):
        return Note(tuple(line for card in payload.cards[:_LINES] for line in _linked(card)))
    told = payload.life.steps[delivery.step] if delivery.kind is DeliveryKind.STEP else payload
    return Note((_line(told.title), _line(told.source_name), (Part(told.link),)))


def _linked(card: Card) -> tuple[Line, Line]:
    return _line(card.title, _TITLE), (Part(card.link),)


def _line(text: str, size: int = _LINE) -> Line:
    return (Part(isolate(cut(clean(text), size))),)
