"""One sender per database: a second process waits for nobody, it is told."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.errors import ConfigError


def _lock_file(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.with_name(path.name + ".lock").open("w")
    except OSError as error:
        raise ConfigError(f"{path} cannot be used: {error.strerror}", "store.path") from error


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the right to send from the database at ``path``; the system frees it at any end.

    A link is followed: two names of one file are one database.

    Raises:
        ConfigError: Another process holds it, or the folder cannot be written.
    """
    with _lock_file(path.resolve()) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                f"another Rasid is running with {path}: stop it first, or use another database"
                " (store.path, in the sandbox sandbox.path)",
                "store.path",
            ) from error
        yield
