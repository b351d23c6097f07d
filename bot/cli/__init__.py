"""The command line. Each command is a few lines over the modules beside ``app``.

Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 schema.
"""

from __future__ import annotations

from bot.cli import backups, bench, feeds, quarantine, reports, running
from bot.cli.frame import main

__all__ = ["backups", "bench", "feeds", "main", "quarantine", "reports", "running"]
