from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.matcher import Matcher
from bot.core.model import Knowledge, Reading, Watch
from bot.sources import markdown, page, posts
from bot.sources.parsing import parse
from bot.sources.plain import MAX_CHARS, line_of, text_of, tidy


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>One\nline</p><p>Two<br>three</p>", "One line\nTwo\nthree"),
        ("a <b>b</b><i>c</i> d", "a bc d"),
        ("<script>alert(1)</script>x<style>y{}</style>", "x"),
        ("<!-- gone -->here", "here"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("fire &amp; smoke &#x41; &eacute;", "fire & smoke A é"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("می‌رود", "می‌رود"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("a&nbsp;&nbsp;b", "a b"),
        ("&#0;&#xD800;&#27;x", "\ufffd\ufffdx"),
        ("", ""),
        ("<img src=x onerror=alert(1)>", ""),
        ("he wrote <!DOCTYPE and <!x in <b>bold</b>", "he wrote <!DOCTYPE and <!x in bold"),
        ("<!DOCTYPE html><p>a</p><!-- b --><![if x]>c", "a\n<![if x]>c"),
        ("<math><mi>a</mi><mo>+</mo><mi>b</mi></math>", "a+b"),
        ("<svg><text>drawn</text></svg>seen", "seen"),
    ],
)
def test_html_becomes_what_a_reader_sees(fragment: str, text: str) -> None:
    assert text_of(fragment) == text


def test_a_headline_is_one_line() -> None:
    assert line_of("<p>a</p><p>b</p>") == "a b"


KNOWN = Matcher(Knowledge(), [Watch(1, 1, '"عين الأسد"'), Watch(2, 1, "smoke")])


@pytest.mark.parametrize(
    "html",
    [
        "<p>سقوط&nbsp;صاروخ على قاعدة <b>عين</b> الأسد</p><p>Thick <i>Smoke</i>, again smoke</p>",
        "&lt;عين  \t الأسد&gt; 😀<script>smoke</script><br>smo&#8203;ke &amp; smoke",
        "<ul><li>عَيْن الأسد<li>smoke</ul>\r\n<!-- smoke -->",
    ],
)
def test_a_match_quotes_the_text_that_is_shown(html: str) -> None:
    (draft,) = parse(
        f"<rss><channel><item><title>t</title><description><![CDATA[{html}]]></description></item>"
        "</channel></rss>".encode()
    ).drafts
    scan = KNOWN.scan(draft.title, draft.body)
    found = KNOWN.watch_matches(scan, Reading())
    assert set(found) == {1, 2}
    for match in (match for matches in found.values() for match in matches):
        assert draft.body[match.span.start : match.span.end] == match.text
        assert not set(match.text) & set("<>&\n\t")


def test_depth_is_no_danger() -> None:
    assert text_of("<div>" * 50_000 + "x") in {"x", ""}


@given(st.text(max_size=300))
def test_any_fragment_becomes_tidy_text(fragment: str) -> None:
    found = text_of(f"<p>{fragment}</p>")
    found.encode()
    assert tidy(found) == found
    assert len(found) <= MAX_CHARS


@given(st.text(max_size=200))
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


def test_a_crowd_of_attributes_costs_no_time_and_no_word() -> None:
    crowd = " ".join(f"a{number}=x" for number in range(100_000))
    begun = time.process_time()
    assert text_of(f"<p {crowd}>A word</p><img src='data:{'A' * 90_000}'>and another") == (
        "A word\nand another"
    )
    assert time.process_time() - begun < 1.0  # ten seconds without a limit


_ENDLESS = f"<p {' '.join(f'a{n}=1' for n in range(120_000))}>x</p>"
_BOMB = f"<html><body><div class='tgme_channel_history'>{_ENDLESS}</div></body></html>"


@pytest.mark.parametrize(
    ("read", "text"),
    [(posts.read, _BOMB), (page.read, _BOMB), (markdown.text_of, "*a " * 400_000)],
)
def test_a_page_or_a_text_that_is_a_bomb_is_read_in_a_moment(read, text: str) -> None:
    begun = time.process_time()
    assert read(text) is not None
    assert time.process_time() - begun < 3
