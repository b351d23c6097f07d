"""After a restore: what the lost database told must not come as new, and what is new must come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.card import alert_note
from bot.core.i18n import Voice, Words
from bot.core.model import (
    AddWatch,
    Chat,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Entry,
    PutChat,
    Settlement,
)
from bot.core.render import to_plain
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.files import set_aside
from bot.stores.sqlite.restoring import restore
from bot.upkeep import take_up
from tests.flow.bench import Bench
from tests.making import NOW, a_poll, a_source, an_entry

M, H = timedelta(minutes=1), timedelta(hours=1)
TOWNS = ("أربيل", "السليمانية", "كركوك", "الموصل", "بغداد", "البصرة", "الرمادي", "تكريت", "دهوك")
TOWNS += ("النجف", "كربلاء", "الحلة", "الناصرية", "العمارة", "سامراء", "الفلوجة")


def attack(number: int, ago: timedelta) -> Entry:
    town = TOWNS[number % len(TOWNS)]
    title = f"سقوط {number + 2} صواريخ على {town} وإصابة {number + 3} أشخاص"
    return an_entry(number, title=title, published_at=NOW - ago)


class Lost:
    """A bot whose database is lost and replaced by a backup ten minutes before NOW."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "rasid.db"
        self.backups = Backups(self.path, folder / "backups")
        self.store: SqliteStore

    async def begin(self) -> None:
        self.store = await SqliteStore.open(self.path)
        await self.store.put_sources([a_source()], "config")
        await self.store.answer(1, [PutChat(Chat(7)), AddWatch(7, "topic:all")], [], NOW - 9 * H)
        bench = Bench(self.store, a_poll())
        await bench.tick(NOW - 70 * M)
        await self.backups.make(NOW - 65 * M)

    async def come_back(self, *entries: Entry) -> Bench:
        """The backup takes the database's place, and the feed still has all of ``entries``."""
        await self.store.close()
        set_aside(self.path, NOW)
        restore(self.backups, self.backups.kept()[0], NOW)
        self.store = await SqliteStore.open(self.path)
        bench = Bench(self.store, a_poll(*entries))
        await take_up(self.store, bench.intake, NOW)
        await self.store.recover(NOW)
        await bench.tick(NOW + M)
        return bench

    async def sent(self, after: timedelta = 5 * M) -> list[Delivery]:
        at = NOW + after
        return list(await self.store.claim_deliveries(at, 50, "test", M))


@pytest.fixture
async def lost(tmp_path: Path) -> AsyncIterator[Lost]:
    made = Lost(tmp_path)
    await made.begin()
    yield made
    with suppress(RuntimeError):
        await made.store.close()


async def test_what_the_lost_database_may_have_told_is_one_message_that_says_so(lost: Lost) -> None:
    await lost.come_back(*(attack(n, 61 * M + n * M) for n in range(3)))
    (one,) = await lost.sent()
    assert one.kind is DeliveryKind.DIGEST
    assert one.uncertain == 1


async def test_five_hundred_old_entries_are_one_message(lost: Lost) -> None:
    many = [attack(n, 61 * M + n * 10 * M) for n in range(500)]
    await lost.come_back(*many)
    assert [d.kind for d in await lost.sent()] == [DeliveryKind.DIGEST]


async def test_the_gravest_of_the_last_hour_comes_at_once_and_says_that_it_may_be_a_repeat(
    lost: Lost, words: Words
) -> None:
    title = "مقتل 12 جنديا في هجوم صاروخي على قاعدة عين الأسد"
    await lost.come_back(an_entry(1, title=title, published_at=NOW - 20 * M))
    (one,) = await lost.sent(after=2 * M)
    assert one.kind is DeliveryKind.ALERT
    assert one.uncertain == 1
    note = alert_note(one.payload, Voice(words, "en"), {}, {}, repeat=one.uncertain > 0)  # type: ignore[arg-type]
    assert "possible repeat" in to_plain(note, "en")


async def test_what_an_old_copy_of_the_feed_hid_at_first_says_that_it_may_be_a_repeat(
    lost: Lost,
) -> None:
    bench = await lost.come_back()
    bench.feed.brings = [a_poll(attack(1, 5 * M))]
    await bench.tick(NOW + 10 * M)
    (one,) = await lost.sent(after=11 * M)
    assert one.uncertain == 1


async def test_what_comes_after_the_restore_is_news_like_any(lost: Lost) -> None:
    bench = await lost.come_back(attack(1, 61 * M))
    await lost.sent()
    bench.feed.brings = [a_poll(attack(1, 61 * M), replace(attack(2, M), published_at=NOW + 9 * M))]
    await bench.tick(NOW + 10 * M)
    (one,) = await lost.sent(after=11 * M)
    assert one.kind is DeliveryKind.ALERT
    assert one.uncertain == 0


async def test_what_the_backup_knows_was_told_is_not_told_again(tmp_path: Path) -> None:
    lost = Lost(tmp_path)
    lost.store = await SqliteStore.open(lost.path)
    await lost.store.put_sources([a_source()], "config")
    await lost.store.answer(1, [PutChat(Chat(7)), AddWatch(7, "topic:all")], [], NOW - 9 * H)
    bench = Bench(lost.store, a_poll())
    await bench.tick(NOW - 3 * H)
    known = attack(1, 2 * H)
    bench.feed.brings = [a_poll(known)]
    await bench.tick(NOW - 2 * H + M)
    (told,) = await lost.store.claim_deliveries(NOW - 2 * H + 2 * M, 9, "l", M)
    sent = Settlement(DeliveryState.SENT, message_id=1)
    await lost.store.mark_sending(told, NOW - 2 * H + 2 * M)
    await lost.store.settle(told, sent, NOW - 2 * H + 2 * M)
    await lost.backups.make(NOW - H)
    await lost.come_back(known)
    assert await lost.sent() == []
    await lost.store.close()
