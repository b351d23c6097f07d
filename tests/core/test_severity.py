"""How grave it is, by what was hit, what was said of it, and who came to harm."""

from __future__ import annotations

import pytest

from bot.core.events import read
from bot.core.matcher import Matcher
from bot.data import load_knowledge

KNOWLEDGE = load_knowledge()
MATCHER = Matcher(KNOWLEDGE, ())


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("صواريخ تسقط داخل قاعدة عين الأسد", 3),
        ("Drone hits Harir base", 3),
        ("All US bases in Kuwait moved to the highest alert", 3),
        ("سقوط صاروخ في كركوك ومقتل طفل", 3),
        ("Rockets land near Harir base", 2),
        ("سقوط قذائف في محيط قاعدة التنف", 2),
        ("Drone strikes fuel tank at Kuwait airport", 2),
        ("اعتراض صاروخ فوق قاعدة عين الأسد", 2),
        ("إطلاق صواريخ من إيران نحو إسرائيل", 2),
        ("صافرات الإنذار تدوي في البحرين", 2),
        ("إصابة سفينة بصاروخ قرب الحديدة", 2),
        ("Rocket hits Kirkuk, no one was hurt", 2),
        ("Rockets strike near Harir base on the anniversary of Soleimani's killing", 2),
        ("مسيرة تقتل حارسا في حقل كورمور", 3),
        ("درون فوق قاعدة حرير", 2),
        ("Harir üssü yakınına roket düştü", 2),
        ("רקטה נפלה סמוך לבסיס רמת דוד", 2),
        ("Two rockets fall short of Ain al-Asad base", 2),
        ("مسيرة حاولت الاقتراب من قاعدة حرير قبل أن تسقطها الدفاعات", 2),
        ("Unconfirmed: rockets hit Harir base", 1),
        ("أنباء غير مؤكدة عن سقوط صواريخ على قاعدة التنف", 1),
        ("دوي انفجارات قرب قاعدة العديد", 1),
        ("انتهاء الإنذار في قاعدة عين الأسد", 1),
    ],
)
def test_a_report_is_as_grave_as_a_reader_would_say(text: str, severity: int) -> None:
    found = read(MATCHER.scan(text, ""), KNOWLEDGE)
    assert found.flag
    assert found.severity == severity
