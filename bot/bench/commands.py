"""``python -m bot bench NAME``."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from bot.bench import matching


@click.group()
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
def match(as_json: bool, sizes: Sequence[int]) -> None:
    """Measure the matcher, from a hundred to a million watches: 20 minutes."""
    figures = matching.run(sorted(set(sizes)), lambda line: click.echo(line, err=True))
    click.echo(json.dumps(figures, indent=1) if as_json else matching.table(figures))
