"""Data files read and checked: what is wrong is said with its file and its line.

The one door to YAML for what Rasid knows; the rooms of the data folder say what a file must hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from pathlib import Path
from typing import Any, TypeVar

import yaml

from bot.errors import ConfigError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where built
Parsed = TypeVar("Parsed")


class Wrong(ValueError):
    """Something in a file is not as it must be; ``read`` adds file and line.

    Attributes:
        near: A piece of the wrong line, as it is written in the file.
        line: The line counted from 1, when it is known better than by ``near``.
    """

    def __init__(self, problem: str, near: str = "", line: int = 0) -> None:
        super().__init__(problem)
        self.near = near
        self.line = line


def read(path: Path, understand: Callable[[dict[str, Any]], Parsed]) -> Parsed:
    """What ``understand`` makes of the keys and values of the YAML file ``path``.

    Raises:
        ConfigError: The file is missing or broken, or ``understand`` raised ``Wrong``.
    """
    raw = mapping(path)
    try:
        return understand(raw)
    except Wrong as error:
        where = f"{path}:{error.line or line_of(path, error.near)}"
        raise ConfigError(f"{where}: {error}", key=path.stem) from error


def mapping(path: Path) -> dict[str, Any]:
    """The keys and values of the YAML file ``path``.

    Raises:
        ConfigError: The file is missing, is not YAML, or holds something else.
    """
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 (a safe one)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", key=path.stem) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigError(f"{path}:{line}: {_problem(error)}", key=path.stem) from error
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}:1: keys and values are expected here", key=path.stem)
    return raw


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error)


def files(folder: Path, room: str) -> list[Path]:
    """The YAML files of ``folder/room``, by name.

    Raises:
        ConfigError: There is none.
    """
    found = sorted((folder / room).glob("*.yaml"))
    if not found:
        raise ConfigError(f"{folder / room}: no *.yaml file there", key=room)
    return found


def line_of(path: Path, text: str) -> int:
    """The first line of ``path`` that holds ``text``, counted from 1; 1 when none does."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if text and text in line), 1)


def only_keys(raw: Mapping[str, Any], allowed: Set[str]) -> None:
    """Raise ``Wrong`` unless ``raw`` is a mapping with no key but the ``allowed`` ones."""
    if not isinstance(raw, dict):
        raise Wrong("keys and values are expected here", str(raw))
    for key in raw:
        if key not in allowed:
            raise Wrong(f"unknown key {key!r}; there are {', '.join(sorted(allowed))}", str(key))


def need(raw: Mapping[str, Any], key: str, kind: type[Parsed]) -> Parsed:
    """The value of ``key``; raise ``Wrong`` when it is missing or not of ``kind``."""
    value = raw.get(key)
    if not isinstance(value, kind):
        raise Wrong(f"{key!r} is missing or is not a {kind.__name__}", key)
    return value


def has_word(text: str) -> bool:
    """Whether ``text`` holds a letter or a digit, and so a word to look for."""
    return any(map(str.isalnum, text))
