"""Plain text in a private chat: most likely something to follow."""

from __future__ import annotations

from bot.core.model import Answer, Button, Knowledge
from bot.core.text import clean
from bot.flow.asked import Asked
from bot.flow.following import piece, refused
from bot.flow.subscribing import target
from bot.flow.wording import EVERYTHING, button, code, note, rows, subject


def text(asked: Asked, knowledge: Knowledge) -> Answer:
    """Offer to follow it, as a topic or place where it is one, and as words."""
    voice, wanted = asked.voice, clean(asked.args).strip()
    understood = piece(wanted, knowledge)
    if understood.query is None:
        return Answer(notes=(note(voice, refused(voice, understood)),))
    watch = button(voice.label("👁 Watch these words"), "watch", wanted)
    lines = [voice.says("Watch {query}?", query=code(wanted[:200]))]
    if not watch:
        lines = [
            voice.says("To watch this, send it behind the command:"),
            voice.says("{command}", command=code(f"/watch {wanted[:200]}")),
        ]
    doors: list[Button] = [*_subscription(asked, knowledge, wanted), *watch]
    return Answer(notes=(note(voice, lines, rows(doors, 1)),))


def _subscription(asked: Asked, knowledge: Knowledge, wanted: str) -> tuple[Button, ...]:
    query = target(knowledge, wanted)
    if query is None:
        return ()
    what = subject(asked.voice, knowledge, query)
    label = asked.voice.label("🔔 Subscribe: {what}", what=what)
    return button(label, "subscribe", query.removeprefix(f"{EVERYTHING} + "))
