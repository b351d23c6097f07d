"""What the operator asks beside a running bot: what looks changes nothing, what mends is named."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.model import Fault, Setback, Source, SourceKind, Stage
from bot.stores.lock import only_one
from bot.stores.sqlite import SqliteStore
from tests.making import a_batch, a_poll, a_source, a_verdict
from tests.test_cli import bot

NOW = datetime.now(UTC)
TRACE = "Traceback (most recent call last):\n  File …, in scan\nZeroDivisionError: x"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(
        "feeds:\n  - {name: A, url: 'https://a.example.org/rss'}\n"
    )
    (tmp_path / "seeds").mkdir()
    return tmp_path


def fill(here: Path, *turns: Callable[[SqliteStore], Awaitable[object]]) -> None:
    """A database with what ``turns`` write."""

    async def run() -> None:
        store = await SqliteStore.open(here / "var" / "sandbox.db")
        for turn in turns:
            await turn(store)
        await store.close()

    asyncio.run(run())


def a_fault(**parts: object) -> Fault:
    known: dict[str, object] = {
        "stage": Stage.DECIDE,
        "source_id": "wire",
        "subject": "1:1",
        "title": "صواريخ\u202e poison",
        "error": "ZeroDivisionError: x",
        "trace": TRACE,
        "body": b'{"title": "poison"}',
        "version": "0.0.9",
    }
    return Fault(**(known | parts))  # type: ignore[arg-type]


def aside(**parts: object) -> Callable[[SqliteStore], Awaitable[object]]:
    return lambda store: store.set_aside(a_fault(**parts), NOW)


@pytest.fixture
def running(here: Path) -> Iterator[Callable[[], int]]:
    """A bot that runs on the database; gives what tells whether anybody else wrote to it."""
    fill(
        here,
        lambda store: store.record(a_batch(a_verdict(1))),
        lambda store: store.add_source(a_source(), "operator"),
        aside(),
    )
    connection = sqlite3.connect(here / "var" / "sandbox.db")
    with only_one(here / "var" / "sandbox.db"):
        yield lambda: int(connection.execute("PRAGMA data_version").fetchone()[0])
    connection.close()


@pytest.mark.parametrize(
    "command",
    [
        ["feeds", "list"],
        ["feeds", "export"],
        ["feeds", "test", "http://127.0.0.1:1/rss"],
        ["quarantine", "list"],
        ["quarantine", "show", "1"],
        ["doctor"],
        ["why", "1:1"],
        ["backtest", "Harir"],
        ["migrate"],
    ],
)
def test_what_looks_writes_nothing_beside_a_running_bot(
    here: Path, running: Callable[[], int], command: list[str]
) -> None:
    before = running()
    bot(*command, cwd=here)
    assert running() == before


def test_what_is_meant_to_write_does_so_beside_a_running_bot(
    here: Path, running: Callable[[], int]
) -> None:
    opml = here / "list.opml"
    opml.write_text('<opml><body><outline xmlUrl="https://c.example.org/rss"/></body></opml>')
    for command in (
        ["feeds", "add", "https://b.example.org/rss"],
        ["feeds", "remove", "https://b.example.org/rss"],
        ["feeds", "import", str(opml)],
        ["quarantine", "retry", "1"],
        ["quarantine", "drop", "1"],
    ):
        before = running()
        done = bot(*command, cwd=here)
        assert done.exit_code == 0, done.stderr
        assert running() != before


@pytest.mark.parametrize("command", [["feeds", "list"], ["quarantine", "list"], ["doctor"]])
def test_what_looks_makes_no_database(here: Path, command: list[str]) -> None:
    assert bot(*command, cwd=here).exit_code == 0
    assert not (here / "var").exists()


def old_database(here: Path) -> Path:
    """A database of the version before."""
    fill(here)
    path = here / "var" / "sandbox.db"
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = '0009_quarantine'")
        connection.execute("DROP TABLE quarantine")
        connection.execute("ALTER TABLE sources DROP COLUMN folder")
    connection.close()
    return path


def test_an_old_database_is_migrated_by_the_command_for_it_alone(here: Path) -> None:
    path = old_database(here)
    for command in (["feeds", "list"], ["feeds", "add", "https://b.example.org/rss"]):
        done = bot(*command, cwd=here)
        assert (done.exit_code, "python -m bot migrate" in done.stderr) == (3, True)
    with only_one(path):  # its bot knows the tables as they are
        done = bot("migrate", cwd=here)
        assert (done.exit_code, "another Rasid is running" in done.stderr) == (2, True)
    assert bot("migrate", cwd=here).exit_code == 0
    assert bot("feeds", "add", "https://b.example.org/rss", cwd=here).exit_code == 0


def test_the_list_shows_what_stands_in_the_file_and_was_never_polled(here: Path) -> None:
    fill(here, lambda store: store.add_source(a_source(), "operator"))
    listed = bot("feeds", "list", cwd=here).stdout.splitlines()
    assert [line.split("\t")[1:] for line in listed] == [
        ["Wire", "https://wire.example/rss", "not polled yet"],
        ["A", "https://a.example.org/rss", "not polled yet"],
    ]


def test_a_feed_of_the_file_is_neither_added_nor_removed(here: Path) -> None:
    added = bot("feeds", "add", "https://a.example.org/rss", cwd=here)
    assert (added.exit_code, "among the sources already" in added.stderr) == (2, True)
    removed = bot("feeds", "remove", "https://a.example.org/rss", cwd=here)
    assert (removed.exit_code, "config.yaml" in removed.stderr) == (2, True)


# ── lists ────────────────────────────────────────────────────────────────────────────────────

LIST = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0" xmlns:rasid="urn:rasid:opml"><body>
<outline text="أخبار"><outline text="العراق">
<outline type="rss" text="وكالة" xmlUrl="https://one.example.org/rss" language="ar"
    rasid:interval="900"/>
</outline></outline>
<outline text="Two" xmlUrl="https://two.example.org/rss?key=canary"/>
<outline text="Twice" xmlUrl="https://two.example.org/rss?key=canary"/>
<outline text="Inside" xmlUrl="http://192.168.1.1/rss"/>
<outline text="No web" xmlUrl="ftp://three.example.org/rss"/>
<outline text="A" xmlUrl="https://a.example.org/rss"/>
</body></opml>
"""


def test_a_list_is_taken_in_with_all_that_is_right_in_it(here: Path) -> None:
    (here / "list.opml").write_text(LIST, "utf-8")
    done = bot("feeds", "import", "list.opml", cwd=here)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "added 2 of 6 feeds\n"
    for told in (
        "not taken: line 8: https://two.example.org/rss?…: it stands in line 7 already",
        "not taken: line 9: http://192.168.1.1/rss: 192.168.1.1 is not a public address; if you"
        " trust it, say --private",
        "not taken: line 10: ftp://three.example.org/rss: it does not begin with http",
        "there already: line 11: https://a.example.org/rss",
    ):
        assert told in done.stderr
    assert "canary" not in done.output
    again = bot("feeds", "import", "list.opml", cwd=here)
    assert (again.exit_code, again.stdout) == (0, "added 0 of 6 feeds\n")


def test_a_list_comes_out_as_it_went_in(here: Path) -> None:
    (here / "config.yaml").write_text("feeds: []\n")
    (here / "list.opml").write_text(LIST, "utf-8")
    bot("feeds", "import", "list.opml", cwd=here)
    assert bot("feeds", "export", "out.opml", cwd=here).stdout == "wrote 3 feeds to out.opml\n"
    first = (here / "out.opml").read_bytes()
    assert (here / "out.opml").stat().st_mode & 0o077 == 0
    (here / "var" / "sandbox.db").unlink()
    assert bot("feeds", "import", "out.opml", cwd=here).stdout == "added 3 of 3 feeds\n"
    second = bot("feeds", "export", cwd=here).stdout_bytes
    dated = b"<dateCreated>"
    assert [line for line in second.splitlines() if dated not in line] == [
        line for line in first.splitlines() if dated not in line
    ]
    text = first.decode()
    assert '<outline text="العراق">' in text
    assert 'rasid:interval="900"' in text
    assert "key=canary" in text


def test_private_feeds_of_a_list_are_taken_only_when_asked_for(here: Path) -> None:
    (here / "list.opml").write_text(LIST, "utf-8")
    assert bot("feeds", "import", "list.opml", "--private", cwd=here).stdout.startswith("added 3 ")
    exported = bot("feeds", "export", cwd=here).stdout
    assert exported.count('rasid:private="true"') == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html><body>404</body></html>", "this is no OPML: It is a web page"),
        (b"", "this is no OPML: It answers with an empty document"),
        (b'<!DOCTYPE o [<!ENTITY a "b">]><opml/>', "It declares entities"),
        (b"<opml><body><outline" + b' a="1"' * 300 + b"/></body></opml>", "200 attributes"),
        (b"<opml>" + b"<outline>" * 5_000 + b"</opml>", "this is no OPML"),
    ],
)
def test_what_is_no_list_or_a_bomb_is_refused(here: Path, body: bytes, told: str) -> None:
    (here / "list.opml").write_bytes(body)
    done = bot("feeds", "import", "list.opml", cwd=here)
    if b"<outline>" in body:  # broken and deep: read as far as it is sound, and nothing is there
        assert (done.exit_code, "added 0 of 0" in done.stdout) in {(0, True), (2, False)}
        return
    assert (done.exit_code, told in done.stderr) == (2, True)


def test_what_came_of_a_list_is_told_line_by_line(here: Path) -> None:
    (here / "list.opml").write_text(LIST.replace("/rss?key=canary", ""), "utf-8")
    for _ in range(2):
        told = bot("feeds", "import", "list.opml", cwd=here).stderr.splitlines()
    lines = [int(line.partition("line ")[2].partition(":")[0]) for line in told]
    assert lines == sorted(lines) == [5, 7, 8, 9, 10, 11]


def test_what_was_given_out_is_there_already_when_it_is_taken_in(here: Path) -> None:
    bot("feeds", "add", "http://192.168.1.1/rss", "--private", cwd=here)
    bot("feeds", "export", "out.opml", cwd=here)
    done = bot("feeds", "import", "out.opml", cwd=here)
    assert done.stderr.count("there already") == 2
    assert "not taken" not in done.stderr


def test_a_folder_with_a_slash_in_its_name_stays_one(here: Path) -> None:
    (here / "list.opml").write_text(LIST.replace("العراق", "AC/DC"), "utf-8")
    bot("feeds", "import", "list.opml", cwd=here)
    exported = bot("feeds", "export", cwd=here).stdout
    assert '<outline text="AC/DC">' in exported
    assert '<outline text="AC">' not in exported


def test_five_thousand_feeds_are_taken_in_within_seconds(here: Path) -> None:
    rows = "".join(
        f'<outline text="Feed {n}" xmlUrl="https://h{n}.example.com/rss"/>\n' for n in range(5_000)
    )
    (here / "list.opml").write_text(f"<opml><body>\n{rows}</body></opml>")
    begun = time.monotonic()
    done = bot("feeds", "import", "list.opml", cwd=here)
    assert done.stdout == "added 5000 of 5000 feeds\n"
    assert time.monotonic() - begun < 10
    assert bot("feeds", "export", cwd=here).stdout.count("xmlUrl") == 5_001


# ── what is set aside ────────────────────────────────────────────────────────────────────────


def test_what_is_set_aside_is_listed_and_shown(here: Path) -> None:
    fill(here, aside(), aside(), aside(stage=Stage.READ, subject="wire", body=b"<rss>\x1b[2J"))
    listed = bot("quarantine", "list", cwd=here).stdout.splitlines()
    assert len(listed) == 2
    assert listed[1].startswith("1\tan entry broke the matcher\tصواريخ poison\tZeroDivisionError")
    assert "2 times, version 0.0.9" in listed[1]
    shown = bot("quarantine", "show", "1", cwd=here).stdout
    assert TRACE in shown
    assert '{"title": "poison"}' in shown
    document = bot("quarantine", "show", "3", cwd=here)
    assert "<rss>[2J" in document.stdout
    assert bot("quarantine", "show", "3", "--raw", cwd=here).stdout_bytes == b"<rss>\x1b[2J"


@pytest.mark.parametrize("command", ["show", "retry", "drop"])
def test_a_number_there_is_none_of_is_said(here: Path, command: str) -> None:
    fill(here, aside())
    done = bot("quarantine", command, "7", cwd=here)
    assert (done.exit_code, "python -m bot quarantine list" in done.stderr) == (2, True)


def test_retry_marks_and_drop_forgets(here: Path) -> None:
    fill(here, aside())
    assert bot("quarantine", "retry", "1", cwd=here).exit_code == 0
    assert "to be tried again" in bot("quarantine", "list", cwd=here).stdout
    assert bot("quarantine", "drop", "1", cwd=here).exit_code == 0
    assert bot("quarantine", "list", cwd=here).stdout == "nothing is set aside\n"


# ── doctor ───────────────────────────────────────────────────────────────────────────────────


def test_doctor_shows_a_dead_feed_a_gone_feed_and_a_quarantined_entry(here: Path) -> None:
    def feed(name: str) -> Source:
        return Source(name, SourceKind.FEED, name, f"https://{name}.example/rss")

    later = NOW + timedelta(hours=1)
    silent = Setback("unavailable")
    gone = Setback("gone", is_missing=True, is_gone=True)
    fill(
        here,
        lambda store: store.add_source(feed("dead"), "operator"),
        lambda store: store.add_source(feed("gone"), "operator"),
        lambda store: store.add_source(feed("well"), "operator"),
        lambda store: store.record(a_batch(poll=a_poll(source_id="wire"))),
        lambda store: store.source_failed("dead", "No connection to 'dead'.", NOW, later, silent),
        lambda store: store.source_failed("gone", "It answers 410. It is gone.", NOW, later, gone),
        aside(),
    )
    done = bot("doctor", cwd=here)
    assert done.exit_code == 1
    for told in (
        "BAD quarantine: 1 at stage decide (#1 صواريخ poison: ZeroDivisionError: x)",
        "mend: python -m bot quarantine show 1, and report",
        "BAD sources: 3 sources, 2 failing",
        "BAD feed: dead: FAILING unavailable (1 in a row): No connection to 'dead'. It has never",
        "mend: python -m bot feeds test dead shows more",
        f"BAD feed: gone: GONE since {NOW:%Y-%m-%d}: It answers 410.",
        "mend: look for its new address, then python -m bot feeds remove gone",
    ):
        assert told in done.stdout
    assert "well:" not in done.stdout
