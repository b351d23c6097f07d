"""The quarantine's two ways: what breaks us is set aside, what is due is tried again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial

from bot.core.model import Entry, Fault
from bot.flow.aside import source_again
from bot.flow.intake import PART, Intake
from bot.flow.patience import until_taken
from bot.ports import Clock, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Quarantine:
    """What broke us, beside the path it would have stopped."""

    store: Store
    intake: Intake
    clock: Clock

    async def set_aside(self, fault: Fault) -> None:
        """Keep ``fault``, and say so when it is a new one."""
        keep = partial(self.store.set_aside, fault, self.clock())
        if await until_taken(keep, self.intake.chance, f"subject={fault.subject}"):
            told = fault.stage, fault.subject, fault.error
            log.error("set_aside stage=%s subject=%s error=%s", *told)

    async def try_again(self) -> int:
        """Try a part of it once more, where it is due; how many entries that was."""
        due = await self.store.due_again(self.clock(), PART)
        for entry, fault in due:
            await self._once_more(entry, fault)
        return len(due)

    async def _once_more(self, entry: Entry, fault: Fault) -> None:
        # Before the try: it may be the last thing that this process does.
        trying = partial(self.store.trying, fault)
        await until_taken(trying, self.intake.chance, f"subject={fault.subject}")
        await self.intake.take_again(source_again(entry, fault, self.clock()), entry)

    async def try_all(self) -> None:
        """Try all that is due, part by part; what breaks us again is not due again."""
        while await self.try_again() or await self.store.is_any_due():
            pass
