"""``python -m tests.sim --seed 7`` repeats one world; ``--seeds 0:1000`` runs many on all cores."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from pprint import pformat

from tests.sim import wrong
from tests.sim.plan import plan
from tests.sim.process import Process, known
from tests.sim.shrink import shrunk
from tests.sim.world import Result, run, run_plan

BOTS = {"real": Process} | {bot.__name__: bot for bot in wrong.BOTS}


def main() -> int:
    """The command."""
    args = _arguments()
    if args.seed is not None:
        return _one_world(args)
    begun = time.monotonic()
    first, _, last = args.seeds.rpartition(":")
    seeds = range(int(first or 0), int(last))
    found = list(_progress(_all(seeds, args.bot, args.jobs), len(seeds)))
    return _told(found, args.bot, time.monotonic() - begun)


def _one_world(args: argparse.Namespace) -> int:
    made, bot = plan(args.seed), BOTS[args.bot]
    if args.shrink:
        made = shrunk(made, lambda fewer: bool(run_plan(fewer, bot).breaches))
    if args.tell or args.shrink:
        print(pformat(made, width=150))
    return _told([run_plan(made, bot, tell=args.tell or args.shrink)], args.bot, 0.0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, help="one world, exactly as it was")
    which.add_argument("--seeds", help="A:B, or N for 0:N")
    parser.add_argument("--tell", action="store_true", help="print the plan and the trace")
    parser.add_argument("--shrink", action="store_true", help="the least of it that still fails")
    parser.add_argument("--bot", choices=BOTS, default="real", help="the real one, or a wrong one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    return parser.parse_args()


def _all(seeds: range, bot: str, jobs: int) -> Iterator[Result]:
    known()  # once, before the processes part
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        work = ((seed, bot) for seed in seeds)
        yield from pool.imap_unordered(_one, work, chunksize=4)


def _one(work: tuple[int, str]) -> Result:
    return run(work[0], BOTS[work[1]])


def _progress(results: Iterator[Result], count: int) -> Iterator[Result]:
    for number, result in enumerate(results, start=1):
        if result.breaches:
            print(f"seed {result.seed}: {result.breaches[0][:400]}", file=sys.stderr)
        if number % 100 == 0:
            print(f"{number} of {count}", file=sys.stderr, flush=True)
        yield result


def _told(results: list[Result], bot: str, took_s: float) -> int:
    failed = sorted(result.seed for result in results if result.breaches)
    virtual_s = sum(result.virtual_s for result in results)
    figures = {
        "seeds": len(results),
        "failed": len(failed),
        "breaches": [b for result in results for b in result.breaches][:20],
        "lost": sum("LOST" in b for result in results for b in result.breaches),
        "sent": sum(result.sent for result in results),
        "virtual_h": round(virtual_s / 3600, 1),
        "times_real": round(virtual_s / took_s) if took_s else None,
        "trace": results[0].trace if len(results) == 1 else None,
    }
    print(json.dumps(figures, ensure_ascii=False))
    for seed in failed[:10]:
        flag = "" if bot == "real" else f" --bot {bot}"
        print(f"again: python -m tests.sim --seed {seed} --tell{flag}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
