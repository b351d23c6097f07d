"""An error of ours as text that may be kept and shown."""

from __future__ import annotations

import re
import traceback

# A recursion error alone has a thousand frames that say the same.
_TRACE_CHARS, _ERROR_CHARS = 8_000, 300
_CUT = "\n  …\n"
# What may stand in the message of an error: the password and the query of an address.
_USER = re.compile(r"(\bhttps?://)[^\s/'\"<>]*@", re.IGNORECASE)
_QUERY = re.compile(r"(\bhttps?://[^\s?'\"<>]*)\?[^\s'\"<>]*", re.IGNORECASE)
# The shape of a bot token, as the log knows it.
_TOKEN = re.compile(r"\b(bot)?\d{5,}:[\w-]{5,}")


def error_of(error: BaseException) -> str:
    """The class of ``error`` and what it says, on one line."""
    said = " ".join(redacted(str(error)).split())
    return f"{type(error).__name__}: {said}"[:_ERROR_CHARS] if said else type(error).__name__


def trace_of(error: BaseException) -> str:
    """The traceback of ``error``, its middle left out where it is long, and no password."""
    text = redacted("".join(traceback.format_exception(error)))
    if len(text) <= _TRACE_CHARS:
        return text
    half = _TRACE_CHARS // 2
    return text[:half] + _CUT + text[-half:]


def redacted(text: str) -> str:
    """``text`` without passwords and queries of addresses, and without tokens."""
    return _TOKEN.sub("<token>", _QUERY.sub(r"\1?…", _USER.sub(r"\1", text)))
