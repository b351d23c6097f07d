from __future__ import annotations

import asyncio

import pytest
from telegram import ChatMemberUpdated

from bot.core.model import Answer, Button, ChatKind, Happening, Message
from bot.telegram.handlers import happened
from bot.telegram.room import TelegramRoom
from tests.telegram.conftest import CHANNEL, DESK, FAMILIES, LAYLA, NOOR, SAM, Served, Stage, until


async def test_a_command_in_private_is_a_request(receiving: Served, stage: Stage) -> None:
    await stage.do("send", user=LAYLA, chat=LAYLA, text="/watch عين الأسد،\nحرير")
    (request,) = await receiving.wait(1)
    assert (request.name, request.args) == ("watch", "عين الأسد،\nحرير")
    assert (request.chat.id, request.chat.kind) == (LAYLA, ChatKind.PRIVATE)
    assert (request.chat.lang, request.is_admin, request.button) == ("ar", True, False)


async def test_english_is_spoken_to_everybody_who_does_not_speak_arabic(
    receiving: Served, stage: Stage
) -> None:
    for person in (SAM, 1004):
        await stage.do("send", user=person, chat=person, text="/help")
    requests = await receiving.wait(2)
    assert [r.chat.lang for r in requests] == ["en", "en"]


async def test_plain_text_counts_in_private_only(receiving: Served, stage: Stage) -> None:
    await stage.do("send", user=LAYLA, chat=FAMILIES, text="hello everybody")
    await stage.do("send", user=LAYLA, chat=LAYLA, text="عين الأسد")
    (request,) = await receiving.wait(1)
    assert (request.name, request.args, request.chat.id) == ("", "عين الأسد", LAYLA)


async def test_a_reply_names_what_it_answers(
    receiving: Served, stage: Stage, room: TelegramRoom
) -> None:
    alert = await room.messenger.send(Message(LAYLA, "alert", html=False))
    await stage.do("send", user=LAYLA, chat=LAYLA, text="/why", reply_to=alert)
    (request,) = await receiving.wait(1)
    assert (request.name, request.reply_to) == ("why", alert)


async def test_a_command_to_another_bot_is_left_alone(receiving: Served, stage: Stage) -> None:
    await stage.do("send", user=SAM, chat=FAMILIES, text="/list@another_bot")
    await stage.do("send", user=SAM, chat=FAMILIES, text="/list@Rasid_Sandbox_Bot")
    (request,) = await receiving.wait(1)
    assert (request.name, request.args) == ("list", "")


async def test_who_is_admin_of_a_group_is_asked_of_telegram(
    receiving: Served, stage: Stage
) -> None:
    thread = next(iter(stage.sandbox.world.rooms[DESK].topics))
    for person in (SAM, NOOR):
        await stage.do("send", user=person, chat=DESK, text="/stop", thread_id=thread)
    requests = await receiving.wait(2)
    assert [(r.user_id, r.is_admin) for r in requests] == [(SAM, True), (NOOR, False)]
    assert [r.chat.thread_id for r in requests] == [thread, thread]


async def test_a_post_in_a_channel_is_an_admins(receiving: Served, stage: Stage) -> None:
    await stage.do("send", user=LAYLA, chat=CHANNEL, text="/subscribe")
    (request,) = await receiving.wait(1)
    assert (request.chat.kind, request.is_admin) == (ChatKind.CHANNEL, True)
    assert request.chat.lang == "ar"  # its title is Arabic; a channel has no language of its own


async def test_a_button_is_a_request_and_its_toast_comes_back(
    receiving: Served, stage: Stage, room: TelegramRoom
) -> None:
    receiving.answer = Answer(toast="تمت الإزالة")
    told: list[dict[str, object]] = []
    stage.sandbox.world.events.tell = lambda type, **facts: told.append(  # type: ignore[method-assign]
        {"type": type, **facts}
    )
    sent = await room.messenger.send(
        Message(LAYLA, "list", html=False, buttons=((Button("🗑 1", data="1|drop|7"),),))
    )
    await stage.do("press", user=LAYLA, chat=LAYLA, message_id=sent, data="1|drop|7")
    (request,) = await receiving.wait(1)
    assert (request.button, request.args, request.message_id) == (True, "1|drop|7", sent)
    await until(lambda: any(event["type"] == "callback_answer" for event in told))
    (toast,) = [event for event in told if event["type"] == "callback_answer"]
    assert toast["text"] == "تمت الإزالة"
    assert toast["show_alert"] is False


async def test_an_answer_that_must_be_read_stays_until_it_is_closed(
    receiving: Served, stage: Stage, room: TelegramRoom
) -> None:
    receiving.answer = Answer(toast="Source: Wire", alert=True)
    told: list[dict[str, object]] = []
    stage.sandbox.world.events.tell = lambda type, **facts: told.append(  # type: ignore[method-assign]
        {"type": type, **facts}
    )
    buttons = ((Button("❓", data="1|why|s1"),),)
    sent = await room.messenger.send(Message(LAYLA, "alert", html=False, buttons=buttons))
    await stage.do("press", user=LAYLA, chat=LAYLA, message_id=sent, data="1|why|s1")
    await until(lambda: any(event["type"] == "callback_answer" for event in told))
    (toast,) = [event for event in told if event["type"] == "callback_answer"]
    assert (toast["text"], toast["show_alert"]) == ("Source: Wire", True)


async def test_blocking_and_unblocking_are_noticed(receiving: Served, stage: Stage) -> None:
    await stage.do("block", user=LAYLA, blocked=True)
    await stage.do("block", user=LAYLA, blocked=False)
    requests = await receiving.wait(2)
    assert [r.name for r in requests] == [Happening.GONE, Happening.ADDED]


async def test_being_removed_and_added_by_someone_is_noticed_in_their_language(
    receiving: Served, stage: Stage
) -> None:
    await stage.do("member", chat=FAMILIES, status="kicked", by=SAM)
    await stage.do("member", chat=FAMILIES, status="member", by=LAYLA)
    await stage.do("member", chat=FAMILIES, status="administrator", by=LAYLA)
    await stage.do("send", user=SAM, chat=SAM, text="/help")
    requests = await receiving.wait(4)
    # Two chats do not wait for each other; one chat is served in order.
    assert ("help", "en") in [(r.name, r.chat.lang) for r in requests]
    assert [(r.name, r.chat.lang) for r in requests if r.chat.id != SAM] == [
        (Happening.GONE, "en"),
        (Happening.ADDED, "ar"),
        (Happening.ADDED, "ar"),  # as an admin we may write even where members may not
    ]


_RIGHTS = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
    "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
    "can_add_web_page_previews can_change_info can_invite_users can_pin_messages "
    "can_manage_topics can_edit_tag can_react_to_messages can_be_edited is_anonymous "
    "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members "
    "can_promote_members can_post_stories can_edit_stories can_delete_stories can_manage_tags"
).split()


def standing(status: str, **rights: bool) -> dict[str, object]:
    us = {"id": 1, "is_bot": True, "first_name": "Rasid"}
    given = dict.fromkeys(_RIGHTS, False) | {"is_member": True} | rights
    return {"user": us, "status": status, "until_date": 0, **given}


LEFT, KICKED, MEMBER, ADMIN = (
    standing(status) for status in ("left", "kicked", "member", "administrator")
)
MUTED, LIMITED = standing("restricted"), standing("restricted", can_send_messages=True)
READER = standing("administrator", can_post_messages=False)
WRITER = standing("administrator", can_post_messages=True)


@pytest.mark.parametrize(
    ("before", "after", "means"),
    [
        (MUTED, MEMBER, Happening.ADDED),
        (MUTED, LIMITED, Happening.ADDED),
        (MUTED, ADMIN, Happening.ADDED),
        (MEMBER, ADMIN, Happening.ADDED),
        (KICKED, MEMBER, Happening.ADDED),
        (LEFT, LIMITED, Happening.ADDED),
        (READER, WRITER, Happening.ADDED),
        (LEFT, MUTED, None),
        (LEFT, READER, None),
        (MEMBER, MUTED, None),
        (ADMIN, MEMBER, None),
        (MEMBER, MEMBER, None),
        (MUTED, KICKED, Happening.GONE),
        (ADMIN, LEFT, Happening.GONE),
    ],
)
def test_whatever_lets_us_write_again_counts_as_added(
    before: dict[str, object], after: dict[str, object], means: Happening | None
) -> None:
    change = ChatMemberUpdated.de_json(
        {
            "chat": {"id": DESK, "type": "supergroup", "title": "Desk"},
            "from": {"id": SAM, "is_bot": False, "first_name": "Sam"},
            "date": 1,
            "old_chat_member": before,
            "new_chat_member": after,
        },
        None,
    )
    assert happened(change) is means


async def test_both_messages_of_a_migration_say_the_same(receiving: Served, stage: Stage) -> None:
    await stage.do("migrate", chat=FAMILIES)
    requests = [r for r in await receiving.wait(2) if r.name == Happening.MOVED]
    new = stage.sandbox.world.rooms[FAMILIES].migrated_to
    assert [(r.chat.id, r.args) for r in requests] == [(FAMILIES, str(new))] * 2


async def test_an_edited_command_is_not_a_second_command(receiving: Served, stage: Stage) -> None:
    me = {"id": LAYLA, "is_bot": False, "first_name": "Layla", "language_code": "ar"}
    edited = {
        "message_id": 5,
        "date": 1_700_000_000,
        "edit_date": 1_700_000_001,
        "chat": {"id": LAYLA, "type": "private", "first_name": "Layla"},
        "from": me,
        "text": "/stop",
        "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    }
    stage.sandbox.world.updates.allowed = ()  # as before our first poll
    stage.sandbox.world.updates.put("edited_message", edited)
    await stage.do("send", user=LAYLA, chat=LAYLA, text="/help")
    assert [r.name for r in await receiving.wait(1)] == ["help"]


@pytest.mark.parametrize("extra", [
    {"forward_origin": {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": "x"}},
    {"via_bot": {"id": 9, "is_bot": True, "first_name": "b", "username": "other_bot"}},
])  # fmt: skip
async def test_a_command_somebody_else_wrote_is_not_obeyed(
    receiving: Served, stage: Stage, extra: dict[str, object]
) -> None:
    stage.sandbox.world.updates.put("message", command_message("/stop", LAYLA, **extra))
    await stage.do("send", user=LAYLA, chat=LAYLA, text="/help")
    assert [r.name for r in await receiving.wait(1)] == ["help"]


async def test_an_anonymous_admin_counts_and_a_channel_writing_in_a_group_does_not(
    receiving: Served, stage: Stage
) -> None:
    group = {"id": DESK, "type": "supergroup", "title": "Security desk"}
    other = {"id": CHANNEL, "type": "channel", "title": "x"}
    for author in (group, other):
        written = command_message("/stop", 1087968824, chat=group, sender_chat=author)
        stage.sandbox.world.updates.put("message", written)
    requests = await receiving.wait(2)
    assert [r.is_admin for r in requests] == [True, False]
    # The sender Telegram names for them is the same in all chats of the world.
    assert [r.user_id for r in requests] == [None, None]


def command_message(text: str, user: int, **extra: object) -> dict[str, object]:
    chat = {"id": user, "type": "private", "first_name": "x"}
    command = {"type": "bot_command", "offset": 0, "length": len(text)}
    sender = {"id": user, "is_bot": False, "first_name": "x"}
    return {
        "message_id": 5,
        "date": 1_700_000_000,
        "chat": chat,
        "from": sender,
        "text": text,
        "entities": [command],
        **extra,
    }


async def test_a_button_of_an_alert_in_a_group_is_judged_by_who_pressed_it(
    receiving: Served, stage: Stage, room: TelegramRoom
) -> None:
    rows = ((Button("🗑", data="1|drop|1"),),)
    sent = await room.messenger.send(Message(DESK, "list", html=False, buttons=rows))
    for person in (NOOR, LAYLA):
        await stage.do("press", user=person, chat=DESK, message_id=sent, data="1|drop|1")
    requests = await receiving.wait(2)
    assert [(r.user_id, r.is_admin) for r in requests] == [(NOOR, False), (LAYLA, True)]
    await asyncio.sleep(0)
