"""Backups, restoring, and the second path to the operator, as asked for on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import basics, upkeep, watcher
from bot.config import Settings
from bot.core.model import Backup, ChatStatus
from bot.core.rotation import newest_first
from bot.errors import BackupError, BotError, NotifyError
from bot.flow.watching import DEAD_MAN, STALLS, TOLD
from bot.opening import database_of, looking
from bot.plainly import timed
from bot.stores.lock import only_one
from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.restoring import restore
from bot.stores.sqlite.verifying import verify

TEST = "A test by `doctor --test-notify`: this way to you works."


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``doctor``: what was looked at, whether it is well, and how to mend it."""

    what: str
    well: bool
    told: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What ``restore`` did: the backup that is the database now, and where the other one lies."""

    backup: Backup
    aside: Path | None


def backups_of(settings: Settings) -> Backups:
    """The backups of the database that ``run`` would use."""
    return upkeep.backups_of(settings, database_of(settings))


async def back_up(settings: Settings) -> Path:
    """Make a backup now, beside a bot that may be running; where it lies.

    Raises:
        BackupError: There is no database, no room, or the backup was not good.
    """
    backups = backups_of(settings)
    try:
        return backups.path(await backups.make(basics.now()))
    finally:
        await backups.close()


def listed(settings: Settings) -> tuple[Backup, ...]:
    """All backups, the newest first."""
    return newest_first(backups_of(settings).kept(), basics.now())


def put_back(settings: Settings, name: str) -> Exchanged:
    """Have a backup take the place of the database; the last good one where none is named.

    Raises:
        ConfigError: A bot is running.
        BackupError: There is no such backup, or it is not good; the database is as it was.
    """
    backups, now = backups_of(settings), basics.now()
    with only_one(backups.database):
        chosen = backups.named(name) if name else _last_good(backups, now)
        return Exchanged(chosen, restore(backups, chosen, now))


def _last_good(backups: Backups, now: datetime) -> Backup:
    for backup in newest_first(backups.kept(), now):
        if not _fault(backups, backup):
            return backup
    raise BackupError(f"there is no good backup in {backups.folder}")


def _fault(backups: Backups, backup: Backup) -> str:
    try:
        verify(backups.path(backup))
    except BackupError as error:
        return str(error)
    return ""


def _last_written(database: Path) -> datetime:
    files = [f for f in (database, database.with_name(f"{database.name}-wal")) if f.exists()]
    newest = max((file.stat().st_mtime for file in files), default=0.0)
    return datetime.fromtimestamp(newest, UTC)


async def checks(settings: Settings, *, whole: bool = True) -> tuple[Check, ...]:
    """What ``doctor`` says of backups, of the second path and of the dead man's switch.

    Args:
        settings: Whose.
        whole: Whether the database was found to be well.
    """
    return (await _backups(settings, whole=whole), *await _noted(settings))


async def _noted(settings: Settings) -> tuple[Check, ...]:
    try:
        kept = await _kept(settings)
        path = (*await _operators(settings), *_path(settings, kept))
        return (*path, *_dead_man(settings, kept))
    except BotError:
        return ()  # the database cannot be read, as was said; the backups can


async def _operators(settings: Settings) -> Sequence[Check]:
    """Who runs the bot must have spoken to it, or it cannot speak to them."""
    ids = settings.telegram.operators
    if not ids:
        return ()
    async with looking(settings) as store:
        known = [await store.chat(id_) for id_ in ids] if store is not None else []
    hear = {chat.id for chat in known if chat and chat.status is ChatStatus.ACTIVE}
    deaf = ", ".join(str(id_) for id_ in ids if id_ not in hear)
    told = f"{len(hear)} of {len(ids)} hear the bot" + (deaf and f"; not {deaf}")
    return (Check("operators", not deaf, told, "send /start to the bot from that account"),)


async def _kept(settings: Settings) -> dict[str, dict[str, str]]:
    """What the watcher of the running bot, or of the last one, has noted."""
    async with looking(settings) as store:
        if store is None:
            return {}
        return {key: json.loads(await store.kept(key) or "{}") for key in (STALLS, TOLD, DEAD_MAN)}


async def _backups(settings: Settings, *, whole: bool) -> Check:
    every = timedelta(hours=settings.backups.every_h)
    if not every:
        mend = "set backups.every_h to 1"
        return Check("backups", well=False, told="none are made: backups.every_h is 0", mend=mend)
    backups = backups_of(settings)
    hinders = backups.obstacle()
    if found := listed(settings):
        told, well = _newest(backups, found, every)
        told += hinders and f"; none can be made now: {hinders}"
    elif backups.note.exists():
        return _lost(backups, hinders, whole=whole)
    else:
        soon = "`run` makes one within two minutes" if whole else "the database is not well"
        told = f"none yet in {backups.folder}: {hinders or soon}"
        well = await _is_new(settings, 2 * every)
    return Check("backups", well and not hinders, told, _made_again(whole=whole))


def _made_again(*, whole: bool) -> str:
    if not whole:
        return "first the database, as said above: none is made of it as it is"
    return "python -m bot backup says why none is made; `run` makes them by itself"


def _lost(backups: Backups, hinders: str, *, whole: bool) -> Check:
    """There were some, and they are gone: most likely their disk is."""
    was = backups.note.read_text("utf-8", "replace").strip()
    told = f"none in {backups.folder}, and there was one: {was}" + (hinders and f"; {hinders}")
    anew = "; if they are gone for good, python -m bot backup makes a new one" if whole else ""
    return Check("backups", False, told, f"is its disk mounted? Bring it back{anew}")


def _newest(backups: Backups, found: Sequence[Backup], every: timedelta) -> tuple[str, bool]:
    """What is said of the newest, and whether it is good."""
    newest = found[0]
    fault = _fault(backups, newest)
    told = (
        f"{len(found)} in {backups.folder}, the newest of {timed(newest.taken_at)},"
        f" {newest.size // 1024} KB, {fault or 'looked through: good'}"
    )
    return told, not fault and _last_written(backups.database) - newest.taken_at <= 2 * every


async def _is_new(settings: Settings, age: timedelta) -> bool:
    """Whether the database is so young that there need be no backup yet."""
    try:
        async with looking(settings) as store:
            begun_at = await store.begun_at() if store is not None else None
    except BotError:
        return False
    return begun_at is None or basics.now() - begun_at <= age


def _path(settings: Settings, kept: Mapping[str, Mapping[str, str]]) -> Iterator[Check]:
    ways = watcher.outlets_of(settings.notify)
    if not ways:
        told = "none: when Telegram is down nobody tells you (docs/operate.md, “Being told”)"
        yield Check("second path", well=True, told=told)
    else:
        yield _ways(tuple(ways), kept.get(TOLD, {}))
    for text in kept.get(STALLS, {}).values():
        mend = (
            "docs/operate.md, “Being told”; a bot that has ended noted it last, the next looks anew"
        )
        yield Check("stall", well=False, told=text, mend=mend)


def _ways(names: tuple[str, ...], told: Mapping[str, object]) -> Check:
    errors = told.get("errors")
    failed = {n: e for n, e in errors.items() if e} if isinstance(errors, dict) else {}
    when = f"last used {_ago(told)}" if told else "not used yet"
    why = "".join(f"; {name}: {error}" for name, error in failed.items())
    return Check(
        "second path",
        well=not failed,
        told=f"{', '.join(names)}, {when}{why}",
        mend="python -m bot doctor --test-notify tries it",
    )


def _dead_man(settings: Settings, kept: Mapping[str, Mapping[str, str]]) -> Iterator[Check]:
    if settings.notify.dead_man_url is None:
        return
    last = kept.get(DEAD_MAN, {})
    if not last:
        yield Check("dead man", well=True, told="not pinged yet")
        return
    told = f"last ping {_ago(last)}{last['error'] and ': ' + last['error']}"
    mend = "see notify.dead_man_url, and whether the bot runs and all else here is well"
    is_fresh = basics.now() - _at(last) <= timedelta(hours=1)
    yield Check("dead man", well=is_fresh and not last["error"], told=told, mend=mend)


def _at(told: Mapping[str, object]) -> datetime:
    return datetime.fromisoformat(str(told["at"]))


def _ago(told: Mapping[str, object]) -> str:
    return f"{(basics.now() - _at(told)) // timedelta(minutes=1)} min ago"


async def try_outlets(settings: Settings) -> tuple[Check, ...]:
    """Send one message by each way that is configured."""
    ways = watcher.outlets_of(settings.notify)
    if not ways:
        mend = "set notify.webhook_url, notify.ntfy_url, or notify.smtp_url and notify.mail_to"
        return (Check("second path", well=False, told="none is configured", mend=mend),)
    lines = []
    for name, outlet in ways.items():
        try:
            await outlet.tell([TEST])
            lines.append(Check(name, well=True, told="sent: see whether it arrived"))
        except NotifyError as error:
            mend = f"correct its keys in `notify` ({name})"
            lines.append(Check(name, well=False, told=str(error), mend=mend))
    return tuple(lines)
