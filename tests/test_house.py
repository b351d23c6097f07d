"""The rules of docs/house.md that a machine can hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BOT = ROOT / "bot"
MODULES = sorted(BOT.rglob("*.py"))
DOORS = {
    "daachorse": "bot/core/automaton.py",
    "telegram": "bot/telegram/",
    "feedparser": "bot/sources/parsing.py",
    "sqlite_utils": "bot/stores/sqlite/",
    "sqlite3": "bot/stores/sqlite/",
    "apscheduler": "bot/engine/local.py",
    "click": "bot/cli/",
    "babel": ("bot/data/catalogues.py", "bot/locales.py"),
    "protego": "bot/sources/robots.py",
    "trafilatura": "bot/sources/article.py",
    "smtplib": "bot/notify/mail.py",
}
# The clock, chance and identity come from app alone; the sandbox and engine are their own clocks.
STEERED = ("core", "flow", "sources", "stores", "telegram")
UNSTEERED = re.compile(
    r"\btime\.time\(|datetime\.now\(|datetime\.utcnow\(|\brandom\.\w+\(|uuid4\(|secrets\."
)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


@pytest.mark.parametrize(("vendor", "door"), DOORS.items())
def test_each_vendor_has_one_door(vendor: str, door: str | tuple[str, ...]) -> None:
    for path in MODULES:
        name = path.relative_to(ROOT).as_posix()
        if any(i == vendor or i.startswith(vendor + ".") for i in imports(path)):
            assert name.startswith(door), f"{name} imports {vendor}"


def test_yaml_is_read_by_the_configuration_and_the_data_loader_alone() -> None:
    readers = {p.relative_to(BOT).as_posix() for p in MODULES if "yaml" in set(imports(p))}
    assert readers <= {"config/origin.py", "data/reading.py"}


def test_clock_and_chance_come_from_outside() -> None:
    for room in STEERED:
        for path in (BOT / room).rglob("*.py"):
            found = UNSTEERED.search(path.read_text("utf-8"))
            assert not found, f"{path.relative_to(ROOT)}: {found and found.group()}"


def test_no_room_is_called_after_nothing() -> None:
    empty = {"utils", "helpers", "common", "manager", "service", "base", "misc"}
    assert not {p.stem for p in MODULES} & empty


def test_everything_public_says_what_it_is() -> None:
    for path in MODULES:
        for node in ast.parse(path.read_text("utf-8")).body:
            public = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if public and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path.relative_to(ROOT)}: {node.name}"


def test_functions_are_small() -> None:
    sizes = sorted(
        (node.end_lineno or 0) - node.lineno + 1 - len((ast.get_docstring(node) or "").splitlines())
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert sizes[len(sizes) // 2] <= 8
    assert sizes[int(len(sizes) * 0.9)] <= 30


def test_no_module_outgrows_its_room() -> None:
    for path in MODULES:
        lines = len(path.read_text("utf-8").splitlines())
        assert lines <= 450, f"{path.relative_to(ROOT)} has {lines} lines"


def test_exceptions_are_caught_whole_only_where_a_turn_loop_stands() -> None:
    loops = {
        "engine/local.py",
        "flow/ingest.py",
        "flow/deciding.py",
        "flow/gathering.py",
        "flow/reading.py",
        "flow/beside.py",
        "flow/pulse.py",
        "flow/sending.py",
        "flow/watching.py",
        "flow/worded.py",
        "sources/breaking.py",
        "stores/sqlite/file.py",
        "stores/sqlite/together.py",
    }
    catching = {
        p.relative_to(BOT).as_posix()
        for p in MODULES
        if re.search(r"except Exception\b", p.read_text("utf-8"))
    }
    assert catching <= loops


def test_nothing_committed_needs_the_measuring_data() -> None:
    for path in MODULES:
        assert "../shared" not in path.read_text("utf-8")


def test_the_text_says_what_it_is_not() -> None:
    readme = (ROOT / "README.md").read_text("utf-8").lower()
    assert "not a siren" in readme
    assert "official warnings" in readme


def test_links_between_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_every_module_has_its_place_in_the_tree_of_the_house() -> None:
    tree = (ROOT / "docs" / "house.md").read_text("utf-8").split("```")[1]
    before, _, after = tree.partition("├── core/")
    core, _, rooms = after.partition("├── data/")
    # Of the rooms core alone is listed whole.
    assert listed(core) == {path.name for path in within(BOT / "core")}
    top = listed(f"{before}├── core/  \n├── data/{rooms}", "")
    assert top == {path.name for path in within(BOT)}


def listed(tree: str, indent: str = "│   ") -> set[str]:
    """The modules and folders at the beginning of each line of ``tree``."""
    lines = re.findall(rf"^{indent}[├└]── (.*?)  ", tree, re.M)
    return {name.strip().rstrip("/") for line in lines for name in line.split(",")}


def within(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if (path.suffix == ".py" and path.name != "__init__.py") or (path / "__init__.py").exists():
            yield path
