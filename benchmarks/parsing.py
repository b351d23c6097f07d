"""What it costs to read a feed that has changed, and what the event loop feels of a bomb.

    python benchmarks/parsing.py

Every figure of a row comes from one run, way after way in turn, and is the best of many: other
programs on the machine disturb all of them alike.
"""

from __future__ import annotations

import asyncio
import io
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path
from random import Random

import feedparser

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.sources.parsing import SMALL_BYTES, parse
from bot.sources.workers import Task, Unreadable, Workers

ROUNDS = 60
WORDS = "أعلن الناطق أن طائرة مسيّرة سقطت شمال المدينة فجر اليوم ولم تقع إصابات بين السكان".split()
ITEM = (
    "<item><title>{title}</title><link>https://news.example.com/a/{n}?utm_source=rss</link>"
    "<guid isPermaLink='false'>id-{n}</guid><pubDate>Wed, 07 Jul 2021 {h:02}:00:00 GMT</pubDate>"
    "<dc:creator>{who}</dc:creator><category>{word}</category>"
    "<description><![CDATA[<p>{text}</p>]]></description></item>"
)
HEAD = (
    "<?xml version='1.0' encoding='utf-8'?><rss version='2.0' "
    "xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>الأخبار</title>"
    "<link>https://news.example.com/</link><description>كل جديد</description>"
)


def items(count: int, words: int = 75) -> list[str]:
    """So many made-up entries; 25 of them fill 30 KB."""
    chance = Random(1)

    def some(n: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(n))

    return [
        ITEM.format(n=n, h=n % 24, title=some(10), who=some(2), word=some(1), text=some(words))
        for n in range(count)
    ]


def feed(parts: list[str]) -> bytes:
    """A feed of these entries."""
    return f"{HEAD}{''.join(parts)}</channel></rss>".encode()


def best_ms(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The least CPU each way took, in milliseconds."""
    found = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begun = time.process_time()
            way()
            found[name] = min(found[name], (time.process_time() - begun) * 1000)
    return found


def reading() -> None:
    """A feed of 25 entries of which two are new, beside feedparser on all of it."""
    parts = items(27)
    known = parse(feed(parts[2:])).hashes
    changed = feed(parts[:25])
    ways: dict[str, Callable[[], object]] = {
        "feedparser, as it comes": lambda: feedparser.parse(io.BytesIO(changed)),
        "feedparser, no sanitising": lambda: feedparser.parse(
            io.BytesIO(changed), sanitize_html=False, resolve_relative_uris=False
        ),
        "ours, nothing known": lambda: parse(changed),
        "ours, two new": lambda: parse(changed, known=known),
        "ours, none new": lambda: parse(changed, known=parse_hashes),
    }
    parse_hashes = parse(changed).hashes
    found = best_ms(ways)
    print(f"a feed of {len(changed):,} bytes, ms of CPU")
    for name, ms in found.items():
        print(f"  {name:28} {ms:6.2f}  {ms / found['feedparser, as it comes']:.2f}")
    sent = min(asyncio.run(worker_ms((changed, "", "", "", known))) for _ in range(3))
    share = sent / found["feedparser, as it comes"]
    print(f"  {'two new, by a worker':28} {sent:6.2f}  {share:.2f}  (both processes and the pipe)")


async def worker_ms(task: Task) -> float:
    """The CPU of one task in both processes: what 400 more of them cost."""
    costs = []
    for count in (100, 500):
        begun, workers = _cpu(), Workers()
        for _ in range(count):
            await workers.parse(task)
        workers.close()
        for process in active_children():
            process.join()
        costs.append(_cpu() - begun)
    return (costs[1] - costs[0]) / 400 * 1000


def _cpu() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def bombs() -> dict[str, bytes]:
    """Documents that keep a parser busy."""
    many = items(4_000)
    attributes = " ".join(f"a{n}=''" for n in range(60_000))
    return {
        "4,000 entries": feed(many),
        "60,000 attributes": feed([f"<item {attributes}/>"]),
        "150,000 deep": feed([f"<item><title>{'<a>' * 150_000}{'</a>' * 150_000}</title></item>"]),
        "190,000 tags, broken": feed([*many[:5], "<b>&nbsp;" * 95_000]),
        "a megabyte of <": feed(["<" * 1_000_000]),
        "500 long entries, broken": feed([*items(500, 500), "&nbsp;"]),
    }


async def lag_ms(work: Callable[[], object]) -> tuple[float, float]:
    """The 99th percentile and the worst of how late the loop's timers fire during ``work``."""
    late: list[float] = []

    async def ticking() -> None:
        while True:
            due = time.perf_counter() + 0.002
            await asyncio.sleep(0.002)
            late.append((time.perf_counter() - due) * 1000)

    ticker = asyncio.create_task(ticking())
    await asyncio.sleep(0.05)
    found = work()
    if asyncio.iscoroutine(found):
        await found
    await asyncio.sleep(0.05)
    ticker.cancel()
    late.sort()
    return late[int(len(late) * 0.99)], late[-1]


async def by_worker(workers: Workers, body: bytes) -> str:
    """What became of one document."""
    try:
        found = await workers.parse((body, "", "", "", b""))
    except Unreadable as error:
        return str(error)
    return found.problem or f"{found.held} entries"


async def feeling() -> None:
    """How late the loop's timers are while bombs are read."""
    workers = Workers()
    await workers.parse((feed([]), "", "", "", b""))
    every: list[str] = []
    found = bombs()

    async def all_of_them() -> None:
        every.extend(await asyncio.gather(*(by_worker(workers, body) for body in found.values())))

    p99, worst = await lag_ms(all_of_them)
    print(
        f"the loop while two workers read {len(found)} bombs: p99 {p99:.1f} ms, worst {worst:.1f}"
    )
    for name, told in zip(found, every, strict=True):
        print(f"  {name:28} {told}")
    workers.close()


def on_the_spot() -> None:
    """How long documents of 4 KB keep whoever reads them here."""
    size = SMALL_BYTES
    worst: dict[str, bytes] = {
        "entries": feed(items(6)),
        "tiny entries": feed(["<item><title>t</title></item>"] * 260),
        "tiny entries, broken": feed(["<item><title>t</title></item>"] * 260 + ["&nbsp;"]),
        "tags, broken": feed(["<b>&nbsp;" * 850]),
        "<": feed(["<" * 7_500]),
        "<a ": feed(["<a " * 2_500]),
        "<![CDATA[": feed(["<![CDATA[" * 850]),
        "<!--": feed(["<!--" * 1_900]),
        "&": feed(["<item><title>" + "&" * 7_500]),
        "links": feed(["<item>" + "<link href='/a'/>" * 440 + "</item>"]),
        "attributes": feed(["<b " + "a=' " * 1_800]),
        "deep": feed(["<item>" + "<a>" * 250 + "</a>" * 250 + "</item>"] * 3),
        "quotes": feed(["<b a=" + "\"'" * 3_600]),
        "spaces": feed(["<b" + " " * 7_500]),
        "dates": feed(["<item><pubDate>" + "9:" * 3_500 + "</pubDate></item>"]),
        "html": feed(["<item><description>" + "&lt;b&gt;" * 840 + "</description></item>"]),
        "nested items": feed(["<item>" * 200 + "</item>" * 200]),
        "xhtml": feed(
            ["<item><description type='xhtml'>" + "<p>x</p>" * 930 + "</description></item>"]
        ),
    }
    print("documents of at most 4 KB read on the spot, ms")
    for name, body in sorted(worst.items()):
        told = parse(body[:size])
        found = best_ms({name: lambda body=body: parse(body[:size])})  # type: ignore[misc]
        print(f"  {name:28} {found[name]:6.2f}  {told.problem or f'{told.held} entries'}")


if __name__ == "__main__":
    reading()
    asyncio.run(feeling())
    on_the_spot()
