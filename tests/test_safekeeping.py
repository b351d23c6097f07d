"""``backup``, ``restore`` and what ``doctor`` says of them and of the second path."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from shutil import rmtree
from types import SimpleNamespace

import pytest

from bot import basics, config, operate, safekeeping
from bot.config import Settings
from bot.core.model import Chat, PutChat
from bot.flow.watching import DEAD_MAN, STALLS, TOLD
from bot.stores.lock import only_one
from bot.stores.sqlite import SqliteStore, look
from tests.damaging import spoil
from tests.making import NOW
from tests.stores.test_mending import WAITS, leave_out
from tests.test_cli import bot

DATABASE = Path("var") / "sandbox.db"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text("feeds: []\n")
    (tmp_path / "seeds").mkdir()
    write(tmp_path, lambda store: store.answer(1, [PutChat(Chat(7))], [], NOW))
    return tmp_path


def write(here: Path, *turns) -> list[object]:  # type: ignore[no-untyped-def]
    async def run() -> list[object]:
        store = await SqliteStore.open(here / DATABASE)
        done = [await turn(store) for turn in turns]
        await store.close()
        return done

    return asyncio.run(run())


def line_of(here: Path, what: str, **environ: str) -> str:
    lines = bot("doctor", cwd=here, **environ).stdout.splitlines()
    return next(line for line in lines if line[4:].startswith(what))


def after(here: Path, what: str) -> str:
    """How to mend it, as ``doctor`` says below its line."""
    lines = bot("doctor", cwd=here).stdout.splitlines()
    return lines[next(n for n, line in enumerate(lines) if line[4:].startswith(what)) + 1]


def test_doctor_says_which_operators_cannot_hear(here: Path) -> None:
    named = {"RASID_TELEGRAM__OPERATORS": "[7]"}
    assert line_of(here, "operators", **named).startswith("ok")
    named = {"RASID_TELEGRAM__OPERATORS": "[7, 8]"}
    line = line_of(here, "operators", **named)
    assert line.startswith("BAD")
    assert "1 of 2 hear the bot; not 8" in line


def test_a_backup_is_made_beside_a_running_bot_and_put_back_when_it_has_stopped(here: Path) -> None:
    with only_one(here / DATABASE):
        made = bot("backup", cwd=here)
        assert made.exit_code == 0, made.output
        assert bot("restore", cwd=here).exit_code == 2
    name = Path(made.stdout.split()[-1]).name
    assert name in bot("backup", "--list", cwd=here).stdout
    write(here, lambda store: store.answer(2, [PutChat(Chat(8))], [], NOW))
    done = bot("restore", name, cwd=here)
    assert done.exit_code == 0, done.output
    assert "damaged-" in done.stdout  # where the other one lies
    knows = write(here, lambda store: store.chat(7), lambda store: store.chat(8))
    assert knows[0] is not None
    assert knows[1] is None


@pytest.mark.parametrize("name", ["../var/sandbox.db", "/etc/passwd", "nothing", "a\nb"])
def test_a_name_that_is_none_is_refused_and_nothing_is_changed(here: Path, name: str) -> None:
    bot("backup", cwd=here)
    before = (here / DATABASE).read_bytes()
    refused = bot("restore", name, cwd=here)
    assert refused.exit_code == 1
    assert "is no backup" in refused.stderr
    assert (here / DATABASE).read_bytes() == before


def test_a_damaged_backup_is_refused_and_nothing_is_changed(here: Path) -> None:
    name = Path(bot("backup", cwd=here).stdout.split()[-1]).name
    file = here / "var" / "backups" / name
    file.write_bytes(file.read_bytes()[:8192] + os.urandom(50_000))
    before = (here / DATABASE).read_bytes()
    assert bot("restore", name, cwd=here).exit_code == 1
    assert bot("restore", cwd=here).exit_code == 1
    assert (here / DATABASE).read_bytes() == before
    assert line_of(here, "backups").startswith("BAD")


def test_doctor_tells_the_age_of_the_backups_and_that_they_are_good(here: Path) -> None:
    assert "none yet" in line_of(here, "backups")
    bot("backup", cwd=here)
    assert "1 in " in line_of(here, "backups")
    assert "looked through: good" in line_of(here, "backups")
    old = basics.now() - timedelta(hours=5)
    (made,) = (here / "var" / "backups").iterdir()
    made.rename(made.with_name(f"sandbox-{old:%Y%m%dT%H%M%SZ}.db"))
    assert line_of(here, "backups").startswith("BAD")
    assert line_of(here, "backups", RASID_BACKUPS__EVERY_H="0").startswith("BAD")


def test_doctor_looks_through_the_database_and_says_so(here: Path) -> None:
    line = line_of(here, "database")
    assert line.startswith("ok")
    assert line.endswith("looked through (all of it): good")
    leave_out(here / DATABASE, row=WAITS)
    line = line_of(here, "database")
    assert line.startswith("BAD")
    assert "missing from index deliveries_ready" in line


def test_doctor_leaves_the_indexes_of_a_large_database_alone_and_says_so(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "SMALL_BYTES", 0)
    leave_out(here / DATABASE, row=WAITS)
    told = [check.told for check in asyncio.run(operate.doctor(settings_of(here, monkeypatch)))]
    assert any("20 s at most, its indexes not compared): good" in line for line in told)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no such folder here")
def test_doctor_says_that_no_database_can_be_made_there(here: Path) -> None:
    (here / "config.yaml").write_text("sandbox:\n  path: /proc/x/y.db\n")
    line = line_of(here, "database")
    assert line.startswith("BAD")
    assert "/proc/x/y.db cannot be made: /proc " in line
    assert "correct sandbox.path, which stands in" in after(here, "database")
    assert "config.yaml, line 2" in after(here, "database")
    assert "run`" not in line_of(here, "backups") + after(here, "backups")


def settings_of(here: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(here)
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    return config.load(here / "config.yaml", {})


def test_doctor_tells_of_the_backups_of_a_damaged_database(here: Path) -> None:
    bot("backup", cwd=here)
    spoil(here / DATABASE)
    assert line_of(here, "database").startswith("BAD")
    line = line_of(here, "backups")
    assert line.startswith("ok")
    assert "looked through: good" in line


def test_doctor_says_that_no_backup_can_be_made(here: Path) -> None:
    folder = here / "var" / "backups"
    folder.write_text("a file")
    line = line_of(here, "backups")
    assert line.startswith("BAD")
    assert "var/backups is not a folder" in line
    folder.unlink()
    bot("backup", cwd=here)
    assert line_of(here, "backups").startswith("ok")


def test_backups_that_cannot_be_made_any_more_are_failing_though_there_is_one(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot("backup", cwd=here)
    settings = settings_of(here, monkeypatch)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    (line, *_) = asyncio.run(safekeeping.checks(settings))
    assert not line.well
    assert "none can be made now: less than 64 MB free" in line.told


@pytest.mark.parametrize(("hours", "verdict"), [(1, "ok"), (3, "BAD")])
def test_none_yet_is_well_for_two_periods_only(here: Path, hours: int, verdict: str) -> None:
    begun = f"{basics.now() - timedelta(hours=hours)}"
    with closing(sqlite3.connect(here / DATABASE)) as database, database:
        database.execute("UPDATE _sqlite_migrations SET applied_at = ?", (begun,))
    line = line_of(here, "backups")
    assert line.startswith(verdict)
    assert "none yet" in line


def test_none_yet_of_a_damaged_database_is_bad_and_no_run_makes_one(here: Path) -> None:
    spoil(here / DATABASE)
    line = line_of(here, "backups")
    assert line.startswith("BAD")
    assert "first the database" in after(here, "backups")
    assert "run`" not in line + after(here, "backups")


@pytest.mark.parametrize("harm", [lambda _: None, spoil], ids=["whole", "damaged"])
def test_backups_that_are_gone_are_said_to_have_been_there(
    here: Path, harm: Callable[[Path], object]
) -> None:
    made = Path(bot("backup", cwd=here).stdout.split()[-1]).name
    rmtree(here / "var" / "backups")
    harm(here / DATABASE)
    line, mend = line_of(here, "backups"), after(here, "backups")
    assert line.startswith("BAD")
    assert "there was one: " in line
    assert f"var/backups/{made}" in line
    assert "is its disk mounted?" in mend
    assert ("backup makes a new one" in mend) is (harm is not spoil)
    assert "`run`" not in line + mend


class Taker(BaseHTTPRequestHandler):
    heard: list[str]

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204 if self.path == "/hook" else 500)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[str]:
    Taker.heard = []
    server = HTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


def test_doctor_tries_the_second_path_and_names_no_address(here: Path, hook: str) -> None:
    none = bot("doctor", "--test-notify", cwd=here)
    assert none.exit_code == 1
    assert "none is configured" in none.stdout
    worked = bot("doctor", "--test-notify", cwd=here, RASID_NOTIFY__WEBHOOK_URL=hook)
    assert worked.exit_code == 0, worked.output
    assert "--test-notify" in Taker.heard[0]
    failed = bot("doctor", "--test-notify", cwd=here, RASID_NOTIFY__NTFY_URL=hook + "-canary")
    assert failed.exit_code == 1
    assert "it answers 500" in failed.stdout
    assert "canary" not in failed.output


def test_doctor_tells_what_the_watcher_noted(here: Path, hook: str) -> None:
    told = {"RASID_NOTIFY__WEBHOOK_URL": hook, "RASID_NOTIFY__DEAD_MAN_URL": hook}
    assert "not used yet" in line_of(here, "second path", **told)
    assert "not pinged yet" in line_of(here, "dead man", **told)
    at = (basics.now() - timedelta(minutes=3)).isoformat()
    write(
        here,
        lambda s: s.keep(TOLD, json.dumps({"at": at, "errors": {"webhook": "it answers 500"}})),
        lambda s: s.keep(DEAD_MAN, json.dumps({"at": at, "error": ""})),
        lambda s: s.keep(STALLS, json.dumps({"disk": "The disk is full."})),
    )
    assert line_of(here, "second path", **told).startswith("BAD")
    assert line_of(here, "dead man", **told) == "ok  dead man: last ping 3 min ago"
    assert line_of(here, "stall", **told) == "BAD stall: The disk is full."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("notify:\n  webhook_url: ftp://canary\n", "line 2: notify.webhook_url"),
        ("notify:\n  smtp_url: canary\n  mail_to: a@b.c\n", "line 2: notify.smtp_url"),
        ("notify:\n  mail_to: a@b.c\n", "smtp_url and mail_to belong together"),
        ("notify:\n  mail_to: 'a@b.c, d@e.f'\n", "line 2: notify.mail_to"),
        ("backups:\n  hourly: -1\n", "line 2: backups.hourly"),
    ],
)
def test_a_wrong_key_is_refused_without_its_secret(here: Path, text: str, told: str) -> None:
    (here / "config.yaml").write_text(text)
    refused = bot("doctor", cwd=here)
    assert refused.exit_code == 2
    assert told in refused.stderr
    assert "canary" not in refused.output
