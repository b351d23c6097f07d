"""A failing plan without all that its failure does not need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.sim.plan import Plan

_LISTS = ("crashes", "jumps", "faults", "commands", "reports", "listeners")


def shrunk(made: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """The smallest plan found that still ``fails``: halves first, then one thing after another."""
    smaller = True
    while smaller:
        smaller = False
        for fewer in _fewer(made):
            if fails(fewer):
                made, smaller = fewer, True
                break
    return made


def _fewer(made: Plan) -> Iterator[Plan]:
    """``made`` without a part of one of its lists, the largest parts first."""
    for name in _LISTS:
        whole = getattr(made, name)
        size = len(whole)
        while size:
            for start in range(0, len(whole), size):
                left = [*whole[:start], *whole[start + size :]]
                if left or name not in ("listeners", "reports"):
                    yield _consistent(replace(made, **{name: left}))
            size //= 2


def _consistent(made: Plan) -> Plan:
    """Without what is said of people and attacks that are not there, or said by half."""
    there = {who.chat_id for who in made.listeners}
    commands = [c for c in made.commands if c.chat_id in there]
    for first, second in (("stop", "start"), ("@block", "@unblock")):
        whole = {c.chat_id for c in commands if c.name == first}
        whole &= {c.chat_id for c in commands if c.name == second}
        commands = [c for c in commands if c.name not in (first, second) or c.chat_id in whole]
    told = {report.event.token for report in made.reports}
    reports = [r for r in made.reports if not r.event.of or r.event.of in told]
    return replace(made, commands=commands, reports=reports)
