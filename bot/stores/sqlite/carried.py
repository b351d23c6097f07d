"""What the outbox carries: its JSON, and its rows as deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from pydantic import TypeAdapter

from bot.core.model import (
    Card,
    Chat,
    DeadLetter,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Digest,
    Flood,
    Note,
    Severity,
    Story,
)
from bot.stores.sqlite.rows import Row
from bot.stores.sqlite.times import at

_CARD = TypeAdapter(Card)
_NOTE = TypeAdapter(Note)


def payload_text(payload: Card | Note) -> str:
    """The outbox's JSON of what a delivery carries."""
    if isinstance(payload, Card):
        return _CARD.dump_json(payload).decode()
    return _NOTE.dump_json(payload).decode()


def card(text: str, of: Story | None = None) -> Card:
    """A card as ``payload_text`` wrote it, with what its story came to."""
    told = _card(text)
    return _grown(told, of) if of else told


@lru_cache(maxsize=64)  # one alert lies in the outbox as often as it has readers
def _card(text: str) -> Card:
    return _CARD.validate_json(text)


def delivery(row: Row, to: Chat) -> Delivery:
    """A claimed answer to a command."""
    return _delivery(row, to, _NOTE.validate_json(row["payload"]), row["thread_id"])


def story_delivery(row: Row, to: Chat, told: Row, of: Story | None) -> Delivery:
    """A claimed alert, edit or step, as its story ``of`` stands now.

    ``told`` is the row of the alert, and ``row`` itself where that is the one to be sent.
    """
    # It goes where the chat wants its alerts today.
    sent = _delivery(row, to, card(told["payload"], of), to.thread_id)
    match sent.kind:
        case DeliveryKind.EDIT:
            return replace(sent, edit_of=told["message_id"])
        case DeliveryKind.STEP:
            return replace(sent, reply_to=told["message_id"], step=int(row["payload"]))
    return sent


def digest_delivery(
    row: Row, to: Chat, lines: Sequence[tuple[Row, Story | None]], edit_of: int | None = None
) -> Delivery:
    """A claimed digest of these alerts, or with ``edit_of`` an edit that shows it anew."""
    digest = Digest(tuple(card(line["payload"], of) for line, of in lines))
    return replace(_delivery(row, to, digest, to.thread_id), edit_of=edit_of)


def _grown(card: Card, story: Story) -> Card:
    """``card`` with what its story came to; one that only a watch found is no graver for it."""
    bases = tuple(base for step in story.life.steps for base in step.bases)
    severity = max(card.severity, story.severity) if card.topics else card.severity
    places = tuple(dict.fromkeys((*card.places, *bases)))
    return replace(card, life=story.life, severity=severity, places=places)


def _delivery(row: Row, to: Chat, payload: Card | Note | Digest, thread_id: int | None) -> Delivery:
    return Delivery(
        id=row["id"],
        chat=to,
        kind=DeliveryKind(row["kind"]),
        severity=Severity(row["severity"]),
        payload=payload,
        lease=row["lease"],
        thread_id=thread_id,
        reply_to=row["reply_to"],
        attempts=row["attempts"],
        refused=row["refused"],
        uncertain=row["uncertain"],
    )


def flood(row: Row) -> Flood:
    """From ``rest``, how long it still lasts, and ``ago``, both in ms."""
    ago = timedelta(milliseconds=row["ago"])
    return Flood(row["chat_id"], ago, ago + timedelta(milliseconds=row["rest"]))


def dead_letter(row: Row) -> DeadLetter:
    """A row of ``deliveries`` that was given up, or is unconfirmed."""
    return DeadLetter(row["id"], DeliveryState(row["state"]), row["error"], at(row["at"]))
