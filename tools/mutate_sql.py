"""Which faults put into the statements of the outbox do its tests notice?

``mutmut`` changes code inside functions and leaves SQL alone, so this does it: one comparison,
condition, value or order at a time, and the tests of the store run on it in a process of its own.
Run by ``make mutants``; ends with 1 below the aim.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.stores import sql, sql_lanes

AIM = 0.95
PATIENCE_S = 60
TESTS = """tests/stores/test_outbox.py tests/stores/test_life.py tests/stores/test_lanes.py
    tests/stores/test_sqlite.py tests/stores/test_rewound.py tests/stores/test_identity.py
    tests/flow/test_sending_times.py"""
# What takes its time, and says nothing of what a statement does.
SLOW = "thousand or question or costs or year or writer or process or disk or database"
ASKED = ["-x", "-q", "-p", "no:cacheprovider", "-k", f"not ({SLOW})", *TESTS.split()]
LANES = """EXPIRE_LEASES READY REWIND_DELIVERIES REWIND_LEASES TOLD_NOW CLAIM CLAIM_OLDEST
    NEXT_DELIVERY"""
OUTBOX = """ADD_ALERTS ADD_ALERT_DELIVERIES ADD_WHYS ADD_DELIVERY ADD_EDITS ADD_STEPS CANCEL_STEPS
    TOLD END_DELIVERY MARK_SENDING SETTLE RELEASE RECOVER_LEASED RECOVER_GRAVE RECOVER_LIGHT
    CANCEL_CHAT CANCEL_ALERTS OUTBOX_COUNTS DEAD_LETTERS MOVE_CHAT"""

# Each: what is looked for, and what takes its place.
FAULTS = (
    (r"(?<![<>!])=(?!=)", "<>"),
    (r"<>", "="),
    (r"<=", "<"),
    (r">=", ">"),
    (r"<(?![=>])", "<="),
    (r"(?<!<)>(?!=)", ">="),
    (r"\bAND\b", "OR"),
    (r"\bOR\b(?! (IGNORE|REPLACE))", "AND"),
    (r"\bNOT (?=IN|EXISTS)", ""),
    (r"(?<!NOT )\b(?=(IN|EXISTS) ?\()", "NOT "),
    (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"(?<=[ (])-(?=[a-z])", ""),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" DESC\b", ""),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bcoalesce\(([^,()]+), ([^()]+)\)", r"\1"),
    (r"\b(?<!:)(\d+)\b", lambda found: str(int(found[1]) + 1)),
    (r"'(pending|leased|sending|alert|edit|step|reply|active|channel|gone)'", r"'x\1'"),
    (r", settled_at = :now", ""),
    (r"\bLEFT JOIN\b", "JOIN"),
)


def mutants(statement: str) -> Iterator[str]:
    """Every statement that differs by one fault."""
    for looked_for, instead in FAULTS:
        for found in re.finditer(looked_for, statement):
            put = instead(found) if callable(instead) else found.expand(instead)
            yield statement[: found.start()] + put + statement[found.end() :]


def faults() -> Iterator[tuple[object, str, object, str]]:
    """Module, name, the value with one fault, and how that is told."""
    for module, names in ((sql_lanes, LANES), (sql, OUTBOX)):
        for name in names.split():
            value = getattr(module, name)
            parts = (value,) if isinstance(value, str) else value
            for at, part in enumerate(parts):
                for mutant in mutants(part):
                    whole = (*parts[:at], mutant, *parts[at + 1 :])
                    yield (
                        module,
                        name,
                        mutant if isinstance(value, str) else whole,
                        told(part, mutant),
                    )


def told(statement: str, mutant: str) -> str:
    """The lines of the mutant that differ."""
    before = statement.splitlines()
    return " ".join(line.strip() for line in mutant.splitlines() if line not in before)


def notices(module: object, name: str, value: object) -> bool:
    """Whether the tests fail on it; who hangs has noticed, too."""
    pid = os.fork()
    if pid == 0:
        setattr(module, name, value)
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        os._exit(int(pytest.main(ASKED)))
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return True


def known_same() -> set[tuple[str, str]]:
    """Name and lines of the faults that change nothing."""
    listed = tomllib.loads((Path(__file__).parent / "same_mutants.toml").read_text("utf-8"))
    return {(one["module"], one["line"]) for one in listed["same"]}


def main(only: list[str]) -> int:
    """Print the shares by statement; 0 where the aim is reached."""
    if pytest.main(ASKED):
        sys.exit("the tests fail as it is")
    same, found = known_same(), Counter[str]()
    by_name: dict[str, Counter[str]] = {}
    for module, name, value, line in faults():
        if only and name not in only:
            continue
        ended = "noticed" if notices(module, name, value) else "missed"
        if ended == "missed" and (name, line) in same:
            ended = "same"
        if ended == "missed":
            print(f"missed: {name}\n    {line}", flush=True)
        by_name.setdefault(name, Counter())[ended] += 1
        found[ended] += 1
    for name, counts in [*by_name.items(), ("all", found)]:
        print(f"{name:<24}{counts.total():>6}{counts['noticed']:>8}{counts['same']:>6}", end="")
        print(f"{counts['missed']:>8}{counts['noticed'] / counts.total():>9.1%}")
    return 0 if found["noticed"] >= AIM * found.total() else 1


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
