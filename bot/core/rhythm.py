"""When a source is visited next: as often as it has news, as rarely as its publisher asks.

Three voices, the later over the earlier. Its own rhythm: the hours of the day in which it has
published. The operator: never longer than ``interval_s`` for what was learnt. The publisher: not
before ``ttl``, ``max-age`` and the like, up to a cap, for a generator's default of a day must not
make news a day old. A pinned source hears none but the operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import moves
from bot.core.model import (
    Alarm,
    Course,
    Hints,
    Place,
    Poll,
    Reason,
    Rhythm,
    Source,
    SourceKind,
    Verdict,
)

FLOOR_S = 60.0
CAP_S = 3600.0
URGENT_CAP_S = 900.0
QUICK_FOR = timedelta(minutes=30)

_QUICK_S = 30.0  # a quick visit comes 60 to 90 seconds after the last
_HALF_LIFE = timedelta(days=7)  # half of what is known of a feed's hours is of the last week
_OVER_DAYS = 7 / 0.6931471805599453  # what all days ever add up to, weighed so
_HISTORY = timedelta(days=14)  # of a first document; older entries are what a site pins on top
_LATE = timedelta(hours=24)  # an entry dated earlier than this tells nothing of today's hours
# Half the usual gap between two entries: then one waits a quarter of the gap on the average.
_GAP_SHARE = 0.5
_OWN_DAYS = 1.0  # how many days of its own outweigh the operator's guess
_SPREAD_S = 60.0  # those that were told to skip an hour do not all come in its first second


def cap_s(source: Source) -> float:
    """How far a publisher's hints may lengthen the wait."""
    return URGENT_CAP_S if source.urgent else CAP_S


def is_pinned(source: Source) -> bool:
    """Whether only the operator's interval counts; folders on disk have no manners to mind."""
    return source.pinned or source.kind is not SourceKind.FEED


def learnt(
    rhythm: Rhythm, dates: Sequence[datetime | None], now: datetime, *, first: bool = False
) -> Rhythm:
    """``rhythm`` with the entries that are new at ``now``, each dated or not.

    Args:
        first: They are of the first document, whose dates tell of the days before.
    """
    if first:
        return _of_history(dates, now)
    if not dates:
        return rhythm
    counts = _weighed(rhythm, now)
    for date in dates:
        # What came late says nothing of when it was written, and it could be found only now.
        at = date if date is not None and now - _LATE <= date <= now else now
        counts[at.hour] += 1
    return Rhythm(_short(counts), round(_days(rhythm, now), 4), now)


def _of_history(dates: Sequence[datetime | None], now: datetime) -> Rhythm:
    known = [date for date in dates if date is not None and now - _HISTORY <= date <= now]
    if not known:
        return Rhythm(learnt_at=now)
    counts = [0.0] * 24
    for date in known:
        counts[date.hour] += _fade(now - date)
    days = _OVER_DAYS * (1 - _fade(now - min(known)))
    return Rhythm(_short(counts), round(days, 4), now)


def _short(counts: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(count, 3) for count in counts)


def _fade(age: timedelta) -> float:
    return float(0.5 ** (max(age, timedelta()) / _HALF_LIFE))


def _weighed(rhythm: Rhythm, now: datetime) -> list[float]:
    if rhythm.learnt_at is None or not rhythm.counts:
        return [0.0] * 24
    fade = _fade(now - rhythm.learnt_at)
    return [count * fade for count in rhythm.counts]


def _days(rhythm: Rhythm, now: datetime) -> float:
    if rhythm.learnt_at is None:
        return 0.0
    fade = _fade(now - rhythm.learnt_at)
    return rhythm.days * fade + _OVER_DAYS * (1 - fade)


def per_hour(rhythm: Rhythm, now: datetime, guess: float) -> float:
    """Entries expected in an hour like this one; ``guess`` counts as one day that was watched."""
    counts, hour = _weighed(rhythm, now), now.hour
    # The hours beside it too: a feed that wakes at six is looked at more often before six.
    near = counts[hour] / 2 + (counts[hour - 1] + counts[(hour + 1) % 24]) / 4
    return (near + guess * _OWN_DAYS) / (_days(rhythm, now) + _OWN_DAYS)


def own_wait_s(source: Source, rhythm: Rhythm, now: datetime) -> float:
    """What its own rhythm suggests, between a minute and the operator's interval."""
    longest = float(source.interval_s)
    if source.urgent:
        longest = min(longest, URGENT_CAP_S)
    guess = _GAP_SHARE * 3600 / max(longest, FLOOR_S)
    wait = _GAP_SHARE * 3600 / per_hour(rhythm, now, guess)
    return max(min(wait, longest), FLOOR_S)


def asked_wait_s(source: Source, hints: Hints, fresh_s: float, known_per_hour: float) -> float:
    """What the publisher asks for, as far as the cap goes; 0 where it asks for nothing.

    ``sy:updatePeriod`` asks for nothing: it claims how often there is something new, and many
    programs write "hourly" under every feed. Where its entries come more often it is not believed.
    """
    is_disproved = known_per_hour * hints.update_s > 3600
    claimed = 0 if is_disproved else hints.update_s
    return min(max(float(hints.ttl_s), fresh_s, claimed), cap_s(source))


def past_skips(due: datetime, hints: Hints, latest: datetime, spread: timedelta) -> datetime:
    """``due``, or the end of the hours and days it falls in that are to be skipped."""
    if not _is_skipped(due, hints):
        return due
    while due < latest and _is_skipped(due, hints):
        due = due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return min(due + spread, latest)


def _is_skipped(at: datetime, hints: Hints) -> bool:
    return at.hour in hints.skip_hours or at.weekday() in hints.skip_days


def course(
    source: Source, poll: Poll, dates: Sequence[datetime | None], now: datetime, chance: float
) -> Course:
    """What a visit that worked leaves behind.

    Args:
        source: As it was before the visit.
        dates: Those of its entries that are new, ``None`` for each without one.
        chance: Between 0 and 1; the same gives the same.
    """
    rhythm = learnt(source.rhythm, dates, now, first=source.polled_ok_at is None)
    hints = source.hints if poll.hints is None else poll.hints
    if is_pinned(source):
        due = quick = now + timedelta(seconds=source.interval_s)
        earliest = now
    else:
        due, quick, earliest = _times(_voices(source, hints, poll, rhythm, now), now, chance)
    return Course(
        due_at=due,
        quick_at=quick,
        earliest_at=earliest,
        wait=due - now,
        rhythm=rhythm,
        hints=hints,
        held=source.held if poll.held is None else poll.held,
        move=moves.counted(source.move, poll.moved_to, now),
    )


@dataclass(frozen=True, slots=True)
class _Voices:
    own_s: float
    asked_s: float
    longest_s: float  # of what is asked
    hints: Hints


def _voices(source: Source, hints: Hints, poll: Poll, rhythm: Rhythm, now: datetime) -> _Voices:
    known_per_hour = per_hour(rhythm, now, guess=0)
    asked_s = max(asked_wait_s(source, hints, poll.fresh_s, known_per_hour), FLOOR_S)
    return _Voices(own_wait_s(source, rhythm, now), asked_s, cap_s(source), hints)


def _times(voices: _Voices, now: datetime, chance: float) -> tuple[datetime, datetime, datetime]:
    """When it is due, when it is due while news breaks, and when it may be visited at all."""
    asked_s, longest_s, hints = voices.asked_s, voices.longest_s, voices.hints
    latest = now + timedelta(seconds=longest_s)
    spread = timedelta(seconds=_SPREAD_S * chance)
    earliest = past_skips(now + timedelta(seconds=asked_s), hints, latest, spread)
    wait_s = max(voices.own_s * (1 - chance / 10), min(asked_s * (1 + chance / 10), longest_s))
    due = max(now + timedelta(seconds=wait_s), earliest)
    due = past_skips(due, hints, max(latest, due), spread)
    quick = now + timedelta(seconds=FLOOR_S + _QUICK_S * chance)
    return due, min(max(quick, earliest), due), earliest


def alarm(verdicts: Iterable[Verdict], places: Mapping[str, Place], now: datetime) -> Alarm | None:
    """Where news broke with these verdicts, if it did; a seed is dropped by hand, at any time."""
    stories = [v.story for v in verdicts if v.story and _breaks(v)]
    if not stories:
        return None
    keys = {key for story in stories for key in story.places if key in places}
    countries = {places[key].country.lower() for key in keys} - {""}
    return Alarm(tuple(sorted(countries)), now + QUICK_FOR)


def _breaks(verdict: Verdict) -> bool:
    is_new = verdict.reason is Reason.NEW_STORY and verdict.reading.flag
    return is_new and not verdict.entry.is_seed
