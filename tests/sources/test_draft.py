from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Habits
from bot.sources.draft import Draft, Read, entry_of, feed_entries
from tests.sources.servers import feed_at

NOW = datetime(2021, 7, 7, 14, 0, tzinfo=UTC)
TORN = st.text(st.sampled_from("aعب\n\t\x00\x1f\ud800\udcff\udfff\ufffe😀"), max_size=8)


@given(TORN, TORN, TORN, TORN, TORN)
def test_no_field_of_an_entry_holds_what_utf8_cannot_encode(
    title: str, body: str, link: str, lang: str, name: str
) -> None:
    draft = Draft(title, body, link, lang=lang, source_name=name)
    entry = entry_of(
        draft, f"guid:{title}", replace(feed_at("https://news.org/a"), name=title), NOW
    )
    told = [value for value in asdict(entry).values() if isinstance(value, str)]
    assert not any({"\x00", "\x1f"} & set(text) for text in told)
    assert all(text.encode().decode() == text for text in told)


def test_what_can_be_kept_is_kept_as_it_was() -> None:
    body = "سطر\n\tعين‌الأسد 😀\r\nend"
    entry = entry_of(Draft("عنوان", body, lang="ar"), "k", feed_at("https://news.org/a"), NOW)
    assert (entry.key, entry.title, entry.body, entry.lang) == ("k", "عنوان", body, "ar")


FEED = feed_at("https://news.org/a")


def read(*drafts: Draft, **fields: object) -> Read:
    return feed_entries(drafts, replace(FEED, **fields), NOW)  # type: ignore[arg-type]


def numbered(count: int, **fields: object) -> list[Draft]:
    return [Draft(f"t{n}", link=f"https://news.org/{n}", **fields) for n in range(count)]  # type: ignore[arg-type]


def test_bad_guids_are_told_once_and_the_rung_is_remembered() -> None:
    first = read(*numbered(9, guid="same"))
    assert first.habits.rung == 1
    assert "guid and link" in first.notes[0]
    again = read(*numbered(9, guid="same")[:1], habits=first.habits)
    assert again.notes == ()
    assert again.entries[0].fingerprint == first.entries[0].fingerprint


def test_a_date_without_zone_is_utc_and_the_operator_is_told_once() -> None:
    draft = Draft("t", published_at=NOW, zoneless=True)
    first = read(draft)
    assert first.entries[0].published_at == NOW
    assert "no zone" in first.notes[0]
    assert read(draft, habits=first.habits).notes == ()


def test_a_date_without_zone_is_of_the_zone_of_its_feed() -> None:
    hours = timedelta(hours=3)
    local = Draft("t", published_at=NOW + hours, zoneless=True)
    found = read(local, zone="Asia/Baghdad")
    assert (found.entries[0].published_at, found.notes) == (NOW, ())
    zoned = replace(local, zoneless=False, published_at=NOW)
    assert read(zoned, zone="Asia/Baghdad").entries[0].published_at == NOW


def test_a_learnt_skew_is_taken_off_and_the_stated_date_is_kept() -> None:
    ahead = NOW + timedelta(hours=3)
    (entry,) = read(Draft("t", published_at=ahead)).entries
    assert (entry.published_at, entry.stated_at) == (None, ahead)
    (entry,) = read(Draft("t", published_at=ahead), habits=Habits(skew_h=3)).entries
    assert (entry.published_at, entry.stated_at) == (NOW, ahead)


def test_the_update_dates_what_has_no_date_of_its_own() -> None:
    (entry,) = read(Draft("t", updated_at=NOW)).entries
    assert (entry.published_at, entry.stated_at) == (NOW, NOW)


def test_only_other_words_are_an_edit() -> None:
    def hashed(title: str, body: str) -> str:
        return read(Draft(title, body)).entries[0].text_hash

    assert hashed("Rockets  hit", "the base") == hashed("ROCKETS hit", "the\u200f base ")
    assert hashed("Rockets hit", "the base") != hashed("Rockets hit the", "base")
