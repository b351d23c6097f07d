"""What stands still and must be told to the operator: signs go in, sentences come out.

Durations are seconds of a steady clock, for the wall clock may be what is wrong. How each is said
once, and by which way: ``telling``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.model import Vitals

LOW_DISK_BYTES = 200 * 1024 * 1024
_LOOP_S = 30.0
LONG = timedelta(minutes=30)  # a group that is told of everything at 20 a minute may lag so far
# What is grave and was tried so often in vain is told sooner. Both together: a broadcast takes six
# minutes in which most were not tried yet, and a single try may fail anywhere in it.
SOON = timedelta(minutes=2, seconds=30)
TRIES = 4
ENOUGH = 10  # of that many chats half are many
_MANY_LOST = 5
# What concerns a part: the operator hears of it, and the rest goes on.
_PARTIAL = ("gone:", "dead", "unconfirmed", "backup", "stuck", "deaf")
_WHY = "The log says why (delivery_failed)."
# What cannot be told while something else is wrong, for it would be wrong as well.
_VEILS = {
    "loop": frozenset({"telegram", "deaf", "sending", "stuck"}),
    "telegram": frozenset({"deaf", "sending", "stuck"}),
    "sending": frozenset({"stuck"}),
    "refusals": frozenset({"stuck"}),
    "full": frozenset({"disk", "database"}),
    "disk": frozenset({"database"}),
}
_TIMED = frozenset({"polls", "feeds", "sending", "stuck"})
_BESIDE = frozenset({"loop", "telegram", "refusals", "deaf", "full", "disk", "backup"})
_NO_VITALS = _BESIDE | {"database", "look"}


@dataclass(frozen=True, slots=True)
class Signs:
    """What can be seen of the bot at one moment.

    Attributes:
        vitals: What the database shows; ``None`` where it did not answer.
        store_error: Why it did not.
        loop_silent_s: How long the main loop has not turned.
        telegram_silent_s: For how long Telegram was not reached.
        telegram_error: What it, or the way to it, said last.
        telegram_refused: It knows no bot with our token: waiting will not help.
        refused_since: Since when so many chats have refused us at once that it looks like an
            outage; ``None`` where they do not.
        deaf_s, deaf_why: How long what people write has not reached us.
        free_bytes: On the database's disk.
        disk_error: Why nobody can tell how much that is.
        is_full: A write failed for want of room, and none has worked since.
        backup_late: The newest backup is older than it may be, or there is none.
        backup_error: Why no backup was made.
        look_error: What of ours broke while it looked: nothing but the database was seen.
        is_early: We have just begun, or have just woken: what is old may be read any moment.
        has_woken: The machine was asleep until a moment ago.
    """

    vitals: Vitals | None = None
    store_error: str = ""
    loop_silent_s: float = 0.0
    telegram_silent_s: float = 0.0
    telegram_error: str = ""
    telegram_refused: bool = False
    refused_since: datetime | None = None
    deaf_s: float = 0.0
    deaf_why: str = ""
    free_bytes: int = 2**40
    disk_error: str = ""
    is_full: bool = False
    backup_late: bool = False
    backup_error: str = ""
    look_error: str = ""
    is_early: bool = False
    has_woken: bool = False


def found(signs: Signs, telegram_after_s: float, now: datetime) -> dict[str, str]:
    """What is wrong, by a stable name, each with a sentence for the operator."""
    told = _disk(signs) if signs.has_woken else _silence(signs, telegram_after_s) | _disk(signs)
    if signs.backup_late:
        why = f": {signs.backup_error}" if signs.backup_error else ""
        told["backup"] = f"No backup has been made for too long{why}."
    if signs.refused_since is not None:
        told["refusals"] = (
            f"Many chats have refused us at once{_since(signs.refused_since)}: this looks like an"
            " outage. What is for them waits, and nobody else is paused."
        )
    if signs.deaf_s >= LONG.total_seconds():
        told["deaf"] = (
            f"What people write has not reached the bot for half an hour ({signs.deaf_why}). News"
            " is sent all the same."
        )
    if signs.look_error:
        told["look"] = f"The watcher cannot look at the bot: {signs.look_error}, see the log."
    if signs.vitals is not None:
        told |= dict(_of_vitals(signs, signs.vitals, now))
    return {key: text for key, text in told.items() if not _is_veiled(key, told)}


def _is_veiled(key: str, by: Mapping[str, str]) -> bool:
    return any(key in _VEILS.get(other, ()) for other in by)


def is_hidden(key: str, signs: Signs, found: Mapping[str, str]) -> bool:
    """Whether nobody can see now if what was wrong under that name still is: then it is not over.

    Args:
        key: A name that ``found`` gave earlier.
        signs, found: What is seen now.
    """
    if _is_veiled(key, found) or (key in _TIMED and signs.is_early):
        return True
    if (key in _BESIDE and signs.look_error) or (key == "backup" and signs.disk_error):
        return True
    if key in {"loop", "telegram"}:
        return signs.has_woken
    return signs.vitals is None and key not in _NO_VITALS


def _silence(signs: Signs, telegram_after_s: float) -> dict[str, str]:
    if signs.loop_silent_s > _LOOP_S:
        return {"loop": "The bot's main loop is blocked: nothing is read and nothing is sent."}
    if signs.telegram_refused or signs.telegram_silent_s >= telegram_after_s:
        why = signs.telegram_error or "no answer"
        lost = "What was on its way when it broke may be missing: python -m bot doctor lists it."
        return {"telegram": f"Telegram cannot be used ({why}): alerts wait. {lost}"}
    return {}


def _disk(signs: Signs) -> dict[str, str]:
    if signs.is_full:
        return {"full": "The disk is full: news waits until there is room. Nothing is lost."}
    if signs.disk_error:
        return {"disk": f"The database's disk cannot be looked at: {signs.disk_error}."}
    if signs.free_bytes < LOW_DISK_BYTES:
        free = signs.free_bytes // 2**20
        return {"disk": f"The disk is nearly full: {free} MB are free. Make room."}
    if signs.store_error:
        return {"database": f"The database does not answer: {signs.store_error}"}
    return {}


def _of_vitals(signs: Signs, vitals: Vitals, now: datetime) -> Iterator[tuple[str, str]]:
    if not signs.is_early:
        yield from _of_sources(vitals, now)
        yield from _of_outbox(vitals)
    if vitals.dead >= _MANY_LOST:
        yield "dead", "Many messages were given up within an hour: python -m bot doctor says why."
    if vitals.unconfirmed >= _MANY_LOST:
        yield (
            "unconfirmed",
            "Nobody knows whether many messages of the last hour arrived: python -m bot doctor"
            " says why.",
        )
    for id_, name in vitals.gone:
        yield f"gone:{id_}", f"The source {name} is gone: its publisher took it away."


def _of_sources(vitals: Vitals, now: datetime) -> Iterator[tuple[str, str]]:
    shortest, polled_at = vitals.shortest, vitals.polled_at
    is_idle = polled_at is None or (shortest is not None and now - polled_at > shortest)
    if vitals.overdue and is_idle:
        yield "polls", "No source is being visited although some are due."
    elif vitals.feeds > vitals.waiting and not vitals.fresh:
        when = _since(vitals.polled_ok_at)
        yield "feeds", f"No source could be read{when}: there will be no alerts."


def _of_outbox(vitals: Vitals) -> Iterator[tuple[str, str]]:
    """Where many chats wait it is the bot that stands still; where few do, it may be theirs."""
    wrong = {}
    if vitals.lagging:
        key, to = _to_whom(vitals.lagging, vitals.listening)
        wrong[key] = f"Messages{to} have waited{_since(vitals.waits_since)}. {_WHY}"
    if vitals.stuck:
        key, to = _to_whom(vitals.stuck, vitals.listening)
        wrong[key] = (
            f"Urgent alerts{to} do not get through, though they were tried again and"
            f" again{_since(vitals.stuck_since)}. {_WHY}"
        )
    yield from wrong.items()


def _to_whom(chats: int, listening: int) -> tuple[str, str]:
    if 2 * chats >= min(listening, ENOUGH):
        return "sending", ""
    return "stuck", " to one chat" if chats == 1 else f" to {chats} chats"


def _since(at: datetime | None) -> str:
    return f" since {at:%H:%M} UTC" if at else ""


def is_partial(key: str) -> bool:
    """Whether what is wrong under that name leaves the rest going on."""
    return key.startswith(_PARTIAL)


def is_healthy(found: Mapping[str, str]) -> bool:
    """Whether news is read and sent, whatever is wrong with one source, message or backup."""
    return all(is_partial(key) for key in found)
