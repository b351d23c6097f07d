"""How often new watches would have fired: stored entries are read again, beside everything else.

Looking through thousands of entries takes seconds. It is done by a worker thread a few entries at
a time, so that two who ask take turns, and nobody else waits: not the alerts, not other commands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.core.expansion import Expansion
from bot.core.meant import Meant
from bot.core.model import Knowledge
from bot.core.query import Query
from bot.core.trial import Tally, Text, Trial
from bot.ports import Store

T = TypeVar("T")

MOST = 3_000  # entries looked through
_AT_ONCE = 50
# People wait for an answer; what was not looked through by then is left out, and said so.
_LONGEST_S = 4.0
_NONE = Tally()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may be expected of a new watch.

    ``also`` are other spellings it finds, ``instead`` the watch that may have been meant (``""``:
    none). ``is_cut``: only the newest entries were looked through.
    """

    tally: Tally = _NONE
    also: tuple[str, ...] = ()
    instead: str = ""
    is_cut: bool = False


class Tallying:
    """Tries new watches on what is stored."""

    def __init__(
        self, store: Store, knowledge: Knowledge, most: int = MOST, longest_s: float = _LONGEST_S
    ) -> None:
        self._store = store
        self._knowledge = knowledge
        self._most = most
        self._longest_s = longest_s
        # One thread, for a trial is not for two at once. Of its own, for others wait for theirs.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tally")
        self._trial = Trial(knowledge)
        self._expansion: Expansion | None = None
        self._meant: Meant | None = None

    async def outlook(
        self, queries: Collection[tuple[str, Query]], lang: str, since: datetime
    ) -> dict[str, Outlook]:
        """What may be expected of each of ``queries`` (as written, understood), by its text.

        Args:
            queries: The new watches.
            lang: The reader's language, in whose letters other spellings are shown first.
            since: How far back stored entries are looked through.
        """
        if not queries:
            return {}
        texts = await self._store.entries_since(since, self._most)
        tallies = await self._tallies([text for text, _ in queries], texts)
        is_cut = len(texts) == self._most or any(t.of < len(texts) for t in tallies.values())
        return await self._aside(lambda: self._looks(queries, lang, tallies, is_cut=is_cut))

    async def instead(self, query: Query, text: str) -> str:
        """The watch that may have been meant by ``text``, ``""`` for none."""
        return await self._aside(lambda: self._known()[1].instead(query, text))

    def close(self) -> None:
        """Give the thread back, after what it has begun."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _tallies(self, queries: Sequence[str], texts: Sequence[Text]) -> dict[str, Tally]:
        tallies = dict.fromkeys(queries, Tally())
        ends_at = asyncio.get_running_loop().time() + self._longest_s
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            found = await self._aside(partial(self._trial.tally, queries, part))
            tallies = {query: tallies[query].and_older(found[query]) for query in queries}
            if asyncio.get_running_loop().time() > ends_at:
                break
        return tallies

    async def _aside(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _looks(
        self,
        queries: Collection[tuple[str, Query]],
        lang: str,
        tallies: Mapping[str, Tally],
        *,
        is_cut: bool,
    ) -> dict[str, Outlook]:
        expansion, meant = self._known()
        return {
            text: Outlook(
                tallies[text],
                expansion.also(query, lang, tallies[text].spellings),
                meant.instead(query, text),
                is_cut,
            )
            for text, query in queries
        }

    def _known(self) -> tuple[Expansion, Meant]:
        # Made when first asked for: half a second that a start need not wait.
        if self._expansion is None or self._meant is None:
            self._expansion, self._meant = Expansion(self._knowledge), Meant(self._knowledge)
        return self._expansion, self._meant
