"""Sentences with the verdict they must get."""

from pathlib import Path
from typing import Any

import yaml


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one corpus file."""
    text = (Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: list[dict[str, Any]] = yaml.safe_load(text)
    return loaded
