"""Edits, deletions, presses and reactions through the unmodified client."""

from __future__ import annotations

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, ReactionTypeEmoji
from telegram.error import BadRequest

from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import DESK, LAYLA, NOOR, Page

MARKUP = InlineKeyboardMarkup([[InlineKeyboardButton("Mute", callback_data="1|mute|7")]])


async def test_an_edit_changes_the_text_and_takes_the_keyboard_away(bot: Bot, page: Page) -> None:
    sent = await bot.send_message(LAYLA, "old", reply_markup=MARKUP)
    edited = await sent.edit_text("<b>new</b>", parse_mode="HTML")
    assert isinstance(edited, Message)
    assert (edited.text, edited.message_id, edited.reply_markup) == ("new", sent.message_id, None)
    assert edited.edit_date is not None
    assert len(await page.journal()) == 1


async def test_the_same_content_again_is_not_modified(bot: Bot) -> None:
    sent = await bot.send_message(LAYLA, "<b>x</b>", parse_mode="HTML", reply_markup=MARKUP)
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await sent.edit_text("<b>x</b>", parse_mode="HTML", reply_markup=MARKUP)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_reply_markup(MARKUP)
    await sent.edit_text("x", reply_markup=MARKUP)


async def test_only_the_keyboard_can_be_edited_too(bot: Bot) -> None:
    sent = await bot.send_message(LAYLA, "x", reply_markup=MARKUP)
    edited = await sent.edit_reply_markup(None)
    assert isinstance(edited, Message)
    assert (edited.text, edited.reply_markup) == ("x", None)


async def test_what_is_not_there_or_not_ours_cannot_be_edited(bot: Bot, page: Page) -> None:
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", LAYLA, 5)
    theirs = (await page.post("send", user=LAYLA, chat=LAYLA, text="hello"))["message"]
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", LAYLA, theirs["message_id"])
    document = await bot.send_document(LAYLA, b"x", caption="c")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", LAYLA, document.message_id)


async def test_a_deleted_message_is_gone_for_every_method(bot: Bot, page: Page) -> None:
    sent = await bot.send_message(LAYLA, "x")
    assert await sent.delete()
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await sent.delete()
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(LAYLA, "y", reply_to_message_id=sent.message_id)
    shown = (await page.get("messages", chat=LAYLA))["messages"]
    assert [message["sandbox"]["deleted"] for message in shown] == [True]


async def test_deleting_asks_for_rights_and_for_less_than_48_hours(
    sandbox: Sandbox, bot: Bot, page: Page
) -> None:
    theirs = (await page.post("send", user=LAYLA, chat=DESK, text="hello"))["message"]
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(DESK, theirs["message_id"])
    old = await bot.send_message(LAYLA, "x")
    now = sandbox.world.now()
    sandbox.world.now = lambda: now + 48 * 3600 + 5
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await old.delete()


async def test_a_press_is_answered_once(bot: Bot, page: Page) -> None:
    sent = await bot.send_message(LAYLA, "x", reply_markup=MARKUP)
    pressed = await page.post(
        "press", user=LAYLA, chat=LAYLA, message_id=sent.message_id, data="1|mute|7"
    )
    query = (await bot.get_updates())[0].callback_query
    assert query is not None
    assert (query.id, query.data, query.from_user.id) == (
        pressed["callback_query_id"],
        "1|mute|7",
        LAYLA,
    )
    assert isinstance(query.message, Message)
    assert query.message.reply_markup == MARKUP
    assert await query.answer("done", show_alert=True)
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query"):
        await query.answer()


async def test_an_old_press_can_no_longer_be_answered(
    sandbox: Sandbox, bot: Bot, page: Page
) -> None:
    sent = await bot.send_message(LAYLA, "x", reply_markup=MARKUP)
    pressed = await page.post(
        "press", user=LAYLA, chat=LAYLA, message_id=sent.message_id, data="1|mute|7"
    )
    now = sandbox.world.now()
    sandbox.world.now = lambda: now + 120
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(pressed["callback_query_id"])


async def test_a_toast_beyond_200_characters_is_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await bot.answer_callback_query("1", "x" * 201)


async def test_a_button_that_is_not_there_cannot_be_pressed(bot: Bot, page: Page) -> None:
    sent = await bot.send_message(LAYLA, "x", reply_markup=MARKUP)
    told = await page.post(
        "press", 400, user=LAYLA, chat=LAYLA, message_id=sent.message_id, data="other"
    )
    assert told == {"error": "this message has no such button"}


async def test_the_bot_has_one_reaction_of_the_known_ones(bot: Bot, page: Page) -> None:
    sent = await bot.send_message(LAYLA, "x")
    assert await sent.set_reaction("👍")
    assert await sent.set_reaction("👎")
    shown = (await page.get("messages", chat=LAYLA))["messages"][0]
    assert shown["sandbox"]["reactions"] == {"👎": [4200000001]}
    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await sent.set_reaction("🚀")
    with pytest.raises(BadRequest, match="Message to react not found"):
        await bot.set_message_reaction(LAYLA, 5, "👍")


async def test_a_persons_reaction_is_told_only_on_request(bot: Bot, page: Page) -> None:
    sent = await bot.send_message(NOOR, "x")
    await page.post("react", user=NOOR, chat=NOOR, message_id=sent.message_id, emoji="👍")
    assert await bot.get_updates(allowed_updates=["message", "message_reaction"]) == ()
    await page.post("react", user=NOOR, chat=NOOR, message_id=sent.message_id, emoji="👎")
    told = (await bot.get_updates())[0].message_reaction
    assert told is not None
    assert told.old_reaction == (ReactionTypeEmoji("👍"),)
    assert told.new_reaction == (ReactionTypeEmoji("👎"),)
