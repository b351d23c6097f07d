"""New messages through the unmodified client."""

from __future__ import annotations

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter

from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import CHANNEL, DESK, FAMILIES, LAYLA, Page


def keyboard(**button: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Go", **button)]])


async def test_html_comes_back_as_text_and_entities(bot: Bot) -> None:
    sent = await bot.send_message(LAYLA, "🚀 <b>قاعدة</b> &amp; <i>حرير</i>", parse_mode="HTML")
    assert sent.text == "🚀 قاعدة & حرير"
    assert [sent.parse_entity(entity) for entity in sent.entities] == ["قاعدة", "حرير"]


async def test_entities_given_as_json_are_kept(bot: Bot) -> None:
    bold = MessageEntity("bold", 3, 4)
    sent = await bot.send_message(LAYLA, "🚀 base", entities=[bold])
    assert sent.parse_entities() == {sent.entities[0]: "base"}
    assert sent.entities[0].type == "bold"


async def test_links_and_commands_are_found_in_plain_text(bot: Bot) -> None:
    sent = await bot.send_message(LAYLA, "🚀 /list on https://example.com/a, #عاجل @sam_sandbox")
    found = {str(entity.type): text for entity, text in sent.parse_entities().items()}
    assert found == {
        "bot_command": "/list",
        "url": "https://example.com/a",
        "hashtag": "#عاجل",
        "mention": "@sam_sandbox",
    }


async def test_wrong_html_is_refused_and_nothing_is_stored(bot: Bot, page: Page) -> None:
    with pytest.raises(BadRequest, match=r"(?i)can't find end tag corresponding to start tag"):
        await bot.send_message(LAYLA, "<b>x", parse_mode="HTML")
    assert await page.journal() == []


async def test_the_text_limit_counts_utf16_after_parsing(bot: Bot) -> None:
    longest = "🚀" * 2048
    sent = await bot.send_message(LAYLA, f"<b>{longest}</b>", parse_mode="HTML")
    assert sent.text == longest
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(LAYLA, longest + "x")


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b"])
async def test_an_empty_text_is_refused(bot: Bot, text: str) -> None:
    with pytest.raises(BadRequest, match="Message text is empty"):
        await bot.send_message(LAYLA, text)


async def test_an_unknown_parse_mode_is_refused_clearly(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Unsupported parse_mode"):
        await bot.send_message(LAYLA, "x", parse_mode="rst")
    with pytest.raises(BadRequest, match=r"(?i)html only"):
        await bot.send_message(LAYLA, "x", parse_mode="MarkdownV2")


async def test_a_keyboard_comes_back_with_the_message(bot: Bot) -> None:
    markup = keyboard(callback_data="1|why|3")
    sent = await bot.send_message(LAYLA, "x", reply_markup=markup)
    assert sent.reply_markup == markup


async def test_callback_data_may_have_64_bytes_not_65(bot: Bot) -> None:
    await bot.send_message(LAYLA, "x", reply_markup=keyboard(callback_data="ق" * 32))
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(LAYLA, "x", reply_markup=keyboard(callback_data="ق" * 32 + "x"))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://nodots", "ftp://a.com", "http://"])
async def test_a_wrong_button_link_is_refused(bot: Bot, url: str) -> None:
    with pytest.raises(BadRequest, match=r"(?i)inline keyboard button url .* is invalid"):
        await bot.send_message(LAYLA, "x", reply_markup=keyboard(url=url))


async def test_a_button_without_action_is_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)text buttons are unallowed"):
        await bot.send_message(LAYLA, "x", reply_markup=keyboard())


async def test_a_topic_is_echoed_and_an_unknown_one_refused(bot: Bot, page: Page) -> None:
    sent = await bot.send_message(DESK, "x", message_thread_id=11)
    assert (sent.message_thread_id, sent.is_topic_message) == (11, True)
    for thread in (1, 99):
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(DESK, "x", message_thread_id=thread)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(LAYLA, "x", message_thread_id=11)
    assert [row["message_thread_id"] for row in await page.journal()] == [11]


async def test_a_reply_carries_the_message_it_answers(bot: Bot) -> None:
    first = await bot.send_message(LAYLA, "first")
    second = await bot.send_message(LAYLA, "second", reply_to_message_id=first.message_id)
    third = await bot.send_message(LAYLA, "third", reply_to_message_id=second.message_id)
    assert second.reply_to_message is not None
    assert second.reply_to_message.text == "first"
    assert third.reply_to_message is not None
    assert third.reply_to_message.reply_to_message is None


async def test_a_reply_to_nothing_is_refused_unless_allowed(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(LAYLA, "x", reply_parameters=ReplyParameters(5))
    lenient = ReplyParameters(5, allow_sending_without_reply=True)
    sent = await bot.send_message(LAYLA, "x", reply_parameters=lenient)
    assert sent.reply_to_message is None


async def test_silence_is_journalled_with_the_text_and_its_hash(bot: Bot, page: Page) -> None:
    await bot.send_message(LAYLA, "<b>one</b>", parse_mode="HTML", disable_notification=True)
    await bot.send_message(LAYLA, "two")
    one, two = await page.journal()
    assert (one["text"], one["silent"], one["method"], one["kind"]) == (
        "one",
        True,
        "sendMessage",
        "text",
    )
    assert (two["seq"], two["silent"]) == (one["seq"] + 1, False)
    assert one["text_hash"] != two["text_hash"]
    assert len(one["text_hash"]) == 64


async def test_a_document_makes_the_round_trip(bot: Bot, page: Page) -> None:
    content = bytes(range(256)) * 20
    sent = await bot.send_document(
        LAYLA, content, filename="watches.json", caption="<b>yours</b>", parse_mode="HTML"
    )
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("watches.json", 5120)
    assert sent.caption == "yours"
    assert sent.caption_entities[0].type == "bold"
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == content
    again = await bot.send_document(FAMILIES, sent.document.file_id)
    assert again.document == sent.document
    assert [row["kind"] for row in await page.journal()] == ["document", "document"]


async def test_a_caption_beyond_1024_is_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_document(LAYLA, b"x", caption="x" * 1025)


async def test_an_unknown_file_is_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id or the file is temporarily unavail"):
        await bot.get_file("nope")


async def test_a_venue_and_a_location_are_sent(bot: Bot) -> None:
    venue = await bot.send_venue(LAYLA, 33.8, 42.4, "عين الأسد", "Anbar")
    assert venue.venue is not None
    assert (venue.venue.title, venue.venue.location.latitude) == ("عين الأسد", 33.8)
    place = await bot.send_location(LAYLA, 33.8, 42.4)
    assert place.location == venue.location


async def test_typing_is_accepted_and_a_wrong_action_refused(bot: Bot) -> None:
    assert await bot.send_chat_action(LAYLA, "typing")
    with pytest.raises(BadRequest, match="Wrong parameter action in request"):
        await bot.send_chat_action(LAYLA, "dancing")


async def test_an_unknown_chat_is_not_found(bot: Bot) -> None:
    for chat in (5, -5, "@nobody_here"):
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(chat, "x")


async def test_blocked_deactivated_and_kicked_are_403_in_their_own_words(
    bot: Bot, page: Page
) -> None:
    await page.post("block", user=LAYLA, blocked=True)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(LAYLA, "x")
    await page.post("block", user=LAYLA, blocked=False)
    await page.post("deactivate", user=LAYLA, deactivated=True)
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(LAYLA, "x")
    for chat, name in ((DESK, "supergroup"), (FAMILIES, "group"), (CHANNEL, "channel")):
        await page.post("member", chat=chat, status="kicked", by=1002)
        with pytest.raises(Forbidden, match=f"bot was kicked from the {name} chat"):
            await bot.send_message(chat, "x")
        await page.post("member", chat=chat, status="left", by=1002)
        with pytest.raises(Forbidden, match=f"bot is not a member of the {name} chat"):
            await bot.send_message(chat, "x")


async def test_an_upgraded_group_names_its_new_id(bot: Bot, page: Page) -> None:
    moved = (await page.post("migrate", chat=FAMILIES))["chat"]
    with pytest.raises(ChatMigrated) as told:
        await bot.send_message(FAMILIES, "x")
    assert told.value.new_chat_id == moved["id"]
    assert (await bot.send_message(told.value.new_chat_id, "x")).chat.type == "supergroup"


async def test_a_channel_message_has_no_author_but_the_channel(bot: Bot) -> None:
    sent = await bot.send_message(CHANNEL, "x")
    assert sent.from_user is None
    assert sent.sender_chat is not None
    assert sent.sender_chat.id == CHANNEL


async def test_an_unknown_token_is_refused(sandbox: Sandbox) -> None:
    for token in ("4200000001:wrong", "badshape"):
        with pytest.raises(InvalidToken):
            await Bot(token, base_url=sandbox.api_url).get_me()


async def test_the_per_chat_limit_answers_429_and_names_the_wait(bot: Bot, page: Page) -> None:
    await page.post("limits", enabled=True, retry_after=2)
    await bot.send_message(LAYLA, "x")
    with pytest.raises(RetryAfter) as told:
        await bot.send_message(LAYLA, "x")
    assert told.value._retry_after.total_seconds() == 2
    await bot.send_message(1002, "another chat is free")
    assert len(await page.journal()) == 2
