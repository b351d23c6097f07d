"""What is left to say when the words of a message broke us."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model import DeliveryKind, Digest
from bot.core.render import LIMIT, to_plain, units
from bot.flow.aside import barest, delivery_fault
from tests.making import a_card, a_delivery, a_note


def plain(**parts) -> str:
    note = barest(a_delivery(**parts))
    assert note is not None
    return to_plain(note, "en")


def test_of_an_alert_its_title_source_and_link_are_left() -> None:
    told = plain(payload=a_card(title="Rockets at the base"))
    assert all(part in told for part in ("Rockets at the base", "Wire", "https://wire.example/1"))


def test_of_a_digest_titles_and_links_are_left_and_fit() -> None:
    cards = tuple(a_card(f"story{n:05}", title=f"no. {n} " + "قصف عنيف " * 60) for n in range(300))
    told = plain(kind=DeliveryKind.DIGEST, payload=Digest(cards))
    assert "no. 0 " in told
    assert "https://wire.example/1" in told
    assert units(told) <= LIMIT


def test_of_an_answer_only_the_buttons_go() -> None:
    assert plain(kind=DeliveryKind.REPLY, payload=a_note("done")) == "done"


def test_an_edit_leaves_what_stands() -> None:
    for payload in (a_card(), Digest((a_card(),))):
        assert barest(a_delivery(kind=DeliveryKind.EDIT, payload=payload)) is None


def test_one_story_told_to_many_is_set_aside_once_and_two_digests_are_two() -> None:
    alert = a_delivery(payload=a_card())
    assert delivery_fault(alert, ValueError(), "1").subject == (
        delivery_fault(replace(alert, id=alert.id + 1), ValueError(), "1").subject
    )
    digest = replace(alert, kind=DeliveryKind.DIGEST, payload=Digest((a_card(),)))
    assert delivery_fault(digest, ValueError(), "1").subject != (
        delivery_fault(replace(digest, id=digest.id + 1), ValueError(), "1").subject
    )
