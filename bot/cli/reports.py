"""``match``, ``stories``, ``backtest`` and ``why``: what would be flagged, and what was."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import click

from bot import basics, jsonlines, listing, measure, operate
from bot.cli.frame import configured, main
from bot.cli.given import FILE, Given
from bot.config import Settings
from bot.errors import BotError
from bot.sources import documents
from bot.way import way_lines


@main.command()
@FILE
@click.option("--watch", "watches", multiple=True, help="A watch to try; may be repeated.")
@configured
def match(settings: Settings, file: Path, watches: tuple[str, ...]) -> None:
    """Say what would be flagged in FILE (or - for standard input, as without FILE), and why.

    A document, or a seeds file of JSON Lines without ids, is answered for people; JSON Lines with
    ids are answered with JSON Lines. With --watch each line of plain standard input is a text of
    its own, and each row of JSON Lines is asked for these watches beside its own.
    """
    knowledge = basics.knowledge_of(settings)
    queries = measure.checked(watches, knowledge)
    judge = measure.Judge(knowledge)
    given = Given(file, _note)
    if given.is_json_lines():
        _write(judge.match(row, queries) for row in jsonlines.read_lines(given.lines(), _note))
    elif queries and given.is_stream:
        for line in filter(str.strip, given.lines()):
            click.echo(judge.explain(line.strip(), "", queries=queries))
    else:
        _explain(judge, given, queries)


@main.command()
@click.argument("query")
@click.option("--days", type=click.IntRange(1), default=7, show_default=True, help="How far back.")
@configured
def backtest(settings: Settings, query: str, days: int) -> None:
    """Say how often the watch QUERY would have fired in the stored reports, with examples."""
    measure.checked([query], basics.knowledge_of(settings))
    tally, is_cut = asyncio.run(operate.backtest(settings, query, timedelta(days=days)))
    for line in measure.tally_lines(query, tally, days, is_cut=is_cut):
        click.echo(line)


@main.command()
@FILE
@click.option("--text/--json", "as_text", default=None, help="[default: text on a terminal]")
@configured
def stories(settings: Settings, file: Path, *, as_text: bool | None) -> None:
    """Say which entries of FILE (JSON Lines in time order) tell the same story.

    For people every story with its reports, how each came to it and why; else JSON Lines, an
    answer for each entry as soon as it is decided.
    """
    knowledge = basics.knowledge_of(settings)
    judge, given = measure.Judge(knowledge), Given(file, _note)
    rows = jsonlines.read_stream(given.lines(), _note)
    window = timedelta(hours=settings.limits.story_window_h)
    if as_text is None:
        as_text = sys.stdout.isatty()
    if as_text:
        for line in listing.story_lines(judge.place(rows, window), knowledge.places):
            click.echo(line)
    else:
        _write(judge.stories(rows, window))


@main.command()
@click.argument("asked", metavar="LINK|ID")
@configured
def why(settings: Settings, asked: str) -> None:
    """Say what became of the report with this link or number, and of its story, and why."""
    judge = measure.Judge(basics.knowledge_of(settings))
    for way in asyncio.run(operate.ways(settings, asked)):
        for line in way_lines(way, judge):
            click.echo(line)


def _write(answers: Iterable[dict[str, object]]) -> None:
    # A bar only where a person waits: on a terminal, and not among the answers themselves.
    shown = sys.stderr.isatty() and not sys.stdout.isatty()
    with click.progressbar(
        answers, file=sys.stderr, show_pos=True, label="read", hidden=not shown
    ) as bar:
        for answer in bar:
            print(json.dumps(answer, ensure_ascii=False), flush=True)


def _note(line: str) -> None:
    click.echo(f"note: {line}", err=True)


def _explain(judge: measure.Judge, given: Given, queries: Sequence[str] = ()) -> None:
    parsed = documents.read(given.name, given.body())
    if parsed.problem:
        raise BotError(f"{given.name}: {parsed.problem}")
    for note in parsed.notes:
        _note(note)
    for draft in parsed.drafts:
        click.echo(judge.explain(draft.title, draft.body, queries=queries))
