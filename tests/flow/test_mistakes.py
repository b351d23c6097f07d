"""What is said of a watch that is wrong, or right and doubtful."""

from __future__ import annotations

import pytest

from bot.core.i18n import Voice, Words
from bot.core.query import parse
from bot.errors import QueryError
from bot.flow.mistakes import doubts, wrong_query
from tests.flow.conftest import Talk, shown


def said(words: Words, lang: str, text: str) -> list[str]:
    """The lines that answer ``text``, without the isolates around inserted words."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    lines = wrong_query(Voice(words, lang), text, caught.value)
    return [plain("".join(part.text for part in line)) for line in lines]


def plain(text: str) -> str:
    return text.translate(dict.fromkeys([0x2066, 0x2067, 0x2068, 0x2069]))


def test_a_refusal_says_what_where_and_how_it_is_right(words: Words) -> None:
    assert said(words, "en", "rocket OR (base | camp") == [
        "❌ Not understood: rocket OR (base | camp",
        "The bracket is not closed.",
        "At character 11: (base | camp",
        "Right, for example: /watch rocket OR (base | camp)",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rocket OR", "OR needs words on both sides."),
        ("صاروخ أو", "أو needs words on both sides."),
        ("rocket |", "| needs words on both sides."),
        ("rocket NEAR", "NEAR needs words on both sides."),
        ("rocket -", "After - or NOT must come the word that is not wanted."),
        ("a1 NEAR/500 b1", "After NEAR/ comes how many words may stand between, 0 to 100."),
        (
            "colour:red",
            "Before the colon there can be topic: place: country: source: lang: sev:.",
        ),
        (
            "base~",
            "Typing errors are allowed in long words only: ~ from 5 letters, ~2 from 9.",
        ),
    ],
)
def test_the_sentence_names_the_sign_that_is_meant(words: Words, text: str, sentence: str) -> None:
    assert sentence in said(words, "en", text)


@pytest.mark.parametrize(("lang", "name"), [("en", "Ain al-Asad"), ("ar", "عين الأسد")])
@pytest.mark.parametrize("text", ["", "the", "lang:ar", "-drill", "🚀"])
def test_a_name_that_had_to_be_added_is_in_the_readers_language(
    words: Words, lang: str, name: str, text: str
) -> None:
    example = said(words, lang, text)[-1].partition("/watch ")[2]
    assert name in example
    assert parse(example)


def test_what_was_right_stays_in_the_example(words: Words) -> None:
    assert said(words, "en", "Harir + the")[-1].endswith(": /watch Harir")
    assert said(words, "en", "-drill")[-1].endswith(": /watch Ain al-Asad -drill")


def test_a_doubtful_watch_is_told_of_its_doubts(words: Words) -> None:
    (line,) = doubts(Voice(words, "en"), parse("rocket -rocket"))
    text = plain("".join(part.text for part in line))
    assert text == "⚠️ This is wanted and excluded at once, so it never fires: rocket"
    assert doubts(Voice(words, "en"), parse("rocket -drill")) == []


async def test_a_broad_watch_is_taken_and_said_to_be_broad(sam: Talk) -> None:
    answer = shown(await sam.say("/watch 2024"))
    assert "✅ Watching: 2024" in answer
    assert "⚠️ This will be found very often: 2024" in answer


async def test_a_comma_in_brackets_or_quotes_separates_no_watches(sam: Talk) -> None:
    await sam.say('/watch (Harir، Tanf) + "T4، K1"، Conoco')
    assert await sam.follows() == ['(Harir، Tanf) + "T4، K1"', "Conoco"]
