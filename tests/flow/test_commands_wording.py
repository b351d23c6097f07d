"""What is said first, what is understood, and what an answer promises."""

from __future__ import annotations

import pytest

from bot.core.model import Source, SourceKind
from bot.core.query import parse
from bot.core.render import text_of
from bot.stores.sqlite import SqliteStore
from tests.flow.conftest import NOW, Talk, doors, fits_one_message, shown
from tests.flow.test_commands import report

# ── /watch ───────────────────────────────────────────────────────────────────────────────────


async def test_the_totals_of_a_long_watch_come_first_and_are_right(sam: Talk) -> None:
    await sam.say("/watch Conoco\nHarir")
    answer = await sam.say("/watch " + "\n".join(f"Base number {n}" for n in range(60)))
    lines = shown(answer).splitlines()
    assert lines[0] == "✅ 48 new watches."
    assert lines[1].startswith("You follow 50 things, which is the most I can hold.")
    assert lines[2].startswith("❌ Not added (12): Base number 48, Base number 49")
    assert len(await sam.follows()) == 50
    assert fits_one_message(answer.notes[0], "en")


async def test_the_last_place_is_given_and_the_number_is_the_one_after_it(sam: Talk) -> None:
    await sam.say("/watch " + "\n".join(f"Base number {n}" for n in range(49)))
    said = shown(await sam.say("/watch alpha beta\ngamma delta"))
    assert said.startswith("You follow 50 things, which is the most I can hold.")
    assert "❌ Not added (1): gamma delta" in said
    assert "✅ Watching: alpha beta" in said


async def test_what_was_not_understood_is_said_before_what_was_added(sam: Talk) -> None:
    said = shown(await sam.say("/watch Conoco\nHarir +\nTanf"))
    assert said.startswith("✅ 2 new watches.\n❌ Not understood: Harir +")


async def test_no_stored_report_is_said_in_words(sam: Talk) -> None:
    said = shown(await sam.say("/watch Conoco"))
    assert "No report was read in the last seven days to try it on." in said
    await report(sam.store)
    said = shown(await sam.say("/watch Qwxzt"))
    assert "None of the reports read in the last seven days matches (looked through: 1)." in said
    assert "0 times" not in said


@pytest.mark.parametrize("text", ["في من على", "the of", "ب", "🚀🚀"])
async def test_an_example_is_right_and_repeats_nothing_that_is_wrong(
    sam: Talk, layla: Talk, text: str
) -> None:
    for talk, name in ((sam, "Ain al-Asad"), (layla, "عين الأسد")):
        last = shown(await talk.say(f"/watch {text}")).splitlines()[-1]
        assert last.endswith(f": /watch {name}")
        parse(name)


async def test_signs_alone_are_called_no_word_and_letters_too_few(sam: Talk) -> None:
    assert "There is no word in it." in shown(await sam.say("/watch 🚀🚀"))
    assert "There is no word in it." in shown(await sam.say("/watch Harir + 🚀"))
    assert "One letter, or none" in shown(await sam.say("/watch b"))


# ── /subscribe, /unsubscribe ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("between", ["، ", ", ", "\n", "،\n"])
async def test_several_subscriptions_stand_in_one_command(layla: Talk, between: str) -> None:
    answer = await layla.say(f"/subscribe العراق{between}سوريا{between}rocket-attack")
    assert shown(answer).count("✅") == 3
    assert await layla.follows() == [
        "topic:all + place:iq",
        "topic:all + place:sy",
        "topic:rocket-attack",
    ]
    await layla.say(f"/unsubscribe سوريا{between}العراق")
    assert await layla.follows() == ["topic:rocket-attack"]


async def test_of_several_the_known_are_kept_and_the_unknown_come_first(sam: Talk) -> None:
    said = shown(await sam.say("/subscribe harir, Qwxzt, iraq, harir"))
    assert said.startswith("I know no topic and no place called Qwxzt.")
    assert "/watch Qwxzt" in said
    assert await sam.follows() == ["topic:all + place:harir", "topic:all + place:iq"]


async def test_a_name_with_a_comma_in_it_is_one_place(sam: Talk) -> None:
    await sam.say("/subscribe تبوک، سعودی عرب")
    assert await sam.follows() == ["topic:all + place:tabuk"]


async def test_subscribing_beyond_the_limit_says_what_was_left_out(sam: Talk) -> None:
    await sam.say("/watch " + "\n".join(f"Base number {n}" for n in range(49)))
    said = shown(await sam.say("/subscribe iraq, syria"))
    assert said.startswith("You follow 50 things")
    assert "❌ Not added (1): all alerts, place: Syria" in said
    assert len(await sam.follows()) == 50


@pytest.mark.parametrize("text", ["Harrir", "rocket atack", "rocket attak, drone attak"])
async def test_no_suggestion_is_offered_twice(sam: Talk, text: str) -> None:
    offered = doors(await sam.say(f"/subscribe {text}"))
    assert len(offered) == len(set(offered)) > 0


@pytest.mark.parametrize("text", ["،", ",,", "\u200f"])
async def test_nothing_but_signs_is_answered(sam: Talk, text: str) -> None:
    assert shown(await sam.say(f"/subscribe {text}"))


# ── /lang ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("العربيه", "ar"),
        ("العربية", "ar"),
        ("عربي", "ar"),
        ("Arabic", "ar"),
        ("AR", "ar"),
        ("english", "en"),
        ("الإنجليزية", "en"),
        ("الانجليزيه", "en"),
        ("إنكليزي", "en"),
    ],
)
async def test_a_language_is_understood_by_its_names(sam: Talk, text: str, lang: str) -> None:
    await sam.say(f"/lang {text}")
    known = await sam.store.chat(sam.chat.id)
    assert known is not None
    assert known.lang == lang


# ── promises and directions ──────────────────────────────────────────────────────────────────


async def test_start_promises_no_more_than_is_kept(sam: Talk, layla: Talk) -> None:
    english, arabic = shown(await sam.say("/start")), shown(await layla.say("/start"))
    assert "once for each event" not in english
    assert "In doubt I tell it twice" in english
    assert "مرة واحدة عن كل حدث" not in arabic


async def test_every_command_in_an_arabic_answer_stands_isolated(layla: Talk) -> None:
    asked = ("/help", "/start", "/stop", "/list", "/watch", "/lang x", "/why", "/status", "/recent")
    for text in asked:
        for line in (line for note in (await layla.say(text)).notes for line in note.lines):
            depth = 0
            for letter in text_of(line):
                depth += (letter == "\u2068") - (letter == "\u2069")
                assert depth or letter != "/", text_of(line)
    assert "\u2068/help\u2069" in (await layla.press("0|x")).toast


async def test_topics_are_listed_as_the_language_does(layla: Talk) -> None:
    await layla.say("/subscribe")
    message = await report(layla.store, topics=("rocket-attack", "explosion"), to=layla.chat.id)
    said = shown(await layla.say("/why", reply_to=message))
    (line,) = [line for line in said.splitlines() if "هجوم صاروخي" in line and "،" in line]
    assert "," not in line


# ── /status ──────────────────────────────────────────────────────────────────────────────────

DNS = "Its name 'a.example' was not found. Check the address and the network."
GONE = "It answers 404. There is no document at this address. Look for the feed's new address."


async def unreachable(store: SqliteStore, errors: list[str]) -> None:
    """One feed of each error."""
    sources = [
        Source(f"s{n}", SourceKind.FEED, f"Wire {n}", f"https://e.org/{n}")
        for n in range(len(errors))
    ]
    await store.put_sources(sources, "config")
    for source, error in zip(sources, errors, strict=True):
        await store.source_failed(source.id, error, NOW, NOW)


async def test_unreachable_sources_are_grouped_by_kind_in_the_readers_language(
    layla: Talk,
) -> None:
    await unreachable(layla.store, [DNS] * 24 + [GONE])
    said = shown(await layla.say("/status"))
    assert "المصادر التي تُقرأ الآن: 0 من 25." in said
    assert "⛔ لم يُتوصَّل إليها قط (25)" in said
    assert "• لم يُعثر على اسم الموقع: هل الشبكة تعمل؟ (24): Wire 0، Wire 1" in said
    assert "• لم يعد في العنوان شيء (1): Wire 24" in said
    assert "not found" not in said
    assert "شبكتي" not in said


async def test_when_every_feed_fails_like_a_network_that_is_down_that_is_said_first(
    sam: Talk,
) -> None:
    await unreachable(sam.store, [DNS] * 25)
    lines = shown(await sam.say("/status")).splitlines()
    assert lines[2].startswith("⚠️ My own network seems to be down")
    assert lines[3] == "0 of 25 sources are being read."


async def test_the_names_of_very_many_sources_are_cut_and_counted(sam: Talk) -> None:
    await unreachable(sam.store, [DNS] * 300)
    answer = await sam.say("/status")
    assert fits_one_message(answer.notes[0], "en")
    said = shown(answer)
    assert "⛔ Never reached (300)" in said
    shown_names = said.count("Wire ")
    assert f"… and {300 - shown_names} more" in said
    assert shown_names > 50
