"""A demo newsroom: entries written on the page, served as an RSS 2.0 feed with validators."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from bot.sandbox.wire import Json

KEPT = 200
# Reports are forgotten with the process, and a feed that has lost all its entries counts as broken:
# one stays.
_OPENING = (
    "<item><title>The newsroom is open</title>"
    '<guid isPermaLink="false">sandbox-opening</guid></item>'
)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Report:
    """One published entry. ``at`` in unix seconds; ``link`` is absolute."""

    id: str
    title: str
    text: str
    lang: str
    link: str
    at: float

    def as_json(self) -> Json:
        """As the page lists it."""
        published = datetime.fromtimestamp(self.at, UTC).isoformat()
        return {
            "id": self.id, "title": self.title, "text": self.text, "lang": self.lang,
            "link": self.link, "published_at": published,
        }  # fmt: skip


class Newsroom:
    """The published reports, newest first."""

    def __init__(self, run_id: int, now: Callable[[], float]) -> None:
        """``run_id`` keeps ids of this run apart from those of earlier ones."""
        self._run_id = run_id
        self._now = now
        self._changed_at = now()
        self.reports: list[Report] = []
        self.site_url = ""  # known once the server listens

    def publish(self, title: str, text: str, lang: str = "", link: str = "") -> Report:
        """Publish a report.

        Raises:
            ValueError: No headline, or the link is not http(s).
        """
        title, text = _printable(title).strip(), _printable(text).strip()
        if not title:
            raise ValueError("a report needs a headline")
        if link and not link.startswith(("http://", "https://")):
            raise ValueError("the link must begin with http:// or https://")
        self._run_id += 1
        report_id = str(self._run_id)
        link = link or f"{self.site_url}/newsroom/entry/{report_id}"
        self._changed_at = self._now()
        report = Report(report_id, title, text, lang, link, self._changed_at)
        self.reports = [report, *self.reports][:KEPT]
        return report

    def find(self, report_id: str) -> Report | None:
        """The report with this id."""
        return next((report for report in self.reports if report.id == report_id), None)

    def feed(self) -> bytes:
        """The RSS 2.0 document."""
        items = "".join(_item(report) for report in self.reports)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>Sandbox newsroom</title><link>{escape(self.site_url)}</link>"
            f"<description>Reports written on the sandbox page</description>{items}{_OPENING}"
            "</channel></rss>\n"
        ).encode()

    def answer(self, if_none_match: str, if_modified_since: str) -> web.Response:
        """The feed with its validators, or 304 when the reader has this very version."""
        body = self.feed()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        changed_at = datetime.fromtimestamp(int(self._changed_at), UTC)
        headers = {
            "ETag": etag,
            "Last-Modified": format_datetime(changed_at, usegmt=True),
            "Cache-Control": "no-cache",
        }
        if _is_current(if_none_match, if_modified_since, etag, changed_at):
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = "application/rss+xml; charset=utf-8"
        return web.Response(body=body, headers=headers)


def report_page(report: Report) -> str:
    """A small page of one report."""
    paragraphs = "".join(f'<p dir="auto">{html.escape(part)}</p>' for part in _paragraphs(report))
    lang = f" lang={quoteattr(report.lang)}" if report.lang else ""
    published = datetime.fromtimestamp(report.at, UTC)
    return (
        f'<!doctype html><html{lang}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(report.title)}</title></head><body><article>"
        f'<h1 dir="auto">{html.escape(report.title)}</h1>'
        f'<time datetime="{published.isoformat()}">{published:%Y-%m-%d %H:%M} UTC</time>'
        f"{paragraphs}</article></body></html>"
    )


def _is_current(
    if_none_match: str, if_modified_since: str, etag: str, changed_at: datetime
) -> bool:
    """RFC 9110, 13.2.2: an ETag, if sent, decides alone; a date nobody can read counts as none."""
    if if_none_match:
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return etag in tags or "*" in tags
    try:
        return bool(if_modified_since) and parsedate_to_datetime(if_modified_since) >= changed_at
    except (TypeError, ValueError):
        return False


def _item(report: Report) -> str:
    body = "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in _paragraphs(report))
    lang = f"<dc:language>{escape(report.lang)}</dc:language>" if report.lang else ""
    published = format_datetime(datetime.fromtimestamp(report.at, UTC))
    return (
        f"<item><title>{escape(report.title)}</title><link>{escape(report.link)}</link>"
        f'<guid isPermaLink="false">sandbox-{report.id}</guid><pubDate>{published}</pubDate>'
        f"{lang}<description>{escape(body)}</description></item>"
    )


def _paragraphs(report: Report) -> list[str]:
    return [part.strip() for part in report.text.split("\n") if part.strip()]


def _printable(text: str) -> str:
    return _NOT_XML.sub("", text)
