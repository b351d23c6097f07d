"""Whose report it is."""

from __future__ import annotations

import pytest

from tests.core.measuring_facts import read


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("سقوط صاروخ قرب المطار نقلاً عن رويترز", "رويترز"),
        ("أفادت وكالة تسنيم بسماع انفجار", "وكالة تسنيم"),
        ('قال موقع "نبض البلد" إن صاروخاً سقط', "نبض البلد"),
        ("رويترز: سقوط صاروخ قرب المطار", "رويترز"),
        ("رويترز عن مصادر أمنية: سقوط صاروخ", "رويترز"),
        ("كشفت مصادر للميادين عن سقوط صاروخ", "الميادين"),
        ("كشف مصدر لرويترز عن سقوط صاروخ", "رويترز"),
        ("Rocket hits airport, Reuters reports", "Reuters"),
        ("According to AFP, a rocket hit the airport", "AFP"),
        ("Blast near the port - state media", "state media"),
        ("به نقل از رویترز، موشکی سقوط کرد", "رویترز"),
        ("Reuters'a göre havalimanına roket düştü", "Reuters"),
        ("לפי רויטרס, רקטה נפלה", "רויטרס"),
    ],
)
def test_an_echo_names_its_outlet(text: str, outlet: str) -> None:
    assert read(text).echo_of == outlet


@pytest.mark.parametrize(
    "text",
    [
        "بغداد - رويترز: سقوط صاروخين",
        "BAGHDAD (Reuters) - A rocket hit the airport",
        "وفق وزارة الدفاع، سقط صاروخ",
        "According to witnesses, a rocket hit the airport",
        "خاص | شهود عيان لمراسلنا: سقط صاروخ",
        "A guard told us the rocket hit the fence",
        "سقوط صاروخ قرب مبنى قناة الميادين",
    ],
)
def test_who_was_there_is_no_echo(text: str) -> None:
    assert read(text).echo_of == ""
