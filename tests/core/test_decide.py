"""Entries become verdicts: told once, never late, never lost, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.decide import decide
from bot.core.model import (
    Audience,
    Change,
    Chat,
    Denial,
    Entry,
    Growth,
    Join,
    Joined,
    Known,
    Reason,
    Recall,
    Severity,
    Story,
    StoryState,
    Verdict,
    Watch,
)
from bot.core.traces import unpacked
from bot.core.turn import Mind, Policy, Turn
from bot.data import load_knowledge
from tests.making import ATTACK, NOW, an_entry

KNOWN = load_knowledge()
EVERYTHING = Watch(1, 7, "topic:all")
SMOKE = Watch(4, 9, "smoke")


def judge(
    *entries: Entry,
    watches: Sequence[Watch] = (EVERYTHING,),
    known: Mapping[str, Known] | None = None,
    stories: Sequence[Story] = (),
    **turn: Any,
) -> tuple[Verdict, ...]:
    audience = Audience(1, {w.chat_id: Chat(w.chat_id) for w in watches}, tuple(watches))
    mind = Mind.of(KNOWN, audience)
    return decide(entries, Recall(known or {}, tuple(stories)), Turn(mind, Policy(), NOW, **turn))


def reasons(*entries: Entry, **more: Any) -> list[Reason]:
    return [verdict.reason for verdict in judge(*entries, **more)]


def test_a_new_attack_opens_a_story_and_alerts_its_subscriber() -> None:
    (verdict,) = judge(an_entry())
    assert verdict.reason is Reason.NEW_STORY
    (alert,) = verdict.alerts
    assert alert.chat_id == 7
    assert alert.card.title == ATTACK
    assert alert.card.places[0] == "ain-al-asad"
    assert "rocket-attack" in alert.card.topics
    assert alert.card.severity is Severity.CRITICAL


def test_words_of_time_count_from_the_date_of_the_entry_or_from_now() -> None:
    for published_at in (NOW - timedelta(days=1), None):
        (verdict,) = judge(an_entry(title=f"{ATTACK} أمس", published_at=published_at))
        when = verdict.reading.facts.when
        assert when is not None
        assert when.latest <= (published_at or NOW)
        assert when.earliest > (published_at or NOW) - timedelta(days=2)


def test_deciding_twice_adds_nothing() -> None:
    entry = an_entry()
    assert reasons(entry, known={entry.fingerprint: Known(entry.text_hash)}) == [
        Reason.ALREADY_SEEN
    ]
    assert reasons(entry, entry) == [Reason.NEW_STORY, Reason.ALREADY_SEEN]


def test_a_copy_joins_the_story_and_still_tells_whoever_matches() -> None:
    first, copy = judge(an_entry(1), an_entry(2))
    assert copy.reason is Reason.KNOWN_STORY
    assert first.story is not None
    assert copy.story is not None
    assert copy.story.id == first.story.id
    assert copy.join is not None
    assert copy.join.how is Joined.COPY
    assert first.join == Join()
    # The store drops what a chat was told already; the decision loses nobody.
    assert [a.chat_id for a in copy.alerts] == [7]


def test_the_same_text_days_later_is_another_story() -> None:
    then = an_entry(1, published_at=NOW - timedelta(days=2), is_seed=True)
    (first,) = judge(then)
    assert first.story is not None
    assert reasons(an_entry(2), stories=[first.story]) == [Reason.NEW_STORY]


def test_old_news_does_not_alert() -> None:
    old = an_entry(published_at=NOW - timedelta(hours=25))
    (verdict,) = judge(old)
    assert (verdict.reason, verdict.alerts, verdict.story) == (Reason.TOO_OLD, (), None)


def test_an_undated_entry_of_a_known_feed_alerts() -> None:
    assert reasons(an_entry(published_at=None)) == [Reason.NEW_STORY]


def test_the_first_poll_of_a_feed_alerts_only_of_the_last_two_hours() -> None:
    entries = [
        an_entry(1, published_at=NOW - timedelta(hours=3)),
        an_entry(2, published_at=None),
        an_entry(3, published_at=NOW - timedelta(hours=1)),
    ]
    expected = [Reason.TOO_OLD, Reason.TOO_OLD, Reason.NEW_STORY]
    assert reasons(*entries, baseline=True) == expected


def test_a_seed_is_never_too_old() -> None:
    seed = an_entry(published_at=NOW - timedelta(days=1900), is_seed=True)
    assert reasons(seed) == [Reason.NEW_STORY]


def test_football_is_guarded_or_no_match_and_tells_nobody() -> None:
    title = "الصواريخ تهزم الضيوف بثلاثة أهداف أمام جماهير الملعب"
    (verdict,) = judge(an_entry(title=title))
    assert verdict.reason in {Reason.GUARDED, Reason.NO_MATCH}
    assert verdict.alerts == ()


def test_a_watch_needs_no_topic() -> None:
    entry = an_entry(title="افتتاح جسر جديد في الرمادي")
    (verdict,) = judge(entry, watches=[Watch(3, 9, "الرمادي")])
    (alert,) = verdict.alerts
    assert alert.chat_id == 9
    assert alert.card.severity is Severity.NOTICE
    assert verdict.story is not None
    assert verdict.story.severity is Severity.NONE  # nobody's "last stories"
    assert alert.card.whys[0].matches[0].text == "الرمادي"


def test_several_watches_of_one_chat_make_one_alert_with_all_its_reasons() -> None:
    watches = [EVERYTHING, Watch(2, 7, "عين الاسد"), Watch(3, 8, "قاعدة")]
    (verdict,) = judge(an_entry(), watches=watches)
    whys = {a.chat_id: [w.query for w in a.card.whys] for a in verdict.alerts}
    assert whys == {7: ["topic:all", "عين الاسد"], 8: ["قاعدة"]}


def test_a_stored_watch_that_cannot_be_read_does_not_stop_the_others() -> None:
    watches = [Watch(9, 6, 'broken "('), EVERYTHING]
    (verdict,) = judge(an_entry(), watches=watches)
    assert [a.chat_id for a in verdict.alerts] == [7]


def test_a_watch_only_story_does_not_swallow_a_report_of_an_attack() -> None:
    body = "قال سكان البغدادي إن النوافذ اهتزت مساء الأحد قرب قاعدة عين الأسد في الأنبار. " * 3
    calm = an_entry(1, title="بيان قيادة العمليات", body=body)
    attack = an_entry(2, body=body)
    watches = [EVERYTHING, Watch(2, 8, "البغدادي")]
    first, second = judge(calm, attack, watches=watches)
    assert [a.chat_id for a in first.alerts] == [8]
    assert second.reason is Reason.NEW_STORY
    assert 7 in [a.chat_id for a in second.alerts]


def test_an_edit_of_an_alerted_entry_stays_in_its_story() -> None:
    (first,) = judge(an_entry(text_hash="a"))
    assert first.story is not None
    known = {first.entry.fingerprint: Known("a", 0, first.story.id)}
    edited = an_entry(title=f"{ATTACK}: سبعة صواريخ", text_hash="b")
    (again,) = judge(edited, known=known, stories=[first.story])
    assert (again.reason, again.edited) == (Reason.STORY_GREW, True)
    assert again.story is not None
    assert again.story.id == first.story.id


# ── a story goes on ──────────────────────────────────────────────────────────────────────────


def later(number: int, minutes: int, title: str, **parts: Any) -> Entry:
    """Another source's report, ``minutes`` after the first."""
    at = NOW - timedelta(hours=2) + timedelta(minutes=minutes)
    source = f"S{number}"
    return an_entry(number, title=title, published_at=at, source_name=source, lang="en", **parts)


HIT = later(1, 0, "Rockets hit Ain al-Asad air base")


def test_a_report_in_other_words_changes_the_message_and_alerts_nobody_anew() -> None:
    _, second = judge(HIT, later(2, 4, "Rocket attack on Ain al-Asad, two missiles land"))
    assert second.reason is Reason.KNOWN_STORY
    assert second.growth == Growth()
    assert second.story
    assert second.story.life.originals == ("S1", "S2")


def test_a_toll_is_heard_whatever_guard_it_carries() -> None:
    rises = "Death toll from rocket attack on Ain al-Asad base rises"
    body = (
        "Four people were killed and nine wounded when three rockets hit the base, officials said."
    )
    _, toll = judge(HIT, later(2, 30, rises, body=body))
    assert (toll.reason, toll.growth) == (Reason.STEPPED_UP, Growth(0))
    assert not toll.alerts


def test_a_denial_takes_back_what_it_surely_means() -> None:
    _, denial = judge(HIT, later(2, 20, "Pentagon denies any attack on Ain al-Asad base"))
    assert (denial.reason, denial.growth) == (Reason.TAKEN_BACK, Growth(0))
    other = "Governor denies any attack on Erbil airport"
    assert judge(HIT, later(2, 20, other))[1].growth is None


def test_a_denial_of_an_attack_with_dead_is_only_noted() -> None:
    dead = later(1, 0, "Three killed as rockets hit Ain al-Asad air base")
    _, denial = judge(dead, later(2, 20, "Pentagon denies any attack on Ain al-Asad base"))
    assert (denial.reason, denial.growth) == (Reason.DENIED, Growth(0))
    assert denial.story
    assert denial.story.life.state is StoryState.OPEN


def test_a_big_rise_of_the_count_is_heard_and_shown() -> None:
    few = later(1, 0, "14 rockets hit Ain al-Asad air base")
    _, many = judge(few, later(2, 20, "At least 40 rockets hit Ain al-Asad air base"))
    assert (many.reason, many.growth) == (Reason.STEPPED_UP, Growth(0))
    assert many.story
    (step,) = many.story.life.steps
    assert step.changes == (Change.MORE_WEAPONS,)
    assert [(c.source_name, c.count.least) for c in many.story.life.counts] == [
        ("S1", 14),
        ("S2", 40),
    ]


def test_a_story_remembers_what_an_edited_page_says_now() -> None:
    (first,) = judge(HIT)
    assert first.story
    known = {HIT.fingerprint: Known("first", 0, first.story.id)}
    body = (
        "Eyewitnesses spoke of smoke above the hangars and of burning lorries near the gate, while"
        " the guards closed the road, called for help over loudspeakers and led the cooks of the"
        " canteen and the drivers of a convoy into the nearest cellar."
    )
    edited = later(1, 0, HIT.title, body=body, text_hash="other")
    (again,) = judge(edited, known=known, stories=[first.story])
    assert again.story
    before, after = (unpacked(story.sketch) for story in (first.story, again.story))
    assert after[:1] == before
    assert len(after) == 2
    copy = later(2, 30, "Smoke above the hangars", body=body)
    assert judge(copy, stories=[first.story], watches=[SMOKE])[0].reason is Reason.NEW_STORY
    assert judge(copy, stories=[again.story], watches=[SMOKE])[0].reason is Reason.KNOWN_STORY


def test_an_attack_after_a_denial_or_an_all_clear_is_told() -> None:
    for ending in (
        "Pentagon denies any attack on Ain al-Asad base",
        "All clear at Ain al-Asad base",
    ):
        _, end, fresh = judge(
            HIT, later(2, 20, ending), later(3, 45, "Drones and rockets strike Ain al-Asad base")
        )
        assert end.reason in (Reason.TAKEN_BACK, Reason.ALL_CLEAR)
        assert fresh.reason is Reason.NEW_STORY
        assert fresh.alerts


def test_a_late_copy_of_what_was_taken_back_is_not_told_again() -> None:
    denial = later(2, 20, "Pentagon denies any attack on Ain al-Asad base")
    copy = judge(HIT, denial, later(3, 3, "Rockets hit Ain al-Asad air base"))[2]
    assert (copy.reason, copy.growth) == (Reason.KNOWN_STORY, Growth())


def test_a_page_that_tells_of_another_attack_by_now_opens_a_second_story() -> None:
    (first,) = judge(HIT)
    assert first.story
    edited = later(1, 0, "Rockets hit US base in Kuwait", text_hash="other")
    known = {HIT.fingerprint: Known("first", 0, first.story.id)}
    (second,) = judge(edited, known=known, stories=[first.story])
    assert second.edited
    assert second.reason is Reason.NEW_STORY
    assert second.story
    assert second.story.id != first.story.id
    assert second.alerts


@pytest.mark.parametrize(
    ("first", "second", "denial"),
    [
        (
            "Drone hits Harir base",
            "Second drone hits Harir base",
            "Kurdish officials deny drone attack on Harir base",
        ),
        (
            "مسيرة تستهدف قاعدة حرير",
            "مسيرة ثانية تستهدف قاعدة حرير",
            "شرطة أربيل تنفي تعرض قاعدة حرير لهجوم بمسيرة",
        ),
        (
            "حمله پهپادی به پایگاه حریر",
            "دومین حمله پهپادی به پایگاه حریر",
            "تکذیب هرگونه حمله پهپادی به پایگاه حریر",
        ),
    ],
)
def test_a_denial_that_may_mean_either_of_two_waves_strikes_out_none(
    first: str, second: str, denial: str
) -> None:
    found = judge(later(1, 0, first), later(2, 90, second), later(3, 100, denial))
    assert found[1].reason is Reason.NEW_STORY
    assert found[2].reason is Reason.KNOWN_STORY
    assert found[2].story
    assert (found[2].story.life.state, found[2].story.life.denials) == (
        StoryState.OPEN,
        (Denial.NO_ATTACK,),
    )


@pytest.mark.parametrize(
    ("first", "ending"),
    [
        ("صواريخ على قاعدة حرير", "شرطة أربيل تنفي تعرض قاعدة حرير لهجوم"),
        ("Rockets hit Harir base", "Kurdish officials deny rocket attack on Harir base"),
        ("Rockets hit Harir base", "All clear at Harir base"),
    ],
)
def test_after_its_end_one_event_is_one_new_story(first: str, ending: str) -> None:
    titles = (
        "التحالف يؤكد سقوط صاروخين على قاعدة حرير",
        "صواريخ على قاعدة حرير",
        "صواريخ تستهدف قاعدة حرير في أربيل",
        "Rockets hit Harir base, officials say",
    )
    rest = [later(n, 5 * n, title) for n, title in enumerate(titles, 3)]
    found = judge(later(1, 0, first), later(2, 10, ending), *rest)
    assert [verdict.reason for verdict in found].count(Reason.NEW_STORY) == 2
    assert len({verdict.story.id for verdict in found[2:] if verdict.story}) == 1


def test_nobody_hurt_does_not_open_the_way_for_a_denial() -> None:
    found = judge(
        later(1, 0, "Rockets hit Harir base, three soldiers killed"),
        later(2, 10, "US official: no casualties in attack on Harir base"),
        later(3, 20, "Iraqi army denies any attack on Harir base"),
    )
    assert [verdict.reason for verdict in found[1:]] == [Reason.KNOWN_STORY, Reason.DENIED]


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Rockets hit Ain al-Asad base weeks after three Americans were killed in Jordan", ""),
        (
            "Rockets hit Ain al-Asad base",
            "Rockets hit the base on Sunday, a day after a drone attack on Harir base.",
        ),
        (
            "صواريخ على عين الأسد",
            "سقطت صواريخ على قاعدة عين الأسد، والشهر الماضي قتل ثلاثة جنود في البرج 22",
        ),
        (
            "حمله راکتی به پایگاه عین الاسد",
            "راکت‌ها به پایگاه عین الاسد اصابت کردند، ماه گذشته سه نفر در برج ۲۲ کشته شدند",
        ),
    ],
)
def test_what_was_earlier_is_no_news_of_a_story(title: str, body: str) -> None:
    _, second = judge(HIT, later(2, 5, title, body=body))
    assert (second.reason, second.growth) == (Reason.KNOWN_STORY, Growth())
    assert second.story
    assert (second.story.life.killed, second.story.places) == (None, ("ain-al-asad",))


def test_a_base_of_the_same_attack_is_news_of_a_story() -> None:
    _, second = judge(HIT, later(2, 5, "Rockets hit Ain al-Asad and Harir bases, a day after"))
    assert second.story
    assert second.story.places == ("ain-al-asad", "harir")


def test_an_escalation_is_heard_however_much_was_told() -> None:
    found = judge(
        later(1, 0, "Explosions heard in Erbil"),
        later(2, 5, "Explosions heard near the US consulate in Erbil"),
        later(3, 8, "Drone attack in Erbil"),
        later(4, 12, "مسيرة تصيب القنصلية الأمريكية في أربيل"),
    )
    assert [verdict.growth for verdict in found[1:]] == [Growth(0), Growth(1), Growth(2)]


@pytest.mark.parametrize(
    ("title", "again"),
    [
        ("Rockets hit Ain al-Asad base", "Rockets hit Ain al-Asad base minutes ago"),
        ("صواريخ على قاعدة عين الأسد", "قبل قليل.. صواريخ على قاعدة عين الأسد"),
        ("حمله راکتی به پایگاه عین الاسد", "دقایقی پیش حمله راکتی به پایگاه عین الاسد"),
    ],
)
def test_a_page_that_is_used_again_hours_later_tells_of_another_attack(
    title: str, again: str
) -> None:
    (first,) = judge(later(1, -200, title))
    assert first.story
    known = {first.entry.fingerprint: Known("first", 0, first.story.id)}
    (second,) = judge(later(1, 100, again, text_hash="b"), known=known, stories=[first.story])
    assert (second.reason, bool(second.alerts)) == (Reason.NEW_STORY, True)
    looked_back = later(1, 100, f"{title}: 3", text_hash="c")
    (grown,) = judge(looked_back, known=known, stories=[first.story])
    assert grown.story
    assert grown.story.id == first.story.id


def test_a_date_that_cannot_be_harms_nobody() -> None:
    far = an_entry(1, published_at=datetime(9999, 12, 31, 23, 30, tzinfo=UTC))
    assert judge(far)[0].alerts


@pytest.mark.parametrize(
    "title",
    [
        "Pentagon does not deny any attack on Ain al-Asad base",
        "Pentagon refuses to deny attack on Ain al-Asad base",
        "Pentagon neither confirms nor denies an attack on Ain al-Asad base",
        "Video disproves claim of no attack on Ain al-Asad base",
        "Did the Pentagon deny an attack on Ain al-Asad base?",
        "Army denies there was an attack on Ain al-Asad base last week",
        "البنتاغون لا ينفي وقوع هجوم على قاعدة عين الأسد",
        "مصدر ينفي وقوع هجوم إلكتروني على قاعدة عين الأسد",
        "پنتاگون از تکذیب خبر حمله به پایگاه عین الاسد خودداری کرد",
    ],
)
def test_no_doubtful_denial_strikes_out_an_alert(title: str) -> None:
    assert judge(HIT, later(2, 20, title))[1].reason is not Reason.TAKEN_BACK


def test_a_third_attack_is_none_of_the_second() -> None:
    titles = ("Second rocket attack on Ain al-Asad base", "Third rocket attack on Ain al-Asad base")
    found = judge(HIT, *(later(n, 30 * (n - 1), title) for n, title in enumerate(titles, 2)))
    assert [verdict.reason for verdict in found] == [Reason.NEW_STORY] * 3


def test_no_all_clear_yet_closes_nothing() -> None:
    waiting = later(2, 20, "No all clear yet at Ain al-Asad base")
    assert judge(HIT, waiting)[1].reason is not Reason.ALL_CLEAR


def test_a_denial_of_tomorrow_swallows_no_attack() -> None:
    denial = later(2, 250, "Pentagon denies any attack on Ain al-Asad base")
    assert judge(HIT, denial, later(3, 60, "Rockets strike Ain al-Asad base"))[2].alerts
