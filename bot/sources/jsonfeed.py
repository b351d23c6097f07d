"""JSON Feed (jsonfeed.org, versions 1 and 1.1) to drafts."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.sources import dates, plain
from bot.sources.draft import Draft, Parsed
from bot.sources.links import http_link

MAX_ENTRIES = 500


def looks_like_json(text: str) -> bool:
    """Whether ``text`` begins as a JSON object or list would."""
    return text.lstrip()[:1] in {"{", "["}


def parse(text: str, base_url: str) -> Parsed:
    """Read a JSON Feed. Never fails: what is none comes back with a ``problem``."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return Parsed(problem="It begins like JSON but is not: it may have been cut short.")
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return Parsed(problem=_not_a_feed(document))
    drafts = tuple(_draft(item, base_url) for item in items if isinstance(item, dict))
    kept = tuple(draft for draft in drafts if draft.title or draft.body)
    newest = sorted(kept, key=_age_key, reverse=True)[:MAX_ENTRIES]
    return Parsed(drafts=kept if len(kept) <= MAX_ENTRIES else tuple(newest), held=len(kept))


def _age_key(draft: Draft) -> str:
    dated = draft.published_at or draft.updated_at
    return dated.isoformat() if dated else ""


def _not_a_feed(document: object) -> str:
    said = ""
    if isinstance(document, dict):
        for name in ("error", "message", "detail", "title"):
            value = document.get(name)
            if isinstance(value, str):
                said = f': "{plain.line_of(value)[:120]}"'
                break
    return f"It answers with JSON that is no feed{said}."


def _draft(item: Mapping[str, object], base_url: str) -> Draft:
    content = _text(item, "content_text") or plain.text_of(_text(item, "content_html"))
    summary = plain.text_of(_text(item, "summary"))
    title = plain.line_of(_text(item, "title"))
    link = plain.tidy(_text(item, "url") or _text(item, "external_url"))
    return Draft(
        # Micro-posts have no title: their first line stands for one.
        title=title or (summary or content).partition("\n")[0][:200],
        body=plain.tidy(content or summary),
        link=http_link(base_url, link),
        guid=plain.tidy(_text(item, "id")),
        lang=_text(item, "language")[:16],
        published_at=dates.written(_text(item, "date_published")),
        updated_at=dates.written(_text(item, "date_modified")),
        zoneless=dates.is_zoneless(_text(item, "date_published") or _text(item, "date_modified")),
    )


def _text(item: Mapping[str, object], name: str) -> str:
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value)
