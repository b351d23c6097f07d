"""A seed becomes a plan: who listens, what happens, and everything that goes wrong, with its time.

Times are seconds of the world's own clock, from 0. The plan is all the oracle goes by.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.sim.news import PLACES, WORDS, Event, attack, graver, small

# A poll that failed twice is repeated after three minutes at most, what a store or Telegram did not
# take after one, a lease runs out after one and a half; a flood takes a group two. And comfort.
BOUND_S = 360.0
CALM_S = 210.0  # after the last event and trouble; by then every feed was read again
FIRST_S = 90.0  # nothing goes wrong until every feed was read once
POLL_S = 60
DAY_S = 24 * 3600.0
_GROWN_SHARE, _ASKED_SHARE = 0.5, 0.3  # of the attacks, of the listeners
_LOST_SHARE = 0.15  # of the worlds whose clock is right


@dataclass(frozen=True, slots=True)
class Listener:
    """One who listens. ``chat_id`` is where, until a group moves to ``moves_to``."""

    chat_id: int
    lang: str
    rules: tuple[str, ...]  # of ``news``: "all", a place, a word
    thread_id: int | None = None
    moves_to: int | None = None

    @property
    def is_group(self) -> bool:
        return self.chat_id < 0


@dataclass(frozen=True, slots=True)
class Report:
    """An event as one feed tells it from ``at`` on, dated ``age_s`` before ``dated_at``."""

    event: Event
    feed: str
    at: float
    dated_at: float
    age_s: float


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong from ``start`` to ``end``; ``of`` is the feed or chat, "" for all."""

    kind: str
    start: float
    end: float
    of: str = ""
    share: float = 1.0  # of what passes by in that time

    def covers(self, at: float) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Command:
    """What a listener writes, or what Telegram tells of a chat."""

    at: float
    chat_id: int
    name: str
    args: str = ""


@dataclass(frozen=True, slots=True)
class Crash:
    """The process dies at the ``steps``-th step after ``at`` and is back after ``away_s``.

    Unless it ``is_asked`` to end, as a process manager does: then it has time to. What it ``loses``
    is its database: "gone", all "zeros", or "torn"; the last backup takes its place.
    """

    at: float
    steps: int
    away_s: float
    is_asked: bool = False
    loses: str = ""


@dataclass(frozen=True, slots=True)
class Jump:
    """The host's clock is ``by_s`` wrong until ``end``; or, asleep, it misses that much time."""

    at: float
    end: float
    by_s: float
    asleep: bool = False


@dataclass(slots=True)
class Plan:
    """All of one world."""

    seed: int
    feeds: dict[str, int] = field(default_factory=dict)  # each with its interval
    listeners: list[Listener] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)
    jumps: list[Jump] = field(default_factory=list)
    backups: list[float] = field(default_factory=list)  # when one is made
    coarse: frozenset[str] = frozenset()  # tokens whose HTML Telegram refuses
    hopeless: frozenset[str] = frozenset()  # tokens it refuses as plain text, too
    calm_at: float = 0.0
    ends_at: float = 0.0

    def troubled(self) -> list[tuple[float, float]]:
        """When something was wrong that may hold an alert back."""
        spans = [(f.start, f.end) for f in self.faults]
        spans += [(c.at, c.at + c.away_s + 10) for c in self.crashes]
        return spans + [(j.at, j.end) for j in self.jumps]

    def due_by(self, at: float) -> float:
        """By when news of ``at`` must have been told: so long after it, or after trouble."""
        by, spans = at + BOUND_S, sorted(self.troubled())
        moved = True
        while moved:
            moved = False
            for start, end in spans:
                if start < by and end + BOUND_S > by and end >= at:
                    by, moved = end + BOUND_S, True
        return by


def plan(seed: int) -> Plan:
    """The plan of ``seed``, always the same."""
    chance = random.Random(f"plan {seed}")
    made = Plan(seed)
    active_s = chance.choice((120.0, 240.0, 240.0, 400.0))
    _people(made, chance)
    _news(made, chance, active_s)
    _trouble(made, chance, active_s)
    if not made.jumps:  # by its clock the bot knows what a lost database may have told
        _loss(made, random.Random(f"loss {seed}"), active_s)
    _talk(made, chance, active_s)
    # By chances of their own: what a seed was before stays in it.
    _growth(made, random.Random(f"growth {seed}"))
    _questions(made, random.Random(f"questions {seed}"), active_s)
    last = max((end for _, end in made.troubled()), default=0.0)
    told = max([r.at for r in made.reports] + [c.at for c in made.commands])
    made.calm_at = max(told, last) + CALM_S
    made.ends_at = max(made.due_by(told), last + BOUND_S) + 1
    return made


# ── who and what ─────────────────────────────────────────────────────────────────────────────


def _people(made: Plan, chance: random.Random) -> None:
    places = chance.sample(sorted(PLACES), 4)
    subjects = ["all", "all", *places, *WORDS[:4], *WORDS[:4]]
    for number in range(chance.randint(3, 9)):
        rules = tuple(dict.fromkeys(chance.choices(subjects, k=chance.randint(1, 3))))
        made.listeners.append(Listener(1001 + number, chance.choice(("en", "ar")), rules))
    for number in range(chance.randint(0, 2)):
        rules = tuple(dict.fromkeys(("all", *chance.choices(WORDS[:4], k=1))))
        thread = chance.choice((None, 11))
        made.listeners.append(Listener(-501 - number, "en", rules, thread))


def _news(made: Plan, chance: random.Random, active_s: float) -> None:
    made.feeds = {
        f"feed{n}": POLL_S if n else chance.choice((POLL_S, 75))
        for n in range(chance.randint(1, 3))
    }
    names = list(made.feeds)
    for place in chance.sample(sorted(PLACES), chance.randint(2, 7)):
        event, at = attack(place, chance), chance.uniform(FIRST_S, FIRST_S + active_s)
        first = at
        for feed in chance.sample(names, chance.randint(1, len(names))):
            made.reports.append(Report(event, feed, at, first, chance.uniform(0, 300)))
            at += chance.expovariate(1 / 60)
    for _ in range(chance.randint(2, 8)):
        event = small(chance.choice(WORDS), chance)
        at = chance.uniform(FIRST_S, FIRST_S + active_s)
        made.reports.append(Report(event, chance.choice(names), at, at, chance.uniform(0, 300)))
    if chance.random() < 0.25:
        _flood(made, chance, chance.choice(names), FIRST_S + chance.uniform(0, active_s))
    for _ in range(3):  # it was there before us, and it is no news
        event = small(chance.choice(WORDS), chance)
        made.reports.append(Report(event, names[0], -1, -1, 30 * 3600))


def _flood(made: Plan, chance: random.Random, feed: str, at: float) -> None:
    word, age_s = chance.choice(WORDS[:4]), chance.choice((30.0, 3600.0))
    for _ in range(chance.randint(12, 35)):
        age = age_s * chance.uniform(0.9, 1)
        made.reports.append(Report(small(word, chance), feed, at, at, age))


def _growth(made: Plan, chance: random.Random) -> None:
    """Of some attacks one feed tells later that people died."""
    if any(jump.asleep for jump in made.jumps):  # hours later it is another attack
        return
    firsts: dict[str, Report] = {}
    for report in sorted(made.reports, key=lambda report: report.at):
        firsts.setdefault(report.event.token, report)
    for first in firsts.values():
        if first.event.grave and chance.random() < _GROWN_SHARE:
            at = first.at + chance.uniform(30, 240)
            event, feed = graver(first.event, chance), chance.choice(list(made.feeds))
            made.reports.append(Report(event, feed, at, at, chance.uniform(0, 60)))


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────

_FEED_TROUBLE = ("down", "emptied", "slow", "reordered", "renamed", "redated", "behind")
_SEND_TROUBLE = ("5xx", "unreachable", "unanswered", "swallowed", "flood", "refused-token")


def _trouble(made: Plan, chance: random.Random, active_s: float) -> None:
    def span(longest_s: float) -> tuple[float, float]:
        start = FIRST_S + chance.uniform(0, active_s)
        return start, start + min(longest_s, 5 + chance.expovariate(3 / longest_s))

    for name in made.feeds:
        if chance.random() < 0.5:
            made.faults.append(Fault(chance.choice(_FEED_TROUBLE), *span(100), name))
    for kind in _SEND_TROUBLE:
        if chance.random() < 0.3:
            share = chance.choice((0.2, 0.6, 1.0))
            made.faults.append(Fault(kind, *span(180), "", share))
    if chance.random() < 0.3:
        who = chance.choice(made.listeners)
        made.faults.append(Fault("flood", *span(60), str(who.chat_id)))
    for kind in ("busy", "full"):
        if chance.random() < 0.3:
            made.faults.append(Fault(kind, *span(90), "", chance.choice((0.1, 0.5, 1.0))))
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        at = FIRST_S + chance.uniform(0, active_s)
        asked = chance.random() < 0.25
        made.crashes.append(Crash(at, _steps(chance), chance.uniform(0.2, 15), asked))
    if chance.random() < 0.25:
        made.jumps.append(_jump(chance, *span(150)))
        if made.jumps[0].asleep:
            _slept(made, chance, made.jumps[0])
    graves = [r.event.token for r in made.reports]
    made.coarse = frozenset(t for t in graves if chance.random() < 0.05)
    made.hopeless = frozenset(t for t in sorted(made.coarse) if chance.random() < 0.3)


def _slept(made: Plan, chance: random.Random, jump: Jump) -> None:
    """What happened meanwhile is there at waking; nothing from before is dated anew."""
    made.faults = [fault for fault in made.faults if fault.kind != "redated"]
    feed, at = chance.choice(list(made.feeds)), jump.at + 0.001
    words = WORDS[: chance.choice((1, 3, 6))]  # of few words each, so that many are for one chat
    for _ in range(chance.choice((1, 4, 14, 40))):
        age_s = chance.uniform(60, 0.9 * jump.by_s)
        made.reports.append(Report(small(chance.choice(words), chance), feed, at, at, age_s))


def _loss(made: Plan, chance: random.Random, active_s: float) -> None:
    """The disk is lost some time after a backup was made."""
    if chance.random() >= _LOST_SHARE:
        return
    made.faults = [fault for fault in made.faults if fault.kind != "redated"]
    at = FIRST_S + chance.uniform(0.3, 1.0) * active_s
    made.backups = [max(at - chance.expovariate(1 / 90), FIRST_S)]
    how = chance.choice(("gone", "gone", "zeros", "torn"))
    made.crashes.append(Crash(at, _steps(chance), chance.uniform(1, 40), loses=how))


def _steps(chance: random.Random) -> int:
    """Near the moment itself, or anywhere in the minutes after it."""
    return int(chance.choice((1, 10, 100, 1000)) * chance.random()) + 1


def _jump(chance: random.Random, start: float, end: float) -> Jump:
    kind = chance.choice(("asleep", "ahead", "behind", "day ahead", "day behind"))
    if kind == "asleep":
        return Jump(start, start, 8 * 3600.0, asleep=True)
    by_s = DAY_S if "day" in kind else chance.choice((45.0, 600.0, 3600.0))
    return Jump(start, end, by_s if "ahead" in kind else -by_s)


# ── what people write ────────────────────────────────────────────────────────────────────────


def _talk(made: Plan, chance: random.Random, active_s: float) -> None:
    private = [who for who in made.listeners if not who.is_group]
    for who in chance.sample(private, chance.randint(0, min(4, len(private)))):
        at = FIRST_S + chance.uniform(0, active_s)
        made.commands += _wish(who, at, chance, active_s)
    groups = [who for who in made.listeners if who.is_group]
    for who in groups:
        if chance.random() < 0.4:
            _move(made, who, chance, FIRST_S + chance.uniform(0, active_s))
        elif who.thread_id and chance.random() < 0.5:
            start = FIRST_S + chance.uniform(0, active_s)
            made.faults.append(Fault("topic-closed", start, start + 60, str(who.chat_id)))
    made.commands.sort(key=lambda command: command.at)


def _questions(made: Plan, chance: random.Random, active_s: float) -> None:
    """Some ask what they watch; who will keep the bot out, just before that, some when it dies."""
    blocks = {c.chat_id: c.at for c in made.commands if c.name == "@block"}
    deaths = [crash.at for crash in made.crashes]
    for who in made.listeners:
        if chance.random() < _ASKED_SHARE:
            at = FIRST_S + chance.uniform(0, active_s)
            if who.chat_id in blocks:
                at = blocks[who.chat_id] - chance.uniform(0.1, 3)
            elif deaths and chance.random() < 0.5:
                at = chance.choice(deaths) - chance.uniform(0, 1)
            made.commands.append(Command(at, who.chat_id, "list"))
    made.commands.sort(key=lambda command: command.at)


def _wish(who: Listener, at: float, chance: random.Random, active_s: float) -> list[Command]:
    kind = chance.choice(("add", "add", "drop", "away", "blocked"))
    later = at + chance.uniform(1, active_s / 2)
    if kind == "add":
        new = [w for w in WORDS if w not in who.rules]
        return [Command(at, who.chat_id, "watch", chance.choice(new))]
    if kind == "drop":
        words = [rule for rule in who.rules if rule in WORDS]
        return [Command(at, who.chat_id, "unwatch", words[0])] if words else []
    if kind == "away":
        return [Command(at, who.chat_id, "stop"), Command(later, who.chat_id, "start")]
    return [Command(at, who.chat_id, "@block"), Command(later, who.chat_id, "@unblock")]


def _move(made: Plan, who: Listener, chance: random.Random, at: float) -> None:
    new_id = -1_000_000 + who.chat_id
    made.listeners[made.listeners.index(who)] = Listener(
        who.chat_id, who.lang, who.rules, who.thread_id, new_id
    )
    made.commands.append(Command(at, who.chat_id, "@move", str(new_id)))
    for _ in range(chance.randint(0, 2)):  # Telegram tells it in both chats, in either order
        made.commands.append(Command(at + chance.uniform(0.1, 30), who.chat_id, "@moved"))
