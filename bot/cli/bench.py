"""``bench``: speed and size, measured."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from bot.bench import matching
from bot.bench import stories as telling_stories
from bot.cli.frame import main


@main.group()
def bench() -> None:
    """Measure speed and size, beside peers and limits, in one run."""


@bench.command("match")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
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
    figures = matching.run(sorted(set(sizes)), lambda line: click.echo(line, err=True))
    click.echo(json.dumps(figures, indent=1) if as_json else matching.table(figures))


@bench.command("stories")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
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
    figures = telling_stories.run(sorted(set(sizes)), lambda line: click.echo(line, err=True))
    click.echo(json.dumps(figures, indent=1) if as_json else telling_stories.table(figures))
