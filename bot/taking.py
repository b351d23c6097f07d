"""Lists of other readers (OPML), taken in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.addresses import same_feed
from bot.config import Settings
from bot.core.model import Source
from bot.errors import ConfigError
from bot.feedlist import feed_source, feeds_of, unusable
from bot.locales import is_country, is_language
from bot.opening import changing
from bot.sources import guard, opml
from bot.sources.hops import shown_url

_INTERVAL_S, _LEAST_S = 300, 60
_LINE = re.compile(r"line (\d+): ")


@dataclass(slots=True)
class Imported:
    """What became of a list of feeds.

    Attributes:
        listed: How many there were in it.
        added: How many are polled from now on.
        refused: What was not taken, by line and why.
        known: Those that were among the sources already, by line.
    """

    listed: int
    added: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    known: list[tuple[int, str]] = field(default_factory=list)


async def import_feeds(settings: Settings, body: bytes, *, private: bool = False) -> Imported:
    """Take in a list of feeds in one transaction; what is wrong in it does not stop the rest.

    Args:
        settings: Where to.
        body: An OPML file.
        private: Its feeds may stand at private addresses. What the file says of that counts only
            then: it may be anybody's.

    Raises:
        ConfigError: There is no list of feeds in it.
    """
    found = opml.parse(body)
    if found.problem:
        raise ConfigError(found.problem, "FILE")
    done = Imported(len(found.feeds), refused=[_by_line(note) for note in found.notes])
    async with changing(settings) as store:
        here = frozenset(feeds_of(settings, await store.source_ages()))
        taken = _new(found.feeds, here, done, private=private)
        sources = [_source(listed, private=private) for listed in taken]
        added = await store.add_sources(sources, "operator")
    done.added = len(added)
    done.refused.sort()
    return done


def _by_line(note: str) -> tuple[int, str]:
    found = _LINE.match(note)
    return (int(found[1]), note) if found else (0, note)


def _new(
    feeds: Sequence[opml.Listed], here: frozenset[str], done: Imported, *, private: bool
) -> Iterator[opml.Listed]:
    """The feeds to be added, each once; of the others ``done`` is told why not."""
    lines: dict[str, int] = {}
    for listed in feeds:
        key, told = same_feed(listed.url), f"line {listed.line}: {shown_url(listed.url)}"
        # Before its address is judged: what is polled already needs no leave.
        if key in here:
            done.known.append((listed.line, told))
        elif first := lines.get(key):
            done.refused.append((listed.line, f"{told}: it stands in line {first} already"))
        elif why := unusable(listed.url, private=private):
            done.refused.append((listed.line, f"{told}: {why}"))
        else:
            lines[key] = listed.line
            yield listed


def _source(listed: opml.Listed, *, private: bool) -> Source:
    interval_s = max(listed.interval_s or _INTERVAL_S, _LEAST_S)
    lang = listed.lang if is_language(listed.lang) else ""
    country = listed.country if is_country(listed.country) else ""
    source = feed_source(listed.url, listed.title, lang, interval_s)
    private = private and (listed.private or bool(guard.objection(listed.url)))
    return replace(source, folder=listed.folder, country=country, private=private)
