"""``run``, ``doctor`` and ``migrate``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from bot import app, opening, operate, safekeeping
from bot.cli.frame import configured, main
from bot.config import Settings
from bot.safekeeping import Check


@main.command()
@click.option("--once", is_flag=True, help="Poll everything, send everything, exit.")
@configured
def run(settings: Settings, once: bool) -> None:
    """Poll, match, group, send and answer commands until told to stop."""
    asyncio.run(app.run(settings, once=once))


@main.command()
@click.option("--test-notify", is_flag=True, help="Only send one message by each second path.")
@configured
def doctor(settings: Settings, *, test_notify: bool) -> None:
    """Check configuration, data, token, database, backups and sources; say how to mend."""
    checks: Sequence[Check] = asyncio.run(
        safekeeping.try_outlets(settings) if test_notify else operate.doctor(settings)
    )
    for check in checks:
        mend = "" if check.well else f"\n      mend: {check.mend}"
        click.echo(f"{'ok ' if check.well else 'BAD'} {check.what}: {check.told}{mend}")
    if not all(check.well for check in checks):
        raise SystemExit(1)


@main.command()
@configured
def migrate(settings: Settings) -> None:
    """Bring the database up to this version, or make it."""
    click.echo(asyncio.run(opening.migrate(settings)))
