"""What a site's robots.txt allows (RFC 9309). The only door to its parser.

Feeds are published to be polled and are not asked about; the pages behind their links are.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego
from yarl import URL

from bot.core.model import Source
from bot.errors import SourceError, SourceInvalid, SourceRefused, SourceUnavailable
from bot.ports import Clock
from bot.sources import hops
from bot.sources.decode import decode
from bot.sources.fetch import Fetcher

NAME = "Rasid"  # the product token: what a site writes behind "User-agent:"
_KEPT = timedelta(hours=24)  # section 2.4: no longer than a day
_KEPT_FAILED = timedelta(minutes=10)
_MOST_SITES = 2_000
_MOST_BYTES = 512_000  # section 2.5: at least 500 KiB are read
_MAX_DELAY_S = 60.0
_ACCEPT = "text/plain, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class _Rules:
    until: datetime
    rules: Protego | None = None  # none were published: everything is allowed
    failure: SourceError | None = None  # not known, so nothing is allowed


class Robots:
    """The rules of the sites that were asked of late, each kept for a day."""

    def __init__(self, fetcher: Fetcher, now: Clock) -> None:
        self._fetcher = fetcher
        self._now = now
        self._sites: dict[str, _Rules] = {}

    async def check(self, page: Source, url: URL) -> None:
        """Whether ``url``, the page or where it redirects to, may be read.

        Raises:
            SourceRefused: The site asks not to.
            SourceUnavailable: What it asks could not be learnt; later perhaps.
        """
        found = await self._rules(page, url)
        if found.failure is not None:
            raise SourceUnavailable(
                page.id, f"The robots.txt of {url.host} could not be read: {found.failure}"
            ) from found.failure
        if found.rules is not None and not found.rules.can_fetch(str(url), NAME):
            raise SourceRefused(page.id, f"robots.txt asks not to read {hops.shown(url)}.")

    def delay_s(self, url: URL) -> float:
        """Seconds the site asks to wait between two visits, as far as it was asked; at most 60."""
        known = self._sites.get(str(url.origin()))
        asked = known.rules.crawl_delay(NAME) if known and known.rules else None
        return min(max(float(asked or 0.0), 0.0), _MAX_DELAY_S)

    async def _rules(self, page: Source, url: URL) -> _Rules:
        origin, now = str(url.origin()), self._now()
        known = self._sites.get(origin)
        if known is None or known.until <= now:
            known = await self._learnt(page, url, now)
            self._sites.pop(origin, None)
            self._sites[origin] = known
            if len(self._sites) > _MOST_SITES:
                del self._sites[next(iter(self._sites))]
        return known

    async def _learnt(self, page: Source, url: URL, now: datetime) -> _Rules:
        address = str(url.with_user(None).with_path("/robots.txt"))
        asked = Source(
            id=page.id,
            kind=page.kind,
            name=page.name,
            url=address,
            private=hops.is_exempt(page, url),
        )
        try:
            fetched = await self._fetcher.get(asked, conditional=False, accept=_ACCEPT)
        except SourceInvalid:
            # 4xx, or a redirect that ends nowhere: section 2.3.1.3 calls it unavailable.
            return _Rules(now + _KEPT)
        except SourceError as error:
            # 5xx, no answer, our own guard: section 2.3.1.4, assume that all is forbidden. So is
            # 429: who is asked too often already wants no more visits.
            return _Rules(now + _KEPT_FAILED, failure=error)
        text = decode(fetched.body[:_MOST_BYTES], fetched.charset).text
        # A thread: 25,000 rules take it a tenth of a second (measured, protego 0.7.0). Its
        # matching knows no backtracking, so that no rule can be a bomb.
        return _Rules(now + _KEPT, await asyncio.to_thread(Protego.parse, text))
