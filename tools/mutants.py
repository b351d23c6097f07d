"""Which faults put into the sending code do its tests notice? Sums up what ``mutmut run`` found.

What survives is listed, except where ``same_mutants.toml`` says why it is the same program. Run by
``make mutants``; ends with 1 below the aim.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).parents[1]
FOUND = ROOT / "mutants"
NOTICED = {"killed", "timeout"}
AIM = 0.95


@dataclass(frozen=True, slots=True)
class Survivor:
    """A fault that no test noticed."""

    module: str
    name: str
    line: str


def results(meta: Path) -> dict[str, str]:
    """What became of each mutant of one module that was tried."""
    codes = json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
    return {name: status_by_exit_code[code] for name, code in codes.items() if code is not None}


def changed(name: str) -> str:
    """The line as the mutant has it, or all of them: what it is known by, whatever its number."""
    lines = get_diff_for_mutant(name).splitlines()
    added = [line[1:].strip() for line in lines if line.startswith("+") and line[:3] != "+++"]
    return " ".join(added) or "taken out"


def known_same() -> set[tuple[str, str]]:
    """Module and line of the mutants that are the same program."""
    listed = tomllib.loads((Path(__file__).parent / "same_mutants.toml").read_text("utf-8"))
    return {(one["module"], one["line"]) for one in listed["same"]}


def main() -> int:
    """Print the shares; 0 where the aim is reached."""
    same, total, survivors = known_same(), Counter[str](), list[Survivor]()
    print(f"{'module':<32}{'mutants':>8}{'noticed':>9}{'same':>6}{'missed':>8}{'share':>9}")
    for meta in sorted(FOUND.rglob("*.meta")):
        module = meta.relative_to(FOUND).as_posix().removesuffix(".meta")
        if not (ended := results(meta)):
            continue
        left = [name for name, status in ended.items() if status not in NOTICED]
        lines = [Survivor(module, name, changed(name)) for name in left]
        missed = [one for one in lines if (module, one.line) not in same]
        counts = Counter(all=len(ended), missed=len(missed), same=len(lines) - len(missed))
        _tell(module, counts)
        total += counts
        survivors += missed
    _tell("all", total)
    for one in sorted(survivors, key=lambda one: one.name):
        print(f"missed: {one.name}\n    {one.line}")
    return 0 if _noticed(total) >= AIM * total["all"] else 1


def _noticed(counts: Counter[str]) -> int:
    return counts["all"] - counts["same"] - counts["missed"]


def _tell(name: str, counts: Counter[str]) -> None:
    noticed = _noticed(counts)
    share = noticed / max(counts["all"], 1)
    print(
        f"{name:<32}{counts['all']:>8}{noticed:>9}{counts['same']:>6}{counts['missed']:>8}"
        f"{share:>9.1%}"
    )


if __name__ == "__main__":
    sys.exit(main())
