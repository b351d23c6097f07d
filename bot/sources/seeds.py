"""The seeds folder: local documents read as entries, noticed while the program runs.

Stateless towards the store: whenever the folder differs from what the store recorded last, *all*
its entries are given back, and the store drops those it knows. So nothing is lost when a record
fails, and renaming a file changes nothing.
"""

from __future__ import annotations

import asyncio
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bot.core.model import Broken, Byname, Entry, Poll, PollStatus, Source, Trait
from bot.errors import SourceUnavailable
from bot.ports import Clock
from bot.sources import bynames, documents, identity, plain
from bot.sources.breaking import safely
from bot.sources.draft import Draft, Parsed, entry_of

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".swp", "~")


@dataclass(frozen=True, slots=True)
class _Gate:
    """What changes when a file does; the bytes are read only when this has."""

    mtime_ns: int
    size: int
    inode: int


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str  # relative to the folder
    gate: _Gate


_Tell = Callable[[str, str], None]  # of a name, what is wrong with it


@dataclass(slots=True)
class _Survey:
    """One look at the folder: content hash by name, the bytes just read, and what to tell."""

    hashes: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


class SeedsPoller:
    """Looks into the seeds folder."""

    def __init__(
        self, folder: Path, now: Clock, settle_s: float = 1.0, max_bytes: int = 20_000_000
    ) -> None:
        """Files changed less than ``settle_s`` ago may be half written and wait for a later poll;
        files beyond ``max_bytes`` are named and left alone."""
        self._folder = folder
        self._now = now
        self._settle_s = settle_s
        self._max_bytes = max_bytes
        # One thread: looks never overlap, and nothing else that blocks can hold them up.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="seeds")
        self._gates: dict[str, tuple[_Gate, str]] = {}
        self._parsed: dict[tuple[str, str], Parsed] = {}  # by content hash and name
        self._told: set[tuple[str, str]] = set()  # name and what was told of it

    async def poll(self, source: Source) -> Poll:
        """Look once. "Not modified" means: as the store recorded it last (``source.body_hash``).

        Raises:
            SourceUnavailable: The folder is not there or cannot be read.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._look, source)

    def _look(self, source: Source) -> Poll:
        survey = self._survey(source)
        state = identity.digest_of_bytes("\n".join(sorted(survey.hashes.values())).encode())
        is_new = state != source.body_hash
        entries = self._entries(source, survey) if is_new else ()
        return Poll(
            source_id=source.id,
            status=PollStatus.CHANGED if is_new else PollStatus.NOT_MODIFIED,
            entries=entries,
            body_hash=state,
            notes=tuple(survey.notes),
            broken=tuple(survey.broken),
        )

    def _survey(self, source: Source) -> _Survey:
        survey = _Survey()
        try:
            found = _files(self._folder, partial(self._tell, survey))
            files = sorted(found, key=lambda file: file.name)
        except OSError as error:
            raise SourceUnavailable(
                source.id, f"The seeds folder {self._folder.name!r} cannot be read: create it."
            ) from error
        for file in files:
            self._visit(file, survey)
        self._forget(survey)
        return survey

    def _visit(self, file: _File, survey: _Survey) -> None:
        known = self._gates.get(file.name)
        if known and known[0] == file.gate:
            survey.hashes[file.name] = known[1]
        elif not self._is_inside(file.path):
            self._tell(survey, file.name, "it is a link out of the seeds folder and is not read")
        elif file.gate.size > self._max_bytes:
            size = f"{file.gate.size:,} bytes, and the limit is {self._max_bytes:,}"
            self._tell(survey, file.name, f"it is too large: {size}")
        elif self._is_settled(file):
            self._read(file, survey)
        elif known:  # being written: what stood there counts until it is finished
            survey.hashes[file.name] = known[1]

    def _is_inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._folder.resolve())

    def _is_settled(self, file: _File) -> bool:
        # Both ways: a copied file may carry a time far ahead and must not wait until then.
        age_s = self._now().timestamp() - file.gate.mtime_ns / 1e9
        return abs(age_s) >= self._settle_s

    def _read(self, file: _File, survey: _Survey) -> None:
        try:
            body = file.path.read_bytes()
        except OSError as error:
            self._tell(survey, file.name, f"it cannot be read: {error.strerror}")
            return
        content = identity.digest_of_bytes(body)
        self._gates[file.name] = (file.gate, content)
        survey.hashes[file.name] = content
        survey.bodies[file.name] = body

    def _entries(self, source: Source, survey: _Survey) -> tuple[Entry, ...]:
        found: dict[str, Entry] = {}
        for name, content in survey.hashes.items():
            drafts = self._drafts(name, content, survey)
            for draft in drafts:
                entry = entry_of(draft, seed_key(draft), source, self._now(), is_seed=True)
                known_by = _known_by(draft, name if len(drafts) == 1 else "", source)
                found.setdefault(entry.fingerprint, replace(entry, aliases=known_by))
        return _told_apart(found.values())

    def _drafts(self, name: str, content: str, survey: _Survey) -> tuple[Draft, ...]:
        parsed = self._parsed.get((content, name))
        if parsed is None:
            body = self._body(name, survey)
            shown = _shown(Path(name).name)
            parsed = safely(documents.read, shown, body) if body is not None else Parsed()
            if parsed.trace:  # not remembered: it may be asked to be tried again
                broken = Broken(_shown(name), body or b"", parsed.error, parsed.trace)
                survey.broken.append(broken)
            else:
                self._parsed[content, name] = parsed
        for part in parsed.broken:
            survey.broken.append(replace(part, name=f"{_shown(name)} {part.name}"))
        for note in (*parsed.notes, parsed.problem):
            if note:
                self._tell(survey, name, note, content)
        return parsed.drafts

    def _body(self, name: str, survey: _Survey) -> bytes | None:
        """The bytes of this look, else of now; ``None`` when the file went away meanwhile."""
        if name in survey.bodies:
            return survey.bodies[name]
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None

    def _tell(self, survey: _Survey, name: str, what: str, content: str = "") -> None:
        """Note it once for this content."""
        if (name, what + content) not in self._told:
            self._told.add((name, what + content))
            survey.notes.append(plain.storable(f"{_shown(name)}: {what.rstrip('.')}."))

    def _forget(self, survey: _Survey) -> None:
        """Drop what is remembered of files that are gone."""
        for name in self._gates.keys() - survey.hashes.keys():
            del self._gates[name]
        present = {(content, name) for name, content in survey.hashes.items()}
        for key in self._parsed.keys() - present:
            del self._parsed[key]


def _known_by(draft: Draft, name: str, source: Source) -> tuple[Byname, ...]:
    """What stays when a seed is edited: where it lies, and the page it tells of."""
    link = identity.canonical_link(draft.link)
    traits = ((Trait.PATH, plain.storable(name)), (Trait.LINK, link))
    return tuple(bynames.alias(source.id, trait, value) for trait, value in traits if value)


def _told_apart(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries without the aliases that two of them have."""
    entries = tuple(entries)
    times = Counter(alias for entry in entries for alias in entry.aliases)
    return tuple(
        replace(entry, aliases=tuple(a for a in entry.aliases if times[a] == 1))
        for entry in entries
    )


def seed_key(draft: Draft) -> str:
    """A seed is its words: neither its name nor its spacing nor its capitals."""
    words = unicodedata.normalize("NFKC", f"{draft.title} {draft.body}").casefold()
    return f"seed:{identity.digest(' '.join(words.split()))}"


def _shown(name: str) -> str:
    """``name`` as text: bytes of it that are no UTF-8 are replaced."""
    return os.fsencode(name).decode("utf-8", "replace")


def _files(folder: Path, tell: _Tell) -> Iterator[_File]:
    """Every finished, visible file below ``folder``; linked folders are not entered.

    What cannot be looked at costs no other file its turn.

    Raises:
        OSError: The folder itself cannot be read.
    """
    open_: list[Iterable[os.DirEntry[str]]] = [os.scandir(folder)]
    while open_:
        for child in open_.pop():
            try:
                if child.name.startswith(".") or child.name.endswith(_UNFINISHED):
                    continue
                if child.is_dir(follow_symlinks=False):
                    open_.append(list(os.scandir(child.path)))
                elif child.is_file():
                    yield _file(folder, child)
            except FileNotFoundError:
                continue  # gone between the listing and this look
            except OSError as error:
                name = Path(child.path).relative_to(folder).as_posix()
                tell(name, f"it cannot be looked at: {error.strerror}")


def _file(folder: Path, child: os.DirEntry[str]) -> _File:
    path, stat = Path(child.path), child.stat()
    gate = _Gate(stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return _File(path, path.relative_to(folder).as_posix(), gate)
