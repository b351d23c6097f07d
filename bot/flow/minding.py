"""Keeping the matcher in step with the audience, and nobody waiting for it.

What comes and goes counts for the next entry. When much has come and gone, a new matcher is built
elsewhere meanwhile, and takes over when it has caught up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.core.matcher import Matcher, matcher_of
from bot.core.model import Audience, Knowledge, Watch
from bot.core.turn import Mind
from bot.ports import Builder

log = logging.getLogger(__name__)

# What came since stands in a small automaton of its own, built again whenever more comes: at so
# many changes that takes some milliseconds.
CHANGES = 2_000


class Minds:
    """The mind for each revision of the audience."""

    def __init__(self, knowledge: Knowledge, builder: Builder) -> None:
        self._knowledge = knowledge
        self._builder = builder
        self._mind: Mind | None = None
        self._building: asyncio.Task[Mind] | None = None
        self._bearable = CHANGES

    @property
    def revision(self) -> int:
        """Of the audience the mind is for; -1 before there is one."""
        return self._mind.audience.revision if self._mind else -1

    async def current(self, audience: Audience | None) -> Mind:
        """The mind for ``audience``; ``None`` where it is as it was."""
        mind = self._mind
        if mind is None:
            mind = await self._built(audience or Audience())
        elif audience is not None:
            mind = mind.following(audience)
        self._mind = self._take_over(mind)
        return self._mind

    async def close(self) -> None:
        """Stop building."""
        if self._building is not None:
            self._building.cancel()
            await asyncio.gather(self._building, return_exceptions=True)

    async def _built(self, audience: Audience) -> Mind:
        matcher: Matcher = await self._builder.build(self._knowledge, audience.watches)
        return Mind.with_(matcher, audience)

    def _take_over(self, mind: Mind) -> Mind:
        """The mind that was built meanwhile, if it is ready; else ``mind``."""
        if self._building is None:
            if mind.matcher.changes > self._bearable:
                self._building = asyncio.create_task(self._built(mind.audience))
            return mind
        if not self._building.done():
            return mind
        task, self._building = self._building, None
        if error := task.exception():
            self._bearable = 2 * mind.matcher.changes  # not at once again
            log.error("matcher_rebuild_failed error=%r", error)
            return mind
        self._bearable = CHANGES
        log.info("matcher_rebuilt watches=%d", len(mind.watches))
        return task.result().following(mind.audience)


class Inline:
    """Builds where it stands: for few watches."""

    async def build(self, knowledge: Knowledge, watches: Sequence[Watch]) -> Matcher:
        """Build and wait."""
        return matcher_of(knowledge, watches)
