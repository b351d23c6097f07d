"""A guard's word in another clause or sentence than the attack: pictures, inquiries, talk."""

from __future__ import annotations

import pytest

from bot.core.events import read
from bot.core.matcher import Matcher
from bot.core.model import Reading
from bot.data import load_knowledge

KNOWLEDGE = load_knowledge()
MATCHER = Matcher(KNOWLEDGE, ())


def reading(title: str, body: str = "") -> Reading:
    return read(MATCHER.scan(title, body), KNOWLEDGE)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        (
            "Rockets hit Balad air base in Iraq",
            "Four rockets landed by the runway, police officer said. Fake images are about.",
        ),
        ("Drones strike Tanf garrison; an old clip is making the rounds", ""),
        ("عاجل.. صواريخ على قاعدة بلد ومصدر يحذر من تداول مقطع قديم", ""),
        (
            "قصف صاروخي على قاعدة فيكتوريا",
            "سقطت صواريخ قرب مدرج القاعدة مساء. وأوضح مصدر أن خبر مقتل ضابط خبر كاذب.",
        ),
        ("مسيرات تهاجم قاعدة حرير، ونبأ إصابة عشرة جنود نبأ كاذب", ""),
        ("صواريخ تسقط على قاعدة التاجي.. لا صحة للصور المتداولة", ""),
        ("سقوط قذائف على معسكر بلد", "سقطت القذائف فجرا. فريق تحقق: الفيديو صحيح"),
        ("اصابت راکت به پایگاه بلد", "راکت‌ها به پایگاه اصابت کرد. عکس قدیمی منتشر شده است."),
        ("پهپادها به پایگاه ویکتوریا حمله کردند؛ ویدیوی قدیمی پخش شد", ""),
        ("Balad üssüne roket düştü; eski görüntüler paylaşılıyor", ""),
        ("רקטות פגעו בבסיס עין אל-אסד; מופץ סרטון ישן", ""),
        ("Missile hits Harir base - not a fake", ""),
        ("Missile hits Harir base; videos show flames", ""),
    ],
)
def test_a_fake_beside_an_attack_told_as_news_silences_nothing(title: str, body: str) -> None:
    assert reading(title, body).flag


@pytest.mark.parametrize(
    "text",
    [
        "AI-guided drone strikes Victoria base",
        "A drone steered with artificial intelligence guidance hits Harir base",
        "مسيرة موجهة بالذكاء الاصطناعي تضرب قاعدة بلد",
        "پهپاد مجهز به هوش مصنوعی به پایگاه بلد اصابت کرد",
    ],
)
def test_a_machine_that_steers_a_weapon_drew_no_picture_of_it(text: str) -> None:
    assert reading(text).flag


@pytest.mark.parametrize(
    "text",
    [
        "Fake clip shows missiles hitting Balad base",
        "Missiles hit Balad base? The clip is from a video game",
        "Missile hits Balad base: the video is made with AI",
        "Fake news: drones hit Victoria base",
        "مقطع قديم لسقوط صواريخ على قاعدة بلد",
        "مسيرة تضرب قاعدة حرير: المقطع مولد بالذكاء الاصطناعي",
        "خبر كاذب: مسيرة تستهدف قاعدة فيكتوريا",
        "ویدیوی اصابت موشک به پایگاه بلد ساختگی است",
    ],
)
def test_what_is_itself_the_fake_stays_silent(text: str) -> None:
    assert not reading(text).flag


@pytest.mark.parametrize(
    ("news", "guarded", "guard"),
    [
        (
            "Rockets hit Victoria base, Baghdad blames ISIS",
            "Baghdad blames ISIS for the rockets on Victoria base",
            "talk",
        ),
        (
            "Drones hit Harir base, premier calls for restraint",
            "Premier calls for restraint after drones hit Harir base",
            "talk",
        ),
        (
            "صواريخ على قاعدة فيكتوريا، والبرلمان يدعو إلى جلسة",
            "البرلمان يدعو إلى جلسة بشأن صواريخ فيكتوريا",
            "talk",
        ),
        (
            "اصابت راکت به پایگاه ویکتوریا؛ دولت خواستار جلسه شد",
            "جلسه دولت درباره اصابت راکت به پایگاه ویکتوریا",
            "talk",
        ),
        (
            "Missiles hit Balad base, three suspects detained",
            "Three suspects detained over missiles on Balad base",
            "aftermath",
        ),
        (
            "صواريخ تسقط على قاعدة حرير والحكومة تشكل لجنة تحقيق",
            "الحكومة تشكل لجنة تحقيق بسقوط صواريخ على قاعدة حرير",
            "aftermath",
        ),
        (
            "سقوط صاروخ على قاعدة بلد واعتقال المنفذين",
            "اعتقال منفذي قصف قاعدة بلد بصاروخ",
            "aftermath",
        ),
        (
            "پهپاد به پایگاه بلد اصابت کرد و پلیس دو نفر را بازداشت کرد",
            "بازداشت دو نفر پس از اصابت پهپاد به پایگاه بلد",
            "aftermath",
        ),
        (
            "Harir üssüne roket düştü, soruşturma başlatıldı",
            "Harir üssüne düşen roket için soruşturma başlatıldı",
            "aftermath",
        ),
        (
            "טיל פגע בבסיס עין אל-אסד, נפתחה חקירה",
            "נפתחה חקירה על הטיל שפגע בבסיס עין אל-אסד",
            "aftermath",
        ),
    ],
)
def test_what_followed_in_a_clause_of_its_own_is_not_the_report(
    news: str, guarded: str, guard: str
) -> None:
    assert reading(news).flag
    found = reading(guarded)
    assert (found.flag, found.guard) == (False, guard)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Blasts in Erbil caused by drones, officials say", True),
        ("Explosion at Harir base was caused by a missile", True),
        ("Damage caused by rockets at Balad base assessed", False),
        ("Rocket attack on Balad base blamed on militia wounds two", True),
    ],
)
def test_the_cause_of_a_blast_is_news_and_that_of_the_damage_is_not(text: str, flag: bool) -> None:
    assert reading(text).flag is flag


@pytest.mark.parametrize(
    "text",
    [
        "Watch: drones strike Harir base",
        "[Video] Rockets slam into Balad base",
        "ویدیو/ لحظه برخورد پهپاد به پایگاه حریر",
        "فیلم | اصابت موشک به پایگاه بلد",
        "شاهد: لحظة سقوط صاروخ على قاعدة بلد",
    ],
)
def test_a_label_heads_the_news(text: str) -> None:
    assert reading(text).flag


@pytest.mark.parametrize(
    "text",
    [
        "Video shows old missile strike on Balad base",
        "Watch: how missiles hit Balad base",
        "Satellite images show missiles hit Balad base",
        "Drones hit Harir base: analysis",
        "The rocket attack on Balad base, two arrested men say, was planned in Kirkuk",
        "Rocket attack on Balad base, court opens trial",
        "فيلم: صواريخ تضرب قاعدة بلد في دور العرض",
        "الهجوم الصاروخي على قاعدة بلد، تحقيق في ملابسات",
    ],
)
def test_pictures_of_an_attack_and_comment_on_it_are_none(text: str) -> None:
    assert not reading(text).flag


@pytest.mark.parametrize(
    "text",
    [
        "What the drones that hit Harir base tell Baghdad",
        "40th attack since October: what missiles hit Balad base mean",
        "ماذا تعني الصواريخ التي ضربت قاعدة بلد",
        "چرا پهپادها به پایگاه حریر حمله کردند",
    ],
)
def test_a_question_about_an_attack_is_comment(text: str) -> None:
    found = reading(text)
    assert not found.flag
