"""What the people who run the bot hear in Telegram: messages given up, and what stands still."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.i18n import Voice
from bot.core.model import DeadLetter, DeliveryState, Line, Note, Part
from bot.core.render import LIMIT, cut, size
from bot.errors import NotifyError, StoreUnavailable
from bot.flow.wording import ago, code, title
from bot.ports import Clock

LETTERS = 3
_REASON = 200
_WAIT = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.SENDING)
_FAILED = (DeliveryState.DEAD, DeliveryState.UNCONFIRMED)


def outbox(
    voice: Voice, counts: Mapping[str, int], letters: Sequence[DeadLetter], now: datetime
) -> list[Line]:
    """What waits to be sent, and what was given up and why."""
    waits, failed = (sum(counts.get(state, 0) for state in of) for of in (_WAIT, _FAILED))
    lines = [
        (),
        title(voice.says("📮 Messages, for you who run me")),
        voice.says_n("{n} message waits.", "{n} messages wait.", waits),
    ]
    if not failed:
        return [*lines, voice.says("None was given up.")]
    lines.append(
        voice.says_n(
            "⚠️ {n} message was given up, or nobody knows whether it arrived.",
            "⚠️ {n} messages were given up, or nobody knows whether they arrived.",
            failed,
        )
    )
    lines += [_letter(voice, letter, now) for letter in letters]
    more = voice.says("{command} says more.", command=code("python -m bot doctor"))
    return [*lines, more]


def _letter(voice: Voice, letter: DeadLetter, now: datetime) -> Line:
    return voice.says(
        "• №{number}, {ago}: {reason}",
        number=str(letter.id),
        ago=ago(voice, now, letter.settled_at),
        reason=cut(letter.error, _REASON),
    )


class Outbox(Protocol):
    """Where a message to somebody waits. Users: SQLite, by the watcher's own connection."""

    async def notify(self, chats: Collection[int], note: Note, now: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class InTelegram:
    """An outlet to the operators' own chats, by the outbox like every other message."""

    outbox: Outbox
    chats: tuple[int, ...]
    clock: Clock

    def fits(self, lines: Sequence[str]) -> bool:
        """Whether one message of Telegram holds them."""
        return size(_note(lines).lines) <= LIMIT

    async def tell(self, lines: Sequence[str]) -> None:
        """Put ``lines`` in the outbox as one message.

        Raises:
            NotifyError: It cannot be written down now, or none of them has a chat with the bot.
        """
        try:
            heard = await self.outbox.notify(self.chats, _note(lines), self.clock())
        except StoreUnavailable as error:
            raise NotifyError(str(error)) from error
        if not heard:
            raise NotifyError("none of telegram.operators has sent /start to the bot")


def _note(lines: Sequence[str]) -> Note:
    return Note(tuple((Part(f"🛠 {line}"),) for line in lines))
