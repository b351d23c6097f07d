"""``event key=value`` lines on standard error, from which no secret can be read."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable

# The shape of a bot token wherever one may turn up: in an address, a traceback, a repr.
_TOKEN = re.compile(r"\b(bot)?\d{5,}:[\w-]{5,}")
_HIDDEN = "<token>"


class Redacting(logging.Formatter):
    """Formats a record, traceback and all, and takes the secrets out of the finished text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        """The line, with tokens replaced."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _TOKEN.sub(_HIDDEN, text)


def begin(level: str, secrets: Iterable[str] = ()) -> None:
    """Log to standard error from ``level`` on; vendors only from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting(secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(level)
