"""``stories`` for people: every story with its reports, how each came to it, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.core.card import innermost, place_path
from bot.core.model import Join, Joined, Place, Story
from bot.measure import Placed, reason
from bot.plainly import life_lines, timed

_HOW = {
    Joined.COPY: "a copy",
    Joined.EVENT: "the same event",
    Joined.WORDS: "much the same words",
}
_VETOES = {
    "place": "another place",
    "weapon": "another weapon",
    "time": "another time",
    "count": "another number of weapons",
    "again": "it says that this is another attack",
    "target": "something else was hit",
    "not-flagged": "that one tells of no attack",
}


def story_lines(placed: Iterable[Placed], places: Mapping[str, Place]) -> Iterator[str]:
    """The stories in the order in which they began, as they stand at the end.

    Args:
        placed: The reports in the order they came.
        places: The gazetteer by id.
    """
    reports: dict[str, list[Placed]] = {}
    last: dict[str, Story] = {}
    for report in placed:
        reports.setdefault(report.story.id, []).append(report)
        last.update((story.id, story) for story in (report.story, *report.verdict.linked))
    for story_id, own in reports.items():
        yield from _told(last[story_id], own, places)
        yield ""
    yield f"{sum(map(len, reports.values()))} reports in {len(reports)} stories"


def _told(story: Story, reports: list[Placed], places: Mapping[str, Place]) -> Iterator[str]:
    yield f"story {story.id}: {story.title}"
    count = f"{len(reports)} report{'s' if len(reports) > 1 else ''}"
    grave = f"severity {int(story.severity)} of 3" if story.severity else "no attack"
    yield f"  {timed(reports[0].entry.published_at)}, {count}, {grave}"
    if story.places:
        near = innermost(story.places, places)
        yield "  at " + "; ".join(place_path(key, "en", places) for key in near)
    for report in reports:
        yield from _report(report)
    yield from (f"  {line}" for line in life_lines(story.life))


def _report(report: Placed) -> Iterator[str]:
    entry = report.entry
    by = f", {entry.source_name}" if entry.source_name else ""
    yield f"  - {timed(entry.published_at)}, {entry.key}{by}: {entry.title}"
    yield f"      {_joined(report.join)}"
    yield f"      {_decided(report)}"


def _decided(report: Placed) -> str:
    """What the bot does with it."""
    verdict, reading = report.verdict, report.verdict.reading
    if verdict.story is None:
        return f"not flagged, {reason(reading)}: nobody is told, and nothing changes"
    what = (
        f"severity {int(reading.severity)}" if reading.flag else f"not flagged, {reason(reading)}"
    )
    if report.heard:
        return f"{what}: readers hear {', '.join(report.heard)}"
    return f"{what}: {'an alert' if report.alerts else verdict.reason.value}"


def _joined(join: Join) -> str:
    if join.story is not None:
        why = ", ".join(f"{name} {value}" for name, value in join.why)
        sure = "" if join.how is Joined.COPY else f" ({join.score})"
        return f"{_HOW[join.how]}{sure}: {why}"
    if not join.nearest:
        return "opens it: nothing was like it"
    if join.veto == "closed":
        return f"opens it: {join.nearest} had ended"
    if join.veto:
        return f"opens it: not {join.nearest} ({join.score}), {_VETOES[join.veto]}"
    return f"opens it: not enough like {join.nearest} ({join.score})"
