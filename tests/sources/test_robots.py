"""What robots.txt allows, by real answers of a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from yarl import URL

from bot.errors import SourceRefused, SourceUnavailable
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.robots import Robots
from tests.making import NOW
from tests.sources.servers import feed_at, serving

RULES = """
User-agent: *
Disallow: /

User-agent: rasid
Crawl-delay: 12
Disallow: /private
Allow: /private/open
Disallow: /*.pdf$
"""


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    made = Fetcher(FetchLimits(total_s=1.0, idle_s=0.5))
    yield made
    await made.close()


class Site:
    """A server whose robots.txt answers as it is told."""

    def __init__(self, status: int = 200, text: str = RULES, headers: dict[str, str] | None = None):
        self.status, self.text, self.headers = status, text, headers or {}
        self.visits = 0

    async def robots(self, request: web.Request) -> web.Response:
        self.visits += 1
        return web.Response(status=self.status, text=self.text, headers=self.headers)


async def asked(fetcher: Fetcher, site: Site, *paths: str) -> list[bool]:
    """Which of the paths may be read."""
    robots = Robots(fetcher, lambda: NOW)
    async with serving(**{"robots.txt": site.robots}) as url:
        return [await may(robots, f"{url}/{path}") for path in paths]


async def may(robots: Robots, url: str) -> bool:
    try:
        await robots.check(feed_at(url), URL(url))
    except SourceRefused:
        return False
    return True


async def test_our_own_group_counts_and_the_longest_rule_wins(fetcher: Fetcher) -> None:
    paths = ("news/1", "private/x", "private/open/x", "report.pdf", "report.pdf?page=2")
    assert await asked(fetcher, Site(), *paths) == [True, False, True, False, True]


async def test_a_site_that_closes_itself_to_everybody_is_not_read(fetcher: Fetcher) -> None:
    site = Site(text="User-agent: *\nDisallow: /\n")
    assert await asked(fetcher, site, "news/1") == [False]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_without_a_robots_txt_everything_is_allowed(fetcher: Fetcher, status: int) -> None:
    assert await asked(fetcher, Site(status), "news/1") == [True]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_robots_txt_that_cannot_be_read_forbids_everything_for_now(
    fetcher: Fetcher, status: int
) -> None:
    with pytest.raises(SourceUnavailable, match=r"robots\.txt"):
        await asked(fetcher, Site(status), "news/1")


async def test_a_site_that_does_not_answer_is_not_read(fetcher: Fetcher) -> None:
    robots = Robots(fetcher, lambda: NOW)
    with pytest.raises(SourceUnavailable):
        await robots.check(feed_at("http://127.0.0.1:9/x"), URL("http://127.0.0.1:9/x"))


async def test_the_rules_are_kept_for_a_day_and_a_failure_for_minutes(fetcher: Fetcher) -> None:
    now = [NOW]
    robots, site = Robots(fetcher, lambda: now[0]), Site(503)
    async with serving(**{"robots.txt": site.robots}) as url:
        for _ in range(2):
            with pytest.raises(SourceUnavailable):
                await robots.check(feed_at(f"{url}/a"), URL(f"{url}/a"))
        assert site.visits == 1
        site.status, now[0] = 200, NOW + timedelta(minutes=11)
        assert [await may(robots, f"{url}/{page}") for page in "abc"] == [True] * 3
        assert site.visits == 2
        now[0] += timedelta(hours=25)
        assert await may(robots, f"{url}/a")
        assert site.visits == 3


async def test_a_redirected_robots_txt_is_followed(fetcher: Fetcher) -> None:
    there = Site(text="User-agent: *\nDisallow: /news\n")

    async def moved(request: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently("/elsewhere")

    robots = Robots(fetcher, lambda: NOW)
    async with serving(**{"robots.txt": moved, "elsewhere": there.robots}) as url:
        assert not await may(robots, f"{url}/news/1")


async def test_the_delay_a_site_asks_for_is_known_after_it_was_asked(fetcher: Fetcher) -> None:
    robots, site = Robots(fetcher, lambda: NOW), Site()
    async with serving(**{"robots.txt": site.robots}) as url:
        assert robots.delay_s(URL(url)) == 0
        await may(robots, f"{url}/a")
        assert robots.delay_s(URL(f"{url}/b")) == 12


async def test_an_absurd_delay_is_cut(fetcher: Fetcher) -> None:
    robots, site = Robots(fetcher, lambda: NOW), Site(text="User-agent: *\nCrawl-delay: 86400\n")
    async with serving(**{"robots.txt": site.robots}) as url:
        await may(robots, f"{url}/a")
        assert robots.delay_s(URL(url)) == 60


async def test_the_guard_stands_before_robots_txt_too(fetcher: Fetcher) -> None:
    # The page's own host is no exemption for another port of the same machine.
    robots, site = Robots(fetcher, lambda: NOW), Site()
    async with serving(**{"robots.txt": site.robots}) as url:
        page = feed_at("http://127.0.0.1:8080/feed")
        with pytest.raises(SourceUnavailable, match="not visited"):
            await robots.check(page, URL(f"{url}/x"))
    assert site.visits == 0
