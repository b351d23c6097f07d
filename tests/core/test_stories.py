"""Copies and reports of one event join, attacks do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import read
from bot.core.matcher import Matcher
from bot.core.model import Join, Joined, Reading, Severity, Story, When
from bot.core.sketches import grown, opened, story_id, told
from bot.core.stories import Stories
from bot.core.times import REGION
from bot.core.tracer import Tracer
from bot.core.traces import Trace, packed, unpacked
from bot.data import load_knowledge
from tests.core.test_text import mixed

KNOWLEDGE = load_knowledge()
MATCHER = Matcher(KNOWLEDGE, ())
TRACER = Tracer.of(KNOWLEDGE)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BODY = (
    "قال مصدر أمني لوكالة محلية إن صاروخين سقطا فجر اليوم داخل قاعدة عين الأسد الجوية غربي محافظة "
    "الأنبار من دون أن يسفر ذلك عن ضحايا، وأضاف أن قوة من الجيش طوقت المكان وبدأت البحث عن منصة "
    "الإطلاق في القرى القريبة من ناحية هيت."
)
Text = tuple[str, str]


def trace(title: str, body: str = "", at: datetime = NOON, **facts: object) -> Trace:
    scan = MATCHER.scan(title, body)
    found = read(scan, KNOWLEDGE, at)
    given = replace(found.facts, **facts)  # type: ignore[arg-type]
    return TRACER.trace(scan, replace(found, facts=given), at)


def story(title: str, body: str = "", at: datetime = NOON, **facts: object) -> Story:
    made = trace(title, body, at, **facts)
    severity = Severity.IMPORTANT if made.flag else Severity.NONE
    return Story(story_id(title), title, severity, (), (), at, at, sketch=opened(made))


def found(second: Trace, *stories: Story) -> Join:
    return Stories.of(KNOWLEDGE.likeness, stories).find(second)


def joins(first: Text, second: Text, after: timedelta) -> bool:
    return found(trace(*second, NOON + after), story(*first)).story is not None


MINUTES, HOUR = timedelta(minutes=10), timedelta(hours=1)
TITLE = "سقوط صاروخين على قاعدة عين الأسد"


@pytest.mark.parametrize(
    "copy",
    [
        (TITLE, BODY),
        (f"{TITLE} - وكالة الأنباء", BODY),
        (f"عاجل | {TITLE}", BODY.replace("أ", "ا").replace("ة", "ه")),
        (TITLE, BODY + " وتابع أن التحقيق مستمر."),
        ("هجوم غربي العراق", BODY),
        (TITLE, BODY[: len(BODY) * 2 // 3]),
    ],
)
def test_a_copy_joins_its_story(copy: tuple[str, str]) -> None:
    assert joins((TITLE, BODY), copy, timedelta(hours=3))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("سقوط 5 صواريخ على قاعدة حرير", "سقوط 3 صواريخ على قاعدة حرير"),
        ("سقوط خمسة صواريخ على قاعدة حرير", "سقوط ثلاثة صواريخ على قاعدة حرير"),
        ("سقوط صواريخ على قاعدة حرير في أربيل", "سقوط صواريخ على قاعدة بلد في أربيل"),
        ("Rockets hit Camp Taji near the city", "Drones hit Camp Taji near the city"),
        ("دوي انفجارات في مدينة أربيل الآن", "دوي انفجارات في مدينة بغداد الآن"),
    ],
)
def test_another_number_place_or_weapon_is_another_story(first: str, second: str) -> None:
    assert not joins((first, ""), (second, ""), MINUTES)


ATTACK = "Rocket attack hits Ain al-Asad base"
WIRE = (
    "Several rockets struck the air base in western Iraq, security officials told reporters, and "
    "soldiers searched the villages around it for the launchers while smoke rose above the "
    "perimeter fence and the road to the town was closed for traffic."
)
AGAIN = WIRE.replace("Several rockets struck", "Rockets again struck").replace(
    "in western Iraq", "in western Iraq in a second attack"
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((ATTACK, WIRE), (f"Second {ATTACK.lower()} within an hour", AGAIN)),
        ((ATTACK, WIRE), (ATTACK, AGAIN)),
        ((ATTACK, WIRE), ("Rocket attack hits Ain al-Asad base and Balad base", WIRE)),
        ((f"Monday: {ATTACK}", WIRE), (f"Tuesday: {ATTACK}", WIRE)),
        ((f"{ATTACK} at dawn", WIRE), (f"{ATTACK} in the evening", WIRE)),
        (("Missiles hit Kuwait", WIRE), ("Missiles hit Kuwait and Bahrain", WIRE)),
        (("Rockets hit Camp Taji", ""), ("Rockets hit Camp Taji again", "")),
        ((TITLE, BODY), (f"{TITLE} مجددا", BODY)),
        ((TITLE, BODY), (f"{TITLE} للمرة الثانية", BODY)),
        ((TITLE, BODY), (f"{TITLE} للمرة الثالثة", BODY)),
        (("حمله موشکی به پایگاه حریر", ""), ("حمله موشکی دوباره به پایگاه حریر", "")),
        (("İncirlik Üssü'ne füzeli saldırı", ""), ("İncirlik Üssü'ne ikinci füzeli saldırı", "")),
        (
            ("هێرشی درۆنی بۆ سەر بنکەی هەریر", ""),
            ("دووبارە هێرشی درۆنی بۆ سەر بنکەی هەریر", ""),
        ),
        (("רקטות נפלו ליד נבטים", ""), ("שוב רקטות נפלו ליד נבטים", "")),
    ],
)
def test_a_new_attack_or_a_toll_is_told_however_alike_the_words(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    assert joins(first, first, MINUTES)
    assert not joins(first, second, MINUTES)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((f"{ATTACK}, soldiers killed", WIRE), (ATTACK, WIRE)),
        (("Rocket attack hits Ain al-Asad base and Balad base", WIRE), (ATTACK, WIRE)),
        ((ATTACK, WIRE), ("Iraqi base under rocket fire", WIRE)),
        ((f"Monday: {ATTACK}", WIRE), (ATTACK, WIRE)),
        ((ATTACK, WIRE), (f"{ATTACK}, no casualties", WIRE)),
    ],
)
def test_a_copy_that_knows_less_joins(first: tuple[str, str], second: tuple[str, str]) -> None:
    assert joins(first, second, MINUTES)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((f"{ATTACK}, no casualties", WIRE), (f"{ATTACK}, soldiers killed", WIRE)),
        (
            (TITLE, BODY),
            (TITLE.replace("صاروخين", "خمسة صواريخ"), BODY.replace("صاروخين", "خمسة صواريخ")),
        ),
    ],
)
def test_a_toll_and_a_higher_count_are_news_of_the_event_and_no_copies(
    first: Text, second: Text
) -> None:
    join = found(trace(*second, NOON + MINUTES), story(*first))
    assert join.how is Joined.EVENT


def test_a_lower_count_or_a_late_higher_one_is_another_attack() -> None:
    three, five = "سقوط ثلاثة صواريخ على قاعدة حرير", "سقوط خمسة صواريخ على قاعدة حرير"
    join = found(trace(three, at=NOON + MINUTES), story(five))
    assert (join.story, join.veto) == (None, "count")
    assert joins((three, ""), (five, ""), MINUTES)
    assert not joins((three, ""), (five, ""), 3 * HOUR)


@pytest.mark.parametrize(
    "other",
    [
        "Two killed as rockets hit Ain al-Asad base",
        "Rockets hit Ain al-Asad base, two security sources say",
        "Three explosions as rockets hit Ain al-Asad base",
    ],
)
def test_another_number_in_the_headline_counts_no_weapons(other: str) -> None:
    assert joins(("Ten rockets hit Ain al-Asad base", ""), (other, ""), MINUTES)


def test_who_tells_every_hour_that_nobody_was_hurt_tells_of_new_attacks() -> None:
    first, late = "Rockets hit Ain al-Asad base", "Rockets hit Ain al-Asad base, no casualties"
    assert joins((first, ""), (late, ""), 3 * MINUTES)
    assert not joins((first, ""), (late, ""), 2 * HOUR)


def test_a_toll_told_four_hours_later_without_a_time_is_of_another_attack() -> None:
    first, hurt = "Drone hits Harir base", "Drone attack on Harir base, one wounded"
    hours = [trace(hurt, at=NOON + n * HOUR) for n in (2, 4)]
    known = replace(story(first), sketch=grown(opened(trace(first)), hours[0]))
    assert found(hours[0], story(first)).story
    assert found(hours[1], known).story is None


def test_neighbouring_parts_of_the_day_are_one_time() -> None:
    tuesday = NOON + 2 * timedelta(days=1) + 6 * HOUR
    evening = story("صواريخ تستهدف قاعدة حرير مساء الثلاثاء", at=tuesday)
    night, morning = "سقوط صواريخ على قاعدة حرير ليلا", "سقوط صواريخ على قاعدة حرير صباحا"
    assert found(trace(night, at=tuesday + 3 * MINUTES), evening).story
    assert not found(trace(morning, at=tuesday + 3 * MINUTES), evening).story


def test_a_wider_report_opens_no_story_to_other_towns() -> None:
    base, wide, town = (
        "Rockets hit Ain al-Asad base",
        "Rocket attack in Anbar",
        "Rockets hit Ramadi",
    )
    sketch = grown(opened(trace(base)), trace(wide, at=NOON + MINUTES))
    join = found(trace(town, at=NOON + 2 * MINUTES), replace(story(base), sketch=sketch))
    assert (join.story, join.veto) == (None, "place")


def test_the_same_flash_minutes_later_is_a_copy_and_hours_later_an_attack() -> None:
    flash = ("دوي انفجار قوي في مدينة أربيل", "")
    assert joins(flash, flash, MINUTES)
    assert not joins(flash, flash, timedelta(hours=3))


def test_a_headline_repeated_as_the_first_line_changes_nothing() -> None:
    one, other = trace(TITLE, f"{TITLE}\n{BODY}"), trace(TITLE, f"{TITLE}.\n{BODY}")
    assert (one.whole, one.terms) == (other.whole, other.terms)
    assert joins(("دوي انفجار قوي في أربيل", ""), ("دوي انفجار قوي في أربيل",) * 2, MINUTES)


def test_a_channels_own_handle_makes_nothing_alike() -> None:
    assert trace("انفجار في بلدة", "@SomeChannel").terms == trace("انفجار في بلدة").terms


# ── the same event ───────────────────────────────────────────────────────────────────────────

FLASH = "صواريخ تستهدف قاعدة عين الأسد غربي العراق"


@pytest.mark.parametrize(
    "other",
    [
        "حمله موشکی به پایگاه عین‌الاسد در عراق",
        "Rockets fired at Ain al-Asad air base in western Iraq",
        "قصف صاروخي يطال عين الأسد",
        "دوي انفجارات داخل قاعدة عين الأسد",
    ],
)
def test_one_strike_in_other_words_and_languages_is_one_story(other: str) -> None:
    join = found(trace(other, at=NOON + MINUTES), story(FLASH))
    assert join.story is not None
    assert join.how is Joined.EVENT
    assert join.score > 0.5
    assert dict(join.why)["place_same"] == 1


@pytest.mark.parametrize(
    ("other", "after", "veto"),
    [
        ("مسيرة تهاجم قاعدة عين الأسد", MINUTES, "weapon"),
        ("صواريخ تستهدف قاعدة حرير في أربيل", MINUTES, "place"),
        ("صواريخ تستهدف قاعدة عين الأسد مجددا", MINUTES, "again"),
        ("صواريخ تسقط على قاعدة عين الأسد", timedelta(hours=4), "time"),
    ],
)
def test_another_weapon_place_hour_or_again_forbids_it(
    other: str, after: timedelta, veto: str
) -> None:
    join = found(trace(other, at=NOON + after), story(FLASH))
    assert (join.story, join.veto) == (None, veto)


LONG = " ".join(["وقال شهود من الأهالي إنهم خرجوا إلى الشارع وسمعوا سيارات الإسعاف"] * 3)


@pytest.mark.parametrize(
    ("first", "other", "after", "veto"),
    [
        ("مسيرة تصيب قاعدة حرير في أربيل", "مسيرة تصيب مقر حزب معارض في أربيل", 5, "target"),
        ("Drone hits oil field in Dohuk", "Drone strikes a car in Dohuk", 5, "target"),
        ("دوي انفجار في البصرة", "صاروخ يسقط في البصرة", 45, "weapon"),
        ("مسيرة تصيب قاعدة حرير في أربيل", "هجوم بمسيرة في أربيل", 40, "place"),
        ("سماع ثلاثة انفجارات في البصرة", "سماع أربعة انفجارات في البصرة", 25, "count"),
    ],
)
def test_what_was_hit_or_learnt_too_late_is_another_attack(
    first: str, other: str, after: int, veto: str
) -> None:
    late = trace(other, LONG, NOON + timedelta(minutes=after))
    assert (late.flag, trace(first).flag) == (1, 1)
    join = found(late, story(first))
    assert (join.story, join.veto) == (None, veto)


@pytest.mark.parametrize("ago", [None, 20])
def test_minutes_ago_is_believed(ago: int | None) -> None:
    """A long report may come late; one of minutes ago is of what nobody could have told before."""
    late = NOON + timedelta(minutes=45)
    told = When(late - timedelta(minutes=ago), late) if ago else None
    join = found(trace("صواريخ على قاعدة عين الأسد", LONG, late, when=told), story(FLASH))
    assert (join.story is None) == bool(ago)


def test_a_report_that_names_its_time_joins_the_event_of_that_time() -> None:
    late, wave = NOON + timedelta(hours=7), NOON + timedelta(hours=5)
    body = " ".join(["وذكر بيان رسمي تفاصيل ما جرى وفق ما نقله مراسلون من المنطقة"] * 3)
    of_noon = When(NOON - timedelta(minutes=20), NOON + timedelta(minutes=20))
    report = trace("قصف صاروخي طال عين الأسد", body, late, when=of_noon)
    second = story("سقوط قذائف على قاعدة عين الأسد", at=wave)
    join = found(report, story(FLASH), second)
    assert join.story is not None
    assert join.story.id == story_id(FLASH)


def test_a_flagged_report_does_not_vanish_in_a_story_of_unflagged_ones() -> None:
    calm = "بيان قيادة العمليات عن قاعدة عين الأسد"
    assert not trace(calm).flag
    body = "قال سكان البغدادي إن النوافذ اهتزت مساء الأحد قرب قاعدة عين الأسد في الأنبار. " * 3
    join = found(trace(FLASH, body, NOON + MINUTES), story(calm, body))
    assert (join.story, join.veto) == (None, "not-flagged")


def test_talk_is_grouped_by_its_words() -> None:
    first = "Mayor of Riverton opens new library after ten years of delays"
    second = "New library opens in Riverton after years of delays, mayor says"
    join = found(trace(second, at=NOON + MINUTES), story(first))
    assert join.how is Joined.WORDS
    assert not joins((first, ""), ("Mayor of Riverton resigns over parking fees", ""), MINUTES)


def test_a_join_says_why_and_a_new_story_what_was_nearest() -> None:
    joined = found(trace(FLASH, at=NOON + MINUTES), story(FLASH))
    assert told(joined) == f"copy 2.00 of {story_id(FLASH)}: words 1.0"
    vetoed = found(trace("مسيرة تهاجم قاعدة عين الأسد"), story(FLASH))
    assert told(vetoed).endswith(f"nearest {story_id(FLASH)}, forbidden: weapon")
    assert told(found(trace(FLASH))) == ""


def test_the_most_alike_story_is_chosen() -> None:
    near, far = story(TITLE, BODY), story("هجوم غربي العراق", BODY[: len(BODY) // 2])
    join = found(trace(TITLE, BODY), far, near)
    assert join.story == near


def test_nothing_recent_opens_a_new_story() -> None:
    assert found(trace(TITLE, BODY)) == Join()


def test_texts_without_words_never_join() -> None:
    assert not joins(("!!!", ""), ("!!!", ""), MINUTES)


def test_a_story_of_an_older_sketch_is_left_alone() -> None:
    old = Story("x", "x", Severity.NOTICE, (), (), NOON, NOON, sketch=(2, 0, 1, 564912984198507361))
    assert found(trace(TITLE, BODY), old).story is None


# ── the index ────────────────────────────────────────────────────────────────────────────────

NEWS = [
    (FLASH, ""),
    ("مسيرة تسقط قرب مطار أربيل", ""),
    ("Sirens sound in Haifa", ""),
    ("دوي انفجارات في دمشق", ""),
    ("Parliament adjourns budget debate until Sunday", ""),
    (TITLE, BODY),
]


def told_in_turn(texts: Sequence[Text], restart_at: int = -1) -> list[str]:
    """The story of each text, a minute apart; the index made anew before ``restart_at``."""
    recent, kept, ids = Stories(KNOWLEDGE.likeness), {}, []
    for at, (title, body) in enumerate(texts):
        if at == restart_at:
            recent = Stories.of(KNOWLEDGE.likeness, kept.values())
        now = NOON + timedelta(minutes=at)
        mine = trace(title, body, now)
        joined = recent.find(mine).story
        if joined is None:
            made = replace(story(title, body, now), id=story_id(f"{at}{title}"))
        else:
            made = replace(joined, sketch=grown(joined.sketch, mine), last_seen_at=now)
        recent.add(made)
        kept[made.id] = made
        ids.append(made.id)
    return ids


@given(st.lists(st.sampled_from(NEWS), min_size=1, max_size=12), st.integers(0, 12))
def test_a_restart_decides_the_same(texts: list[Text], restart_at: int) -> None:
    assert told_in_turn(texts, restart_at) == told_in_turn(texts)


@given(st.permutations(NEWS))
def test_the_order_of_unrelated_stories_does_not_matter(texts: list[Text]) -> None:
    mine = trace("Rockets fired at Ain al-Asad air base", at=NOON + MINUTES)
    stories = [story(*text) for text in texts]
    assert found(mine, *stories) == found(mine, *(story(*text) for text in NEWS))


@given(st.lists(st.sampled_from(NEWS), max_size=6), st.sampled_from(NEWS))
def test_a_copy_always_joins(before: list[Text], text: Text) -> None:
    stories = [story(*other) for other in before if other != text]
    join = found(trace(*text, NOON + MINUTES), *stories, story(*text))
    assert join.story == story(*text)
    assert join.how is Joined.COPY


def test_a_branch_changes_nothing_below_it() -> None:
    below = Stories.of(KNOWLEDGE.likeness, [story(FLASH)])
    branch = below.branch()
    later = replace(story(FLASH), entries=2)
    branch.add(later)
    branch.add(story("Sirens sound in Haifa"))
    mine = trace(FLASH, at=NOON + MINUTES)
    assert branch.find(mine).story == later
    assert below.find(mine).story == story(FLASH)
    assert below.get(story_id("Sirens sound in Haifa")) is None
    assert branch.find(trace("Sirens sound in Haifa")).story is not None


def test_what_is_forgotten_is_found_no_more() -> None:
    early, late = story(FLASH), story("Sirens sound in Haifa", at=NOON + timedelta(hours=2))
    recent = Stories.of(KNOWLEDGE.likeness, [early, late])
    recent.add(replace(early, entries=2))
    recent.forget(NOON + timedelta(hours=1))
    assert len(recent) == 1
    assert recent.find(trace(FLASH, at=NOON + MINUTES)).story is None
    assert recent.get(late.id) == late


def test_a_story_remembers_its_first_report_and_the_last_ones() -> None:
    sketch = opened(trace(FLASH))
    for minute in range(1, 12):
        sketch = grown(sketch, trace(f"صاروخ رقم {minute} على عين الأسد", at=NOON))
    kept = unpacked(sketch)
    assert len(kept) == 6
    assert kept[0] == trace(FLASH)
    assert kept[-1] == trace("صاروخ رقم 11 على عين الأسد")


@given(mixed, mixed)
def test_a_sketch_fits_a_signed_64_bit_column_and_can_be_read_back(title: str, body: str) -> None:
    scan = MATCHER.scan(title, body)
    made = TRACER.trace(scan, Reading(), NOON)
    assert unpacked(packed((made, made))) == (made, made)
    assert all(-(2**63) <= number < 2**63 for number in packed((made,)))


def test_a_trace_is_the_same_in_every_process() -> None:
    assert trace("rocket base").whole == (3665717667623397330,)


def test_a_story_id_is_short_stable_and_readable() -> None:
    made = {story_id(f"fingerprint-{n}") for n in range(2000)}
    assert len(made) == 2000
    assert all(len(key) == 10 and not set(key) & set("ilou") for key in made)
    assert story_id("fingerprint-1") == story_id("fingerprint-1")


def test_a_report_that_might_join_two_stories_names_the_other() -> None:
    body = BODY.replace("صاروخين", "صواريخ")
    one, other = story(TITLE, BODY), replace(story(TITLE, BODY), id="zother")
    join = found(trace(TITLE, body, NOON + MINUTES), one, other)
    assert join.story is not None
    assert {other.story.id for other in (join, *join.also) if other.story} == {one.id, "zother"}
    assert found(trace(TITLE, body, NOON + MINUTES), one).also == ()


@pytest.mark.parametrize("clock", ["06:47", "15:20", "20:00", "00:20"])
@pytest.mark.parametrize("turned", [False, True])
def test_this_evening_in_other_words_is_one_event_at_any_hour(clock: str, turned: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    at = datetime(2026, 3, 1, hour, minute, tzinfo=REGION)
    titles = [f"سقوط صواريخ على قاعدة بلد {words}" for words in ("مساء اليوم", "هذا المساء")]
    first, second = reversed(titles) if turned else titles
    body = "سقطت صواريخ على قاعدة بلد الجوية."
    join = found(trace(second, body, at + timedelta(minutes=3)), story(first, body, at))
    assert (join.story is not None, join.veto) == (True, "")
