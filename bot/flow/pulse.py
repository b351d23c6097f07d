"""Signs of life of the main loop, for a watcher in another thread that may not wait for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import DeliveryError, MessengerDown

log = logging.getLogger(__name__)

_BEAT_S = 1.0
_ASK_S = 30.0
_ANSWER_S = 20.0


@dataclass(slots=True)
class Pulse:
    """Beats while the loop turns, and asks Telegram who we are now and then.

    Plain values, written by one thread and read by another.

    Attributes:
        steady: Seconds of a clock that nobody sets.
        ask: Asks Telegram anything.
        beat_s: When the loop turned last.
        answered_s: When Telegram answered last, or we began.
        error: Why it has not since, ``""`` where it has.
        refused: It answered, but that it does not know us.
    """

    steady: Callable[[], float]
    ask: Callable[[], Awaitable[None]]
    beat_s: float = 0.0
    answered_s: float = 0.0
    error: str = ""
    refused: bool = False

    def begin(self) -> None:
        """From now on silence counts."""
        self.beat_s = self.answered_s = self.steady()

    async def run(self) -> None:
        """Beat until cancelled."""
        asking = asyncio.create_task(self._ask_on(), name="asking")
        try:
            while True:
                self.beat_s = self.steady()
                await asyncio.sleep(_BEAT_S)
        finally:
            asking.cancel()

    async def _ask_on(self) -> None:
        while True:
            await self.ask_once()
            await asyncio.sleep(_ASK_S)

    async def ask_once(self) -> None:
        """Ask Telegram, and note how that went."""
        try:
            await asyncio.wait_for(self.ask(), _ANSWER_S)
        except DeliveryError as error:
            self.error, self.refused = str(error), isinstance(error, MessengerDown)
        except TimeoutError:
            self.error, self.refused = "no answer in time", False
        except Exception as error:
            # The turn loop: whatever was answered, the next question must be asked.
            if (what := f"an error of ours, {type(error).__name__}") != self.error:
                log.exception("pulse_crashed")
            self.error, self.refused = what, False
        else:
            self.answered_s, self.error, self.refused = self.steady(), "", False
