"""Which entries each feed held when it was read last."""

from __future__ import annotations

from bot.core.model import Poll, PollStatus
from bot.stores import sql
from bot.stores.sqlite.file import SqliteFile


class EntryHashTable(SqliteFile):
    """The ``entry_hashes`` table; ``sql.CLAIM_SOURCES`` reads it."""

    def _record_hashes(self, poll: Poll) -> None:
        # Part of the transaction that records the entries: what is not recorded is not known.
        if poll.status is PollStatus.CHANGED:
            self._do(sql.PUT_ENTRY_HASHES, source_id=poll.source_id, hashes=poll.entry_hashes)
