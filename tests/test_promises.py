"""docs/promises.md names only what there is, and something for each fault."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "promises.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
FAULTS = range(1, 18)
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::([\w.]+)`")
_MADE = re.compile(r"`make (\w+)")
_SIMULATED = re.compile(r"^- simulated: (`.*)$", re.M)
# Somebody else's to fill in; from then on it is held to what it names.
_OPEN = "TODO-S17"


@cache
def names_of(path: str) -> frozenset[str]:
    """Functions, and methods as ``Class.method``, without running anything."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = {node.name for node in tree.body if isinstance(node, functions)}
    for outer in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found |= {f"{outer.name}.{n.name}" for n in outer.body if isinstance(n, functions)}
    return frozenset(found)


def faults() -> dict[int, str]:
    """What the page says of each."""
    parts = re.split(r"^### S(\d+) · ", PAGE, flags=re.M)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def targets() -> set[str]:
    return set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


@pytest.mark.parametrize("page", [PAGE, README], ids=["promises", "readme"])
def test_every_test_that_is_named_exists(page: str) -> None:
    for path, name in _NAMED.findall(page):
        assert (ROOT / path).exists(), path
        assert name in names_of(path), f"{path}::{name}"
    for path in re.findall(r"`(tests/[\w/.]+)`", page):
        assert (ROOT / path).exists(), path


def test_a_name_that_is_none_is_seen() -> None:
    assert "test_a_name_that_is_none_is_seen" in names_of("tests/test_promises.py")
    assert "test_a_name_that_is_none" not in names_of("tests/test_promises.py")
    assert "Oracle.check_end" in names_of("tests/sim/oracle.py")


def test_every_target_that_is_named_exists() -> None:
    for target in _MADE.findall(PAGE) + _MADE.findall(README):
        assert target in targets(), target


def test_every_fault_that_is_simulated_is_in_the_plan() -> None:
    plan = ast.parse((ROOT / "tests" / "sim" / "plan.py").read_text("utf-8"))
    words = {node.value for node in ast.walk(plan) if isinstance(node, ast.Constant)}
    kinds = [kind for line in _SIMULATED.findall(PAGE) for kind in re.findall(r"`(.+?)`", line)]
    assert len(kinds) > 15
    for kind in kinds:
        assert kind in words, kind


@pytest.mark.parametrize("number", FAULTS)
def test_each_fault_has_what_shows_it(number: int) -> None:
    said = faults()[number]
    assert _NAMED.search(said) or (number == 17 and _OPEN in said)


def test_each_promise_names_its_faults() -> None:
    table = PAGE.partition("## The promises")[2].partition("\n\n")[2].partition("\n\n")[0]
    for row in table.splitlines()[2:]:
        named = re.findall(r"S(\d+)", row.rpartition("|")[0].rpartition("|")[2])
        assert named, row
        assert {int(number) for number in named} <= set(FAULTS)


def test_what_takes_long_says_how_to_run_it() -> None:
    """A test that ``make test`` leaves out has its target beside it."""
    for path, name in _NAMED.findall(PAGE):
        source = (ROOT / path).read_text("utf-8")
        is_whole = "pytestmark = pytest.mark.crash" in source
        before = source.partition(f"def {name}(")[0].rpartition("\n\n")[2]
        if is_whole or re.search(r"^@pytest\.mark\.crash", before, re.M):
            assert f"`{path}::{name}` (`make crash`)" in PAGE, name


def test_readers_of_the_readme_find_the_page() -> None:
    assert "](docs/promises.md)" in README


def test_each_fault_that_the_readme_names_leads_to_its_place() -> None:
    named = dict(re.findall(r"\[S(\d+)\]\(docs/promises\.md#([^)]*)\)", README))
    assert {int(number) for number in named} == set(FAULTS)
    for heading in re.findall(r"^### (S\d+ · .*)$", PAGE, re.M):
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        assert named[re.match(r"S(\d+)", heading)[1]] == anchor  # type: ignore[index]
