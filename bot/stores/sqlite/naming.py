"""By what names the store knows entries: the aliases beside their fingerprints."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from bot.core.model import Byname, Entry, Seen, Trait
from bot.stores import sql_names
from bot.stores.sqlite import rows
from bot.stores.sqlite.file import SqliteFile

_MET = timedelta(days=1)


class NamingTable(SqliteFile):
    """The aliases in ``fingerprints``."""

    async def sightings(self, names: Collection[Byname]) -> Mapping[Byname, Seen]:
        """The recorded entries behind these names; names nobody has are left out."""
        return await self._run(lambda: dict(self._sightings(names)))

    def _sightings(self, names: Collection[Byname]) -> Iterator[tuple[Byname, Seen]]:
        for trait in Trait:
            hashes = [name.hash for name in names if name.trait is trait]
            asked = {"kind": trait.value, "hashes": json.dumps(hashes)}
            for row in self._rows(sql_names.SIGHTINGS, asked) if hashes else ():
                yield Byname(trait, row["hash"]), rows.seen(row)

    def _remember(self, entries: Collection[Entry], now: datetime) -> None:
        """Write the aliases of these entries, and that their sources hold them."""
        at = rows.ms(now)
        named = [
            {"kind": alias.trait.value, "hash": alias.hash, "entry": entry.fingerprint, "now": at}
            for entry in entries
            for alias in entry.aliases
        ]
        for values in named:
            self._do(sql_names.REMEMBER_ALIAS, **values)
        hashes = json.dumps([entry.fingerprint for entry in entries])
        self._do(sql_names.MET_AGAIN, hashes=hashes, now=at, before=rows.ms(now - _MET))
