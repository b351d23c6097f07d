"""HTML → entities: laws, the real server's refusals, UTF-16 offsets."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.detect import with_found
from bot.sandbox.entities import Entity, from_json, nested, tidy, utf16_len
from bot.sandbox.markup import parse_html
from bot.sandbox.wire import Refusal

LETTERS = st.sampled_from("abz &<>\"';قاعدةعين٣🚀👩\u200d💻🏽\u0651\u200f-\n")
WORDS = st.text(LETTERS | st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
TAGS = st.sampled_from(["b", "i", "u", "s", "tg-spoiler", "code", "strong", "blockquote"])


def parse(text: str) -> tuple[str, list[Entity]]:
    return parse_html(text, lambda user_id: {"id": user_id} if user_id == 1001 else None)


def cut(text: str, entity: Entity) -> str:
    units = text.encode("utf-16-le")
    return units[entity.offset * 2 : entity.end * 2].decode("utf-16-le")


def why(text: str) -> str:
    with pytest.raises(Refusal) as refused:
        parse(text)
    return refused.value.description.removeprefix("Bad Request: can't parse entities: ")


@given(WORDS)
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert parse(html.escape(text, quote=False)) == (text, [])


@given(WORDS, WORDS.filter(bool), WORDS, TAGS)
def test_an_entity_covers_exactly_what_stood_in_its_tag(
    before: str, inside: str, after: str, tag: str
) -> None:
    safe = [html.escape(part, quote=False) for part in (before, inside, after)]
    text, entities = parse(f"{safe[0]}<{tag}>{safe[1]}</{tag}>{safe[2]}")
    assert text == before + inside + after
    assert [cut(text, entity) for entity in entities] == [inside]


@given(st.lists(st.tuples(WORDS, TAGS), max_size=6))
def test_tidied_entities_stay_inside_the_text_and_never_cross(parts: list[tuple[str, str]]) -> None:
    source = "".join(f"<{tag}>{html.escape(text, quote=False)}" for text, tag in parts)
    source += "".join(f"</{tag}>" for _, tag in reversed(parts))
    text, entities = tidy(*parse(source))
    assert text == text.rstrip(" \n")
    for one in entities:
        assert 0 <= one.offset < one.end <= utf16_len(text)
        for other in entities:
            assert not one.offset < other.offset < one.end < other.end


@given(st.lists(st.tuples(TAGS, st.integers(0, 20), st.integers(1, 20)), max_size=8))
def test_any_entities_sent_as_json_are_mended_to_a_tree(raw: list[tuple[str, int, int]]) -> None:
    kinds = {"b": "bold", "strong": "bold", "i": "italic", "u": "underline", "s": "strikethrough",
             "tg-spoiler": "spoiler", "code": "code", "blockquote": "blockquote"}  # fmt: skip
    mended = nested([Entity(kinds[tag], offset, length) for tag, offset, length in raw])
    for one in mended:
        for other in mended:
            assert not one.offset < other.offset < one.end < other.end
        if one.kind == "code":
            inside = [o for o in mended if one.offset <= o.offset and o.end <= one.end]
            assert all(o is one or o.kind == "blockquote" for o in inside)


@given(st.text(st.sampled_from("<>/ab =\"'&;#x1قé \n"), max_size=25))
def test_no_input_breaks_the_parser(text: str) -> None:
    try:
        plain, entities = parse(text)
    except Refusal as refused:
        sentence = refused.description
    else:
        sentence = "can't parse entities: "
        assert all(entity.end <= utf16_len(plain) for entity in entities)
    assert "can't parse entities: " in sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("قا<foo>x</foo>", 'Unsupported start tag "foo" at byte offset 4'),
        ("🚀 a < b", 'Unsupported start tag "" at byte offset 7'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("ab<b", "Unclosed start tag at byte offset 2"),
        ("<a href='x", "Unclosed start tag at byte offset 0"),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ('<a ="x">', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=h_x>y</a>", "Unexpected end of name token at byte offset 8"),
        ("<b>x</b ", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">y</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)
def test_wrong_markup_is_refused_in_the_real_servers_words(text: str, sentence: str) -> None:
    assert why(text) == sentence


@pytest.mark.parametrize(
    ("text", "kind", "extra"),
    [
        ('<span class="tg-spoiler">x</span>', "spoiler", {}),
        ("<ins>x</ins>", "underline", {}),
        ("<STRONG>x</STRONG>", "bold", {}),
        ("<del>x</del>", "strikethrough", {}),
        ("<blockquote expandable>x</blockquote>", "expandable_blockquote", {}),
        ('<pre><code class="language-py">x</code></pre>', "pre", {"language": "py"}),
        ('<code class="language-py">x</code>', "code", {}),
        ('<a href="HTTPS://Example.COM?a=1&amp;b=2">x</a>', "text_link", {"url": "https://example.com/?a=1&b=2"}),
        ("<a>example.com</a>", "text_link", {"url": "http://example.com/"}),
        ('<a href="tg://user?id=1001">x</a>', "text_mention", {"user": {"id": 1001}}),
        ('<tg-emoji emoji-id="53">x</tg-emoji>', "custom_emoji", {"custom_emoji_id": "53"}),
        ("<b>x</>", "bold", {}),
    ],
)  # fmt: skip
def test_each_supported_tag_becomes_its_entity(text: str, kind: str, extra: object) -> None:
    _, entities = parse(text)
    assert [(entity.kind, entity.extra) for entity in entities] == [(kind, extra)]


def test_a_link_that_is_none_keeps_its_words_and_loses_the_link() -> None:
    assert parse('<a href="javascript:alert(1)">x</a>') == ("x", [])
    assert parse('<a href="tg://user?id=5">x</a>') == ("x", [])


def test_references_are_decoded_once_and_unknown_ones_stay() -> None:
    assert parse("&lt;b&gt; &amp;lt; &quot; &#x1F680; &#65; &nbsp;")[0] == '<b> &lt; " 🚀 A &nbsp;'


def test_control_characters_vanish_and_offsets_move_with_them() -> None:
    text, entities = tidy(*parse("\r\u202ea🚀\r<b>ب\r\u202eج</b> \n"))
    assert text == "a🚀بج"
    assert [(entity.offset, entity.length) for entity in entities] == [(3, 2)]


def test_leading_space_is_trimmed_only_up_to_the_first_entity() -> None:
    text, entities = tidy(*parse("  <b> x</b>  "))
    assert text == " x"
    assert [(entity.offset, entity.length) for entity in entities] == [(0, 2)]


def test_invisible_text_counts_as_empty() -> None:
    assert tidy(*parse("<b> \u200b\u2060\n</b>")) == ("", [])


def test_touching_entities_of_one_kind_become_one() -> None:
    _, entities = tidy(*parse("<b>a</b><b>b</b>"))
    assert [(entity.kind, entity.offset, entity.length) for entity in entities] == [("bold", 0, 2)]


def test_more_than_a_hundred_entities_are_cut_to_a_hundred() -> None:
    _, entities = tidy(*parse("<b>x</b> " * 130))
    assert len(entities) == 100


def test_entities_as_json_are_checked() -> None:
    assert from_json([{"type": "bold", "offset": 0, "length": 2}]) == [Entity("bold", 0, 2)]
    with pytest.raises(Refusal, match="MessageEntity"):
        from_json([{"type": "bold", "offset": 0}])
    with pytest.raises(Refusal, match="Unsupported type"):
        from_json([{"type": "glow", "offset": 0, "length": 1}])


def test_nothing_is_found_inside_code_and_links() -> None:
    source = "<code>https://a.com</code> <a href='b.com'>@someone</a> <b>#tag</b> x@y.org"
    text, entities = tidy(*parse(source))
    assert [cut(text, entity) for entity in entities] == ["https://a.com", "@someone", "#tag"]
    found = [(e.kind, cut(text, e)) for e in with_found(text, entities) if e not in entities]
    assert found == [("hashtag", "#tag"), ("email", "x@y.org")]
