"""Telegram's web view of a channel: pages made up here, in its shape."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.core.model import Poll, PollStatus, Source, SourceKind
from bot.errors import SourceInvalid
from bot.sources.channel import ChannelPoller, handle_of
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.posts import read
from tests.making import NOW
from tests.sources.servers import serving

RAID = "سقوط ثلاثة صواريخ قرب قاعدة عين الأسد<br/>لا إصابات حتى الآن"


def post(number: int, text: str = RAID, **parts: str) -> str:
    """One post as the web view shows it; ``parts`` are markup put in its places."""
    said = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
    return f"""
<div class="tgme_widget_message_wrap js-widget_message_wrap">
 <div class="tgme_widget_message js-widget_message" data-post="nahr/{number}">
  <div class="tgme_widget_message_bubble">
   <div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name"
     href="https://t.me/nahr"><span dir="auto">قناة النهر</span></a></div>
   {parts.get("above", "")}
   {parts.get("text", said)}
   {parts.get("below", "")}
   <div class="tgme_widget_message_footer"><div class="tgme_widget_message_info">
    <span class="tgme_widget_message_views">{parts.get("views", "12.1K")}</span>
    <span class="tgme_widget_message_meta">{parts.get("edited", "")}
     <a class="tgme_widget_message_date" href="https://t.me/nahr/{number}">
      <time datetime="2026-11-22T11:58:00+00:00" class="time">11:58</time></a></span>
   </div></div>
  </div></div></div>"""


def view(*posts: str) -> str:
    return (
        '<!DOCTYPE html><html><head><title>قناة النهر</title></head><body><main class="tgme_main">'
        '<section class="tgme_channel_history js-message_history">'
        f"{''.join(posts)}</section></main></body></html>"
    )


ALONE = """<html><body><div class="tgme_page_wrap"><div class="tgme_page">
{title}<div class="tgme_page_description">If you have <b>Telegram</b>, you can contact them.</div>
</div></div></body></html>"""
NAMED = '<div class="tgme_page_title"><span dir="auto">مجموعة الحي</span></div>'


# ── what a page says ─────────────────────────────────────────────────────────────────────────


def test_a_post_is_its_lines_its_time_and_its_number() -> None:
    (found,) = read(view(post(41))).posts
    assert (found.handle, found.number) == ("nahr", 41)
    assert found.text == "سقوط ثلاثة صواريخ قرب قاعدة عين الأسد\nلا إصابات حتى الآن"
    assert found.posted_at == datetime(2026, 11, 22, 11, 58, tzinfo=UTC)
    assert not found.is_edited
    assert found.forwarded_from == ""


def test_an_edited_post_says_so() -> None:
    assert read(view(post(41, edited="edited"))).posts[0].is_edited


def test_a_forwarded_post_names_whose_words_they_are() -> None:
    above = (
        '<div class="tgme_widget_message_forwarded_from">Forwarded from&nbsp;'
        '<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/sahil">'
        '<span dir="auto">مرصد الساحل</span></a></div>'
    )
    assert read(view(post(41, above=above))).posts[0].forwarded_from == "مرصد الساحل"


def test_what_a_post_replies_to_is_not_what_it_says() -> None:
    above = (
        '<a class="tgme_widget_message_reply" href="https://t.me/nahr/9">'
        '<div class="tgme_widget_message_text js-message_reply_text" dir="auto">انفجار في أربيل'
        "</div></a>"
    )
    assert (
        read(view(post(41, "تحديث: إنذار كاذب", above=above))).posts[0].text == "تحديث: إنذار كاذب"
    )


def test_emoji_names_and_links_stay_readable() -> None:
    text = (
        '<i class="emoji" style="x"><b>🔴</b></i> عاجل: <b>قصف</b> على '
        '<a href="https://example.org/n/7" target="_blank">قاعدة بلد</a>'
    )
    (found,) = read(view(post(41, text))).posts
    assert found.text == "🔴 عاجل: قصف على قاعدة بلد"
    assert found.links == ("https://example.org/n/7",)


def test_a_post_that_is_nothing_but_a_link_says_what_the_link_is() -> None:
    below = (
        '<a class="tgme_widget_message_link_preview" href="https://example.org/n/7">'
        '<div class="link_preview_title">مسيرة تسقط قرب مطار أربيل</div>'
        '<div class="link_preview_description">بلا أضرار</div></a>'
    )
    bare = '<a href="https://example.org/n/7">https://example.org/n/7</a>'
    assert read(view(post(41, bare, below=below))).posts[0].text.startswith("مسيرة تسقط قرب مطار")
    # With words of its own these are the post: the preview may be of anything.
    assert "مسيرة" not in read(view(post(41, "صباح الخير", below=below))).posts[0].text


def test_a_caption_is_a_text_and_a_picture_alone_is_no_entry() -> None:
    photo = '<a class="tgme_widget_message_photo_wrap" href="https://t.me/nahr/42"></a>'
    captioned, bare = post(41, above=photo), post(42, above=photo, text="")
    assert [found.number for found in read(view(captioned, bare)).posts] == [41]


def test_missing_parts_are_left_out() -> None:
    broken = '<div class="tgme_widget_message_text">قصف'
    page = f'<section><div class="tgme_widget_message" data-post="nahr/5">{broken}'
    (found,) = read(page).posts
    assert (found.number, found.text, found.posted_at) == (5, "قصف", None)


@pytest.mark.parametrize("number", ["", "nahr", "nahr/x", "nahr/-3", "c/1/2"])
def test_a_post_without_a_number_is_none(number: str) -> None:
    page = view(post(41)).replace('data-post="nahr/41"', f'data-post="{number}"')
    assert read(page).posts == ()


def test_a_post_shown_twice_counts_once_and_they_come_in_order() -> None:
    assert [p.number for p in read(view(post(7), post(5), post(7))).posts] == [5, 7]


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        (ALONE.format(title=NAMED), r'no posts of "مجموعة الحي"'),
        (ALONE.format(title=""), "no Telegram channel of this name"),
        ("<html><body><p>hello</p></body></html>", "no web view"),
        ("", "empty document"),
    ],
)
def test_what_is_no_view_says_what_it_is(page: str, problem: str) -> None:
    assert problem in read(page).problem


@pytest.mark.parametrize(
    "text",
    [
        "nahr_news",
        "@nahr_news",
        "https://t.me/nahr_news",
        "https://t.me/s/nahr_news/",
        "t.me/nahr_news",
    ],
)
def test_a_handle_is_read_however_it_is_written(text: str) -> None:
    assert handle_of(text) == "nahr_news"


@pytest.mark.parametrize("text", ["", "@", "a b", "https://example.org/x", "t.me/+AbCdEf", "../x"])
def test_what_is_no_handle_is_refused(text: str) -> None:
    assert handle_of(text) == ""


# ── polls ────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Channel:
    """A web view on loopback: its posts by number, twenty a page."""

    posts: dict[int, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    views: int = 0
    busy: bool = False  # for who asks for older posts

    async def page(self, request: web.Request) -> web.Response:
        self.asked.append(request.query_string)
        self.views += 1
        if self.busy and request.query_string:
            raise web.HTTPTooManyRequests
        before = int(request.query.get("before", 10**9))
        shown = sorted(number for number in self.posts if number < before)[-20:]
        found = [post(number, self.posts[number], views=str(self.views)) for number in shown]
        return web.Response(text=view(*found), content_type="text/html")


@pytest.fixture
async def poller() -> AsyncIterator[ChannelPoller]:
    fetcher = Fetcher(FetchLimits(total_s=2, idle_s=1))
    yield ChannelPoller(fetcher, lambda: NOW)
    await fetcher.close()


def channel_at(url: str, **parts: object) -> Source:
    source = Source("channel-nahr", SourceKind.CHANNEL, "Nahr", f"{url}/nahr", "ar", private=True)
    return replace(source, **parts)  # type: ignore[arg-type]


def after(source: Source, poll: Poll) -> Source:
    return replace(source, body_hash=poll.body_hash, polled_ok_at=NOW)


def numbers(poll: Poll) -> list[int]:
    return [int(entry.key.removeprefix("post:")) for entry in poll.entries]


async def test_posts_become_entries_that_a_reader_can_open(poller: ChannelPoller) -> None:
    channel = Channel({5: RAID})
    async with serving(nahr=channel.page) as url:
        poll = await poller.poll(channel_at(url))
    (entry,) = poll.entries
    assert entry.title == "سقوط ثلاثة صواريخ قرب قاعدة عين الأسد"
    assert entry.link == "https://t.me/nahr/5"
    assert (entry.source_name, entry.lang) == ("Nahr", "ar")
    assert entry.published_at == datetime(2026, 11, 22, 11, 58, tzinfo=UTC)


async def test_views_that_were_counted_are_no_change(poller: ChannelPoller) -> None:
    channel = Channel({5: RAID})
    async with serving(nahr=channel.page) as url:
        source = channel_at(url)
        again = await poller.poll(after(source, await poller.poll(source)))
    assert again.status is PollStatus.NOT_MODIFIED
    assert again.entries == ()


async def test_an_edited_post_is_the_same_entry_in_other_words(poller: ChannelPoller) -> None:
    channel = Channel({5: RAID})
    async with serving(nahr=channel.page) as url:
        source = channel_at(url)
        first = await poller.poll(source)
        channel.posts[5] = "سقوط ثلاثة صواريخ داخل القاعدة"
        second = await poller.poll(after(source, first))
    assert second.status is PollStatus.CHANGED
    assert second.entries[0].fingerprint == first.entries[0].fingerprint
    assert second.entries[0].text_hash != first.entries[0].text_hash


async def test_missed_posts_are_fetched_from_at_most_three_pages(poller: ChannelPoller) -> None:
    channel = Channel({number: f"خبر {number}" for number in range(1, 11)})
    async with serving(nahr=channel.page) as url:
        source = channel_at(url)
        first = await poller.poll(source)
        assert channel.asked == [""]
        channel.posts |= {number: f"خبر {number}" for number in range(11, 46)}
        second = await poller.poll(after(source, first))
        assert numbers(second) == list(range(11, 46))
        assert channel.asked[1:] == ["", "before=26"]
        channel.posts |= {number: f"خبر {number}" for number in range(46, 200)}
        third = await poller.poll(after(source, second))
    assert channel.asked[3:] == ["", "before=180", "before=160"]
    assert numbers(third) == list(range(140, 200))
    assert third.notes == (
        "More than 3 pages of posts were missed: those before 140 were not read.",
    )
    assert second.notes == ()


async def test_new_posts_do_not_wait_for_missed_ones_which_are_asked_for_again(
    poller: ChannelPoller,
) -> None:
    channel = Channel({1: "خبر"})
    async with serving(nahr=channel.page) as url:
        source = channel_at(url)
        first = await poller.poll(source)
        channel.posts |= dict.fromkeys(range(2, 32), "خبر")
        channel.busy = True
        second = await poller.poll(after(source, first))
        assert numbers(second) == list(range(12, 32))
        assert "not found yet" in second.notes[0]
        channel.busy = False
        third = await poller.poll(after(source, second))
    assert numbers(third) == list(range(2, 32))


async def test_the_first_poll_does_not_read_back(poller: ChannelPoller) -> None:
    channel = Channel(dict.fromkeys(range(1, 100), "خبر"))
    async with serving(nahr=channel.page) as url:
        await poller.poll(channel_at(url))
    assert channel.asked == [""]


async def test_a_channel_that_went_private_is_a_failure_with_its_name(
    poller: ChannelPoller,
) -> None:
    async def alone(request: web.Request) -> web.Response:
        return web.Response(text=ALONE.format(title=NAMED), content_type="text/html")

    async def moved(request: web.Request) -> web.Response:
        raise web.HTTPFound("/about")

    async with serving(nahr=moved, about=alone) as url:
        with pytest.raises(SourceInvalid, match="private channel"):
            await poller.poll(channel_at(url))


async def test_a_channel_that_lost_all_its_posts_is_a_failure(poller: ChannelPoller) -> None:
    channel = Channel({5: RAID})
    async with serving(nahr=channel.page) as url:
        source = channel_at(url)
        seen = after(source, await poller.poll(source))
        channel.posts.clear()
        with pytest.raises(SourceInvalid, match="no posts"):
            await poller.poll(seen)


async def test_an_empty_new_channel_is_no_failure(poller: ChannelPoller) -> None:
    async with serving(nahr=Channel().page) as url:
        assert (await poller.poll(channel_at(url))).entries == ()


async def test_whose_words_a_forwarded_post_repeats_stands_beside_the_name(
    poller: ChannelPoller,
) -> None:
    above = '<a class="tgme_widget_message_forwarded_from_name"><span>مرصد الساحل</span></a>'

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=view(post(5, above=above)), content_type="text/html")

    async with serving(nahr=page) as url:
        poll = await poller.poll(channel_at(url))
    assert poll.entries[0].source_name == "Nahr (forwarded from مرصد الساحل)"


async def test_pages_of_pictures_hide_no_words_before_them(poller: ChannelPoller) -> None:
    channel = Channel({100: "خبر"})
    async with serving(nahr=channel.page) as url:
        source = channel_at(url)
        first = await poller.poll(source)
        channel.posts |= dict.fromkeys(range(101, 111), RAID) | dict.fromkeys(range(111, 150), "")
        channel.posts[150] = "خبر"
        second = await poller.poll(after(source, first))
    assert numbers(second) == [*range(101, 111), 150]


async def test_twenty_pictures_in_a_row_are_no_failure_and_no_gap(poller: ChannelPoller) -> None:
    channel = Channel({5: RAID})
    async with serving(nahr=channel.page) as url:
        source = channel_at(url)
        seen = after(source, await poller.poll(source))
        channel.posts |= dict.fromkeys(range(6, 30), "")
        seen = after(seen, await poller.poll(seen))
        channel.posts[30] = RAID
        assert numbers(await poller.poll(seen)) == [30]
    assert channel.asked == ["", "", "before=10", ""]
