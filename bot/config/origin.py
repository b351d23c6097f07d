"""Where the operator wrote a key: on which line of the file, or in which variable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigError

PREFIX = "RASID_"

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """A file with the line of each of its keys, and our variables, which win over it."""

    path: Path = Path("config.yaml")
    lines: Mapping[Key, int] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)

    def where(self, at: Key) -> str:
        """The variable that holds ``at``, else the file and the line."""
        if variable := self._variable(at):
            return f"the environment variable {variable}"
        for end in range(len(at), 0, -1):
            if line := self.lines.get(at[:end]):
                return f"{self.path}, line {line}"
        return str(self.path)

    def _variable(self, at: Key) -> str:
        # In full, as a part of JSON, or (a list spelt key by key, which nobody can) deeper.
        for end in range(len(at), 0, -1):
            name = variable_of(at[:end])
            if name in self.environ and _reaches(self.environ[name], at[end:]):
                return name
        return next((name for name in self.environ if name.startswith(variable_of(at) + "__")), "")


def variable_of(at: Key) -> str:
    """The name of a key in the environment."""
    return f"{PREFIX}{'__'.join(map(str, at))}".upper()


def _reaches(text: str, rest: Key) -> bool:
    """Whether the value has something at ``rest``; of a list all is its own, what lacks as well."""
    try:
        value: Any = json.loads(text) if rest else None
    except ValueError:
        return False
    return not rest or isinstance(value, list) or (isinstance(value, dict) and rest[0] in value)


def read_yaml(path: Path) -> tuple[dict[str, Any], dict[Key, int]]:
    """The values of a file, and the line on which each key stands.

    Raises:
        ConfigError: It cannot be read, is not YAML, or names a key twice.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    try:
        node, values = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not valid YAML: {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path} must hold keys and values, like 'feeds:' on line 1")
    lines: dict[Key, int] = {}
    _walk(node, (), lines, path)
    return values, lines


def _walk(node: Any, at: Key, lines: dict[Key, int], path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _note((*at, key.value), key.start_mark.line + 1, lines, path)
            _walk(value, (*at, key.value), lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines[(*at, number)] = value.start_mark.line + 1
            _walk(value, (*at, number), lines, path)


def _note(at: Key, line: int, lines: dict[Key, int], path: Path) -> None:
    if first := lines.get(at):
        raise ConfigError(f"{path}, line {line}: {at[-1]!r} stands on line {first} already")
    lines[at] = line
