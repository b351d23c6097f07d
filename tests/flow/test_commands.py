from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.model import (
    Alert,
    Batch,
    Card,
    Chat,
    ChatKind,
    ChatStatus,
    DeliveryState,
    Denial,
    Entry,
    Facts,
    Field,
    Happening,
    How,
    Knowledge,
    Life,
    Link,
    Match,
    Poll,
    PollStatus,
    Reading,
    Reason,
    Request,
    Settlement,
    Severity,
    Source,
    SourceKind,
    Span,
    Story,
    Style,
    Verdict,
    Why,
)
from bot.flow import health
from bot.flow.commands import Commands
from bot.flow.greeting import COMMANDS, READ_ONLY, profile
from bot.stores.sqlite import SqliteStore
from tests.flow.conftest import LAYLA, NOW, SAM, Talk, doors, fits_one_message, shown
from tests.making import a_batch, a_verdict
from tests.refusals import leaves

TITLE = "صواريخ تسقط قرب قاعدة عين الأسد"
_numbers = itertools.count(1)


async def report(
    store: SqliteStore,
    title: str = TITLE,
    *,
    topics: tuple[str, ...] = ("rocket-attack",),
    places: tuple[str, ...] = ("ain-al-asad",),
    to: int | None = None,
    query: str = "topic:all",
    at: datetime = NOW - timedelta(hours=3),
) -> int:
    """Record a report, and its alert to ``to`` as sent; returns that message's id."""
    n = next(_numbers)
    entry = Entry(
        "wire",
        f"k{n}",
        f"f{n}",
        title,
        link=f"https://example.org/{n}",
        source_name="Wire",
        published_at=at,
    )
    story = Story(
        f"s{n}",
        title,
        Severity.IMPORTANT,
        topics,
        places,
        at,
        at,
        "Wire",
        entry.link,
        published_at=at,
    )
    found = Match(Span(Field.TITLE, 0, 6), title[:6], How.CLITIC, 95)
    card = Card(
        story.id,
        title,
        "Wire",
        entry.link,
        topics,
        places,
        Severity.IMPORTANT,
        at,
        NOW,
        whys=(Why(query, (found,)),),
    )
    verdict = Verdict(
        entry,
        Reason.NEW_STORY,
        Reading(places=places, severity=Severity.IMPORTANT, flag=True),
        story,
        (Alert(to, card),) if to is not None else (),
    )
    poll = Poll("wire", PollStatus.CHANGED, (entry,))
    await store.record(Batch("wire", (verdict,), poll, NOW))
    while due := await store.claim_deliveries(NOW, 50, "setup", timedelta(minutes=1)):
        for delivery in due:
            assert await store.mark_sending(delivery, NOW)
            settled = Settlement(DeliveryState.SENT, message_id=9000 + n)
            await store.settle(delivery, settled, NOW)
    return 9000 + n


# ── /start, /help, /lang, /stop ──────────────────────────────────────────────────────────────


async def test_start_says_what_it_is_not_in_both_languages(sam: Talk, layla: Talk) -> None:
    english, arabic = shown(await sam.say("/start")), shown(await layla.say("/start"))
    assert "not a siren" in english
    assert "Official warnings come first" in english
    assert "لست صفّارة إنذار" in arabic
    assert "التحذيرات الرسمية أولًا" in arabic


async def test_start_offers_languages_everything_and_each_topic(
    sam: Talk, knowledge: Knowledge
) -> None:
    offered = doors(await sam.say("/start deep-link_payload"))
    assert offered[:3] == ["1|lang|en", "1|lang|ar", "1|subscribe|topic:all"]
    assert offered[3:] == [f"1|subscribe|topic:{topic}" for topic in knowledge.topics]


async def test_help_fits_and_every_example_in_it_works(sam: Talk, layla: Talk) -> None:
    for talk in (sam, layla):
        answer = await talk.say("/help")
        (note,) = answer.notes
        assert fits_one_message(note, talk.chat.lang)
        parts = [part for line in note.lines for part in line if part.style is Style.CODE]
        examples = [part.text.strip("\u2068\u2069") for part in parts]
        commands = [example for example in examples if example.startswith("/")]
        assert len(commands) >= 12
        # /stop and its like come last in no list: each example stands alone.
        for example in [*commands, *(f"/watch {e}" for e in examples if e not in commands)]:
            said = shown(await talk.say(example))
            assert "❌" not in said, example
            assert "I do not know" not in said, example
            assert "لا أعرف" not in said, example
            await talk.say(f"/lang {talk.chat.lang}")


async def test_help_names_every_command_of_the_menu(sam: Talk) -> None:
    said = shown(await sam.say("/help"))
    missing = {name for name, _, _ in COMMANDS if f"/{name}" not in said}
    assert missing <= {"help"}


async def test_the_language_of_the_chat_wins_over_that_of_the_sender(layla: Talk) -> None:
    assert "From now on I write in English" in shown(await layla.say("/lang en"))
    assert "You follow nothing yet" in shown(await layla.say("/list"))
    answer = await layla.press("1|lang|ar")
    assert answer.toast == "من الآن أكتب بالعربية."
    assert "أنا راصد" in shown(answer)
    assert (await layla.store.chat(LAYLA)) == Chat(LAYLA, lang="ar")


async def test_a_language_we_do_not_write_is_answered_with_those_we_do(sam: Talk) -> None:
    answer = await sam.say("/lang klingon")
    assert "English and Arabic" in shown(answer)
    assert doors(answer) == ["1|lang|en", "1|lang|ar"]


async def test_stop_keeps_the_list_and_start_brings_the_alerts_back(sam: Talk) -> None:
    await sam.say("/subscribe")
    assert "Your list of 1 thing is kept" in shown(await sam.say("/stop"))
    stopped = await sam.store.chat(SAM)
    assert stopped is not None
    assert stopped.status is ChatStatus.STOPPED
    assert await sam.follows() == ["topic:all"]
    assert "You follow 1 thing" in shown(await sam.say("/start"))
    back = await sam.store.chat(SAM)
    assert back is not None
    assert back.status is ChatStatus.ACTIVE


# ── /subscribe, /unsubscribe ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("/subscribe", "topic:all"),
        ("/subscribe all", "topic:all"),
        ("/subscribe الكل", "topic:all"),
        ("/subscribe rocket-attack", "topic:rocket-attack"),
        ("/subscribe topic:rocket-attack", "topic:rocket-attack"),
        ("/subscribe Rocket attack", "topic:rocket-attack"),
        ("/subscribe هجوم صاروخي", "topic:rocket-attack"),
        ("/subscribe ain-al-asad", "topic:all + place:ain-al-asad"),
        ("/subscribe عين الاسد", "topic:all + place:ain-al-asad"),
        ("/subscribe  AIN  AL-ASAD ", "topic:all + place:ain-al-asad"),
        ("/subscribe حرير", "topic:all + place:harir"),
        ("/subscribe العراق", "topic:all + place:iq"),
    ],
)
async def test_a_subscription_is_a_topic_or_a_place_in_any_script(
    sam: Talk, text: str, query: str
) -> None:
    answer = await sam.say(text)
    assert "✅ Subscribed" in shown(answer)
    assert await sam.follows() == [query]


async def test_a_new_subscriber_is_shown_the_last_stories_that_were_asked_for(
    sam: Talk, layla: Talk
) -> None:
    await report(sam.store, "Rockets near Harir", places=("harir",))
    await report(sam.store, "Drone over Conoco", topics=("drone-attack",), places=("conoco",))
    everything = shown(await sam.say("/subscribe"))
    assert "Rockets near Harir" in everything
    assert "Drone over Conoco" in everything
    in_iraq = shown(await layla.say("/subscribe العراق"))
    assert "Rockets near Harir" in in_iraq
    assert "Drone over Conoco" not in in_iraq


async def test_without_a_fitting_story_a_new_subscriber_is_told_so(sam: Talk) -> None:
    assert "There is no such report yet" in shown(await sam.say("/subscribe"))


async def test_subscribing_twice_adds_nothing(sam: Talk) -> None:
    await sam.say("/subscribe harir")
    assert "already" in shown(await sam.say("/subscribe حرير"))
    assert len(await sam.follows()) == 1


async def test_an_unknown_place_is_answered_with_the_nearest_and_an_example(sam: Talk) -> None:
    answer = await sam.say("/subscribe Harrir")
    said = shown(answer)
    assert "no topic and no place called Harrir" in said
    assert "/watch Harrir" in said
    assert doors(answer)[0] == "1|subscribe|place:harir"
    await sam.press(doors(answer)[0])
    assert await sam.follows() == ["topic:all + place:harir"]


async def test_unsubscribe_ends_subscriptions_and_leaves_own_watches(sam: Talk) -> None:
    for text in ("/subscribe", "/subscribe harir", "/watch Conoco field"):
        await sam.say(text)
    assert "No longer followed: all alerts, place: Harir Air Base" in shown(
        await sam.say("/unsubscribe حرير")
    )
    assert await sam.follows() == ["topic:all", "Conoco field"]
    await sam.say("/unsubscribe")
    assert await sam.follows() == ["Conoco field"]
    assert "You have no such subscription" in shown(await sam.say("/unsubscribe"))


# ── /watch, /unwatch, /list ──────────────────────────────────────────────────────────────────


async def test_a_source_nobody_has_is_refused_with_the_nearest(sam: Talk, layla: Talk) -> None:
    assert "Watching" in shown(await sam.say("/watch source:nobody-yet"))  # no source at all yet
    await put_sources(sam.store)
    (name, *_) = await sam.store.source_names(NOW)
    said = shown(await sam.say(f'/watch rocket source:"{name}s"'))
    assert f"I know no source {name}s." in said
    assert f'/watch rocket source:"{name}"' in said
    assert "لا أعرف مصدرًا باسم" in shown(await layla.say("/watch مصدر:غائب"))
    assert "Watching" in shown(await sam.say(f'/watch rocket source:"{name}"'))
    assert len(await sam.follows()) == 2


async def test_who_was_read_of_late_may_be_watched_for_too(sam: Talk) -> None:
    await put_sources(sam.store)
    entry = Entry("seeds", "k", "s:1", "quiet", source_name="Radio Harir")
    await sam.store.record(a_batch(replace(a_verdict(70), entry=entry), at=NOW))
    assert "Watching" in shown(await sam.say('/watch source:"radio harir"'))


async def test_watch_says_how_often_it_would_have_fired_and_what_else_it_finds(
    layla: Talk, sam: Talk
) -> None:
    assert "لم يُقرأ أي خبر" in shown(await layla.say("/watch حرير"))
    await report(layla.store)
    await report(layla.store, "Missiles hit Ayn al-Assad")
    said = shown(await layla.say("/watch عين الأسد"))
    assert "يطابقها خبران قُرئا في الأيام السبعة الماضية (الأخبار المفحوصة: 2)." in said
    assert "آخرها قراءةً: Missiles hit Ayn al-Assad" in said
    (also,) = [line for line in said.splitlines() if line.startswith("تجد أيضًا: ")]
    for spelling in ("قاعدة الأسد", "Ayn al-Assad", "عين الاسد", "عین\u200cالاسد"):
        assert spelling in also
    assert also.index("قاعدة الأسد") < also.index("Ayn al-Assad")  # the reader's letters first
    assert "لا يطابقها أي خبر" in shown(await layla.say("/watch التنف"))
    english = shown(await sam.say("/watch Ain al-Asad"))
    assert "2 of the reports read in the last seven days match (looked through: 2)." in english
    exact = shown(await sam.say('/watch "Ain al-Asad"'))
    assert "Also finds" not in exact
    assert "None of the reports" in exact


async def test_a_watch_for_a_topic_and_a_place_is_counted_by_what_was_understood(
    sam: Talk,
) -> None:
    await report(sam.store, "سقوط صاروخين على قاعدة عين الأسد في الأنبار")
    await report(sam.store, "افتتاح معرض الكتاب في عين الأسد")
    said = shown(await sam.say("/watch topic:rocket-attack + place:iq"))
    assert "1 of the reports read in the last seven days matches (looked through: 2)." in said
    assert "Also finds" not in said


async def test_a_name_with_a_typing_error_is_offered_right_and_exchanged_by_button(
    layla: Talk,
) -> None:
    answer = await layla.say("/watch عين الأصد")
    assert "هل تقصد عين الأسد؟" in shown(answer)
    assert await layla.follows() == ["عين الأصد"]
    assert doors(answer) == ["1|instead|عين الأسد"]
    pressed = await layla.press(doors(answer)[0])
    assert "✅ أتابع لك: عين الأسد" in shown(pressed)
    assert await layla.follows() == ["عين الأسد"]
    assert (await layla.press(doors(answer)[0])).toast == "تم ذلك من قبل"
    assert await layla.follows() == ["عين الأسد"]


async def test_a_misspelt_watch_is_set_and_doubted_though_it_finds_something(layla: Talk) -> None:
    await report(layla.store, "Two rockets hit Baghdad")
    said = shown(await layla.say("/watch بغدد"))
    assert "✅ أتابع لك: بغدد" in said
    assert "يطابقها خبر واحد" in said
    assert "هل تقصد بغداد؟" in said
    assert [held.query for held in await layla.store.watches(LAYLA)] == ["بغدد"]


async def test_instead_cannot_be_typed_and_touches_no_other_chat(sam: Talk, layla: Talk) -> None:
    await layla.say("/watch عين الأصد")
    assert "I do not know /instead" in shown(await sam.say("/instead عين الأسد"))
    assert (await sam.press("1|instead|عين الأسد")).toast == "Already done"
    assert await sam.follows() == []
    assert await layla.follows() == ["عين الأصد"]


@pytest.mark.parametrize(
    ("text", "told", "example"),
    [
        ("place:nowhere-at-al-asad", "I know no place nowhere-at-al-asad.", "/watch "),
        (
            "Harir + place:ain-asad",
            "Nearest: place:ain-al-asad",
            "/watch Harir + place:ain-al-asad",
        ),
        ("topic:rockets", "Nearest: topic:rocket-attack", "/watch topic:rocket-attack"),
        ("country:zz", "I know no place in a country zz.", "/watch Ain al-Asad"),
        ("rocket + -topic:xyz", "I know no topic xyz.", "/watch rocket + -topic:"),
    ],
)
async def test_a_topic_or_place_there_is_none_of_is_refused_with_the_nearest(
    sam: Talk, text: str, told: str, example: str
) -> None:
    said = shown(await sam.say(f"/watch {text}"))
    assert told in said
    assert f"Right, for example: {example}" in said
    assert await sam.follows() == []
    right = said.rpartition("Right, for example: ")[2].splitlines()[0]
    assert "✅" in shown(await sam.say(right))


async def test_plain_text_that_names_no_place_there_is_is_not_offered(sam: Talk) -> None:
    answer = await sam.say("place:ain-asad")
    assert "Nearest: place:ain-al-asad" in shown(answer)
    assert doors(answer) == []


async def test_a_wrong_place_is_refused_in_arabic_too(layla: Talk) -> None:
    said = shown(await layla.say("/watch مكان:ain-al-asd"))
    assert "لا أعرف مكانًا باسم ain-al-asd." in said
    assert "الأقرب: place:ain-al-asad" in said


async def test_several_watches_stand_in_one_command(layla: Talk) -> None:
    await layla.say("/watch عين الأسد، حرير + مسيرة\nكونيكو")
    assert await layla.follows() == ["عين الأسد", "حرير + مسيرة", "كونيكو"]


async def test_a_wrong_watch_says_where_and_why_and_the_right_ones_are_kept(sam: Talk) -> None:
    answer = await sam.say('/watch Conoco\nHarir + "open quote')
    said = shown(answer)
    assert "✅ Watching: Conoco" in said
    assert "The quotation mark is not closed." in said
    assert 'At character 9: "open quote' in said
    assert 'Right, for example: /watch Harir + "open quote"' in said
    assert await sam.follows() == ["Conoco"]


async def test_watch_alone_asks_for_what_with_an_example(layla: Talk) -> None:
    assert "/watch عين الأسد" in shown(await layla.say("/watch"))
    assert await layla.follows() == []


async def test_the_same_watch_in_another_spelling_is_not_added_again(layla: Talk) -> None:
    await layla.say("/watch عين الأسد")
    assert "أنت تتابع هذا من قبل" in shown(await layla.say("/watch عين الاسد"))
    assert await layla.follows() == ["عين الأسد"]


async def test_a_chat_holds_fifty_watches_and_no_more(sam: Talk) -> None:
    await sam.say("/watch " + "\n".join(f"Base number {n}" for n in range(60)))
    assert len(await sam.follows()) == 50
    assert "You follow 50 things, which is the most I can hold" in shown(await sam.say("/watch x1"))
    assert "the most I can hold" in shown(await sam.say("/subscribe"))


@pytest.mark.parametrize(
    "text",
    ["/unwatch 2", "/unwatch ٢", "/unwatch ۲", "/unwatch Ain al Asad", "/unwatch ain al-asad"],
)
async def test_unwatch_takes_a_number_of_any_script_or_the_words(sam: Talk, text: str) -> None:
    await sam.say("/watch Conoco\nAin al-Asad\nHarir")
    await sam.say(text)
    assert await sam.follows() == ["Conoco", "Harir"]


@pytest.mark.parametrize("text", ["/unwatch 9", "/unwatch 0", "/unwatch Tanf", "/unwatch ²"])
async def test_unwatch_of_what_is_not_there_shows_what_is(sam: Talk, text: str) -> None:
    await sam.say("/watch Conoco")
    said = shown(await sam.say(text))
    assert "There is no" in said
    assert "1. Conoco" in said
    assert await sam.follows() == ["Conoco"]


async def test_the_list_words_subscriptions_and_removes_by_button(layla: Talk) -> None:
    await layla.say("/subscribe rocket-attack")
    await layla.say("/subscribe harir")
    await layla.say("/watch Conoco")
    answer = await layla.say("/list")
    said = shown(answer)
    assert "تتابع 3 أشياء:" in said
    assert "1. هجوم صاروخي" in said
    assert "2. كل التنبيهات، المكان: قاعدة حرير" in said
    assert "3. Conoco" in said
    second = doors(answer)[1]
    assert (await layla.press(second)).toast == "تمت الإزالة"
    assert await layla.follows() == ["topic:rocket-attack", "Conoco"]
    assert (await layla.press(second)).toast == "أُزيل من قبل"


async def test_a_button_removes_nothing_of_another_chat(sam: Talk, layla: Talk) -> None:
    await layla.say("/watch Conoco")
    (watch,) = await layla.store.watches(LAYLA)
    await sam.press(f"1|drop|{watch.id}")
    assert await layla.follows() == ["Conoco"]


async def test_the_longest_list_fits_one_message_and_counts_the_rest(sam: Talk) -> None:
    await sam.say("/watch " + "\n".join(f"{n} {'x' * 170}" for n in range(50)))
    assert len(await sam.follows()) == 50
    for text in ("/list", "/unwatch nothing"):
        (note,) = (await sam.say(text)).notes
        assert fits_one_message(note, "en")
        assert "more" in "".join(part.text for part in note.lines[-1])


# ── /recent, /why, /status ───────────────────────────────────────────────────────────────────


async def test_recent_shows_the_newest_first_with_source_place_and_age(layla: Talk) -> None:
    for n in range(7):
        await report(layla.store, f"خبر {n}", at=NOW - timedelta(hours=9 - n))
    said = shown(await layla.say("/recent"))
    assert said.startswith("آخر 5 أخبار:")
    assert said.index("خبر 6") < said.index("خبر 5")
    assert "خبر 1" not in said
    assert "Wire · عين الأسد" in said
    assert "قبل 3 ساعات" in said
    assert "خبر 0" in shown(await layla.say("/recent ٧"))


@pytest.mark.parametrize(
    "text", ["/recent 0", "/recent 21", "/recent ten", "/recent -1", "/recent " + "9" * 5000]
)
async def test_recent_with_a_wrong_number_says_what_is_right(sam: Talk, text: str) -> None:
    said = shown(await sam.say(text))
    assert "is not a number from 1 to 20" in said
    assert "/recent 5" in said


async def test_recent_without_any_report_points_to_the_sources(sam: Talk) -> None:
    assert "/status" in shown(await sam.say("/recent"))


async def test_why_as_a_reply_explains_that_alert_and_alone_the_last(sam: Talk) -> None:
    await sam.say("/subscribe")
    first = await report(sam.store, "Rockets at Ain al-Asad", to=SAM)
    await report(sam.store, "Drone at Harir", to=SAM, query="Harir")
    explained = shown(await sam.say("/why", reply_to=first))
    assert "Rockets at Ain al-Asad" in explained
    assert "• You follow all alerts" in explained
    assert "   headline: Rocket\n" in explained  # a topic is understood, not spelt
    assert "Topics: Rocket attack" in explained
    assert "Places: Ain al-Asad" in explained
    assert "Source: Wire" in explained
    assert "Published: 2026-03-01 09:00 UTC (3 hours ago)" in explained
    assert "Read by me: 2026-03-01 12:00 UTC (just now)" in explained
    last = shown(await sam.say("/why"))
    assert "Drone at Harir" in last
    assert "• You follow Harir\n   headline: Drone, with a prefix or the article (95%)" in last


async def test_the_why_button_answers_the_alert_it_stands_under(sam: Talk) -> None:
    await sam.say("/subscribe")
    message = await report(sam.store, "Rockets at Ain al-Asad", to=SAM)
    card = await sam.store.alert_card(SAM, message)
    assert card is not None
    answer = await sam.press(f"1|why|{card.story_id}", message_id=message)
    assert "Rockets at Ain al-Asad" in shown(answer)
    replies = [d for d in await sam.replies() if d.reply_to == message]
    assert len(replies) == 1


async def more(store: SqliteStore, message: int, *reports: tuple[str, Facts]) -> None:
    """Further reports of the story of this alert, by these sources."""
    card = await store.alert_card(SAM, message)
    assert card is not None
    linked = (Link("s0", "Sirens at the base", "https://radio.example/9"),)
    at, life = NOW - timedelta(hours=3), Life(linked=linked)
    story = Story(card.story_id, "t", Severity.IMPORTANT, (), (), at, NOW, life=life)
    for number, (source, facts) in enumerate(reports, 50):
        entry = Entry("wire", f"k{number}", f"more{number}", "later", source_name=source)
        at = NOW - timedelta(minutes=90 - number)
        entry = replace(entry, link=f"https://{source.lower()}.example/", published_at=at)
        verdict = Verdict(entry, Reason.KNOWN_STORY, Reading(facts=facts), story)
        await store.record(Batch("wire", (verdict,), None, NOW))


async def test_why_lists_every_source_and_the_story_it_may_be_the_same_as(sam: Talk) -> None:
    await sam.say("/subscribe")
    message = await report(sam.store, "Rockets at Ain al-Asad", to=SAM)
    assert "reports:" not in shown(await sam.say("/why", reply_to=message))
    denial = Facts(denial=Denial.NO_ATTACK)
    echo = Facts(echo_of="Wire")
    await more(sam.store, message, ("Radio", echo), ("Agency", denial), ("Radio", Facts()))
    answer = await sam.say("/why", reply_to=message)
    said = shown(answer)
    assert "≈ May be the same as: Sirens at the base" in said
    assert said.endswith(
        "4 reports:\n"
        "• Wire · reports it · 2026-03-01 09:00 UTC\n"
        "• Radio · repeats another · 2026-03-01 11:20 UTC\n"
        "• Agency · denies it · 2026-03-01 11:21 UTC\n"
        "• Radio · reports it · 2026-03-01 11:22 UTC"
    )
    urls = {part.url for note in answer.notes for line in note.lines for part in line}
    assert {"https://agency.example/", "https://radio.example/9"} <= urls


async def test_why_names_twenty_sources_and_counts_the_rest(sam: Talk) -> None:
    await sam.say("/subscribe")
    message = await report(sam.store, "Rockets at Ain al-Asad", to=SAM)
    await more(sam.store, message, *((f"S{number}", Facts()) for number in range(30)))
    said = shown(await sam.say("/why", reply_to=message))
    assert "31 reports:" in said
    assert said.endswith("• 11 more")
    assert said.count("reports it") == 20


async def test_why_without_an_alert_says_how_to_ask(sam: Talk, layla: Talk) -> None:
    await layla.say("/subscribe")
    message = await report(layla.store, to=LAYLA)
    assert "I find no alert here" in shown(await sam.say("/why"))
    assert "I find no alert here" in shown(await sam.say("/why", reply_to=message))


async def put_sources(store: SqliteStore) -> None:
    """One fresh, one late, one never reached, one not visited."""
    names = ("fresh", "late", "never", "waiting")
    sources = [
        Source(name, SourceKind.FEED, f"{name} wire", f"https://example.org/{name}", interval_s=300)
        for name in names
    ]
    await store.put_sources(sources, "config")
    for name, at in (("late", NOW - timedelta(hours=2)), ("fresh", NOW - timedelta(minutes=4))):
        poll = Poll(name, PollStatus.CHANGED)
        await store.record(Batch(name, (), poll, at))
    await store.source_failed("late", "timed out", NOW, NOW)
    await store.source_failed("never", "no such host", NOW, NOW)


async def test_status_says_of_every_source_how_old_it_is_and_why(sam: Talk) -> None:
    await put_sources(sam.store)
    said = shown(await sam.say("/status"))
    assert "1 of 4 sources are being read." in said
    assert "late wire: last read 2 hours ago (timed out)" in said
    assert "⛔ Never reached (1)\n• no such host (1): never wire" in said
    assert "Not visited yet: waiting wire" in said
    assert "fresh wire: 4 minutes ago" in said
    assert "You follow nothing yet" in said


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("state", ["fresh", "late", "never"])
async def test_the_status_of_many_sources_fits_one_message(
    store: SqliteStore, commands: Commands, lang: str, state: str
) -> None:
    talk = Talk(store, commands, Chat(SAM, lang=lang))
    sources = [
        Source(f"s{n}", SourceKind.FEED, f"Agence de presse numéro {n}", f"https://e.org/{n}")
        for n in range(25)
    ]
    await store.put_sources(sources, "config")
    for source in sources:
        at = NOW if state == "fresh" else NOW - timedelta(hours=5)
        if state != "never":
            await store.record(Batch(source.id, (), Poll(source.id, PollStatus.CHANGED), at))
        if state != "fresh":
            await store.source_failed(source.id, "cannot connect to the host", NOW, NOW)
    answer = await talk.say("/status")
    assert fits_one_message(answer.notes[0], lang)
    assert all(f"numéro {n}" in shown(answer) for n in range(25))


async def test_the_word_for_an_hour_is_right_in_arabic(layla: Talk) -> None:
    await put_sources(layla.store)
    assert "آخر قراءة قبل ساعتين" in shown(await layla.say("/status"))


# ── groups, channels, buttons, strangers ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    ["/subscribe", "/watch Conoco", "/unwatch 1", "/stop", "/start", "/lang ar", "/unsubscribe"],
)
async def test_in_a_group_only_admins_change_anything(group: Talk, text: str) -> None:
    await group.say("/watch Harir")
    before = await group.store.chat(group.chat.id)
    group.is_admin = False
    said = shown(await group.say(text))
    assert "Only admins of this chat" in said
    assert await group.follows() == ["Harir"]
    assert await group.store.chat(group.chat.id) == before


@pytest.mark.parametrize("name", sorted(READ_ONLY))
async def test_in_a_group_everybody_may_read(group: Talk, name: str) -> None:
    group.is_admin = False
    answer = await group.say(f"/{name}")
    assert answer.notes
    assert "Only admins" not in shown(answer)


async def test_a_button_of_somebody_else_is_refused_with_a_toast(group: Talk) -> None:
    await group.say("/watch Harir")
    (door,) = doors(await group.say("/list"))
    group.is_admin = False
    answer = await group.press(door)
    assert answer.toast == "Only admins of this chat can change what it follows."
    assert answer.notes == ()
    assert await group.follows() == ["Harir"]


async def test_alerts_go_to_the_topic_in_which_a_group_subscribed(group: Talk) -> None:
    await group.say("/subscribe")
    stored = await group.store.chat(group.chat.id)
    assert stored is not None
    assert stored.thread_id == 11


async def test_a_group_is_answered_where_it_asked_and_in_reply(group: Talk) -> None:
    await group.say("/list")
    (reply,) = await group.replies()
    assert (reply.thread_id, reply.reply_to) == (11, 2000)


async def test_the_names_of_happenings_cannot_be_typed() -> None:
    assert all(not name.replace("_", "").isalnum() for name in Happening)


async def test_a_blocked_chat_is_paused_and_comes_back_with_its_watches(sam: Talk) -> None:
    await sam.say("/subscribe")
    await sam.happens(Happening.GONE)
    gone = await sam.store.chat(SAM)
    assert gone is not None
    assert gone.status is ChatStatus.GONE
    assert not (await sam.happens(Happening.ADDED)).notes
    back = await sam.store.chat(SAM)
    assert back is not None
    assert back.status is ChatStatus.ACTIVE
    assert await sam.follows() == ["topic:all"]


async def test_a_stopped_chat_stays_stopped_when_it_is_unblocked(sam: Talk) -> None:
    await sam.say("/stop")
    await sam.happens(Happening.ADDED)
    stopped = await sam.store.chat(SAM)
    assert stopped is not None
    assert stopped.status is ChatStatus.STOPPED


async def test_who_stopped_us_before_blocking_stays_stopped_when_unblocked(sam: Talk) -> None:
    await sam.say("/stop")
    await sam.happens(Happening.GONE)
    await sam.happens(Happening.ADDED)
    assert await status_of(sam) is ChatStatus.STOPPED


async def status_of(talk: Talk) -> ChatStatus:
    known = await talk.store.chat(talk.chat.id)
    assert known is not None
    return known.status


async def given_up(talk: Talk) -> None:
    """Follows everything, and a send was told that the chat cannot be written to."""
    await talk.say("/subscribe")
    await leaves(talk.store, talk.chat)
    assert await status_of(talk) is ChatStatus.GONE


@pytest.mark.parametrize("text", ["/list", "/status", "/recent", "/nonsense"])
async def test_a_chat_that_was_given_up_is_back_with_any_command(group: Talk, text: str) -> None:
    await given_up(group)
    group.is_admin = False
    await group.say(text)
    assert await status_of(group) is ChatStatus.ACTIVE
    assert await group.follows() == ["topic:all"]
    known = await group.store.chat(group.chat.id)
    assert known is not None
    assert known.thread_id == 11


async def test_a_chat_that_was_given_up_is_back_with_a_button(sam: Talk) -> None:
    await given_up(sam)
    await sam.press("1|list|")
    assert await status_of(sam) is ChatStatus.ACTIVE


async def test_stop_in_a_chat_that_was_given_up_stops_it(sam: Talk) -> None:
    await given_up(sam)
    await sam.say("/stop")
    assert await status_of(sam) is ChatStatus.STOPPED


async def test_rights_given_to_us_bring_a_group_back_in_its_topic(group: Talk) -> None:
    await given_up(group)
    topic, group.chat = group.chat.thread_id, replace(group.chat, thread_id=None)
    assert "I am Rasid" in shown(await group.happens(Happening.ADDED))
    known = await group.store.chat(group.chat.id)
    assert known is not None
    assert (known.status, known.thread_id) == (ChatStatus.ACTIVE, topic)


async def test_a_promotion_in_a_group_that_knows_us_says_and_changes_nothing(group: Talk) -> None:
    await group.say("/stop")
    answer = await group.happens(Happening.ADDED)
    assert (answer.notes, answer.effects) == ((), ())
    assert await status_of(group) is ChatStatus.STOPPED


async def test_a_stranger_who_blocks_us_leaves_nothing_behind(sam: Talk) -> None:
    await sam.happens(Happening.GONE)
    assert await sam.store.chat(SAM) is None


async def test_a_group_that_adds_us_is_greeted_in_the_language_of_who_did(group: Talk) -> None:
    group.chat = replace(group.chat, lang="ar")
    assert "أنا راصد" in shown(await group.happens(Happening.ADDED))


async def test_a_moved_group_takes_its_watches_along_in_either_order_and_twice(
    group: Talk,
) -> None:
    await group.say("/watch Harir")
    for _ in range(2):
        await group.happens(Happening.MOVED, "-100777")
    assert [w.query for w in await group.store.watches(-100777)] == ["Harir"]
    assert await group.follows() == []


async def test_a_channel_can_subscribe(store: SqliteStore, commands: Commands) -> None:
    channel = Talk(store, commands, Chat(-100600, ChatKind.CHANNEL, "ar"))
    assert "تم الاشتراك" in shown(await channel.say("/subscribe"))
    assert not (await channel.happens(Happening.ADDED)).notes


async def test_an_unknown_command_suggests_the_nearest_in_private_only(
    sam: Talk, group: Talk
) -> None:
    assert "Did you mean /recent?" in shown(await sam.say("/recnt"))
    assert "/help" in shown(await sam.say("/zzzzzz"))
    assert not (await group.say("/recnt")).notes
    assert "I do not know /drop" in shown(await sam.say("/drop 1"))


@pytest.mark.parametrize("data", ["", "0|list|", "1|nosuch|x", "why", "1|", "2|why|s1|more"])
async def test_a_button_we_do_not_know_is_answered_with_a_toast(sam: Talk, data: str) -> None:
    answer = await sam.press(data)
    assert "too old" in answer.toast
    assert (answer.effects, answer.notes) == ((), ())


async def test_plain_text_is_offered_as_a_watch_and_as_the_place_it_names(layla: Talk) -> None:
    answer = await layla.say("عين الأسد")
    assert "هل أتابع لك عين الأسد؟" in shown(answer)
    assert doors(answer) == ["1|subscribe|place:ain-al-asad", "1|watch|عين الأسد"]
    for door in doors(answer):
        await layla.press(door)
    assert await layla.follows() == ["topic:all + place:ain-al-asad", "عين الأسد"]


async def test_plain_text_too_long_for_a_button_is_given_as_a_command(layla: Talk) -> None:
    text = "قصف صاروخي على القاعدة العسكرية قرب المطار القديم"
    answer = await layla.say(text)
    assert doors(answer) == []
    assert f"/watch {text}" in shown(answer)


async def test_every_button_fits_into_64_bytes(sam: Talk, layla: Talk) -> None:
    for talk in (sam, layla):
        for text in ("/start", "/list", "/subscribe Harrir", "عين الأسد", "/lang x"):
            assert all(len(data.encode()) <= 64 for data in doors(await talk.say(text)))


async def test_an_update_is_answered_once(sam: Talk, commands: Commands) -> None:
    request = Request(5000, sam.chat, "watch", "Conoco")
    assert await commands.serve(request) is not None
    assert await commands.serve(request) is None
    assert await sam.follows() == ["Conoco"]
    assert len(await sam.replies()) == 1


async def test_a_strangers_reply_goes_out_in_their_language(layla: Talk) -> None:
    await layla.say("/help")
    (reply,) = await layla.replies()
    assert reply.chat.lang == "ar"


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_profile_keeps_the_limits_of_telegram(lang: str, words) -> None:  # type: ignore[no-untyped-def]
    made = profile(words, lang)
    assert len(made.about) <= 120
    assert len(made.description) <= 512
    assert {name for name, _ in made.groups} == READ_ONLY
    assert all(1 <= len(about) <= 256 for _, about in made.private)


HOSTILE = [
    "<b>",
    "&amp;",
    "\u202e\u2066x",
    "{n}",
    "%s",
    "a" * 3000,
    "\x00",
    "🧨" * 300,
    "'; --",
    "، ،\n",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_input_breaks_a_command(layla: Talk, text: str) -> None:
    for name in [*(name for name, _, _ in COMMANDS), "", "nosuch"]:
        answer = await layla.say(f"/{name} {text}" if name else text)
        assert all(fits_one_message(note, "ar") for note in answer.notes)
    await layla.press(f"1|{text}|{text}")


@pytest.mark.parametrize("status", [ChatStatus.STOPPED, ChatStatus.GONE])
async def test_status_does_not_claim_alerts_that_do_not_come(
    commands: Commands, sam: Talk, status: ChatStatus
) -> None:
    await sam.say("/subscribe")
    asked = await commands._asked(Request(1, sam.chat, "status"))
    off = replace(asked, chat=replace(asked.chat, status=status))
    said = shown(health.status(off, ()))
    assert "Your alerts are off" in said
    assert "Your alerts are on" not in said
