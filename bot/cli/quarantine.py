"""``quarantine``: what broke us, and what becomes of it."""

from __future__ import annotations

import asyncio

import click

from bot import aside
from bot.cli.frame import configured, main
from bot.config import Settings


@main.group()
def quarantine() -> None:
    """What broke the bot and was set aside; it is tried again after an upgrade."""


@quarantine.command("list")
@configured
def quarantine_list(settings: Settings) -> None:
    """Everything that is set aside, the newest first."""
    kept = asyncio.run(aside.every(settings))
    for one in kept:
        click.echo(aside.line_of(one))
    if not kept:
        click.echo("nothing is set aside")


@quarantine.command("show")
@click.argument("number", type=int)
@click.option("--raw", is_flag=True, help="Write only the bytes that were kept.")
@configured
def quarantine_show(settings: Settings, number: int, *, raw: bool) -> None:
    """The traceback of NUMBER, and what it broke on."""
    kept = asyncio.run(aside.one(settings, number))
    if raw:
        click.echo(kept.fault.body, nl=False)
        return
    for line in aside.lines_of(kept):
        click.echo(line)


@quarantine.command("retry")
@click.argument("number", type=int)
@configured
def quarantine_retry(settings: Settings, number: int) -> None:
    """Try NUMBER again: a running bot does so within a second, else the next one."""
    asyncio.run(aside.retry(settings, number))
    click.echo(f"{number} is tried again by the bot that runs, or by the next one")


@quarantine.command("drop")
@click.argument("number", type=int)
@configured
def quarantine_drop(settings: Settings, number: int) -> None:
    """Forget NUMBER: it is never tried again."""
    asyncio.run(aside.drop(settings, number))
    click.echo(f"dropped {number}")
