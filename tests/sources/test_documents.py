from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.documents import read
from bot.sources.draft import Draft

AT = datetime(2021, 7, 7, 13, 30, tzinfo=UTC)
FIRST, SECOND = "سُمع دوي انفجارين قرب القاعدة.", "لم تقع إصابات بحسب السكان."
BODY = f"{FIRST}\n{SECOND}"
WRITTEN = f"{FIRST}\n\n{SECOND}\n"


def only(name: str, text: str | bytes) -> Draft:
    found = read(name, text.encode() if isinstance(text, str) else text)
    assert (found.problem, found.notes) == ("", ())
    (draft,) = found.drafts
    return draft


def test_a_plain_text_has_its_title_on_the_first_line() -> None:
    draft = only("night.txt", f"\n  انفجاران قرب القاعدة \n\n{BODY}\n\nأعلى")
    assert (draft.title, draft.body) == ("انفجاران قرب القاعدة", BODY)
    assert (draft.source_name, draft.published_at, draft.link) == ("night.txt", None, "")


@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: Two blasts\ndate: 2021-07-07T16:30:00+03:00\nurl: https://a.org/1\n"
        "source: Ops\nlang: ar\ntags:\n  - x\n---\n",
        "---\n\ntitle: 'Two blasts'\nlink: \"https://a.org/1\"\ndate: 2021-07-07 13:30\n"
        "source: Ops\nlang: ar\n---\n",
        "Title: Two blasts\nURL: https://a.org/1\nDate: 2021/07/07 13:30\nSource: Ops\n"
        "Lang: ar\n\n",
        "العنوان: Two blasts\nالرابط: https://a.org/1\nالتاريخ: ٢٠٢١-٠٧-٠٧ ١٣:٣٠\nالمصدر: Ops\n"
        "اللغة: ar\n\n",
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_the_head_of_a_seed_is_read_in_every_form(head: str, name: str) -> None:
    draft = only(name, head + WRITTEN)
    assert draft == Draft(
        title="Two blasts",
        body=BODY,
        link="https://a.org/1",
        lang="ar",
        source_name="Ops",
        published_at=AT,
    )


@pytest.mark.parametrize("charset", ["cp1256", "iso8859-6", "utf-16", "utf-8-sig"])
def test_arabic_seeds_in_old_charsets_are_read(charset: str) -> None:
    text = "انفجاران قرب القاعدة الجوية في الأنبار\n\nلم تقع إصابات بحسب السكان.\nأعلى"
    draft = only("old.txt", text.encode(charset))
    assert draft.title == "انفجاران قرب القاعدة الجوية في الأنبار"
    assert draft.body == "لم تقع إصابات بحسب السكان."


def test_a_first_paragraph_too_long_for_a_title_lends_its_first_sentence() -> None:
    sentence = "Two blasts were heard near the air base before dawn."
    draft = only("a.txt", f"{sentence} {'More followed. ' * 30}\nNothing else.")
    assert draft.title == sentence
    assert draft.body.startswith(sentence)


def test_markdown_loses_its_signs_and_keeps_its_words() -> None:
    draft = only(
        "a.md",
        "# Two *blasts* near [Harir](https://a.org)\n\nThe **first** one was\nheard at `dawn`.\n\n"
        "> Stay inside, said the police.\n\n1. School is closed.\n"
        "- So is the ![map](x.png)airport.\n\n---\n\nShare\n",
    )
    assert draft.title == "Two blasts near Harir"
    assert draft.body == (
        "The first one was heard at dawn.\nStay inside, said the police.\nSchool is closed.\n"
        "So is the airport."
    )


def test_a_title_said_in_the_head_and_as_heading_stands_once() -> None:
    draft = only("a.md", f"---\ntitle: Two blasts\n---\n# Two blasts\n\n{WRITTEN}")
    assert (draft.title, draft.body) == ("Two blasts", BODY)


PAGE = f"""<!DOCTYPE html><html lang="ar"><head><title>Two blasts | The Site</title>
<meta property="og:title" content="Two blasts"><meta property="og:site_name" content="The Site">
<meta property="article:published_time" content="2021-07-07T13:30:00Z">
<link rel="canonical" href="https://a.org/1"></head><body>
<header><h2>The Site</h2></header><nav>Home Sport</nav>
<article><h1>Two blasts</h1><p>{FIRST}</p><aside><p>Ten recipes</p></aside>
<!-- hidden --><div class="share-buttons">Tweet this</div>
<p>{SECOND}</p><script>var x = 1;</script><p>أعلى</p></article>
<section id="comments"><p>First!</p></section><footer>All rights reserved</footer></body></html>"""


@pytest.mark.parametrize("name", ["a.html", "a.htm", "saved as text.txt"])
def test_a_page_gives_its_article_and_nothing_around_it(name: str) -> None:
    draft = only(name, PAGE)
    assert draft == Draft(
        title="Two blasts",
        body=BODY,
        link="https://a.org/1",
        lang="ar",
        source_name="The Site",
        published_at=AT,
    )


def test_a_page_without_structure_is_read_whole() -> None:
    draft = only("a.html", "<html><title>T</title><body><p>One thing happened.</p></body></html>")
    assert (draft.title, draft.body) == ("T", "One thing happened.")


def test_each_line_of_jsonl_is_an_entry_and_bad_ones_are_named_by_number() -> None:
    lines = [
        '{"title": "One", "body": "First.", "date": "2021-07-07T13:30:00Z", "url": "https://a.org"}',
        "",
        '{"title": "Two", "text": "<p>Second\u2028half.</p>", "source": "Ops", "lang": "en"}',
        "{broken",
        '{"id": 5}',
        "[1, 2]",
        '"Only a sentence."',
        '{"title": "Three", "date": "some day"}',
    ]
    found = read("many.jsonl", "\n".join(lines).encode())
    assert [draft.title for draft in found.drafts] == ["One", "Two", "Only a sentence.", "Three"]
    assert (found.drafts[0].published_at, found.drafts[0].link) == (AT, "https://a.org")
    assert (found.drafts[1].source_name, found.drafts[0].source_name) == ("Ops", "many.jsonl")
    assert [note.split(":")[0] for note in found.notes] == ["line 4", "line 5", "line 6", "line 8"]


def test_a_thousand_bad_lines_are_not_a_thousand_notes() -> None:
    found = read("bad.jsonl", b"{\n" * 1_000)
    assert len(found.notes) == 21
    assert found.notes[-1] == "and 980 more lines like these"


@pytest.mark.parametrize("name", ["f.xml", "f.rss", "f.atom", "f.txt"])
def test_a_feed_document_gives_all_its_entries(name: str) -> None:
    feed = "<rss version='2.0'><channel><item><title>A</title></item><item><title>B</title></item>"
    found = read(name, f"{feed}</channel></rss>".encode())
    assert [draft.title for draft in found.drafts] == ["A", "B"]


def test_json_may_be_a_list_an_object_or_a_json_feed() -> None:
    assert len(read("a.json", b'[{"title": "A"}, {"title": "B"}]').drafts) == 2
    assert len(read("a.json", b'{"title": "A", "body": "b"}').drafts) == 1
    assert len(read("a.json", b'{"items": [{"id": "1", "title": "A"}]}').drafts) == 1
    assert "line 2" in read("a.json", b'{"title":\nx}').problem


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("a.pdf", b"%PDF", ".pdf is not a kind we read"),
        ("noending", b"x", "without ending"),
        ("a.txt", b" \n\n", "empty"),
        ("a.xml", b"<opml/>", "<opml>"),
        ("a.html", b"<html><script>x</script></html>", "no text"),
        ("a.txt", b"---\ntitle:\n---\n", "no text"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, body: bytes, says: str) -> None:
    assert says in read(name, body).problem


def test_rules_around_a_line_of_the_text_are_no_front_matter() -> None:
    draft = only("a.txt", f"---\n{FIRST}\n---\n{SECOND}\n")
    assert (draft.title, draft.body) == (FIRST, SECOND)


def test_broken_front_matter_is_named_by_line_and_the_rest_is_read() -> None:
    found = read(
        "a.txt", b"---\ntitle: T\nwhat is this\ndate: soon\nurl: ftp://x\n---\nBody here.\n"
    )
    assert [draft.body for draft in found.drafts] == ["Body here."]
    assert [note.split(":")[0] for note in found.notes] == ["line 3", "line 4", "line 5"]
    found = read("a.txt", b"---\ntitle: T\n\nBody here.\n")
    assert "line 1" in found.notes[0]
    assert "never closed" in found.notes[0]
    assert found.drafts


@given(
    st.binary(max_size=300), st.sampled_from([".txt", ".md", ".html", ".jsonl", ".json", ".xml"])
)
def test_any_bytes_under_any_name_are_read_or_explained(body: bytes, ending: str) -> None:
    found = read(f"x{ending}", body)
    assert found.drafts or found.problem or found.notes or ending in {".xml", ".json"}
    for draft in found.drafts:
        assert draft.title or draft.body


@pytest.mark.parametrize("name", ["saved", "saved.txt", "saved.data", "saved.md"])
@pytest.mark.parametrize(
    "text",
    [
        '{"title": "Fire", "text": "It burns."}\n{"title": "Two"}\n',
        '{\n "title": "Fire",\n "text": "It burns."\n}',
        "<rss><channel><item><title>Fire</title></item></channel></rss>",
        "<!doctype html><html><title>Fire</title><article><p>Fire.</p></article></html>",
    ],
)
def test_the_content_tells_the_kind_before_the_name_does(name: str, text: str) -> None:
    assert read(name, text.encode()).drafts[0].title.startswith("Fire")


@pytest.mark.parametrize(
    ("name", "body"),
    [("a.jpg", b"\xff\xd8\x00\x10JFIF"), ("notes", b"just words"), ("b.cfg", b'{"a": 1}')],
)
def test_what_is_of_no_kind_we_read_is_named(name: str, body: bytes) -> None:
    found = read(name, body)
    assert (found.drafts, "not a kind we read" in found.problem) == ((), True)


def test_a_text_may_begin_with_a_bracket() -> None:
    (draft,) = read("a.txt", b"{live} Fire in the north\n\nIt burns.").drafts
    assert draft.title == "{live} Fire in the north"
