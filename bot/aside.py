"""What is set aside, for the operator: listed, shown, tried again, dropped."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Settings
from bot.core.model import Quarantined, Stage
from bot.core.text import clean
from bot.errors import ConfigError
from bot.opening import changing, looking, looking_at_one
from bot.plainly import timed

_TITLE, _SHOWN_BYTES = 80, 2_000
_BROKE = {
    Stage.POLL: "a visit crashed",
    Stage.READ: "a document broke the reader",
    Stage.DECIDE: "an entry broke the matcher",
    Stage.RENDER: "a message could not be put into words",
}


async def every(settings: Settings) -> tuple[Quarantined, ...]:
    """All that is set aside, the newest first."""
    async with looking(settings) as store:
        return await store.quarantined() if store else ()


async def one(settings: Settings, number: int) -> Quarantined:
    """What is set aside under this number.

    Raises:
        BotError: There is no database.
        ConfigError: There is none.
    """
    async with looking_at_one(settings) as store:
        return _there(await store.quarantined_one(number), number)


async def retry(settings: Settings, number: int) -> None:
    """Have it tried again.

    Raises:
        BotError: There is no database.
        ConfigError: There is none.
    """
    await one(settings, number)
    async with changing(settings) as store:
        await store.ask_again(number)


async def drop(settings: Settings, number: int) -> None:
    """Forget it.

    Raises:
        BotError: There is no database.
        ConfigError: There is none.
    """
    await one(settings, number)
    async with changing(settings) as store:
        await store.drop_quarantined(number)


def _there(kept: Quarantined | None, number: int) -> Quarantined:
    if kept is None:
        told = f"nothing is set aside as {number}: python -m bot quarantine list"
        raise ConfigError(told, "NUMBER")
    return kept


def line_of(kept: Quarantined) -> str:
    """It on one line."""
    times = f", {kept.times} times" if kept.times > 1 else ""
    due = ", to be tried again" if kept.is_due else ""
    when = f"{timed(kept.last_at)}{times}, version {kept.fault.version}{due}"
    return f"{kept.id}\t{_BROKE[kept.fault.stage]}\t{title_of(kept)}\t{kept.fault.error}\t{when}"


def lines_of(kept: Quarantined) -> Iterator[str]:
    """All that is kept of it, for people."""
    fault = kept.fault
    yield f"{_BROKE[fault.stage]}: {title_of(kept)}"
    yield f"  error: {fault.error}"
    yield f"  source: {fault.source_id or 'none'}; stage: {fault.stage}; version: {fault.version}"
    yield f"  {kept.times} times, first {timed(kept.first_at)}, last {timed(kept.last_at)}"
    yield from ("", fault.trace.rstrip(), "")
    if fault.body:
        shown = fault.body[:_SHOWN_BYTES]
        yield f"{kept.size} bytes, {len(fault.body)} kept (--raw writes them), {len(shown)} here:"
        yield from map(clean, shown.decode("utf-8", "replace").splitlines())


def title_of(kept: Quarantined) -> str:
    """What people call it, on one short line."""
    title = " ".join(clean(kept.fault.title).split())
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
