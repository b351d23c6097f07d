"""/status: whether silence means that nothing happened, or that nobody is listening."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from bot.core.i18n import Voice
from bot.core.model import Answer, ChatStatus, Line, SourceAge
from bot.core.render import cut
from bot.core.text import clean
from bot.flow.asked import Asked
from bot.flow.troubles import is_network_down, trouble
from bot.flow.wording import ago, joined, note, title

_NAME = 60
_SLACK = timedelta(seconds=30)


class Health(Enum):
    """How a source is doing."""

    FRESH = "fresh"
    LATE = "late"
    NEVER = "never"  # visited, never reached
    WAITING = "waiting"  # not visited yet


def health(age: SourceAge, now: datetime) -> Health:
    """Late is a source not read within two of its waits and half a minute."""
    reached_at = age.source.polled_ok_at
    if reached_at is None:
        return Health.NEVER if age.polled_at or age.error else Health.WAITING
    # Its publisher may have asked for more than the operator's interval.
    wait = max(timedelta(seconds=age.source.interval_s), age.source.wait)
    allowed = 2 * wait + _SLACK
    return Health.FRESH if now - reached_at <= allowed else Health.LATE


def status(asked: Asked, ages: Sequence[SourceAge], for_operators: Sequence[Line] = ()) -> Answer:
    """Totals first, trouble next, then what is fine; every source with its age."""
    voice = asked.voice
    groups: dict[Health, list[SourceAge]] = {kind: [] for kind in Health}
    for age in ages:
        groups[health(age, asked.now)].append(age)
    lines = [_own(asked), *for_operators, ()]
    if is_network_down(ages):
        down = voice.says("⚠️ My own network seems to be down: none of the feeds can be reached.")
        lines.append(title(down))
    lines.append(title(_total(voice, groups, len(ages))))
    lines += _late(asked, groups[Health.LATE])
    lines += _never(voice, groups[Health.NEVER])
    lines += _named(voice, groups[Health.WAITING])
    lines += _fresh(asked, groups[Health.FRESH])
    return Answer(notes=(note(voice, lines),))


def _own(asked: Asked) -> Line:
    voice = asked.voice
    if asked.chat.status is not ChatStatus.ACTIVE:
        return voice.says("🔕 Your alerts are off. {start} switches them on.", start="/start")
    if not asked.watches:
        return voice.says(
            "You follow nothing yet. {command} brings all alerts.", command="/subscribe"
        )
    return voice.says_n(
        "🔔 Your alerts are on. You follow {n} thing.",
        "🔔 Your alerts are on. You follow {n} things.",
        len(asked.watches),
    )


def _total(voice: Voice, groups: dict[Health, list[SourceAge]], count: int) -> Line:
    if not count:
        return voice.says("No source is set up: I cannot see any news.")
    fresh = len(groups[Health.FRESH])
    if fresh == count:
        return voice.says_n(
            "All is well: {n} source is being read.",
            "All is well: {n} sources are being read.",
            count,
        )
    return voice.says_n(
        "{fresh} of {n} source is being read.",
        "{fresh} of {n} sources are being read.",
        count,
        fresh=fresh,
    )


def _late(asked: Asked, ages: Sequence[SourceAge]) -> list[Line]:
    if not ages:
        return []
    voice = asked.voice
    heading = voice.says("⚠️ Late ({n}): news from these may be missing", n=len(ages))
    lines = [(), title(heading)]
    for age in ages:
        reached = ago(voice, asked.now, age.source.polled_ok_at or asked.now)
        lines.append(
            voice.says("• {name}: last read {ago}", name=_name(age), ago=reached)
            + _because(voice, age)
        )
    return lines


def _because(voice: Voice, age: SourceAge) -> Line:
    reason = trouble(voice, age.error)
    return voice.says(" ({reason})", reason=reason) if reason else ()


def _never(voice: Voice, ages: Sequence[SourceAge]) -> list[Line]:
    """By kind of trouble: without a network all sources share one, which is then said once."""
    if not ages:
        return []
    reasons: dict[str, list[str]] = {}
    for age in ages:
        reasons.setdefault(trouble(voice, age.error), []).append(_name(age))
    lines = [(), title(voice.says("⛔ Never reached ({n})", n=len(ages)))]
    for reason, names in sorted(reasons.items(), key=lambda found: -len(found[1])):
        shown = joined(voice, names)
        lines.append(
            voice.says("• {reason} ({n}): {names}", reason=reason, n=len(names), names=shown)
        )
    return lines


def _named(voice: Voice, ages: Sequence[SourceAge]) -> list[Line]:
    if not ages:
        return []
    names = joined(voice, [_name(age) for age in ages])
    return [(), voice.says("⏳ Not visited yet: {names}", names=names)]


def _fresh(asked: Asked, ages: Sequence[SourceAge]) -> list[Line]:
    if not ages:
        return []
    voice = asked.voice
    lines = [(), title(voice.says("✅ Being read"))]
    for age in ages:
        reached = ago(voice, asked.now, age.source.polled_ok_at or asked.now)
        lines.append(voice.says("• {name}: {ago}", name=_name(age), ago=reached))
    return lines


def _name(age: SourceAge) -> str:
    return cut(clean(age.source.name), _NAME)
