"""What stops a pair: where a guard's word stands, what it is about, what makes good."""

from __future__ import annotations

import time

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
    ("text", "guard"),
    [
        ("الناطق العسكري ينفي سقوط صواريخ على قاعدة بلد", "denial"),
        ("Reports of rockets hitting Balad air base are false", "denial"),
        ("The faction says it had nothing to do with the drone attack on Erbil", "denial"),
        ("المسيرات التي ضربت الرياض لم تنطلق من العراق", "denial"),
        ("Police arrest two over rocket attack on Erbil airport", "aftermath"),
        ("الصاروخ الذي سقط على حي في كركوك قديم الصنع", "aftermath"),
        ("الحكومة تستنكر قصف قاعدة حرير", "condemnation"),
        ("إذا سقط صاروخ على أربيل سنرد", "threat"),
        ("هل يسقط صاروخ على الرياض؟", "threat"),
        ("انتقاد ورسوم: صاروخ يضرب دبي في مقطع مولد بالذكاء الاصطناعي", "fiction"),
        ("Army test-fires a missile that hit a barge near Bandar Abbas", "test"),
        ("Iran launched a missile at Erbil 34 years ago", "history"),
    ],
)
def test_a_guard_is_named(text: str, guard: str) -> None:
    found = reading(text)
    assert (found.flag, found.guard) == (False, guard)


@pytest.mark.parametrize(
    "text",
    [
        "Rockets hit Balad air base, Iran denies any role",
        "سقوط صاروخ في أربيل والفصائل تنفي صلتها",
        "الدفاع تنفي وقوع إصابات بعد سقوط صاروخ على قاعدة بلد",
        "Baghdad condemns drone attack on Erbil airport an hour ago",
        "This is not a drill: sirens at Balad air base",
        "Rocket lands on a stadium in Kirkuk, killing two",
        "تهديدات جديدة؟ لا.. صافرات الإنذار تدوي في حيفا",
    ],
)
def test_what_only_looks_guarded_is_told(text: str) -> None:
    assert reading(text).flag


@pytest.mark.parametrize(
    ("news", "guarded", "guard"),
    [
        (
            "Rockets strike Tanf; Jordan denounces assault",
            "Jordan denounces rocket assault that hit Tanf",
            "condemnation",
        ),
        (
            "UK condemns while missiles rain down on Erbil",
            "UK condemns as cowardly the missiles that hit Erbil",
            "condemnation",
        ),
        (
            "مسيرات مفخخة تهاجم قاعدة بلد والبرلمان يستنكر",
            "بعد هجوم بمسيرات على قاعدة بلد، البرلمان يستنكر",
            "condemnation",
        ),
        (
            "اصابت موشک به فرودگاه اربیل، بغداد محکوم کرد",
            "بغداد اصابت موشک به فرودگاه اربیل را محکوم کرد",
            "condemnation",
        ),
        (
            "Füzeler Erbil'i vurdu, Ankara kınadı",
            "Ankara, Erbil'e füzeli saldırıyı kınadı",
            "condemnation",
        ),
        (
            "Missiles hit Ras Tanura, stocks slide",
            "Stocks slide after missiles hit Ras Tanura",
            "market",
        ),
        (
            "مسيرة تضرب ميناء الفجيرة وقفزة في أسعار الخام",
            "أسعار الخام تقفز بعد أن ضربت مسيرة ميناء الفجيرة",
            "market",
        ),
        (
            "Training halted at Camp Taji when mortars land inside",
            "Training at Camp Taji: mortars land on mock targets",
            "drill",
        ),
        (
            "تعليق تدريبات في معسكر التاجي إثر سقوط قذائف",
            "تدريبات في معسكر التاجي تتضمن سقوط قذائف",
            "drill",
        ),
        (
            "Not a drill! Troops at Camp Arifjan ordered to take cover",
            "Drill: troops at Camp Arifjan ordered to take cover",
            "drill",
        ),
        (
            "Army withdraws its earlier denial: drone struck Balad base",
            "The army insists in its denial that a drone struck Balad base",
            "denial",
        ),
        (
            "رغم إنكار طهران.. مسيرة تصيب حقل كورمور",
            "طهران تنفي أن مسيرة أصابت حقل كورمور",
            "denial",
        ),
        (
            "Rockets hit Balad base hours after an earlier attack was denied",
            "Hours after the attack was reported, army denies rockets hit Balad base",
            "denial",
        ),
        (
            "بعد يوم من نفي الجيش هجوما سابقا، مسيرة تصيب قاعدة حرير",
            "الجيش ينفي أن مسيرة أصابت قاعدة حرير بعد يوم من هجوم سابق",
            "denial",
        ),
        (
            "ساعاتی پس از تکذیب حمله قبلی، موشک به پایگاه بلد اصابت کرد",
            "ارتش اصابت موشک به پایگاه بلد را تکذیب کرد",
            "denial",
        ),
        (
            "Army denies earlier report as fresh rockets hit Balad base",
            "Army denies the report that fresh rockets hit Balad base",
            "denial",
        ),
        (
            "Missiles strike Haifa on the anniversary of the revolution",
            "On the anniversary of the missile strike on Haifa, veterans gather",
            "history",
        ),
        (
            "في ذكرى الثورة.. مسيرات تستهدف مطار أربيل",
            "في ذكرى استهداف مسيرات لمطار أربيل",
            "history",
        ),
        (
            "در سالگرد ترور سلیمانی، راکت‌ها به عین‌الاسد اصابت کرد",
            "در سالگرد اصابت راکت به عین‌الاسد",
            "history",
        ),
        (
            "Süleymani'nin ölüm yıldönümünde Ayn el-Esed üssüne roket düştü",
            "Ayn el-Esed üssüne roket düşmesinin yıldönümü",
            "history",
        ),
        (
            "Drone hits Harir base, the 60th attack since October",
            "Drones hit Harir base 60 times since October",
            "statistics",
        ),
        (
            "مسيرة تستهدف قاعدة حرير في الهجوم الستين منذ تشرين الأول",
            "مسيرات استهدفت قاعدة حرير 60 مرة منذ تشرين الأول",
            "statistics",
        ),
        (
            "حمله پهپادی به پایگاه حریر؛ شصتمین حمله از ابتدای سال",
            "۶۰ حمله پهپادی به پایگاه حریر از ابتدای سال",
            "statistics",
        ),
        (
            "Oil prices jump as missiles hit Ras Tanura",
            "Oil prices jump after missiles hit Ras Tanura",
            "market",
        ),
        (
            "أسعار النفط تقفز مع سقوط صواريخ على رأس تنورة",
            "أسعار النفط تقفز بعد سقوط صواريخ على رأس تنورة",
            "market",
        ),
        (
            "Füzeler Ras Tanura'yı vururken petrol fiyatları fırladı",
            "Ras Tanura'yı vuran füzelerden sonra petrol fiyatları fırladı",
            "market",
        ),
        (
            "Missile strikes Harir base during troop drill",
            "Missile strikes a target at Harir base during troop drill",
            "drill",
        ),
        (
            "صاروخ يصيب قاعدة حرير خلال تدريب للجنود",
            "صاروخ يصيب هدفه في قاعدة حرير خلال تدريب للجنود",
            "drill",
        ),
        (
            "Drone attack on Ali Al Salem base interrupts exercise",
            "Exercise at Ali Al Salem base begins with a drone attack",
            "drill",
        ),
        (
            "Rocket lands near museum in Erbil",
            "Museum of rockets lands in Erbil",
            "culture",
        ),
        (
            "مسيرة تصيب مبنى المحكمة في كركوك",
            "المحكمة تنظر في قضية المسيرة التي أصابت كركوك",
            "aftermath",
        ),
        (
            "Drones hit US base in Syria after militia threats",
            "Militia threatens to hit US base in Syria with drones",
            "threat",
        ),
        (
            "Missile attack on Doha interrupts World Cup qualifier",
            "World Cup qualifier: Doha striker launches missile attack",
            "sport",
        ),
        (
            "A week after truce, drones strike Harir base",
            "Truce talks after drones strike Harir base",
            "talk",
        ),
        (
            "Air defences over Doha activated, sirens sound",
            "Sirens in Doha did not sound",
            "silent",
        ),
        (
            "Sirens wail at Ali Al Salem base, it is no hoax",
            "Sirens at Ali Al Salem base were a hoax",
            "denial",
        ),
    ],
)
def test_a_guards_word_speaks_of_its_own_clause(news: str, guarded: str, guard: str) -> None:
    assert reading(news).flag
    found = reading(guarded)
    assert (found.flag, found.guard) == (False, guard)


@pytest.mark.parametrize(
    "text",
    [
        "پدافند هوایی دوحه فعال شد",
        "الدفاعات الجوية تُفعّل فوق أربيل",
        "Air defence systems over Doha activated",
        "Doha'da hava savunma sistemleri devreye girdi",
        "بەرگری ئاسمانی هەولێر چالاک کرا",
    ],
)
def test_air_defences_at_work_over_a_town_are_an_alert(text: str) -> None:
    assert reading(text).flag


@pytest.mark.parametrize(
    "text",
    [
        "Qatar buys new air defence systems for Doha",
        "الدفاعات الجوية في الدوحة تتسلم منظومة جديدة",
        "سامانه جدید پدافند هوایی در تهران رونمایی شد",
    ],
)
def test_air_defences_that_only_stand_there_are_none(text: str) -> None:
    assert not reading(text).flag


def test_a_vehicle_is_no_spacecraft() -> None:
    assert reading("صاروخ يصيب مركبة عسكرية قرب قاعدة التنف").flag
    assert reading("صاروخ يحمل مركبة مأهولة ينطلق من قاعدة كيب كانافيرال").guard == "space"


def test_only_drones_fly_over_with_ill_intent() -> None:
    assert reading("تحليق مسيرة مجهولة فوق قاعدة حرير").flag
    assert not reading("تحليق مكثف للطيران فوق قاعدة حرير").flag


@pytest.mark.parametrize("number", ["three", "12", "1,200", "dozens"])
def test_what_kills_any_number_is_an_attack(number: str) -> None:
    assert reading(f"Rockets kill {number} in Haifa").flag


def test_a_name_that_is_a_common_word_is_the_place_an_attack_is_aimed_at() -> None:
    assert "harir" in reading("شلیک موشک به حریر").places
    assert "harir" not in reading("نمایشگاه لباس حریر در تهران").places


def test_a_drill_that_a_later_sentence_tells_of_is_one() -> None:
    sirens = "دوت صافرات الإنذار في المنامة صباح اليوم"
    assert reading(sirens).flag
    found = reading(sirens, "وسمعها السكان في أحياء عدة. وقالت الداخلية إنها تجربة روتينية.")
    assert (found.flag, found.guard) == (False, "drill")


def test_words_of_a_guard_explain_why_there_was_no_pair() -> None:
    assert reading("Approves sale of missiles to Kuwait").guard == "arms"
    assert reading("العديد من الجنود في حالة تأهب").guard == "mask"


@pytest.mark.parametrize(
    "text",
    [
        "السفارة: موعد انتهاء حالة التأهب في قاعدة علي السالم غير معروف",
        "انتهاء حالة الإنذار في قاعدة بلد لم يعلن بعد",
        "قاعدة علي السالم تنتظر زوال الخطر",
        "Ali Al Salem base awaits all clear",
        "Balad base is still waiting for the all clear",
        "پایان آماده‌باش در پایگاه بلد هنوز اعلام نشده",
    ],
)
def test_an_all_clear_that_is_awaited_is_none(text: str) -> None:
    found = reading(text)
    assert not found.flag
    assert found.guard in {"awaited", "mask"}


@pytest.mark.parametrize(
    "text",
    [
        "رفع وضعیت قرمز در پایگاه بلد",
        "لغو حالت هشدار در پایگاه علی السالم",
        "انتهاء حالة التأهب في قاعدة بلد والوزارة لم تعلن بعد سببها",
        "All clear at Balad base; cause of sirens unknown",
    ],
)
def test_an_all_clear_is_one_whatever_else_is_not_known(text: str) -> None:
    assert "all-clear" in {finding.topic for finding in reading(text).findings}


def test_a_text_about_nothing_of_ours_names_no_guard() -> None:
    assert reading("فاز الفريق في مباراة الأمس").guard == ""
    assert reading("The minister opened a school").guard == ""


def test_one_endless_line_takes_no_longer_than_its_length() -> None:
    line = "rockets hit Erbil in drill old video Reuters said denies dead as police arrest two "

    def cost(times: int) -> float:
        scan = MATCHER.scan("", line * times)
        read(scan, KNOWLEDGE)  # sentences are worked out once
        start = time.process_time()
        read(scan, KNOWLEDGE)
        return time.process_time() - start

    # Linear is 8; what looked at every hit for every pair took 60.
    assert min(cost(1600) for _ in range(2)) < 25 * min(cost(200) for _ in range(3))
