from __future__ import annotations

from bot.core.pushing import is_signed, offered


def test_a_header_that_is_no_text_is_no_signature_and_no_offer_that_cannot_be_kept() -> None:
    assert not is_signed("secret", "sha256=\udcff", b"body")
    found = offered("<https://hub.example/\udcff>; rel=hub, <https://a.example/f>; rel=self", "")
    assert found is None or found.hub.encode()
