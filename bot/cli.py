"""The command line. Each command is a few lines over ``app``, ``measure`` and ``operate``.

Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 schema.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from bot import __version__, app, config, jsonlines, listing, measure, operate
from bot.bench import ingest as taking_in
from bot.bench import matching
from bot.bench import stories as telling_stories
from bot.config import Settings
from bot.core.model import SourceKind
from bot.errors import BotError, ConfigError, SchemaError, SourceError
from bot.plainly import timed
from bot.sources import documents
from bot.sources.hops import shown_url
from bot.way import way_lines


class _Group(click.Group):
    """Turns our errors into one sentence and the right exit code, in one place."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ConfigError, jsonlines.LineError, measure.WatchError) as error:
            _end(2, error)
        except SchemaError as error:
            _end(3, error)
        except BotError as error:
            _end(1, error)
        except BrokenPipeError:
            # Whoever read our output has enough.
            sys.stderr.close()
            raise SystemExit(0) from None


def _end(code: int, error: BotError) -> NoReturn:
    click.echo(f"rasid: {error}", err=True)
    raise SystemExit(code)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rasid")
def main() -> None:
    """Rasid (راصد) watches the news near military bases and alerts by Telegram."""


def _configured(command: Callable[..., None]) -> Callable[..., None]:
    @click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("config.yaml"),
        show_default=True,
        help="The configuration file.",
    )
    @wraps(command)
    def with_settings(*args: Any, config_file: Path, **kwargs: Any) -> None:
        command(config.load(config_file), *args, **kwargs)

    return with_settings


@main.command()
@click.option("--once", is_flag=True, help="Poll everything, send everything, exit.")
@_configured
def run(settings: Settings, once: bool) -> None:
    """Poll, match, group, send and answer commands until told to stop."""
    asyncio.run(app.run(settings, once=once))


@main.command()
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path), default=Path("-"))
@click.option("--watch", "watches", multiple=True, help="A watch to try; may be repeated.")
@_configured
def match(settings: Settings, file: Path, watches: tuple[str, ...]) -> None:
    """Say what would be flagged in FILE (or - for standard input), and why.

    A document, or a seeds file of JSON Lines without ids, is answered for people; JSON Lines with
    ids are answered with JSON Lines. With --watch each line of plain standard input is a text of
    its own, and each row of JSON Lines is asked for these watches beside its own.
    """
    knowledge = app.knowledge_of(settings)
    queries = measure.checked(watches, knowledge)
    judge = measure.Judge(knowledge)
    if _is_json_lines(file):
        _write(judge.match(row, queries) for row in jsonlines.read_lines(_lines(file), _note))
    elif queries and str(file) == "-":
        for line in filter(str.strip, _lines(file)):
            click.echo(judge.explain(line.strip(), "", queries=queries))
    else:
        _explain(judge, file, queries)


@main.command()
@click.argument("query")
@click.option("--days", type=click.IntRange(1), default=7, show_default=True, help="How far back.")
@_configured
def backtest(settings: Settings, query: str, days: int) -> None:
    """Say how often the watch QUERY would have fired in the stored reports, with examples."""
    measure.checked([query], app.knowledge_of(settings))
    tally, is_cut = asyncio.run(operate.backtest(settings, query, timedelta(days=days)))
    for line in measure.tally_lines(query, tally, days, is_cut=is_cut):
        click.echo(line)


@main.command()
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path), default=Path("-"))
@click.option("--text/--json", "as_text", default=None, help="[default: text on a terminal]")
@_configured
def stories(settings: Settings, file: Path, *, as_text: bool | None) -> None:
    """Say which entries of FILE (JSON Lines in time order) tell the same story.

    For people every story with its reports, how each came to it and why; else JSON Lines, an
    answer for each entry as soon as it is decided.
    """
    knowledge = app.knowledge_of(settings)
    judge, rows = measure.Judge(knowledge), jsonlines.read_stream(_lines(file), _note)
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
@_configured
def why(settings: Settings, asked: str) -> None:
    """Say what became of the report with this link or number, and of its story, and why."""
    judge = measure.Judge(app.knowledge_of(settings))
    for way in asyncio.run(operate.ways(settings, asked)):
        for line in way_lines(way, judge):
            click.echo(line)


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


@bench.command("ingest")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--seconds",
    type=click.IntRange(min=1, max=3_600),
    default=taking_in.SLICE_S,
    show_default=True,
    help="How long 10,000 feeds are watched.",
)
def bench_ingest(as_json: bool, seconds: int) -> None:
    """Measure visiting feeds, beside bare clients and feedparser: 5 minutes."""
    figures = taking_in.run(lambda line: click.echo(line, err=True), seconds)
    click.echo(json.dumps(figures, indent=1) if as_json else taking_in.table(figures))


@main.group()
def feeds() -> None:
    """The operator's sources."""


@feeds.command("list")
@_configured
def feeds_list(settings: Settings) -> None:
    """Every source, its address and how it is doing."""
    now = app.now()
    for age in asyncio.run(operate.list_feeds(settings)):
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
@_configured
def feeds_add(
    settings: Settings, url: str, *, name: str | None, lang: str, interval: int, private: bool
) -> None:
    """Add a feed; a running bot polls it at once."""
    if not url.startswith(("http://", "https://")):
        # Not repeated here: what is mistyped may still hold a password.
        raise ConfigError("URL is not an address: write https://…", "url")
    source = operate.feed_source(url, name or "", lang, interval, private=private)
    asyncio.run(operate.add_feed(settings, source))
    click.echo(f"added {source.id}")


@feeds.command("remove")
@click.argument("url_or_id")
@_configured
def feeds_remove(settings: Settings, url_or_id: str) -> None:
    """Remove a feed that was added on the command line."""
    asyncio.run(operate.remove_feed(settings, url_or_id))
    click.echo(f"removed {operate.shown_source(url_or_id)}")


@feeds.command("test")
@click.argument("url")
@click.option("--private", is_flag=True, help="It may stand at a private or loopback address.")
@_configured
def feeds_test(settings: Settings, url: str, private: bool) -> None:
    """Visit URL once and show what is there and what would be flagged."""
    try:
        poll = asyncio.run(operate.visit_feed(settings, url, private=private))
    except SourceError as error:
        raise BotError(operate.error_words(error)) from error
    judge = measure.Judge(app.knowledge_of(settings))
    for note in poll.notes:
        click.echo(f"note: {note}")
    click.echo(f"{len(poll.entries)} entries, etag {poll.etag or 'none'}")
    for entry in poll.entries:
        date = timed(entry.published_at)
        click.echo(f"{date}  {judge.explain(entry.title, entry.body)}")


@main.command()
@_configured
def doctor(settings: Settings) -> None:
    """Check configuration, data, token, database, disk and sources; say how to mend."""
    checks = asyncio.run(operate.doctor(settings))
    for check in checks:
        mend = "" if check.well else f"\n      mend: {check.mend}"
        click.echo(f"{'ok ' if check.well else 'BAD'} {check.what}: {check.told}{mend}")
    if not all(check.well for check in checks):
        raise SystemExit(1)


@main.command()
@_configured
def migrate(settings: Settings) -> None:
    """Bring the database up to this version."""

    async def open_and_close() -> None:
        await (await app.open_store(settings)).close()

    asyncio.run(open_and_close())
    click.echo("the database is up to date")


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


def _is_json_lines(file: Path) -> bool:
    if str(file) == "-":
        first = sys.stdin.buffer.peek(1)[:4096] if hasattr(sys.stdin.buffer, "peek") else b"{"
        return first.lstrip()[:1] == b"{" or not first.strip()
    if not file.is_file():
        raise ConfigError(f"{file} is not a file", "FILE")
    if file.suffix not in {".jsonl", ".ndjson"}:
        return False
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        return not jsonlines.is_seeds(lines)


def _lines(file: Path) -> Iterator[str]:
    if str(file) == "-":
        # A broken character must not end the run: the line it stands in is read without it.
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        yield from sys.stdin
        return
    if not file.is_file():
        raise ConfigError(f"{file} is not a file", "FILE")
    with file.open(encoding="utf-8", errors="replace") as lines:
        yield from lines


def _explain(judge: measure.Judge, file: Path, queries: Sequence[str] = ()) -> None:
    dash = str(file) == "-"
    body = sys.stdin.buffer.read() if dash else file.read_bytes()
    parsed = documents.read("input.txt" if dash else file.name, body)
    if parsed.problem:
        raise BotError(f"{file}: {parsed.problem}")
    for note in parsed.notes:
        click.echo(f"note: {note}", err=True)
    for draft in parsed.drafts:
        click.echo(judge.explain(draft.title, draft.body, queries=queries))
