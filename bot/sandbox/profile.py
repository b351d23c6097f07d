"""What the bot says about itself: commands per scope and language, names, menu buttons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.people import Room
from bot.sandbox.wire import Json

ScopeKey = tuple[str, int, int]
"""(type, chat id, user id); 0 where the scope has none."""

DEFAULT: ScopeKey = ("default", 0, 0)


@dataclass(slots=True)
class Profile:
    """The profile. Texts map a language code (``""`` is everybody's) to the text."""

    commands: dict[tuple[ScopeKey, str], list[Json]] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(
        default_factory=lambda: {"name": {}, "description": {}, "short_description": {}}
    )
    menu_buttons: dict[int, Json] = field(default_factory=dict)  # 0: everybody's

    def text(self, what: str, lang: str) -> str:
        """``name``, ``description`` or ``short_description`` as a reader of ``lang`` sees it."""
        texts = self.texts[what]
        return texts.get(lang) or texts.get("", "")

    def put_text(self, what: str, lang: str, text: str) -> None:
        """Set a text; an empty one removes it for that language."""
        self.texts[what].pop(lang, None)
        if text:
            self.texts[what][lang] = text

    def menu_button(self, chat_id: int) -> Json:
        """The button of one private chat, else everybody's."""
        return self.menu_buttons.get(chat_id) or self.menu_buttons.get(0) or {"type": "commands"}

    def resolve(self, room: Room, user_id: int, lang: str) -> list[Json]:
        """The commands a person is offered in a chat: the narrowest scope that has a list wins,

        and in each scope the person's language before everybody's
        (https://core.telegram.org/bots/api#botcommandscope).
        """
        for scope in scopes_for(room, user_id):
            for code in (lang, ""):
                found = self.commands.get((scope, code))
                if found:
                    return found
        return []


def scopes_for(room: Room, user_id: int) -> Iterator[ScopeKey]:
    """The scopes that apply, in the documented order."""
    is_admin = user_id in room.admins
    if room.is_private:
        yield ("chat", room.id, 0)
        yield ("all_private_chats", 0, 0)
    elif room.is_group:
        yield ("chat_member", room.id, user_id)
        if is_admin:
            yield ("chat_administrators", room.id, 0)
        yield ("chat", room.id, 0)
        if is_admin:
            yield ("all_chat_administrators", 0, 0)
        yield ("all_group_chats", 0, 0)
    if room.kind != "channel":
        yield DEFAULT
