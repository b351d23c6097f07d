"""feedparser's own test documents: what they hold, in few words that can be compared.

The documents are other people's and stay where they are; ``RASID_FEED_SUITE`` names their folder.
``tools/freeze_feeds.py`` writes down once what each entry is, as short hashes; the test reads the
documents through our path and compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from hashlib import blake2b
from pathlib import Path

SERVED_AT = "http://127.0.0.1:8097/"  # where that suite's own server stands
_GUESSING = re.compile(rb"SkipUnless:\s+__import__\('chardet'\)")
_HEADER = re.compile(rb"^\s*Header:\s+([^:\n]+):(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """One document and how it was served."""

    name: str
    body: bytes
    headers: dict[str, str]

    @property
    def content_type(self) -> str:
        return self._content_type().get_content_type() if "content-type" in self.headers else ""

    @property
    def charset(self) -> str:
        return str(self._content_type().get_param("charset") or "")

    @property
    def base_url(self) -> str:
        return self.headers["content-location"]

    def _content_type(self) -> Message:
        message = Message()
        message["Content-Type"] = self.headers.get("content-type", "")
        return message


def cases(folder: Path) -> Iterator[Case]:
    """Every XML document of the suite but those about HTML that is to be made harmless.

    The suite itself leaves out some documents where a program that guesses charsets is missing.
    """
    for path in sorted((folder / "tests").rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and "/sanitize/" not in name and path.suffix != ".json":
            body = path.read_bytes()
            if not _GUESSING.search(body):
                yield Case(name, body, {"content-location": SERVED_AT + name, **_headers(body)})


def _headers(body: bytes) -> dict[str, str]:
    return {
        name.decode("ascii").strip().lower(): value.decode("latin-1").strip()
        for name, value in _HEADER.findall(body)
    }


def facts(
    guid: str, link: str, title: str, published_at: datetime | None, text: str
) -> tuple[str, ...]:
    """One entry in five short words: id, link, title, date and text, the last two without markup.

    A title that is the beginning of the text is none: untitled entries get one that way.
    """
    name, said = letters(title), letters(text)
    return (
        _short(guid.strip()),
        _short(link.strip()),
        "" if said.startswith(name) else _short(name),
        published_at.isoformat() if published_at else "",
        _short(said),
    )


def letters(text: str) -> str:
    """A text without its white space: how blocks are parted is taste."""
    return "".join(text.split())


def _short(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest() if text else ""
