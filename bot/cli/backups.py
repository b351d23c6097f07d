"""``backup`` and ``restore``."""

from __future__ import annotations

import asyncio

import click

from bot import safekeeping
from bot.cli.frame import configured, main
from bot.config import Settings
from bot.plainly import timed


@main.command()
@click.option("--list", "listing", is_flag=True, help="Only show those there are.")
@configured
def backup(settings: Settings, *, listing: bool) -> None:
    """Make a backup of the database now, beside a bot that may be running, and look through it."""
    if not listing:
        click.echo(f"made {asyncio.run(safekeeping.back_up(settings))}")
        return
    found = safekeeping.listed(settings)
    for one in found:
        click.echo(f"{one.name}\t{timed(one.taken_at)}\t{one.size // 1024} KB")
    if not found:
        click.echo(f"no backups in {settings.backups.folder}")


@main.command()
@click.argument("name", default="")
@configured
def restore(settings: Settings, name: str) -> None:
    """Have the backup NAME take the place of the database; the last good one without NAME.

    The bot must not be running. What is there now is moved aside, not deleted. NAME is one of
    ``backup --list``; put a backup from elsewhere into that folder first.
    """
    done = safekeeping.put_back(settings, name)
    click.echo(f"restored {done.backup.name}: what happened since {timed(done.backup.taken_at)}")
    click.echo("is forgotten; what was published since then comes as one message, if at all")
    if done.aside is not None:
        click.echo(f"the database that was there lies in {done.aside}")
