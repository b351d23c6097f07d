"""How the database finds what is asked of it at every turn: never by reading all it ever held."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from types import ModuleType

import pytest

from bot.stores import (
    quarantine_sql,
    sql,
    sql_chats,
    sql_digests,
    sql_lanes,
    sql_names,
    sql_pages,
    sql_pruning,
    sql_upkeep,
)
from bot.stores.sqlite import SqliteStore

# Asked at a start, by a command, or when something was moved; or of what is few by its nature.
RARE = {
    "OUTBOX_COUNTS",
    "FLOODS",
    "REFUSING",
    "RECOVER_REFUSED",
    "ASKED",  # a condition
    "DEAD_LETTERS",
    "LATEST_STORIES",
    "MOVE_CHAT",
    "SEND_AGAIN",
    "SOURCE_NAMES",
    "QUARANTINE",
    "AFTER_UPGRADE",
    "VITALS",
    "RESTORED_GRAVE",
    "RESTORED_LIGHT",
    "SPARE_NUMBERS",
    "GONE",
    "LISTENING",  # ends at the tenth
    "ALL_DUE",
    "REWIND_CHATS",
    "REWIND_SOURCES",  # only when a clock was set back
    "OPEN",  # a condition
}
# A table that is read from end to end, and not by an index that holds only what is asked for.
_READ_WHOLE = re.compile(
    r"\ASCAN (?!json_each|CONSTANT|placed|name|\()(?!.*USING (?:COVERING )?INDEX)"
)
# Such an index that nevertheless holds everything.
_NO_HELP = re.compile(
    r"\ASCAN \w+ USING COVERING INDEX sqlite_autoindex_(?:alerts|deliveries|whys)"
    r"|\ASEARCH \w+ USING PRIMARY KEY \(kind=\?\)"
)


def statements(module: ModuleType) -> dict[str, str]:
    told = {name: text for name, text in vars(module).items() if name.isupper() and name[0] != "_"}
    asked = {name: text for name, text in told.items() if name not in RARE}
    several = {
        f"{name} {number}": text
        for name, texts in asked.items()
        if isinstance(texts, tuple)
        for number, text in enumerate(texts)
    }
    return {name: text for name, text in asked.items() if isinstance(text, str)} | several


MODULES = (
    quarantine_sql,
    sql,
    sql_chats,
    sql_digests,
    sql_lanes,
    sql_names,
    sql_pages,
    sql_pruning,
    sql_upkeep,
)
ASKED = {name: text for module in MODULES for name, text in statements(module).items()}


@pytest.fixture
async def store() -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(":memory:")
    yield opened
    await opened.close()


@pytest.mark.parametrize("name", ASKED)
async def test_no_turn_reads_a_whole_table(store: SqliteStore, name: str) -> None:
    statement = ASKED[name]
    values = dict.fromkeys(re.findall(r":(\w+)", statement), 1)
    found = await store._run(lambda: store._rows(f"EXPLAIN QUERY PLAN {statement}", values))
    plan = [row["detail"] for row in found]
    assert plan or statement.lstrip().startswith("INSERT")
    assert not [step for step in plan if _READ_WHOLE.match(step) or _NO_HELP.match(step)]
