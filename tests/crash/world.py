"""A Telegram on loopback, one file, and lives in it one after the other: what they told counts."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.people import Person, supergroup_id_of
from bot.sandbox.server import Sandbox
from bot.stores.sqlite.schema import STEPS
from tests.crash.life import ASKERS, CROWD, GROUP, TOLD
from tests.crash.traps import KILLED, STILL
from tests.sandbox.conftest import Page

ROOT = Path(__file__).parents[2]
_HEARS = (*CROWD, supergroup_id_of(GROUP))
_ONCE = ("✅", "🔺", *TOLD)  # a message holds one of them; each chat is to get each once
_KILLED = re.compile(r"Killed: \W*2\b")
_GAP_S = 2.0  # between a death and the next life


@dataclass(frozen=True)
class End:
    """How a life ended."""

    code: int
    steps: int
    ahead_s: float
    pid: int

    @property
    def was_trapped(self) -> bool:
        """Killed, or standing still."""
        return self.code in {KILLED, STILL}


@dataclass
class Tally:
    """What many crashes cost, for people."""

    crashes: int = 0
    lost: int = 0
    duplicates: int = 0
    most_per_crash: int = 0
    began: float = field(default_factory=time.monotonic)

    def add(self, crashes: int, duplicates: int) -> None:
        """One more file lived through so many deaths."""
        self.crashes += crashes
        self.duplicates += duplicates
        self.most_per_crash = max(self.most_per_crash, -(-duplicates // crashes))

    def told(self, name: str, **more: object) -> str:
        """One line of JSON."""
        facts = {k: v for k, v in vars(self).items() if k != "began"}
        took_s = round(time.monotonic() - self.began, 1)
        return json.dumps({"test": name} | facts | more | {"took_s": took_s})


class Nursery:
    """The process that lives are forked from (``nursery``)."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def open(cls, log: Path) -> Nursery:
        with log.open("wb") as errors:
            pipe = asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.crash.nursery"),
                cwd=ROOT, stdin=pipe, stdout=pipe, stderr=errors,
            )  # fmt: skip
        return cls(process)

    async def asked(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return answer

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


class World:
    """Begins anew with :meth:`begin`; then lives follow each other in the same file."""

    def __init__(self, nursery: Nursery, sandbox: Sandbox, page: Page, folder: Path) -> None:
        self.nursery, self.sandbox, self.page = nursery, sandbox, page
        self.template, self.file = folder / "settled.db", folder / "now" / "rasid.db"
        self.asked: dict[int, int] = {}  # update id → who sent it
        self._born_s = self._ahead_s = 0.0
        self._seen = 0
        self._crowd: tuple[int, ...] = ()
        for user in CROWD:
            sandbox.world.add_person(Person(user, f"P{user}", f"p{user}", "en"))
        sandbox.world.migrate(sandbox.world.room(str(GROUP)))

    async def begin(self, *, empty: bool = False) -> None:
        """Nothing has happened yet but that people subscribed and two have just asked something.

        With ``empty`` not even that, and the file is to be made.
        """
        shutil.rmtree(self.file.parent, ignore_errors=True)
        self.file.parent.mkdir()
        if not self.template.exists():
            await self.nursery.asked(settle=str(self.template))
        if not empty:
            shutil.copy(self.template, self.file)
        self._crowd = () if empty else _HEARS
        self._born_s, self._ahead_s = time.time(), 0.0
        rows = self.sandbox.world.journal.after(self._seen)
        self._seen = rows[-1]["seq"] if rows else self._seen
        self.sandbox.world.updates.drop_all()
        for user, text in ASKERS.items():
            await self.page.post("send", user=user, chat=user, text=text)
        pending = self.sandbox.world.updates.pending()
        self.asked = {u["update_id"]: u["message"]["chat"]["id"] for u in pending}

    async def life(self, trap: str = "", last: int = 0, *, stands_still: bool = False) -> End:
        """Live until nothing is left to do, or until the trap's ``last`` step."""
        told = await self.nursery.asked(
            stands_still=stands_still,
            trap=trap, last=last, path=str(self.file), api_url=self.sandbox.api_url,
            born_s=self._born_s, ahead_s=self._ahead_s, replies=len(ASKERS),
        )  # fmt: skip
        self._ahead_s = told["ahead_s"] + _GAP_S
        return End(**told)

    async def wake(self, still: End) -> End:
        """Let a life go on that stood still, though another one has taken its place."""
        return End(**await self.nursery.asked(wake=still.pid))

    def is_locked(self) -> bool:
        """Whether somebody is in the middle of a transaction."""
        with closing(sqlite3.connect(self.file, timeout=0)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            return False

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the file says, asked of a copy: whoever opens a file tidies up what a crash left."""
        aside = self.file.parent.with_name("aside")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(self.file.parent, aside)
        with closing(sqlite3.connect(aside / self.file.name)) as db:
            return db.execute(statement).fetchall()

    def arrived(self) -> Counter[tuple[int, str]]:
        """How often each chat got each message, since the beginning."""
        rows = self.sandbox.world.journal.after(self._seen)
        return Counter((r["chat_id"], next(k for k in _ONCE if k in r["text"])) for r in rows)

    def texts(self, chat: int) -> list[str]:
        """What one chat was told, since the beginning."""
        rows = self.sandbox.world.journal.after(self._seen)
        return [str(row["text"]) for row in rows if row["chat_id"] == chat]

    def lost(self) -> set[tuple[int, str]]:
        """What somebody was never told, or is not shown in the end."""
        due = {(chat, told) for chat in self._crowd for told in ("🔺", *TOLD)}
        due |= {(chat, "✅") for chat in ASKERS}
        return due - set(self.arrived()) | self.unchanged()

    def unchanged(self) -> set[tuple[int, str]]:
        """Who has no alert of the attack that says that it killed people, as was known later."""
        right = set()
        for row in self.sandbox.world.journal.after(self._seen):
            post = self.sandbox.world.rooms[row["chat_id"]].posts[row["message_id"]]
            if TOLD[0] in row["text"] and _KILLED.search(str(post.body.get("text"))):
                right.add(row["chat_id"])
        return {(chat, "killed") for chat in self._crowd if chat not in right}

    def duplicates(self) -> int:
        """Messages that somebody had already."""
        return sum(self.arrived().values()) - len(self.arrived())

    def is_made(self) -> bool:
        """Whether the file has all its tables: nothing is done before."""
        if not self.file.exists():
            return False
        steps = "SELECT count(*) FROM sqlite_master WHERE name = '_sqlite_migrations'"
        if self.rows(steps) == [(0,)]:
            return False
        return self.rows("SELECT count(*) FROM _sqlite_migrations") == [(len(STEPS),)]

    def sure(self) -> dict[tuple[int, str], int]:
        """How often those alerts arrived of which the file knows that they did."""
        told = self.rows(
            "SELECT deliveries.chat_id, title FROM deliveries JOIN stories ON stories.id = story_id"
            " WHERE kind = 'alert' AND state = 'sent'"
        )
        keys = {(chat, next(k for k in TOLD if k in title)) for chat, title in told}
        arrived = self.arrived()
        return {key: arrived[key] for key in keys}

    def flying(self) -> int:
        """Sends of which the file does not know how they ended."""
        return int(self.rows("SELECT count(*) FROM deliveries WHERE state = 'sending'")[0][0])

    def halves(self) -> list[tuple[Any, ...]]:
        """Commands of which something happened, but not all."""
        marked = {row[0] for row in self.rows("SELECT update_id FROM processed_updates")}
        replied = {row[0] for row in self.rows("SELECT chat_id FROM deliveries WHERE kind='reply'")}
        watching = {row[0] for row in self.rows("SELECT chat_id FROM watches")}
        facts = [(u, u in marked, c in replied, c in watching) for u, c in self.asked.items()]
        return [fact for fact in facts if len(set(fact[1:])) > 1]

    def open_ends(self) -> list[tuple[Any, ...]]:
        """What SQLite finds wrong with the file, and what was not sent: nothing excuses it here."""
        still_open = "SELECT kind, state, error FROM deliveries WHERE state <> 'sent'"
        found = self.rows("PRAGMA integrity_check") + self.rows("PRAGMA foreign_key_check")
        return [row for row in found + self.rows(still_open) if row != ("ok",)]
