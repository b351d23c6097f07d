from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from bot.errors import SourceInvalid
from bot.sources import hops
from tests.sources.servers import feed_at


@pytest.mark.parametrize(
    ("target", "goes"),
    [
        ("https://news.org/b", "https://me:pw@news.org/b"),
        ("https://other.org/b", "https://other.org/b"),
        ("http://news.org/b", "http://news.org/b"),  # the password must not go out in the clear
        ("https://news.org:8443/b", "https://news.org:8443/b"),
        ("https://you:x@other.org/b", "https://other.org/b"),
    ],
)
def test_a_password_goes_to_its_own_origin_only(target: str, goes: str) -> None:
    source = feed_at("https://me:pw@news.org/a")
    assert hops._with_credentials(source, URL(target)) == URL(goes)


@pytest.mark.parametrize(
    ("url", "is_exempt"),
    [
        ("http://10.0.0.5:8000/other", True),
        ("http://10.0.0.5/feed", False),
        ("https://10.0.0.5:8000/feed", False),
        ("http://10.0.0.6:8000/feed", False),
        ("file:///etc/passwd", False),
    ],
)
def test_the_exemption_covers_one_host_and_port(url: str, is_exempt: bool) -> None:
    assert hops.is_exempt(feed_at("http://10.0.0.5:8000/feed"), URL(url)) is is_exempt
    assert not hops.is_exempt(feed_at("http://10.0.0.5:8000/feed", private=False), URL(url))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "feed", "", "http://", "http://[x"])
def test_even_a_private_source_must_stand_on_the_web(url: str) -> None:
    with pytest.raises(SourceInvalid):
        hops.first(feed_at(url))


def test_an_address_is_shown_without_its_secrets() -> None:
    assert hops.shown(URL("https://me:pw@news.org/a?token=x#y")) == "https://news.org/a?…"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://news.org/rss", "https://news.org/rss"),
        ("https://me:canary@news.org:8443/rss", "https://news.org:8443/rss"),
        ("https://news.org/rss?key=canary", "https://news.org/rss?…"),
        ("https://me:can@ary@news.org/rss#canary", "https://news.org/rss"),
        ("https://news.org/@someone/rss", "https://news.org/@someone/rss"),
        ("http://me:canary@[::1]:8080/a", "http://[::1]:8080/a"),
        ("https://me:can/ary@news.org/a", "an address that cannot be read"),
        ("https://me:can#ary@news.org/a", "an address that cannot be read"),
        ("https://me:canary@[::1/a", "an address that cannot be read"),
        ("me:canary@news.org/a", "an address without a host"),
        ("", "an address without a host"),
    ],
)
def test_no_spelling_of_an_address_shows_its_password(url: str, shown: str) -> None:
    assert hops.shown_url(url) == shown


@settings(max_examples=200)
@given(st.text(st.sampled_from("ab:/@?#[]%. \t\\é1"), max_size=12), st.booleans())
def test_showing_an_address_never_fails(text: str, is_web: bool) -> None:
    assert len(hops.shown_url("https://" * is_web + text)) < 250
