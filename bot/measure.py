"""``match`` and ``stories``: the measuring contract over JSON Lines, and the same for people.

In: the rows of ``jsonlines``, each perhaps with its ``"watches"``.
Out: one object a line, in the same order, written as soon as it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.core.answers import Origin
from bot.core.card import place_path
from bot.core.decide import decide
from bot.core.joining import join_or_open
from bot.core.model import (
    Audience,
    Change,
    Entry,
    Finding,
    Join,
    Knowledge,
    Match,
    Reading,
    Reason,
    Recall,
    Story,
    Verdict,
)
from bot.core.query import EXAMPLE, parse
from bot.core.stories import Stories
from bot.core.trial import Tally, Text, Trial
from bot.core.turn import Mind, Policy, Turn
from bot.errors import BotError, QueryError
from bot.flow.values import unknown
from bot.jsonlines import Json, date_of
from bot.plainly import fact_lines, timed

_SPELLINGS, _WORDS = 12, 3


class WatchError(BotError):
    """A watch on the command line cannot be used; the message says where, why and what is right."""

    def __init__(self, query: str, column: int, told: str, example: str) -> None:
        super().__init__(
            f"watch {query!r}, column {column + 1}: {told} Right, for example: {example}"
        )


class Placed(NamedTuple):
    """One report, the story it was put into as that stood then, and how.

    ``verdict`` is what the bot decides of it: without a story of its own where it would let the
    report be, which then changes nothing.
    """

    entry: Entry
    story: Story
    join: Join
    verdict: Verdict

    @property
    def alerts(self) -> bool:
        """Whether whoever follows what it is about is told anew."""
        return self.verdict.reason is Reason.NEW_STORY and self.verdict.reading.flag

    @property
    def heard(self) -> tuple[Change, ...]:
        """What those hear who were told of its story before."""
        growth, story = self.verdict.growth, self.verdict.story
        if growth is None or growth.step is None or story is None:
            return ()
        return story.life.steps[growth.step].changes


class Judge:
    """Reads entries as the bot would, without a store."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._trial = Trial(knowledge)

    def match(self, row: Json, more: Sequence[str] = ()) -> dict[str, object]:
        """The answer of ``match`` to one row, which is asked for the watches ``more`` too."""
        queries = tuple(dict.fromkeys((*(row.get("watches") or ()), *more)))
        at = date_of(row)
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
        for row, placed in self._placed(rows, window):
            yield {"id": row["id"], "story": placed.story.id, **_joined(placed)}

    def place(self, rows: Iterable[Json], window: timedelta) -> Iterator[Placed]:
        """The same as values: each report with its story."""
        return (placed for _, placed in self._placed(rows, window))

    def _placed(self, rows: Iterable[Json], window: timedelta) -> Iterator[tuple[Json, Placed]]:
        recent = Stories(self._knowledge.likeness)
        mind = Mind.with_(self._trial.matcher, Audience(0, {}, ()))
        for row in rows:
            entry = _entry(row)
            now = entry.published_at or datetime.now(UTC)
            recent.forget(now - window)
            turn = Turn(mind, Policy(), now)
            (verdict,) = decide([entry], Recall({}, ()), turn, recent)
            placed = self._place(verdict, recent, turn)
            for changed in verdict.stories or (placed.story,):
                recent.add(changed)
            yield row, placed

    def _place(self, verdict: Verdict, recent: Stories, turn: Turn) -> Placed:
        """Where the bot puts a report; what it lets be adds nothing that is told of a story.

        Its words still count for what comes after, as they do where somebody's watch finds it.
        """
        entry = verdict.entry
        if verdict.story and verdict.join:
            return Placed(entry, verdict.story, verdict.join, verdict)
        scan, reading, _ = self._trial.read(Text(entry.title, entry.body, at=turn.now))
        story, join = join_or_open(entry, (scan, reading), recent, turn)
        if join.story and join.story.severity:
            story = replace(join.story, sketch=story.sketch, last_seen_at=turn.now)
        return Placed(entry, story, join, verdict)

    def explain(self, title: str, body: str, lang: str = "en", queries: Sequence[str] = ()) -> str:
        """What would be flagged and why, for people."""
        scan, reading, found = self._trial.read(Text(title, body), queries)
        places, topics = self._knowledge.places, self._knowledge.topics
        lines = [title, "  FLAGGED" if reading.flag else f"  not flagged: {reason(reading)}"]
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
    yield f"{query}: {tally.count} of {of} reports read in the last {days} days"
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


def _joined(placed: Placed) -> dict[str, object]:
    join, verdict, reading = placed.join, placed.verdict, placed.verdict.reading
    return {
        "new": join.story is None,
        "reason": verdict.reason.value,
        "flag": reading.flag,
        "guard": reading.guard,
        "severity": int(reading.severity) if reading.flag else 0,
        "alert": placed.alerts,
        "heard": [change.value for change in placed.heard],
        "how": join.how.value,
        "score": join.score,
        "why": dict(join.why),
        "nearest": join.nearest,
        "veto": join.veto,
        "linked": [story.id for story in verdict.linked],
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
        published_at=date_of(row),
    )
