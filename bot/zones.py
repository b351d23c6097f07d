"""Time zones as an operator writes them."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_OFFSET = re.compile(r"\A(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?\Z")


def zone_of(name: str) -> tzinfo | None:
    """The zone of a name: ``Asia/Baghdad``, ``+03:00``; ``None`` when there is none."""
    if match := _OFFSET.match(name.strip()):
        sign, hours, minutes = match.groups()
        away = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-away if sign == "-" else away) if away < timedelta(hours=24) else None
    try:
        return ZoneInfo(name.strip())
    except (ValueError, OSError, KeyError):  # no name at all, a folder, unknown
        return None
