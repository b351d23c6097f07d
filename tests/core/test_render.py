"""Whatever a feed writes, the message parses, fits, and says it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Button, Note, Part, Style
from bot.core.render import (
    LIMIT,
    cut,
    fit,
    own_direction,
    to_html,
    to_plain,
    units,
    without_links,
)

RLM, LRM, FSI, PDI = "\u200f", "\u200e", "\u2068", "\u2069"
TEXT = st.text(max_size=300)
PARTS = st.builds(Part, TEXT, st.sampled_from(Style), st.sampled_from(["", "https://a.b/?x=1&y"]))
LINES = st.lists(st.lists(PARTS, max_size=3).map(tuple), max_size=6).map(tuple)


class Visible(HTMLParser):
    """The text of the message, and proof that its tags nest."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.open = "", []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"b", "i", "code", "s", "a", "blockquote"}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(note: Note, lang: str = "en") -> str:
    return re.sub(f"[{RLM}{LRM}]", "", Visible(to_html(note, lang)).text)


@given(LINES, LINES, st.sampled_from(["ar", "en"]))
def test_any_note_parses_fits_and_is_never_empty(lines, quote, lang) -> None:
    note = Note(lines, quote)
    for text in (Visible(to_html(note, lang)).text, to_plain(note, lang)):
        assert 0 < units(text) <= LIMIT
        assert text.strip(RLM + LRM)


@given(TEXT)
def test_what_is_seen_is_what_was_written(text: str) -> None:
    text = text.replace(RLM, "").replace(LRM, "").replace("\r", "")
    if text.strip():
        assert seen(Note(((Part(text, Style.BOLD),),))) == text


@given(st.text(min_size=1, max_size=400), st.integers(2, 50))
def test_a_cut_keeps_within_its_limit_and_closes_isolates(text: str, limit: int) -> None:
    short = cut(text, limit)
    if short != text:
        assert units(short.rstrip(PDI)) <= limit
        assert short.rstrip(PDI).endswith("…")


def test_a_title_cannot_open_a_tag() -> None:
    html = to_html(Note(((Part("<b>x</b> & <a href='http://evil'>y"),),)), "en")
    assert html == "&lt;b&gt;x&lt;/b&gt; &amp; &lt;a href='http://evil'&gt;y"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "//x", ""])
def test_only_web_and_telegram_addresses_become_links(url: str) -> None:
    assert "<a" not in to_html(Note(((Part("x", url=url),),)), "en")


def test_a_quote_in_an_address_does_not_end_it() -> None:
    html = to_html(Note(((Part("x", url='https://a.b/"onclick="y'),),)), "en")
    assert html == '<a href="https://a.b/&quot;onclick=&quot;y">x</a>'


def test_a_long_message_keeps_its_first_line_and_says_that_more_is_missing() -> None:
    lines = (("headline",), *((f"line {n} " + "x" * 200,) for n in range(40)))
    note = Note(tuple((Part(text),) for (text,) in lines))
    text = seen(note)
    assert text.startswith("headline\nline 0")
    assert text.endswith("\n…")


def test_the_quotation_is_cut_before_any_line() -> None:
    note = Note(((Part("headline"),), (Part("source"),)), quote=((Part("q " * 4000),),))
    text = seen(note)
    assert text.startswith("headline\nq q")
    assert text.endswith("…\nsource")


def test_a_single_endless_line_is_cut() -> None:
    fitted = fit(Note(((Part("x" * 5000),),)))
    assert fitted.lines[0][0].text.endswith("x…")


@pytest.mark.parametrize("piece", ["👩\u200d🚀", "🇮🇶", "👍🏽", "سّ", "❤️"])
def test_a_cut_does_not_part_one_visible_character(piece: str) -> None:
    text = piece * 30
    for limit in range(2, 40):
        kept = cut(text, limit).removesuffix("…")
        assert text.startswith(kept)
        assert kept.replace(piece, "") == "" or piece == "🇮🇶"


def test_a_letter_under_a_thousand_accents_does_not_swallow_the_headline() -> None:
    assert units(cut("Z" + "\u0300" * 1_000 + " on the base", 300)) == 300


def test_a_cut_prefers_the_space_between_words() -> None:
    assert cut("سقوط صاروخين على قاعدة عين الأسد", 26) == "سقوط صاروخين على قاعدة…"


@pytest.mark.parametrize(
    ("text", "lang", "mark"),
    [
        ("قاعدة", "ar", ""),  # its first letter says so already
        ("/watch عين", "ar", RLM),  # an Arabic line that begins in Latin
        ("hello", "en", ""),
        (f"{FSI}عين الأسد{PDI} is watched", "en", LRM),  # not every program skips isolates
        (f"🗞 {FSI}Reuters{PDI} · نُشر", "ar", RLM),
        (f"4. {FSI}Rockets hit{PDI}", "ar", RLM),
        (f"{FSI}Wire{PDI} · {FSI}الأنبار{PDI}", "ar", RLM),
        ("🔴 14:02", "ar", ""),
        ("عين: watched", "en", LRM),
    ],
)
def test_each_line_takes_the_readers_direction(text, lang, mark) -> None:
    assert to_html(Note(((Part(text),),)), lang) == mark + text


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_a_quoted_headline_keeps_its_own_direction(lang) -> None:
    for text, mark in (("🔴 سقوط صاروخين", RLM), ("🔴 Rockets hit", LRM), ("🔴 14:02", "")):
        line = own_direction(text)
        assert line == mark + text
        assert to_html(Note(((Part(line),),)), lang) == line


def test_refused_links_are_left_as_text() -> None:
    why = Button("why", data="1|why|x")
    note = Note(
        ((Part("headline", url="http://intranet/x"),),),
        buttons=((Button("open", url="http://intranet/x"), why), (Button("y", url="http://b/"),)),
    )
    plain = without_links(note)
    assert plain.buttons == ((why,),)
    assert to_plain(plain, "en") == "headline\nhttp://intranet/x\nhttp://b/"


def test_emoji_count_as_two() -> None:
    assert units("🔴a") == 3
