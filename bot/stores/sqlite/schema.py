"""The tables: the steps that make them, and whether a database has taken them all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import partial
from importlib import resources
from typing import Any

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from bot.core.sameness import text_hash
from bot.errors import SchemaError

_PART = 200  # entries that a migration holds at once

STEPS = (
    "0001_spine",
    "0002_no_shadow",
    "0003_life",
    "0004_listening",
    "0005_push",
    "0006_rhythm",
    "0007_entry_hashes",
    "0008_articles",
    "0009_quarantine",
    "0010_identity",
    "0011_reach",
    "0012_lanes",
    "0013_dead",
    "0014_keep",
    "0015_unconfirmed",
    "0016_first",
)
migrations = Migrations("rasid")


def _spine(db: Database) -> None:
    _run_script(db, STEPS[0])
    # unicode61 splits words; the folding is ours and already done in the shadow column.
    db.table("entries").enable_fts(["folded"], tokenize="unicode61", create_triggers=True)


def _no_shadow(db: Database) -> None:
    # Watches are tried on the entries themselves, so nothing searches their folded shadow.
    db.table("entries").disable_fts()
    _run_script(db, STEPS[1])


def _identity(db: Database) -> None:
    _run_script(db, "0010_identity")
    # The hash of a wording is of its words from now on. An old one would make an edit of every
    # entry that its feed still holds. Where a page was read the feed's words are gone: none then.
    # Nor have old entries one, for a million would take minutes in which nothing is sent.
    hashed_again = "page_hash = '' AND seen_at > (SELECT max(seen_at) FROM entries) - 2592000000"
    db.execute(f"UPDATE entries SET text_hash = '' WHERE NOT ({hashed_again})")
    for texts in _in_parts(db, f"SELECT id, title, body FROM entries WHERE {hashed_again}"):
        hashed = [(text_hash(title, body), id_) for id_, title, body in texts]
        db.conn.executemany("UPDATE entries SET text_hash = ? WHERE id = ?", hashed)


def _in_parts(db: Database, found: str) -> Iterator[list[tuple[Any, ...]]]:
    """What ``found`` selects, its id first, in parts: all entries of a year fill no memory."""
    last = -1
    while part := db.execute(
        f"{found} AND id > ? ORDER BY id LIMIT ?",
        (last, _PART),
    ).fetchall():
        yield part
        last = part[-1][0]


def _run_script(db: Database, step: str) -> None:
    script = (resources.files("bot.stores.migrations") / f"{step}.sql").read_text("utf-8")
    for statement in _statements(script):
        db.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: ``executescript`` would commit the migration."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


_BY_HAND = {"0001_spine": _spine, "0002_no_shadow": _no_shadow, "0010_identity": _identity}
for _name in STEPS:
    migrations(name=_name)(_BY_HAND.get(_name, partial(_run_script, step=_name)))


def check(db: Database, path: str, migrate: bool) -> None:
    """Bring it up to date, with ``migrate``.

    Raises:
        SchemaError: It is newer than we are, none of ours, or needs migrating.
    """
    newer = [step.name for step in migrations.applied(db) if step.name not in STEPS]
    if newer:
        raise SchemaError(
            f"{path} was written by a newer Rasid (step {newer[0]}):"
            " install that version again, or restore a backup"
        )
    foreign = not migrations.applied(db) and db.table_names() not in ([], ["_sqlite_migrations"])
    if foreign:
        raise SchemaError(f"{path} holds tables that are not Rasid's: give store.path another file")
    if migrate:
        migrations.apply(db)
    elif migrations.pending(db):
        raise SchemaError(f"{path} needs migrating: python -m bot migrate")
