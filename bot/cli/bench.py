"""``bench``: speed and size, measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from bot.bench import deliver as sending_out
from bot.bench import ingest as taking_in
from bot.bench import matching
from bot.bench import stories as telling_stories
from bot.cli.frame import main

Figures = TypeVar("Figures")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@main.group()
def bench() -> None:
    """Measure speed and size, beside peers and limits, in one run."""


def _progress(line: str) -> None:
    click.echo(line, err=True)


def _show(figures: Figures, table: Callable[[Figures], str], *, as_json: bool) -> None:
    click.echo(json.dumps(figures, indent=1) if as_json else table(figures))


@bench.command("match")
@_as_json
@click.option(
    "--watches",
    "sizes",
    type=click.IntRange(min=10, max=2_000_000),
    multiple=True,
    default=matching.SIZES,
    show_default=True,
    help="How many watches; may be given several times.",
)
def bench_match(as_json: bool, sizes: Sequence[int]) -> None:
    """Measure the matcher, from a hundred to a million watches: 20 minutes."""
    _show(matching.run(sorted(set(sizes)), _progress), matching.table, as_json=as_json)


@bench.command("stories")
@_as_json
@click.option(
    "--entries",
    "sizes",
    type=click.IntRange(min=10, max=500_000),
    multiple=True,
    default=telling_stories.SIZES,
    show_default=True,
    help="How many in the window; may be given several times.",
)
def bench_stories(as_json: bool, sizes: Sequence[int]) -> None:
    """Measure the question "the same story?" with many stories to choose from: 5 minutes."""
    _show(
        telling_stories.run(sorted(set(sizes)), _progress), telling_stories.table, as_json=as_json
    )


@bench.command("ingest")
@_as_json
@click.option(
    "--seconds",
    type=click.IntRange(min=1, max=3_600),
    default=taking_in.SLICE_S,
    show_default=True,
    help="How long 10,000 feeds are watched.",
)
def bench_ingest(as_json: bool, seconds: int) -> None:
    """Measure visiting feeds, beside bare clients and feedparser: 5 minutes."""
    _show(taking_in.run(_progress, seconds), taking_in.table, as_json=as_json)


@bench.command("deliver")
@_as_json
@click.option(
    "--seconds",
    type=click.IntRange(min=2, max=3_600),
    default=sending_out.SLICE_S,
    show_default=True,
    help="How long each of two broadcasts is watched.",
)
def bench_deliver(as_json: bool, seconds: int) -> None:
    """Measure sending, beside python-telegram-bot's rate limiter: 6 minutes."""
    _show(sending_out.run(_progress, seconds), sending_out.table, as_json=as_json)
