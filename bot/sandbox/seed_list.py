"""The seed documents for the newsroom pane: names, titles, dates. Nothing is parsed deeply."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from bot.sandbox.wire import Json

HEAD_BYTES = 4096
KINDS = frozenset({".txt", ".md", ".html", ".htm", ".jsonl", ".xml"})
_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_FIELD = r"^{name}:\s*[\"']?(.+?)[\"']?\s*$"
_TITLE_TAG = re.compile(r"<(?:title|h1)[^>]*>(.*?)</", re.DOTALL | re.IGNORECASE)
_LANG = re.compile(r"<(?:html|rss|feed)[^>]*\b(?:xml:)?lang=[\"']([\w-]+)", re.IGNORECASE)


def list_seeds(folder: Path | None) -> list[Json]:
    """The seed documents in ``folder``, newest first; empty when there is no folder."""
    if folder is None or not folder.is_dir():
        return []
    paths = [p for p in folder.iterdir() if p.suffix.lower() in KINDS and p.is_file()]
    # A link out of the folder is not read as a seed either (sources/seeds.py).
    inside = [p for p in paths if p.resolve().is_relative_to(folder.resolve())]
    return sorted((_row(path) for path in inside), key=lambda row: row["modified_at"], reverse=True)


def _row(path: Path) -> Json:
    facts = path.stat()
    with path.open("rb") as file:
        head = _text(file.read(HEAD_BYTES))
    title, lang = _title_and_lang(path.suffix.lower(), head)
    modified = datetime.fromtimestamp(facts.st_mtime, UTC).isoformat()
    row: Json = {
        "name": path.name, "title": title or path.stem, "size": facts.st_size,
        "modified_at": modified,
    }  # fmt: skip
    return row | ({"lang": lang} if lang else {})


def _text(head: bytes) -> str:
    """The head as a person would read it: UTF-8, else the Arabic charset of old documents."""
    whole = head[: head.rfind(b"\n") + 1] or head  # the cut may have gone through a letter
    try:
        return whole.decode("utf-8-sig")
    except UnicodeDecodeError:
        return whole.decode("cp1256", errors="replace")


def _title_and_lang(suffix: str, head: str) -> tuple[str, str]:
    if suffix == ".jsonl":
        return _from_jsonl(head)
    if suffix in {".html", ".htm", ".xml"}:
        lang = _LANG.search(head)
        title = _TITLE_TAG.search(head)
        return html.unescape(title[1]).strip() if title else "", lang[1] if lang else ""
    return _from_text(head)


def _from_jsonl(head: str) -> tuple[str, str]:
    try:
        first = json.loads(head.split("\n", 1)[0])
    except ValueError:
        return "", ""
    if not isinstance(first, dict):
        return "", ""
    return str(first.get("title") or ""), str(first.get("lang") or first.get("language") or "")


def _from_text(head: str) -> tuple[str, str]:
    front = _FRONT.match(head)
    title = _field("title", front[1]) if front else ""
    lang = (_field("lang", front[1]) or _field("language", front[1])) if front else ""
    body = head[front.end() :] if front else head
    first = next((line.strip() for line in body.splitlines() if line.strip()), "")
    return title or first.lstrip("# ").strip()[:200], lang


def _field(name: str, front: str) -> str:
    found = re.search(_FIELD.format(name=name), front, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""
