"""The made-up press: the same seed writes the same, with the shares of the real one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from bot.bench import language
from bot.bench.language import SHARES, TEXT_BYTES, Press
from bot.core.matcher import Matcher
from bot.core.model import Knowledge, Reading, Term, Watch
from bot.core.query import parse
from bot.core.text import tokenize

KNOWN = Knowledge(terms=(Term("صاروخ", "weapon", "ar"), Term("rocket", "weapon", "en")))
# A small press is made in a tenth of a second, and has the same statistics.
SMALL = {"ar": 5_000, "en": 4_000, "fa": 4_000, "tr": 4_000, "he": 4_000}
SCRIPTS = {
    "arabic": re.compile("[\u0600-\u06ff]"),
    "hebrew": re.compile("[\u0590-\u05ff]"),
    "latin": re.compile("[a-zçğıöşüA-ZÇĞİÖŞÜ]"),
}


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "_ORDINARY", SMALL)
        patch.setattr(language, "_NAMES", 10_000)
        yield


@pytest.fixture(scope="module")
def pressed(small: None) -> Press:
    """One press for all who only want to see what it writes."""
    return press(3)


@pytest.fixture(scope="module")
def texts(pressed: Press) -> list[str]:
    return pressed.texts(250)


def press(seed: int = 1) -> Press:
    return Press(KNOWN, seed)


def test_the_same_seed_writes_the_same() -> None:
    one, other = press(), press()
    assert one.texts(20) == other.texts(20)
    assert one.watches(200) == other.watches(200)
    assert one.mixed(200) == other.mixed(200)


def test_another_seed_writes_otherwise() -> None:
    one, other = press(1), press(2)
    assert one.texts(5) != other.texts(5)
    assert one.watches(50) != other.watches(50)


def test_one_press_never_writes_the_same_text_twice(texts: list[str]) -> None:
    assert len(set(texts)) == len(texts)


def test_a_text_has_the_size_that_was_asked_for(pressed: Press) -> None:
    for size in (200, TEXT_BYTES, 8_000):
        lengths = [len(text.encode()) for text in pressed.texts(10, size)]
        assert all(size - 1 <= length <= size + 250 for length in lengths)


def test_the_words_of_the_texts_are_in_the_scripts_of_their_languages(
    texts: list[str],
) -> None:
    counts: Counter[str] = Counter()
    for text in texts:
        for token in tokenize(text):
            counts.update(name for name, letters in SCRIPTS.items() if letters.search(token.text))
    every = sum(counts.values())
    # Latin words are shorter than a language's share of bytes, so there are more of them.
    assert counts["arabic"] / every == pytest.approx((SHARES["ar"] + SHARES["fa"]) / 100, abs=0.12)
    assert counts["latin"] / every == pytest.approx((SHARES["en"] + SHARES["tr"]) / 100, abs=0.12)
    assert counts["hebrew"] / every == pytest.approx(SHARES["he"] / 100, abs=0.03)


def test_the_shares_are_those_of_a_whole() -> None:
    assert sum(SHARES.values()) == 100


def test_the_commonest_words_are_most_of_a_text(texts: list[str]) -> None:
    words = Counter(token.text for text in texts for token in tokenize(text))
    often = sum(count for _, count in words.most_common(200))
    assert 0.2 < often / sum(words.values()) < 0.8
    assert sum(1 for count in words.values() if count == 1) > 200


def test_texts_carry_what_the_press_carries(texts: list[str]) -> None:
    text = " ".join(texts)
    for found in ("\u200cها", "،", ".", " ال", " وال", " بال", " لل", "\u064e"):
        assert found in text
    assert re.search(r"\b[A-Z][a-z]+", text)


def test_words_of_the_lexicon_are_written_too() -> None:
    own = {f"قذيفة{one}{other}" for one in "ابتثجحخدذر" for other in "ابتثجحخدذر"}
    lexicon = Knowledge(terms=tuple(Term(text, "weapon", "ar") for text in sorted(own)))
    text = " ".join(Press(lexicon).texts(150))
    assert any(word in text for word in own)


# ── watches ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 100, 2_000])
def test_watches_are_distinct_and_as_many_as_were_asked_for(pressed: Press, count: int) -> None:
    watches = pressed.watches(count)
    assert len(watches) == len(set(watches)) == count


def test_watches_have_one_two_or_three_words_as_often_as_people_write_them(
    pressed: Press,
) -> None:
    sizes = Counter(len(watch.split()) for watch in pressed.watches(3_000))
    assert set(sizes) == {1, 2, 3}
    for size, share in ((1, 0.2), (2, 0.6), (3, 0.2)):
        assert sizes[size] / 3_000 == pytest.approx(share, abs=0.07)


def test_watches_are_in_the_languages_of_the_press(pressed: Press) -> None:
    scripts: Counter[str] = Counter()
    for watch in pressed.watches(2_000):
        scripts.update(name for name, letters in SCRIPTS.items() if letters.search(watch))
    assert scripts["arabic"] > 1_200
    assert scripts["latin"] > 200
    assert scripts["hebrew"] > 20


def test_every_watch_is_one_that_a_chat_could_have(pressed: Press) -> None:
    for watch in [*pressed.watches(300), *pressed.mixed(300)]:
        parse(watch)


def test_of_mixed_watches_a_fifth_is_boolean_and_a_tenth_fuzzy(pressed: Press) -> None:
    watches = pressed.mixed(3_000)
    fuzzy = sum(watch.endswith("~") for watch in watches)
    boolean = sum(bool(re.search(r" [+|] | NEAR/5 ", watch)) for watch in watches)
    assert boolean / 3_000 == pytest.approx(0.2, abs=0.05)
    assert fuzzy / 3_000 == pytest.approx(0.1, abs=0.05)


def test_mixed_watches_use_every_operator(pressed: Press) -> None:
    text = "\n".join(pressed.mixed(2_000))
    for joint in (" + ", " | ", " + -", " NEAR/5 ", "~"):
        assert joint in text


def test_the_press_writes_what_people_watch(pressed: Press, texts: list[str]) -> None:
    watches = [Watch(n, n, query) for n, query in enumerate(pressed.watches(2_000))]
    matcher = Matcher(Knowledge(), watches)
    found = [len(matcher.watch_matches(matcher.scan("", text), Reading())) for text in texts[:30]]
    assert sum(found) > 10
    assert max(found) < 200
