"""One sender per database: a second process waits for nobody, it is told."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import ConfigError


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the right to send from the database at ``path``; the system frees it at any end.

    Raises:
        ConfigError: Another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                f"another Rasid is running with {path}: stop it first, or give store.path another"
                " file",
                "store.path",
            ) from error
        yield
