"""``bench``: speed and size, measured.

What measures is loaded by its own command: it takes a second, and no other command needs it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module

import click

from bot.bench import ENTRIES, SECONDS, WATCHES
from bot.cli.frame import main

_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@main.group()
def bench() -> None:
    """Measure speed and size, beside peers and limits, in one run.

    There is no --config: made-up news, made-up watches and made-up publishers are measured.
    """


def _progress(line: str) -> None:
    click.echo(line, err=True)


def _show(measuring: str, *args: object, as_json: bool) -> None:
    bench = import_module(f"bot.bench.{measuring}")
    figures = bench.run(*args)
    click.echo(json.dumps(figures, indent=1) if as_json else bench.table(figures))


@bench.command("match")
@_as_json
@click.option(
    "--watches",
    "sizes",
    type=click.IntRange(min=10, max=2_000_000),
    multiple=True,
    default=WATCHES,
    show_default=True,
    help="How many watches; may be given several times.",
)
def bench_match(as_json: bool, sizes: Sequence[int]) -> None:
    """Measure the matcher, from a hundred to a million watches: 20 minutes."""
    _show("matching", sorted(set(sizes)), _progress, as_json=as_json)


@bench.command("stories")
@_as_json
@click.option(
    "--entries",
    "sizes",
    type=click.IntRange(min=10, max=500_000),
    multiple=True,
    default=ENTRIES,
    show_default=True,
    help="How many in the window; may be given several times.",
)
def bench_stories(as_json: bool, sizes: Sequence[int]) -> None:
    """Measure the question "the same story?" with many stories to choose from: 5 minutes."""
    _show("stories", sorted(set(sizes)), _progress, as_json=as_json)


@bench.command("ingest")
@_as_json
@click.option(
    "--seconds",
    type=click.IntRange(min=1, max=3_600),
    default=SECONDS,
    show_default=True,
    help="How long 10,000 feeds are watched.",
)
def bench_ingest(as_json: bool, seconds: int) -> None:
    """Measure visiting feeds, beside bare clients and feedparser: 6 minutes."""
    _show("ingest", _progress, seconds, as_json=as_json)
