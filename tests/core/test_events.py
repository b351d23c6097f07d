"""What happened, where, how grave: our corpus, every topic's own examples, and the mechanism."""

from __future__ import annotations

import pytest

from bot.core.events import find_place, find_topic, read
from bot.core.matcher import Matcher
from bot.core.model import Grade, Reading, Severity
from bot.data import examples, load_knowledge
from tests.corpus.figures import Figures, measure

KNOWLEDGE = load_knowledge()
MATCHER = Matcher(KNOWLEDGE, ())


def reading(title: str, body: str = "") -> Reading:
    return read(MATCHER.scan(title, body), KNOWLEDGE)


def lead_topics(found: Reading) -> set[str]:
    return {finding.topic for finding in found.findings if finding.grade is Grade.LEAD}


@pytest.fixture(scope="module")
def corpus() -> Figures:
    return measure()


@pytest.mark.parametrize("group", ["all", "ar", "en", "fa", "tr", "ckb", "kmr", "he"])
def test_our_own_sentences_are_flagged_as_a_reader_would(corpus: Figures, group: str) -> None:
    score = corpus.flags[group]
    floor = 0.97 if group == "all" else 0.95
    assert min(score.precision, score.recall) >= floor, [group, str(score), *corpus.misses]


@pytest.mark.parametrize("kind", ["positive", "flash", "facts", "time", "attribution", "buried"])
def test_every_kind_of_report_is_heard(corpus: Figures, kind: str) -> None:
    assert corpus.flags[f"kind {kind}"].recall >= 0.95, corpus.misses


@pytest.mark.parametrize(
    ("name", "floor"),
    [
        ("flag", 0.98),
        ("topics", 0.96),
        ("places", 0.96),
        ("no_place", 1.0),
        ("severity", 0.9),
        ("guard", 0.67),
        ("guarded", 0.78),
    ],
)
def test_what_is_told_of_it_is_what_a_reader_would_tell(
    corpus: Figures, name: str, floor: float
) -> None:
    wrong = [miss for miss in corpus.misses if miss.startswith(name)]
    assert corpus.share(name) >= floor, wrong


@pytest.mark.parametrize(("topic", "sentence", "matches"), list(examples()))
def test_the_examples_of_a_topic_hold(topic: str, sentence: str, matches: bool) -> None:
    assert (topic in {f.topic for f in reading(sentence).findings}) is matches


FILLER = (
    "وقال مسؤول في وزارة الخارجية إن الزيارة تناولت ملفات التجارة والمياه والطاقة والنقل. " * 12
)


def test_old_attacks_in_the_background_do_not_flag_an_article() -> None:
    found = reading("لقاء في بغداد حول المياه", FILLER + "وكان صاروخ سقط على قاعدة بلد الجوية.")
    assert not found.flag
    assert [f.grade for f in found.findings if f.topic == "rocket-attack"] == [Grade.MENTION]


def test_places_of_the_findings_come_before_places_merely_named() -> None:
    body = FILLER + "ويزور الوزير دمشق وبيروت."
    found = reading("سقوط صواريخ على قاعدة حرير في أربيل", body)
    assert found.places[0] == "harir"
    assert found.places.index("damascus") > found.places.index("erbil")


def test_a_short_article_has_a_background_too() -> None:
    news = "افتتح المحافظ مدرسة في ناحية البغدادي بحضور جمع من الأهالي وممثلين عن وزارة التربية "
    body = news * 2 + "غرب المحافظة.\n\nوشهدت الناحية هجوم صواريخ على قاعدة عين الأسد.\n\nانتهى."
    found = reading("افتتاح مدرسة", body)
    assert not found.flag
    assert [f.grade for f in found.findings if f.topic == "rocket-attack"] == [Grade.MENTION]


def test_a_headline_finds_its_place_in_the_first_sentence() -> None:
    assert reading("صواريخ تسقط ليلا", "سقطت صواريخ على أطراف كركوك بحسب الشرطة").flag
    assert not reading("عرض صواريخ ليلا", "ذكر شهود أن المدينة هادئة. وزار الوزير كركوك").flag


def test_weapon_and_event_in_different_sentences_are_no_attack() -> None:
    assert not reading("تملك الكتيبة صاروخا. سقط الثلج على أربيل أمس").flag


def test_a_bare_name_that_means_something_else_needs_a_base_beside_it() -> None:
    assert "balad" in reading("هجوم على قاعدة بلد").places
    assert "balad" not in reading("هجوم في بلد مجاور").places


def test_the_highest_alert_of_a_named_base_is_critical() -> None:
    assert reading("حالة تأهب قصوى في قاعدة عين الأسد").severity is Severity.CRITICAL


def test_casualties_raise_and_their_denial_does_not() -> None:
    killed = reading("سقوط صاروخ في كركوك ومقتل شخصين")
    unharmed = reading("سقوط صاروخ في كركوك دون وقوع إصابات")
    assert (killed.severity, unharmed.severity) == (Severity.CRITICAL, Severity.IMPORTANT)


def test_an_interception_is_at_most_important() -> None:
    found = reading("اعتراض صاروخ فوق قاعدة عين الأسد")
    assert found.flag
    assert found.severity is Severity.IMPORTANT


def test_a_guard_in_the_title_speaks_for_the_body() -> None:
    found = reading("مناورات في الكويت", "وأطلقت القوات خمسة صواريخ على أهداف قرب معسكر عريفجان.")
    assert not found.flag
    assert found.guard == "drill"


def test_the_spans_of_a_finding_show_words_of_the_original() -> None:
    scan = MATCHER.scan("سقوط صَارُوخَيْن على أربيل", "")
    spans = [span for f in read(scan, KNOWLEDGE).findings for span in f.spans]
    assert {scan.text(span) for span in spans} == {"سقوط", "صَارُوخَيْن"}


def test_an_article_like_the_first_one_reads_as_the_first_one() -> None:
    title = "استنفار وحالة إنذار قصوى داخل قاعدة عين الأسد غربي العراق"
    body = (
        "قال مصدر أمني إن الجنود في قاعدة عين الأسد في الأنبار لزموا الملاجئ بعد هجوم صاروخي على "
        "مركز الدعم الدبلوماسي في بغداد لم يسفر عن ضحايا.\n" + FILLER + "وحذر ضابط الشهر الماضي "
        "من طائرات مسيرة قال إنها ضربت أهدافا، كما ذكر أن العديد من القادة زاروا القاعدة."
    )
    found = reading(title, body)
    assert {"base-alert", "rocket-attack"} <= lead_topics(found)
    assert "drone-attack" not in lead_topics(found)
    assert found.places[0] == "ain-al-asad"
    assert found.severity is Severity.CRITICAL
    assert "al-udeid" not in found.places


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("ain-al-asad", "ain-al-asad"),
        ("Ain Al-Asad", "ain-al-asad"),
        ("عين الاسد", "ain-al-asad"),
        ("عین‌الاسد", "ain-al-asad"),
        ("Aynü'l-Esed", "ain-al-asad"),
        ("العراق", "iq"),
        ("IRAQ", "iq"),
        ("سلێمانی", "sulaymaniyah"),
        ("Hewlêr", "erbil"),
        ("חיפה", "haifa"),
    ],
)
def test_a_place_is_found_by_any_spelling(written: str, place: str) -> None:
    found = find_place(KNOWLEDGE, written)
    assert found is not None
    assert found.id == place


@pytest.mark.parametrize("written", ["", "   ", "!", "سليماني", "nowhere-at-all"])
def test_what_names_no_place_finds_none(written: str) -> None:
    assert find_place(KNOWLEDGE, written) is None


@pytest.mark.parametrize(
    "written", ["rocket-attack", "Rocket attack", "rocket_attack", "هجوم صاروخي", "الهجوم صاروخي"]
)
def test_a_topic_is_found_by_id_or_name(written: str) -> None:
    topic = find_topic(KNOWLEDGE, written)
    assert topic is not None
    assert topic.id == "rocket-attack"


@pytest.mark.parametrize(
    ("written", "topic"),
    [
        ("rockets", "rocket-attack"),
        ("صواريخ", "rocket-attack"),
        ("الصواريخ", "rocket-attack"),
        ("صاروخ", "rocket-attack"),
        ("حمله موشکی", "rocket-attack"),
        ("موشک", "rocket-attack"),
        ("füze", "rocket-attack"),
        ("רקטות", "rocket-attack"),
        ("drones", "drone-attack"),
        ("طائرات مسيرة", "drone-attack"),
        ("پهپاد", "drone-attack"),
        ("درۆن", "drone-attack"),
        ("تەقینەوە", "explosion"),
        ("patlama", "explosion"),
        ("صافرات الإنذار", "base-alert"),
        ("وضعیت سفید", "all-clear"),
    ],
)
def test_a_topic_is_found_by_what_people_call_it(written: str, topic: str) -> None:
    found = find_topic(KNOWLEDGE, written)
    assert found is not None
    assert found.id == topic


def test_a_name_given_by_a_person_needs_no_context() -> None:
    found = find_place(KNOWLEDGE, "حرير")
    assert found is not None
    assert found.id == "harir"
    assert "harir" not in reading("معرض حرير في بيروت").places


def test_a_guard_in_another_sentence_of_the_title_silences_nothing() -> None:
    assert reading("سقوط صواريخ على قاعدة بلد. المحكمة تؤجل الجلسة").flag


def test_an_unknown_topic_is_none() -> None:
    assert find_topic(KNOWLEDGE, "weather") is None


def test_an_empty_entry_says_nothing() -> None:
    assert reading("", "") == Reading()
