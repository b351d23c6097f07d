"""Which topic of a forum alerts go to, said whenever somebody acts in another one.

A chat has one: whoever subscribes or starts in a topic moves them all there.
"""

from __future__ import annotations

from bot.core.i18n import Voice
from bot.core.model import Chat, Line, Note, Part
from bot.flow.asked import Asked


def moved_here(asked: Asked) -> list[Line]:
    """That alerts come here from now on, if they went elsewhere."""
    if not asked.is_elsewhere:
        return []
    return [asked.voice.says("📍 All alerts of this group now come in this topic.")]


def arrive_elsewhere(asked: Asked) -> list[Line]:
    """That alerts come in another topic than this one, and how to change it."""
    if not asked.is_elsewhere:
        return []
    voice = asked.voice
    return [
        voice.says(
            "📍 The alerts of this group come in {topic}, not here. {start} brings them here.",
            topic=_named(voice, asked.chat),
            start="/start",
        )
    ]


def closed(voice: Voice) -> Note:
    """That alerts come in General from now on, said there once, and how to change it."""
    line = voice.says(
        "📍 The topic where my alerts came is closed or deleted. From now on they come here;"
        " {start} in another topic brings them there.",
        start="/start",
    )
    return Note((line,), lang=voice.lang)


def _named(voice: Voice, chat: Chat) -> Part:
    """We know no names of forum topics, only where they are."""
    if chat.thread_id is None:
        return Part(voice.label("the General topic"))
    group = str(chat.id).removeprefix("-100")
    return Part(voice.label("another topic"), url=f"https://t.me/c/{group}/{chat.thread_id}")
