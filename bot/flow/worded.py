"""A delivery becomes the message that the chat reads: in its language, plain where it must be.

One alert goes to thousands of chats in a few languages: what was put into words a moment ago is
remembered, so that a broadcast is worded once for each language and not for each chat.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.core.card import alert_note
from bot.core.digest import digest_note
from bot.core.i18n import Voice, Words
from bot.core.model import Card, Delivery, DeliveryKind, Digest, Message, Note, Place, Topic
from bot.core.render import to_html, to_plain, without_links
from bot.core.told import step_note
from bot.flow.aside import barest, delivery_fault
from bot.ports import Clock, Store

log = logging.getLogger(__name__)

_KEPT = 64


@dataclass(slots=True)
class Wording:
    """Puts deliveries into words.

    Attributes:
        store: Where it is set aside what breaks us.
        words, topics, places: What it words with.
        clock: Now.
        version: Of this program: what breaks it may not break the next.
    """

    store: Store
    words: Words
    topics: Mapping[str, Topic]
    places: Mapping[str, Place]
    clock: Clock
    version: str = ""
    _kept: OrderedDict[object, tuple[Card, Message]] = field(default_factory=OrderedDict)

    async def of(self, delivery: Delivery) -> Message | None:
        """The message, plain and bare where its words break us; ``None`` where those do too."""
        try:
            return self._render(delivery)
        except Exception as error:
            # The turn loop, for what can still be said: news in plain words beats a dead letter.
            log.exception("render_crashed delivery=%d", delivery.id)
            fault = delivery_fault(delivery, error, self.version)
        await self.store.set_aside(fault, self.clock())
        try:
            note = barest(delivery)
            return _message(delivery, note, html=False) if note else None
        except Exception:
            log.exception("render_crashed delivery=%d plain", delivery.id)
            return None

    def _render(self, delivery: Delivery) -> Message:
        card = delivery.payload
        if delivery.kind is not DeliveryKind.ALERT or not isinstance(card, Card):
            return self._worded(delivery)
        key = (card.story_id, delivery.chat.lang, delivery.refused > 0, _repeats(delivery))
        worded_of, message = self._kept.get(key, (None, None))
        if message is None or worded_of != card:  # another watch found it, or it has grown
            message = self._worded(delivery)
            self._kept[key] = card, message
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return _addressed(delivery, message)

    def _worded(self, delivery: Delivery) -> Message:
        html = delivery.refused == 0
        note = self._note(delivery)
        return _message(delivery, note if html else without_links(note), html=html)

    def _note(self, delivery: Delivery) -> Note:
        if isinstance(delivery.payload, Note):
            return delivery.payload
        voice, repeat = Voice(self.words, delivery.chat.lang), _repeats(delivery)
        if isinstance(delivery.payload, Digest):
            return digest_note(delivery.payload, voice, self.places, repeat=repeat)
        if delivery.kind is DeliveryKind.STEP:
            return step_note(delivery.payload, delivery.step, voice, self.places)
        return alert_note(delivery.payload, voice, self.topics, self.places, repeat=repeat)


def _repeats(delivery: Delivery) -> bool:
    """Whether it may be there already. What is shown anew (an edit) is known to have arrived."""
    may_be_there = delivery.kind in {DeliveryKind.ALERT, DeliveryKind.DIGEST}
    return delivery.uncertain > 0 and may_be_there


def _message(delivery: Delivery, note: Note, *, html: bool) -> Message:
    # A reply runs in the language it was asked in, whatever the chat's own is.
    lang = note.lang or delivery.chat.lang
    message = Message(
        chat_id=delivery.chat.id,
        text=to_html(note, lang) if html else to_plain(note, lang),
        html=html,
        buttons=note.buttons,
        silent=note.silent,
    )
    return _addressed(delivery, message)


def _addressed(delivery: Delivery, message: Message) -> Message:
    return replace(
        message,
        chat_id=delivery.chat.id,
        thread_id=delivery.thread_id,
        reply_to=delivery.reply_to,
        edit_of=delivery.edit_of,
    )
