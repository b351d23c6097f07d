"""``feeds``: the operator's sources."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import BinaryIO

import click

from bot import basics, feedlist, measure, operate, probing, taking
from bot.cli.frame import configured, main
from bot.config import Settings
from bot.core.model import SourceKind
from bot.errors import BotError, ConfigError
from bot.sources import opml
from bot.sources.hops import shown_url

_SHOWN = 10  # feeds that are there already, by name


@main.group()
def feeds() -> None:
    """The operator's sources."""


@feeds.command("list")
@configured
def feeds_list(settings: Settings) -> None:
    """Every source, its address and how it is doing."""
    now = basics.now()
    for age in asyncio.run(feedlist.list_feeds(settings)):
        source = age.source
        address = shown_url(source.url) if source.kind is SourceKind.FEED else source.url
        click.echo(f"{source.id}\t{source.name}\t{address}\t{operate.age_words(age, now)}")


@feeds.command("add")
@click.argument("url")
@click.option("--name", help="What readers see as the source.  [default: its host]")
@click.option("--lang", default="", help="Language code of its entries.")
@click.option(
    "--interval", type=click.IntRange(60), default=300, show_default=True, help="Seconds."
)
@click.option("--private", is_flag=True, help="It may stand at a private or loopback address.")
@configured
def feeds_add(
    settings: Settings, url: str, *, name: str | None, lang: str, interval: int, private: bool
) -> None:
    """Add a feed; a running bot polls it at once."""
    url = asyncio.run(feedlist.address_of(settings, url))
    source = feedlist.feed_source(url, name or "", lang, interval, private=private)
    asyncio.run(feedlist.add_feed(settings, source))
    click.echo(f"added {source.id}")


@feeds.command("remove")
@click.argument("url_or_id")
@configured
def feeds_remove(settings: Settings, url_or_id: str) -> None:
    """Remove a feed that was added on the command line."""
    asyncio.run(feedlist.remove_feed(settings, url_or_id))
    click.echo(f"removed {feedlist.shown_source(url_or_id)}")


@feeds.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--private", is_flag=True, help="Its feeds may stand at private addresses.")
@configured
def feeds_import(settings: Settings, file: BinaryIO, *, private: bool) -> None:
    """Add the feeds of an OPML FILE (or - for standard input); a running bot polls them.

    What is wrong in it is named with its line, and the rest is taken. Titles, folders, languages
    and intervals are kept.
    """
    body = file.read(opml.MAX_BYTES + 1)
    done = asyncio.run(taking.import_feeds(settings, body, private=private))
    told = [(line, f"not taken: {text}") for line, text in done.refused]
    told += [(line, f"there already: {text}") for line, text in done.known[:_SHOWN]]
    for _, text in sorted(told):
        click.echo(text, err=True)
    if len(done.known) > _SHOWN:
        click.echo(f"there already: {len(done.known) - _SHOWN} more", err=True)
    click.echo(f"added {done.added} of {done.listed} feeds")


@feeds.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@configured
def feeds_export(settings: Settings, file: Path | None) -> None:
    """Write all feeds as OPML to FILE, or to standard output.

    Addresses are written whole, with the passwords and keys that stand in them.
    """
    body, count = asyncio.run(feedlist.export_feeds(settings, basics.now()))
    if file is None:
        click.echo(body, nl=False)
        return
    _write_privately(file, body)
    click.echo(f"wrote {count} feeds to {file}")


def _write_privately(file: Path, body: bytes) -> None:
    try:
        file.touch(mode=0o600)
        file.write_bytes(body)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}", "FILE") from error


@feeds.command("test")
@click.argument("url", metavar="URL|ID")
@click.option("--private", is_flag=True, help="It may stand at a private or loopback address.")
@configured
def feeds_test(settings: Settings, url: str, private: bool) -> None:
    """Visit URL, or the feed that has this ID, once and show all that is there.

    Address, answers, text, entries, flags. Nothing is recorded. A feed that cannot be read ends
    with 1 and the name of what is wrong.
    """
    judge = measure.Judge(basics.knowledge_of(settings))
    url = asyncio.run(feedlist.address_of(settings, url))
    visit = asyncio.run(probing.visit(settings, url, private=private))
    for line in probing.visit_lines(visit, judge):
        click.echo(line)
    if failure := probing.failure_of(visit):
        raise BotError(failure)
