"""What the operator asks on the command line: the sources, and whether all is well."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot import basics, config, database
from bot.aside import title_of
from bot.config import Settings
from bot.configured import configured_sources
from bot.core.model import Quarantined, Source, SourceAge, SourceKind, Way
from bot.core.trial import Tally, Trial
from bot.errors import BotError, ConfigError
from bot.opening import database_of, looking_at_one
from bot.plainly import timed
from bot.safekeeping import Check, checks
from bot.sources.hops import shown_url
from bot.stores.sqlite.look import LOOK_S, Looked

_LOW_DISK_BYTES = 200 * 1024 * 1024
_OFTEN_S = 60
_WAYS = 50  # reports of one story that are shown
_LISTED = 10  # failing sources, and things set aside, by name
# What a feed that is gone answers, as ``sources.failures`` words it.
_GONE = frozenset({"missing", "gone"})
_BACKTESTED = 20_000  # entries, about a minute's work


def age_words(age: SourceAge, now: datetime) -> str:
    """How a source is doing, in a few words."""
    return "; ".join((_state_words(age, now), *_move_words(age.source)))


def _state_words(age: SourceAge, now: datetime) -> str:
    source = age.source
    if source.gone_at is not None:
        return f"GONE since {source.missing_since or source.gone_at:%Y-%m-%d}: {age.error}"
    if age.error:
        kind = f" {source.failure}" if source.failure else ""
        return f"FAILING{kind} ({source.failures} in a row): {age.error}"
    if source.polled_ok_at is None:
        return "not polled yet"
    minutes = (now - source.polled_ok_at) // timedelta(minutes=1)
    return f"ok, polled {max(0, minutes)} min ago{_due_words(age, now)}"


def _due_words(age: SourceAge, now: datetime) -> str:
    if age.source.interval_s < _OFTEN_S:  # always due: the folder of seeds, the newsroom
        return f", looked at every {age.source.interval_s} s"
    if age.next_due_at is None or age.next_due_at <= now:
        return ", due now"
    return f", due in {-(-(age.next_due_at - now) // timedelta(minutes=1))} min"


def _move_words(source: Source) -> Iterator[str]:
    if source.moved_url:
        yield f"moved for good to {shown_url(source.moved_url)}"
    if source.move.url and source.move.since:
        since = f"{source.move.since:%Y-%m-%d}"
        told = f"says it moved to {shown_url(source.move.url)} ({source.move.polls} polls since"
        yield f"{told} {since})"


async def doctor(settings: Settings) -> tuple[Check, ...]:
    """Look at everything that can be looked at without sending anything."""
    here = [_token(), _knowledge(settings), _seeds(settings), _disk(settings)]
    found = await _database(settings)
    whole = all(check.well for check in found if check.what == "database")
    return (*here, *found, *await checks(settings, whole=whole))


async def backtest(settings: Settings, query: str, back: timedelta) -> tuple[Tally, bool]:
    """How often a watch would have fired in what is stored, and whether there was too much of it.

    Raises:
        BotError: There is no database yet.
        SchemaError, StoreUnavailable: It cannot be read.
    """
    async with looking_at_one(settings) as store:
        texts = await store.entries_since(basics.now() - back, _BACKTESTED)
    trial = Trial(basics.knowledge_of(settings))
    return trial.tally([query], texts)[query], len(texts) == _BACKTESTED


async def ways(settings: Settings, asked: str) -> tuple[Way, ...]:
    """What became of the entries with this link, number, fingerprint or story.

    Raises:
        BotError: There is no database yet, or no such entry in it.
        SchemaError, StoreUnavailable: It cannot be read.
    """
    async with looking_at_one(settings) as store:
        found = await store.ways(asked.strip().removeprefix("№").strip(), _WAYS)
    if not found:
        raise BotError(
            f"no entry has the link, number, fingerprint or story {asked!r}:"
            " give the link as the feed has it, or the number at the end of an alert (№)"
        )
    return found


def _token() -> Check:
    try:
        token = config.token(os.environ)
    except ConfigError as error:
        mend = f"set {error.key} to what @BotFather gave you, or unset it to use the sandbox"
        return Check("token", well=False, told=str(error), mend=mend)
    told = "set" if token else "none: `run` starts the sandbox"
    return Check("token", well=True, told=told)


def _knowledge(settings: Settings) -> Check:
    try:
        knowledge = basics.knowledge_of(settings)
    except BotError as error:
        return Check(
            "data",
            well=False,
            told=str(error),
            mend="correct it there; what stands in bot/data is restored by installing again",
        )
    told = f"{len(knowledge.topics)} topics, {len(knowledge.places)} places"
    return Check("data", well=True, told=told)


def _seeds(settings: Settings) -> Check:
    folder = settings.seeds.folder
    if not folder.is_dir():
        mend = f"mkdir {folder}, or set seeds.folder"
        return Check("seeds", well=False, told=f"{folder} is not a folder", mend=mend)
    return Check("seeds", well=True, told=f"{sum(1 for _ in folder.iterdir())} files in {folder}")


def _key(settings: Settings) -> str:
    try:
        return database.database_key(settings)
    except ConfigError:  # with a token that cannot be one
        return "store.path"


def _disk(settings: Settings) -> Check:
    folder = next(p for p in database_of(settings).parents if p.is_dir())
    free = shutil.disk_usage(folder).free
    told = f"{free // 2**20} MB free in {folder}"
    mend = f"make room, or set {_key(settings)} elsewhere"
    return Check("disk", free > _LOW_DISK_BYTES, told, mend)


async def _database(settings: Settings) -> tuple[Check, ...]:
    path = database_of(settings)
    if path.is_dir() or any(above.is_file() for above in path.parents):
        told = f"{path} cannot be a file: it is a folder, or inside a file"
        mend = f"correct {_key(settings)}, which stands in {settings.where(_key(settings))}"
        return (Check("database", well=False, told=told, mend=mend),)
    if not path.exists():
        if hinders := _no_place(path):
            told = f"none yet, and {path} cannot be made: {hinders}"
            mend = f"correct {_key(settings)}, which stands in {settings.where(_key(settings))}"
            return (Check("database", well=False, told=told, mend=mend),)
        return (Check("database", well=True, told=f"none yet, {path} is made by the first run"),)
    try:
        async with looking_at_one(settings) as store:
            counts, dead = await store.outbox_counts(), await store.dead_letters(5)
            ages = await store.source_ages()
            kept, aside = await store.quarantined(_LISTED), await store.quarantine_counts()
            looked = await store.look_through()
    except BotError as error:
        command = "python -m bot migrate"
        mend = command if command in str(error) else "see docs/operate.md, “The database”"
        return (Check("database", well=False, told=str(error), mend=mend),)
    states = ", ".join(f"{n} {state}" for state, n in counts.items()) or "empty"
    letters = "; ".join(f"#{one.id} {one.state}: {one.error}" for one in dead)
    return (
        _whole(path, looked),
        Check("outbox", not dead, f"{states}{letters and f' ({letters})'}", "read the errors"),
        _quarantine(kept, aside),
        *_failing(ages, settings),
    )


def _no_place(path: Path) -> str:
    """Why no file can be made there, as far as can be seen; ``""`` where nothing hinders."""
    there = next(above for above in path.parents if above.is_dir())
    if not os.access(there, os.W_OK | os.X_OK):
        return f"{there} cannot be written"
    # What the system shows as files, like /proc, has no room at all.
    return "" if shutil.disk_usage(there).total else f"{there} is no folder that files are kept in"


def _whole(path: Path, looked: Looked) -> Check:
    where = "all of it" if looked.thorough else f"{LOOK_S:.0f} s at most, its indexes not compared"
    told = f"{path}, looked through ({where}): {'; '.join(looked.faults) or 'good'}"
    mend = "stop the bot and start it: that mends it (docs/operate.md, “The database”)"
    return Check("database", well=not looked.faults, told=told, mend=mend)


def _quarantine(kept: Sequence[Quarantined], counts: Mapping[str, int]) -> Check:
    if not kept:
        return Check("quarantine", well=True, told="empty")
    told = ", ".join(f"{n} at stage {stage}" for stage, n in counts.items())
    shown = "; ".join(f"#{one.id} {title_of(one)}: {one.fault.error}" for one in kept)
    mend = (
        f"python -m bot quarantine show {kept[0].id}, and report what it says; an upgrade tries it"
        " again by itself, and so does quarantine retry; quarantine drop forgets it"
    )
    return Check("quarantine", well=False, told=f"{told} ({shown})", mend=mend)


def _failing(ages: Sequence[SourceAge], settings: Settings) -> Iterator[Check]:
    """All sources in one line, and one for each of the first that fail, with how to mend it."""
    failing = [age for age in ages if age.error]
    told = f"{len(ages)} sources, {len(failing)} failing"
    if len(failing) > _LISTED:
        told += f"; of the {_LISTED} that failed most often:"
    yield Check("sources", not failing, told, "see below, or python -m bot feeds list")
    for age in sorted(failing, key=lambda age: -age.source.failures)[:_LISTED]:
        told = f"{age.source.name}: {age_words(age, basics.now())}{_last_worked(age)}"
        yield Check(age.source.kind.value, well=False, told=told, mend=_mended(age, settings))


def _last_worked(age: SourceAge) -> str:
    at = age.source.polled_ok_at
    return f" It worked last on {timed(at)}." if at else " It has never worked."


def _mended(age: SourceAge, settings: Settings) -> str:
    source = age.source
    if source.kind is SourceKind.SEEDS:
        return f"make the folder {source.url}, or set seeds.folder"
    configured = source.id in {known.id for known in configured_sources(settings)}
    removed = (
        "remove it from config.yaml" if configured else f"python -m bot feeds remove {source.id}"
    )
    if source.failure in _GONE:
        return f"look for its new address, then {removed}"
    return f"python -m bot feeds test {source.id} shows more; or {removed}"
