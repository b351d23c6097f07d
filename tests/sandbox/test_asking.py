"""Chats, members, and how the bot learns that its own standing changed."""

from __future__ import annotations

import pytest
from telegram import Bot, ChatMember
from telegram.error import BadRequest, Forbidden

from bot.sandbox.server import Sandbox
from bot.sandbox.world import BOT_ID
from tests.sandbox.conftest import CHANNEL, DESK, FAMILIES, LAYLA, NOOR, SAM, Page


async def test_the_bot_knows_itself(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.is_bot) == (BOT_ID, "rasid_sandbox_bot", True)


async def test_chats_have_their_kind_and_title(bot: Bot) -> None:
    assert (await bot.get_chat(LAYLA)).type == "private"
    desk = await bot.get_chat(DESK)
    assert (desk.type, desk.is_forum) == ("supergroup", True)
    assert (await bot.get_chat(FAMILIES)).title == "Families"
    assert (await bot.get_chat(CHANNEL)).title == "تنبيهات الراصد"


async def test_admins_are_told_from_members_and_strangers(bot: Bot) -> None:
    statuses = [(await bot.get_chat_member(DESK, who)).status for who in (LAYLA, SAM, NOOR, BOT_ID)]
    assert statuses == ["creator", "administrator", "member", "member"]
    with pytest.raises(BadRequest, match=r"(?i)participant_id_invalid"):
        await bot.get_chat_member(DESK, 77)
    admins = await bot.get_chat_administrators(CHANNEL)
    assert [admin.user.id for admin in admins] == [LAYLA, BOT_ID]
    with pytest.raises(BadRequest, match="There are no administrators in the private chat"):
        await bot.get_chat_administrators(LAYLA)


async def test_the_bot_counts_as_a_member(bot: Bot) -> None:
    assert await bot.get_chat_member_count(FAMILIES) == 5


async def test_blocking_and_unblocking_is_told(bot: Bot, page: Page) -> None:
    await page.post("block", user=LAYLA, blocked=True)
    await page.post("block", user=LAYLA, blocked=True)
    await page.post("block", user=LAYLA, blocked=False)
    told = [update.my_chat_member for update in await bot.get_updates()]
    steps = [(t.chat.id, t.old_chat_member.status, t.new_chat_member.status) for t in told if t]
    assert steps == [(LAYLA, "member", "kicked"), (LAYLA, "kicked", "member")]


async def test_a_blocked_bot_hears_nothing(page: Page) -> None:
    await page.post("block", user=LAYLA, blocked=True)
    told = await page.post("send", 400, user=LAYLA, chat=LAYLA, text="x")
    assert "blocked" in told["error"]


async def test_being_kicked_and_added_is_told_with_who_did_it(bot: Bot, page: Page) -> None:
    await page.post("member", chat=FAMILIES, status="kicked", by=SAM)
    await page.post("send", user=NOOR, chat=FAMILIES, text="among ourselves")
    await page.post("member", chat=FAMILIES, status="administrator", by=SAM)
    kicked, joined, added = await bot.get_updates()
    assert kicked.my_chat_member is not None
    assert kicked.my_chat_member.new_chat_member.status == ChatMember.BANNED
    assert kicked.my_chat_member.from_user.id == SAM
    assert joined.message is not None
    assert [user.id for user in joined.message.new_chat_members] == [BOT_ID]
    assert added.my_chat_member is not None
    assert added.my_chat_member.new_chat_member.status == ChatMember.ADMINISTRATOR


async def test_a_left_chat_takes_no_messages(bot: Bot) -> None:
    assert await bot.leave_chat(DESK)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(DESK, "x")
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.get_chat(DESK)


async def test_migration_is_told_from_both_sides(bot: Bot, page: Page) -> None:
    new_id = (await page.post("migrate", chat=FAMILIES))["chat"]["id"]
    old, new = [update.message for update in await bot.get_updates()]
    assert old is not None
    assert (old.chat_id, old.migrate_to_chat_id) == (FAMILIES, new_id)
    assert new is not None
    assert (new.chat_id, new.migrate_from_chat_id) == (new_id, FAMILIES)


async def test_a_post_in_the_channel_is_a_channel_post(bot: Bot, page: Page) -> None:
    await page.post("send", user=LAYLA, chat=CHANNEL, text="/subscribe")
    await page.post("send", 400, user=NOOR, chat=CHANNEL, text="readers cannot write")
    (update,) = await bot.get_updates()
    assert update.message is None
    assert update.channel_post is not None
    assert (update.channel_post.text, update.channel_post.from_user) == ("/subscribe", None)


async def test_a_message_in_a_topic_answers_the_topics_head_as_on_the_real_server(
    bot: Bot, page: Page
) -> None:
    shown = (await page.post("send", user=LAYLA, chat=DESK, text="x", thread_id=11))["message"]
    message = (await bot.get_updates())[0].message
    assert message is not None
    assert message.message_thread_id == 11
    assert message.reply_to_message is not None
    assert message.reply_to_message.forum_topic_created is not None
    assert "reply_to_message" not in shown


async def test_ids_of_a_restarted_sandbox_are_new(sandbox: Sandbox, bot: Bot) -> None:
    from bot.sandbox.world import World, first_id

    sent = await bot.send_message(LAYLA, "x")
    now = sandbox.world.now()
    later = World("1:x", now=lambda: now + 1)
    assert later.rooms[LAYLA].next_id > sent.message_id
    assert first_id(now + 1) > first_id(now)
