"""Telegram's web view of a channel, as posts.

The view is a page of the newest twenty posts for whoever has no account. A channel that is
private, switched its view off or does not exist answers with a page about itself instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from bot.sources import dates, plain
from bot.sources.links import http_link

_POST = re.compile(r"\A([\w-]+)/(\d{1,18})\Z", re.ASCII)
_PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)


@dataclass(frozen=True, slots=True)
class Post:
    """One post as the view shows it. ``forwarded_from`` is ``""`` where the words are its own."""

    handle: str
    number: int
    text: str
    posted_at: datetime | None = None
    is_edited: bool = False
    forwarded_from: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What a page of the view holds; ``problem`` is a sentence where it is no such page.

    ``numbers`` are of all that is shown, in order: pictures without a word among them.
    """

    posts: tuple[Post, ...] = ()
    numbers: tuple[int, ...] = ()
    problem: str = ""


def read(text: str) -> View:
    """Read a page of the view; whatever is missing in a post is left out."""
    root = _root(text)
    if root is None:
        return View(problem="It answers with an empty document instead of its posts.")
    messages = _all(root, "tgme_widget_message")
    if not messages and not _all(root, "tgme_channel_history"):
        return View(problem=_who_it_is(root))
    posts = (_post(message) for message in messages)
    # A post that is shown twice counts once.
    found = {post.number: post for post in posts if post is not None}
    named = (_POST.match(message.get("data-post") or "") for message in messages)
    numbers = sorted({int(name[2]) for name in named if name})
    return View(tuple(found[number] for number in sorted(found)), tuple(numbers))


def _root(text: str) -> etree._Element | None:
    body = plain.short_tags(text).encode("utf-8", "replace")
    try:
        found: etree._Element | None = etree.fromstring(body, _PARSER)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    return found


def _who_it_is(root: etree._Element) -> str:
    """What stands there instead of posts."""
    if not _all(root, "tgme_page"):
        return "It is no web view of a Telegram channel. Write its handle, like @name."
    title = _words(_first(root, "tgme_page_title"))
    if title:
        return (
            f'Telegram shows no posts of "{title[:80]}" on the web: it is a private channel, a'
            " group or a person, or its view is switched off."
        )
    return "There is no Telegram channel of this name, or it is private."


def _post(message: etree._Element) -> Post | None:
    named = _POST.match(message.get("data-post") or "")
    text = _text(message)
    if named is None or not text or "service_message" in (message.get("class") or "").split():
        return None
    when = _first(message, "tgme_widget_message_date")
    return Post(
        handle=named[1],
        number=int(named[2]),
        text=text,
        posted_at=_moment(message if when is None else when),
        is_edited="edited" in _words(_first(message, "tgme_widget_message_meta")).casefold(),
        forwarded_from=_forwarded(message),
        links=_links(message),
    )


def _moment(element: etree._Element) -> datetime | None:
    stated = next((time.get("datetime") for time in element.iter("time")), None)
    return dates.written(stated) if stated else None


def _forwarded(message: etree._Element) -> str:
    named = _first(message, "tgme_widget_message_forwarded_from_name")
    return _words(named)[:80]


def _text(message: etree._Element) -> str:
    """What the post says, or asks, or what its link leads to where it is nothing but a link."""
    own = [e for e in _all(message, "js-message_text", "tgme_widget_message_text") if _is_own(e)]
    asked = _all(message, "tgme_widget_message_poll_question")
    said = plain.tidy("\n".join(_lines(element) for element in own[:1] + asked))
    bare = re.sub(r"https?://\S+", "", said).strip()
    if bare:
        return said
    shown = _all(message, "link_preview_title", "link_preview_description")
    return plain.tidy("\n".join([*(_lines(element) for element in shown), said]))


def _is_own(element: etree._Element) -> bool:
    """Whether it is the post's own text: not the one it replies to, not a part of another."""
    above = {name for up in element.iterancestors() for name in (up.get("class") or "").split()}
    quoted = "js-message_reply_text" in (element.get("class") or "").split()
    return not quoted and above.isdisjoint(
        {"tgme_widget_message_reply", "js-message_text", "tgme_widget_message_text"}
    )


def _links(message: etree._Element) -> tuple[str, ...]:
    own = [e for e in _all(message, "js-message_text", "tgme_widget_message_text") if _is_own(e)]
    previews = _all(message, "tgme_widget_message_link_preview")
    anchors = [a for e in own for a in e.iter("a")] + [e for e in previews if e.tag == "a"]
    found = (http_link("", anchor.get("href") or "") for anchor in anchors)
    return tuple(dict.fromkeys(link for link in found if link))


def _all(root: etree._Element, *names: str) -> list[etree._Element]:
    """The elements with one of these classes, in order."""
    wanted = set(names)
    return [e for e in root.iter(etree.Element) if wanted & set((e.get("class") or "").split())]


def _first(root: etree._Element, name: str) -> etree._Element | None:
    return next(iter(_all(root, name)), None)


def _lines(element: etree._Element) -> str:
    return plain.tidy("".join(plain.pieces(element)))


def _words(element: etree._Element | None) -> str:
    return "" if element is None else _lines(element).replace("\n", " ")
