"""What keeps a source from being read, in the reader's language.

The sentence a poll leaves behind is English and for the operator (``feeds list``, the log); who
asks /status is told its kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.i18n import Voice, mark
from bot.core.model import SourceAge, SourceKind
from bot.core.render import cut
from bot.core.text import clean

_ERROR = 100

_NO_NAME = mark("name not found: is the network up?")
_NO_CONNECTION = mark("no connection")
_NO_ANSWER = mark("no answer in time")
_OURS = frozenset({_NO_NAME, _NO_CONNECTION, _NO_ANSWER})

# The first that is found; a test walks all sentences of bot/sources.
_KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"^Its name .* was not found", _NO_NAME),
        (r"^No connection to", _NO_CONNECTION),
        (r"^It did not finish answering", _NO_ANSWER),
        (r"^It answers (404|410)\b", mark("nothing is at its address any more")),
        (r"^It answers \d+: not now", mark("its server is busy or broken")),
        (r"^It answers \d+\. |(asks for|convinced of) a human", mark("it does not let us read")),
        (r"certificate|secure connection", mark("no secure connection")),
        (r"^The address was not visited", mark("its address is not allowed")),
        (r"too large", mark("its document is too large")),
        (r"redirect|does not say where to|not begin with http", mark("its address is wrong")),
        (
            r"no feed|not a feed|instead of a feed|packed as|, no text|shows no posts",
            mark("what it sends is no feed"),
        ),
        (
            r"broke off|closed the connection|proper HTTP|ended too early|though we never had it"
            r"|used to hold",
            mark("its answer was damaged"),
        ),
        (r"folder .* cannot be read", mark("its folder cannot be read")),
        (r"^an error of ours", mark("an error of mine")),
    )
)


def trouble(voice: Voice, error: str) -> str:
    """The kind of ``error`` in the reader's language, itself where we do not know it."""
    kind = _kind(error)
    return voice.label(kind) if kind else cut(clean(error), _ERROR)


def _kind(error: str) -> str:
    return next((kind for pattern, kind in _KINDS if pattern.search(error)), "")


def is_network_down(ages: Sequence[SourceAge]) -> bool:
    """Whether no feed of the internet is reached, each for a reason that may lie with us."""
    feeds = [age for age in ages if age.source.kind is SourceKind.FEED and not age.source.private]
    return len(feeds) > 1 and all(_kind(age.error) in _OURS for age in feeds)
