"""``match`` and ``stories``: the measuring contract over JSON Lines, and the same for people.

In: one object a line ``{"id", "title", "body"?, "lang"?, "date"?, "source"?, "watches"?}``.
Out: one object a line, in the same order, written as soon as it is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.answers import Origin
from bot.core.card import place_path
from bot.core.joining import join_or_open
from bot.core.model import Audience, Entry, Finding, Join, Knowledge, Match, Reading, Reason
from bot.core.query import EXAMPLE, parse
from bot.core.stories import Stories
from bot.core.trial import Tally, Text, Trial
from bot.core.turn import Mind, Policy, Turn
from bot.errors import BotError, QueryError
from bot.flow.values import unknown
from bot.plainly import fact_lines, timed

Json = Mapping[str, Any]
_SPELLINGS, _WORDS = 12, 3


class LineError(BotError):
    """A line of the input is not what the contract says.

    Attributes:
        number: The line, from 1.
    """

    def __init__(self, number: int, message: str) -> None:
        super().__init__(f"line {number}: {message}")
        self.number = number


class WatchError(BotError):
    """A watch on the command line cannot be used; the message says where, why and what is right."""

    def __init__(self, query: str, column: int, told: str, example: str) -> None:
        super().__init__(
            f"watch {query!r}, column {column + 1}: {told} Right, for example: {example}"
        )


def read_lines(lines: Iterable[str]) -> Iterator[Json]:
    """The objects of a JSON Lines text; blank lines are skipped.

    Raises:
        LineError: A line is no JSON object, or lacks what it needs.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _object(number, line)


def is_seeds(lines: Iterable[str]) -> bool:
    """Whether these are the lines of a seeds file: objects, and no ``"id"`` in any of them."""
    found = False
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            if "id" in value:
                return False
            found = True
    return found


def _object(number: int, line: str) -> Json:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise LineError(number, f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise LineError(number, 'not an object, write {"id": …, "title": …}')
    if "id" not in value:
        raise LineError(number, 'it has no "id"')
    for key in ("title", "body"):
        if not isinstance(value.get(key, ""), str | None):
            raise LineError(number, f'"{key}" must be text')
    queries = value.get("watches") or []
    if not (isinstance(queries, list) and all(isinstance(query, str) for query in queries)):
        raise LineError(number, '"watches" must be a list of texts')
    return value


class Judge:
    """Reads entries as the bot would, without a store."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._trial = Trial(knowledge)

    def match(self, row: Json, more: Sequence[str] = ()) -> dict[str, object]:
        """The answer of ``match`` to one row, which is asked for the watches ``more`` too."""
        queries = tuple(dict.fromkeys((*(row.get("watches") or ()), *more)))
        at = _date(row.get("date"))
        text = Text(row.get("title") or "", row.get("body") or "", _origin(row), at=at)
        _, reading, found = self._trial.read(text, queries)
        return {
            "id": row["id"],
            "flag": reading.flag,
            "severity": int(reading.severity),
            "topics": [_topic(finding) for finding in reading.findings],
            "places": list(reading.places),
            "watches": [_watch(query, found.get(query, ())) for query in queries],
            "reason": reason(reading),
        }

    def stories(self, rows: Iterable[Json], window: timedelta) -> Iterator[dict[str, object]]:
        """The answers of ``stories``: each is decided when its row arrives, with no look-ahead."""
        recent = Stories(self._knowledge.likeness)
        mind = Mind.with_(self._trial.matcher, Audience(0, {}, ()))
        for row in rows:
            entry = _entry(row)
            now = entry.published_at or datetime.now(UTC)
            recent.forget(now - window)
            scan, reading, _ = self._trial.read(Text(entry.title, entry.body, at=now))
            story, join = join_or_open(entry, (scan, reading), recent, Turn(mind, Policy(), now))
            recent.add(story)
            yield {"id": row["id"], "story": story.id, **_joined(join)}

    def explain(self, title: str, body: str, lang: str = "en", queries: Sequence[str] = ()) -> str:
        """What would be flagged and why, for people."""
        scan, reading, found = self._trial.read(Text(title, body), queries)
        places, topics = self._knowledge.places, self._knowledge.topics
        lines = [title, f"  {'FLAGGED' if reading.flag else 'not flagged'}: {reason(reading)}"]
        if reading.flag:
            lines.append(f"  severity {int(reading.severity)} of 3")
        for finding in reading.findings:
            name = topics[finding.topic].names.get(lang, finding.topic)
            where = "; ".join(place_path(p, lang, places) for p in finding.places)
            lines.append(f"  {finding.topic} ({name}), {finding.grade}" + (where and f", {where}"))
            lines += [f"      {span.field}: {scan.text(span)}" for span in finding.spans]
        lines += [f"  {line}" for line in fact_lines(reading.facts)]
        others = [p for p in reading.places if all(p not in f.places for f in reading.findings)]
        if others:
            lines.append("  also named: " + "; ".join(place_path(p, lang, places) for p in others))
        for query in queries:
            lines += _explained(query, found.get(query, ()))
        return "\n".join(lines)


def _explained(query: str, matches: Sequence[Match]) -> Iterator[str]:
    yield f"  watch {query}: {'found' if matches else 'not found'}"
    for match in matches:
        yield _explained_match(match)


def _explained_match(match: Match) -> str:
    span = match.span
    where = f"{span.field} {span.start}-{span.end}"
    return f"      {where}: {match.text} ({match.how}, {match.score})"


def checked(queries: Sequence[str], knowledge: Knowledge) -> tuple[str, ...]:
    """``queries`` as they are, for every one of them is a watch.

    Raises:
        WatchError: One cannot be understood, or names what does not exist.
    """
    for query in queries:
        try:
            parse(query)
        except QueryError as error:
            raise WatchError(query, error.column, str(error), error.example) from error
        missing = unknown(query, knowledge)
        if missing is not None:
            told = f"There is no {missing.kind} {missing.value}."
            if missing.near:
                told += f" Nearest: {', '.join(missing.near)}."
            raise WatchError(query, missing.column, told, missing.mended or EXAMPLE)
    return tuple(queries)


def tally_lines(query: str, tally: Tally, days: int, *, is_cut: bool) -> Iterator[str]:
    """How often ``query`` would have fired in ``days`` days, for people."""
    of = f"the newest {tally.of}" if is_cut else f"{tally.of}"
    yield f"{query}: {tally.count} of {of} reports of the last {days} days"
    if tally.spellings:
        yield f"  found as: {' · '.join(tally.spellings[:_SPELLINGS])}"
    for text, evidence in tally.examples:
        yield f"  {timed(text.at)}  {text.title}"
        yield from (_explained_match(match) for match in evidence[:_WORDS])


def _origin(row: Json) -> Origin:
    source = str(row.get("source") or "")
    return Origin(source, source, str(row.get("lang") or ""))


def reason(reading: Reading) -> str:
    """Why a reading is flagged or not, in one phrase."""
    if reading.flag:
        return "flagged"
    return f"guarded: {reading.guard}" if reading.guard else "no-match"


def _joined(join: Join) -> dict[str, object]:
    new = join.story is None
    return {
        "new": new,
        "reason": (Reason.NEW_STORY if new else Reason.KNOWN_STORY).value,
        "how": join.how.value,
        "score": join.score,
        "why": dict(join.why),
        "nearest": join.nearest,
        "veto": join.veto,
    }


def _topic(finding: Finding) -> dict[str, object]:
    return {
        "topic": finding.topic,
        "grade": finding.grade.value,
        "places": list(finding.places),
        "spans": [[span.field.value, span.start, span.end] for span in finding.spans],
    }


def _watch(query: str, matches: Sequence[Match]) -> dict[str, object]:
    try:
        parse(query)
    except QueryError as error:
        told = {"message": str(error), "column": error.column}
        return {"query": query, "error": told, "matches": []}
    return {"query": query, "matches": [_match(match) for match in matches]}


def _match(match: Match) -> dict[str, object]:
    return {
        "field": match.span.field.value,
        "start": match.span.start,
        "end": match.span.end,
        "text": match.text,
        "how": match.how.value,
        "score": match.score,
    }


def _entry(row: Json) -> Entry:
    return Entry(
        source_id="input",
        key=str(row["id"]),
        fingerprint=f"input:{row['id']}",
        title=row.get("title") or "",
        body=row.get("body") or "",
        source_name=row.get("source") or "",
        lang=row.get("lang") or "",
        published_at=_date(row.get("date")),
    )


def _date(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
