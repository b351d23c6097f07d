"""Commands per scope and language, names, the menu button."""

from __future__ import annotations

import pytest
from telegram import (
    Bot,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
    MenuButtonCommands,
    MenuButtonDefault,
)
from telegram.error import BadRequest

from tests.sandbox.conftest import CHANNEL, DARA, DESK, FAMILIES, LAYLA, NOOR, SAM, Page


async def offered(page: Page, user: int, chat: int) -> list[str]:
    commands = (await page.get("commands", user=user, chat=chat))["commands"]
    return [command["description"] for command in commands]


async def test_commands_are_offered_by_language_and_fall_back_to_everybodys(
    bot: Bot, page: Page
) -> None:
    await bot.set_my_commands([("start", "Begin")])
    await bot.set_my_commands([("start", "ابدأ")], language_code="ar")
    assert await offered(page, LAYLA, LAYLA) == ["ابدأ"]
    assert await offered(page, SAM, SAM) == ["Begin"]
    assert await offered(page, DARA, DARA) == ["Begin"]


async def test_the_narrowest_scope_wins_before_the_language(bot: Bot, page: Page) -> None:
    await bot.set_my_commands([("a", "default ar")], language_code="ar")
    await bot.set_my_commands([("a", "private")], BotCommandScopeAllPrivateChats())
    assert await offered(page, LAYLA, LAYLA) == ["private"]
    await bot.set_my_commands([("a", "chat")], BotCommandScopeChat(LAYLA))
    assert await offered(page, LAYLA, LAYLA) == ["chat"]
    assert await offered(page, NOOR, NOOR) == ["private"]


async def test_in_groups_admins_and_members_are_offered_their_own(bot: Bot, page: Page) -> None:
    await bot.set_my_commands([("a", "group")], BotCommandScopeAllGroupChats())
    await bot.set_my_commands([("a", "admins")], BotCommandScopeAllChatAdministrators())
    await bot.set_my_commands([("a", "sam here")], BotCommandScopeChatMember(DESK, SAM))
    assert await offered(page, NOOR, DESK) == ["group"]
    assert await offered(page, LAYLA, DESK) == ["admins"]
    assert await offered(page, SAM, DESK) == ["sam here"]
    assert await offered(page, SAM, FAMILIES) == ["admins"]
    assert await offered(page, LAYLA, CHANNEL) == []


async def test_get_and_delete_mean_exactly_one_scope_and_language(bot: Bot, page: Page) -> None:
    await bot.set_my_commands([("start", "Begin")])
    assert [c.command for c in await bot.get_my_commands()] == ["start"]
    assert await bot.get_my_commands(language_code="ar") == ()
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats()) == ()
    await bot.delete_my_commands()
    assert await offered(page, SAM, SAM) == []


@pytest.mark.parametrize(
    ("name", "about", "sentence"),
    [
        ("Start", "x", r"(?i)bot_command_invalid"),
        ("ابدأ", "x", r"(?i)bot_command_invalid"),
        ("a" * 33, "x", "Command length must not exceed 32"),
        ("a", " ", "Command description must be non-empty"),
        ("a", "x" * 257, "Command description length must not exceed 256"),
    ],
)
async def test_a_wrong_command_is_refused(bot: Bot, name: str, about: str, sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        await bot.set_my_commands([(name, about)])


async def test_a_language_has_two_letters(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Invalid language code specified"):
        await bot.set_my_commands([("a", "b")], language_code="ckb")


async def test_texts_are_kept_per_language(bot: Bot, page: Page) -> None:
    await bot.set_my_description("Watches the news")
    await bot.set_my_description("يراقب الأخبار", language_code="ar")
    await bot.set_my_short_description("News")
    await bot.set_my_name("راصد")
    assert (await bot.get_my_description("ar")).description == "يراقب الأخبار"
    assert (await bot.get_my_description("fa")).description == "Watches the news"
    assert (await bot.get_my_short_description()).short_description == "News"
    assert (await bot.get_my_name()).name == (await bot.get_me()).first_name == "راصد"
    shown = (await page.get("state"))["bot"]
    assert shown["description_by_lang"] == {"": "Watches the news", "ar": "يراقب الأخبار"}


async def test_a_text_beyond_its_limit_is_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="short description is too long"):
        await bot.set_my_short_description("x" * 121)


async def test_a_menu_button_is_set_for_one_chat_or_for_all(bot: Bot) -> None:
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    await bot.set_chat_menu_button(LAYLA, MenuButtonDefault())
    assert (await bot.get_chat_menu_button()).type == "commands"
    assert (await bot.get_chat_menu_button(LAYLA)).type == "default"
    assert (await bot.get_chat_menu_button(SAM)).type == "commands"
