from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.sources.draft import Draft, entry_of
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
