"""What is old goes, one small transaction at a time: whatever it ends in, no half is left."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.core.model import Heap, Mark, Slice
from bot.core.pruning import MISSED, Bounds
from bot.stores import sql_pruning as sql
from bot.stores.sqlite import rows
from bot.stores.sqlite.file import SqliteFile
from bot.stores.sqlite.times import MS

_BEGINNING = Mark()


class PruningTables(SqliteFile):
    """Deletes in all tables but those of sources, chats and watches."""

    async def oldest(self) -> datetime | None:
        """When the oldest of what is stored came."""
        row = await self._run(lambda: self._first(sql.OLDEST, {}))
        return rows.at_or_none(row["at"]) if row else None

    async def prune(self, heap: Heap, bounds: Bounds, after: Mark, many: int) -> Slice:
        """Delete what may go among the next ``many`` rows of ``heap``, in one transaction."""
        slices: Mapping[Heap, Callable[[], Slice]] = {
            Heap.ALIASES: lambda: self._forget_old(sql.FORGET_ALIASES, bounds.before, many),
            Heap.ENTRIES: lambda: self._prune_entries(bounds, after, many),
            Heap.STORIES: lambda: self._prune_stories(bounds, after, many),
            Heap.OTHERS: lambda: self._prune_others(bounds, after, many),
            Heap.UPDATES: lambda: self._forget_old(sql.FORGET_UPDATES, bounds.before, many),
            Heap.QUARANTINE: lambda: self._forget_old(
                sql.DROP_QUARANTINED, bounds.dead_before, many
            ),
        }
        return await self._write(slices[heap])

    def _forget_old(self, statement: str, before: datetime, many: int) -> Slice:
        """Where all that is old goes, one slice begins where the last one did."""
        gone = self._do(statement, before=rows.ms(before), many=many)
        return Slice(gone, _BEGINNING if gone == many else None)

    def _prune_entries(self, bounds: Bounds, after: Mark, many: int) -> Slice:
        values = {"before": rows.ms(bounds.entries_before), "missed_ms": MISSED // MS}
        return self._looked_at(sql.OLD_ENTRIES, values, sql.DROP_ENTRIES, after, many)

    def _prune_others(self, bounds: Bounds, after: Mark, many: int) -> Slice:
        return self._looked_at(sql.OLD_OTHERS, _values(bounds), sql.DROP_OTHERS, after, many)

    def _looked_at(
        self,
        old: str,
        values: Mapping[str, object],
        drop: tuple[str, ...],
        after: Mark,
        many: int,
    ) -> Slice:
        found = self._rows(old, {**values, "at": after.at, "key": after.key, "many": many})
        keys = json.dumps([row["key"] for row in found if row["goes"]])
        gone = sum(self._do(statement, keys=keys) for statement in drop)
        if len(found) < many:
            return Slice(gone)
        return Slice(gone, Mark(found[-1]["at"], found[-1]["key"]))

    def _prune_stories(self, bounds: Bounds, after: Mark, many: int) -> Slice:
        """The next stories with what was told of them; one of many chats takes several slices."""
        values = _values(bounds) | {"at": after.at, "key": after.key or 0, "many": many}
        room, gone = many, 0
        for story in self._rows(sql.OLD_STORIES, values):
            here = Mark(story["at"], story["key"])
            begin = after.chat if (here.at, here.key) == (after.at, after.key) else None
            while chats := self._story_chats(story["id"], begin, room):
                gone += self._drop_told(story["id"], chats, bounds)
                room, begin = room - len(chats), chats[-1]
                if room <= 0:
                    return Slice(gone, Mark(here.at, here.key, begin))
            gone += self._drop_story(story["id"])
            room -= 1
            if room <= 0:
                return Slice(gone, Mark(here.at, story["key"] + 1))
        return Slice(gone)

    def _story_chats(self, story_id: str, after: int | None, many: int) -> list[int]:
        first = -(2**63) if after is None else after
        values = {"story_id": story_id, "after": first, "many": max(many, 1)}
        return [row["chat_id"] for row in self._rows(sql.STORY_CHATS, values)]

    def _drop_told(self, story_id: str, chats: list[int], bounds: Bounds) -> int:
        key = {"story_id": story_id}
        kept = self._rows(
            sql.CHATS_THAT_KEEP, {**key, **_values(bounds), "chats": json.dumps(chats)}
        )
        going = json.dumps(sorted(set(chats) - {row["chat_id"] for row in kept}))
        return sum(self._do(statement, **key, chats=going) for statement in sql.DROP_TOLD)

    def _drop_story(self, story_id: str) -> int:
        key = {"story_id": story_id}
        if self._rows(sql.IS_STORY_USED, key)[0]["used"]:
            return 0
        return sum(self._do(statement, **key) for statement in sql.DROP_STORY)


def _values(bounds: Bounds) -> dict[str, object]:
    return {"before": rows.ms(bounds.before), "dead_before": rows.ms(bounds.dead_before)}
