"""Who denies or claims: somebody who is named, never a label that heads the report."""

from __future__ import annotations

import pytest

from bot.core.model import Denial
from tests.core.measuring_facts import read

NONE_FELL = "لا صحة لسقوط صواريخ على المطار"
NO_TRUTH = "no truth to reports of rockets hitting the airport"


@pytest.mark.parametrize(
    "label",
    [
        "عاجل",
        "#عاجل",
        "🔴 خبر عاجل",
        "رسميا",
        "هام",
        "بالفيديو",
        "نفي رسمي",
        "نفي قاطع",
        "نفي عراقي أمريكي",
        "تكذيب",
        "توضيح",
        "توضيح رسمي",
        "تنويه مهم",
        "بيان",
        "في بيان رسمي",
        "بيان رقم 1",
        "خاص",
        "ردا على الشائعات",
        "عاجل: نفي رسمي",
    ],
)
def test_a_label_denies_nothing(label: str) -> None:
    found = read(f"{label}: {NONE_FELL}")
    assert (found.denial, found.denied_by) == (Denial.NO_ATTACK, "")


@pytest.mark.parametrize(
    "title",
    [
        f"Official denial: {NO_TRUTH}",
        f"BREAKING: {NO_TRUTH}",
        f"Breaking news: {NO_TRUTH}",
        f"Clarification: {NO_TRUTH}",
        f"Fact check: {NO_TRUTH}",
        f"Iraqi statement: {NO_TRUTH}",
        "Official denial: no rockets fell on the airport",
        "فوری: هیچ حمله‌ای رخ نداد",
        "تکذیب رسمی: هیچ حمله‌ای رخ نداد",
        "Son dakika: saldırı olmadı",
        "Resmi yalanlama: havalimanına saldırı olmadı",
        "מבזק: לא הייתה תקיפה על הנמל",
        "הכחשה רשמית: לא הייתה תקיפה על הנמל",
        "Lezgîn: êrîş çênebû",
        "Daxuyaniya fermî: êrîş çênebû",
        "بەپەلە: هەواڵی هێرش ڕاست نییە",
        "ڕوونکردنەوەی فەرمی: هەواڵی هێرش ڕاست نییە",
    ],
)
def test_a_label_denies_nothing_in_any_language(title: str) -> None:
    found = read(title)
    assert (found.denial, found.denied_by) == (Denial.NO_ATTACK, "")


@pytest.mark.parametrize("kind", ["عراقي", "رسمي", "حكومي", "أمريكي عراقي"])
def test_of_which_kind_a_denial_is_says_nobody(kind: str) -> None:
    found = read(f"نفي {kind} لسقوط صواريخ على المطار")
    assert (found.denial, found.denied_by) == (Denial.NO_ATTACK, "")


@pytest.mark.parametrize(
    ("title", "who"),
    [
        (f"مصدر أمني: {NONE_FELL}", "مصدر أمني"),
        (f"قيادة العمليات: {NONE_FELL}", "قيادة العمليات"),
        (f"خلية الإعلام الأمني: {NONE_FELL}", "خلية الإعلام الأمني"),
        (f"Official: {NO_TRUTH}", "Official"),
        ("نفى مسؤول عراقي سقوط صواريخ على المطار", "مسؤول عراقي"),
        ("نفي الجيش العراقي لسقوط صواريخ على المطار", "الجيش العراقي"),
    ],
)
def test_who_is_named_is_told(title: str, who: str) -> None:
    assert read(title).denied_by == who


@pytest.mark.parametrize(
    ("title", "who"),
    [
        (f"عاجل: قيادة العمليات: {NONE_FELL}", "قيادة العمليات"),
        ("عاجل: مصدر أمني ينفي سقوط صواريخ على المطار", "مصدر أمني"),
        ("عاجل قيادة العمليات تنفي سقوط صواريخ على المطار", "قيادة العمليات"),
        ("عاجل: نفت قيادة العمليات سقوط صواريخ على المطار", "قيادة العمليات"),
        (f"نفي من قيادة العمليات: {NONE_FELL}", "قيادة العمليات"),
        (f"بيان صادر عن وزارة الدفاع: {NONE_FELL}", "وزارة الدفاع"),
        (f"وزارة الدفاع توضح: {NONE_FELL}", "وزارة الدفاع"),
        ("BREAKING: Iraqi army denies rocket attack on the airport", "Iraqi army"),
        ("UPDATE 1-Iraqi army denies rocket attack on the airport", "Iraqi army"),
        (f"Iraqi army denial: {NO_TRUTH}", "Iraqi army"),
        (f"Denial from the Iraqi army: {NO_TRUTH}", "Iraqi army"),
        ("فوری: ارتش وقوع حمله به فرودگاه را تکذیب کرد", "ارتش"),
        ("Son dakika: Ordu saldırı iddialarını yalanladı", "Ordu"),
        ("رويترز: الجيش العراقي ينفي سقوط صواريخ على المطار", "الجيش العراقي"),
        ("قالت قيادة العمليات إنه لا صحة لسقوط صواريخ على المطار", "قيادة العمليات"),
        ("اليوم الجيش العراقي ينفي سقوط صواريخ على المطار", "الجيش العراقي"),
        ("رد عراقي على هجوم صاروخي: الحكومة تنفي وقوع ضحايا", "الحكومة"),
        ("قصف يستهدف الحقل مجددا وطهران تنفي أي دور لها", "طهران"),
    ],
)
def test_behind_a_label_it_is_the_next_who_is_named(title: str, who: str) -> None:
    assert read(title).denied_by == who


@pytest.mark.parametrize(
    "body",
    [
        "نفت قيادة العمليات، اليوم، سقوط صواريخ على المطار.",
        "قالت قيادة العمليات إنه لا صحة لسقوط صواريخ على المطار.",
        "وأكدت قيادة العمليات، في بيان، عدم صحة الأنباء عن سقوط صواريخ.",
        "قيادة العمليات تنفي سقوط صواريخ.",
    ],
)
def test_where_the_title_names_nobody_the_first_sentence_may(body: str) -> None:
    assert read(f"نفي رسمي: {NONE_FELL}", body).denied_by == "قيادة العمليات"


def test_who_denies_something_later_does_not_deny_this() -> None:
    later = "وقعت الحادثة فجرا. ونفت شركة النفط سقوط صواريخ على الميناء."
    assert read(f"عاجل: {NONE_FELL}", later).denied_by == ""


@pytest.mark.parametrize(
    "title",
    [
        "المطار لم يتعرض لأي قصف",
        "No rockets fell on the airport",
        "Reports of a drone attack on the airport are false",
        "شائعة: سقوط صواريخ على المطار غير صحيح",
        "Havalimanına saldırı iddiaları yalanlandı",
        "لا صحة لما ذكرته قنوات عن سقوط صواريخ على المطار",
    ],
)
def test_what_is_denied_does_not_deny_it(title: str) -> None:
    found = read(title)
    assert (found.denial, found.denied_by) == (Denial.NO_ATTACK, "")


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("عاجل: كتائب الفجر تتبنى الهجوم على المطار", "كتائب الفجر"),
        ("Breaking: Dawn Brigade claims responsibility for the attack", "Dawn Brigade"),
    ],
)
def test_a_label_claims_nothing(title: str, who: str) -> None:
    assert read(title).claimed_by == who


def test_behind_a_label_too_a_party_denies_only_that_it_was_it() -> None:
    assert read("عاجل: نفى الحشد سقوط صواريخ على المطار").denial is Denial.NOT_BY_US


def test_nobody_hurt_under_a_label_is_nobodys_word() -> None:
    assert read("عاجل: لا إصابات في هجوم صاروخي").denial is None
    assert read("عاجل: البنتاغون: لا إصابات في هجوم صاروخي").denied_by == "البنتاغون"


def test_a_word_of_time_is_no_label_behind_which_an_older_denial_takes_back_what_is() -> None:
    text = "أمس نفى الجيش سقوط صواريخ واليوم سقطت صواريخ على المطار"
    assert read(text).denial is not Denial.NO_ATTACK
