"""Statements that concern many rows at once leave out none of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.core.model import Severity
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.files import set_aside
from bot.stores.sqlite.restoring import restore
from tests.making import NOW, a_batch, a_verdict
from tests.stores.test_sqlite import LEASE

H = timedelta(hours=1)
CROWD = range(1, 2_001)


async def test_of_two_thousand_chats_each_has_its_delivery(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "rasid.db")
    assert await store.record(a_batch(a_verdict(1, *CROWD))) == len(CROWD)
    rows = await store._run(lambda: store._rows("SELECT chat_id, kind, state FROM deliveries"))
    told = [row["chat_id"] for row in rows if (row["kind"], row["state"]) == ("alert", "pending")]
    assert sorted(told) == list(CROWD)
    await store.close()


async def test_what_waited_was_claimed_or_was_leaving_in_a_backup_is_marked_alike(
    tmp_path: Path,
) -> None:
    store = await SqliteStore.open(tmp_path / "rasid.db")
    for number in (1, 2, 3):
        await store.record(a_batch(a_verdict(number, number, severity=Severity.CRITICAL)))
    claimed = await store.claim_deliveries(NOW, 2, "mine", LEASE)
    assert await store.mark_sending(claimed[0], NOW)
    assert await store.outbox_counts() == {"pending": 1, "leased": 1, "sending": 1}
    backups = Backups(tmp_path / "rasid.db", tmp_path / "backups")
    made = await backups.make(NOW)
    await store.close()
    set_aside(backups.database, NOW)
    restore(backups, made, NOW + H)
    again = await SqliteStore.open(backups.database)
    assert await again.after_restore(NOW + H, 24 * H) == (3, 0)
    await again.recover(NOW + H)
    waiting = await again.claim_deliveries(NOW + H, 9, "next", LEASE)
    assert {delivery.chat.id: delivery.uncertain for delivery in waiting} == {1: 1, 2: 1, 3: 1}
    await again.close()
