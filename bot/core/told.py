"""What became of a story, in the reader's words: lines under its alert, and replies to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from bot.core.harm import unhurt
from bot.core.i18n import Voice, isolate, mark
from bot.core.model import (
    Button,
    Card,
    Change,
    Count,
    Denial,
    Life,
    Line,
    Note,
    Part,
    Place,
    Range,
    Report,
    Role,
    Step,
    StoryState,
    Style,
    Sure,
)
from bot.core.render import cut
from bot.core.text import clean

_TITLE, _LINKED, _NAME, _NAMES = 300, 160, 80, 3
_CHANGES = {
    Change.GRAVER: mark("🔺 Graver than first reported"),
    Change.CASUALTIES: mark("🔺 People were hurt"),
    Change.NEW_BASE: mark("🔺 Another base is named"),
    Change.MORE_WEAPONS: mark("🔺 Far more were fired than first reported"),
    Change.CONFIRMED: mark("✔️ Confirmed"),
    Change.CORRECTED: mark("✏️ Corrected"),
    Change.DENIED: mark("✖️ Denied; people were reported hurt, so the alert stands"),
    Change.TAKEN_BACK: mark("↩️ Taken back: the attack is denied"),
    Change.ALL_CLEAR: mark("✅ All clear, as reported"),
}
_DENIALS = {
    Denial.NO_ATTACK: mark("an attack is denied"),
    Denial.NOT_BY_US: mark("a side denies that it did it"),
    Denial.NOT_FROM_OUR_SOIL: mark("denied that it came from there"),
    Denial.NO_CASUALTIES: mark("denied that anybody was hurt"),
}
_DENIED_BY = {
    Denial.NO_ATTACK: mark("✖️ {who} denies an attack"),
    Denial.NOT_BY_US: mark("✖️ {who} denies having done it"),
    Denial.NOT_FROM_OUR_SOIL: mark("✖️ {who} denies that it came from there"),
    Denial.NO_CASUALTIES: mark("✖️ {who} denies that anybody was hurt"),
}
_WEAPONS = {
    "rocket": mark("Rockets"),
    "missile": mark("Missiles"),
    "mortar": mark("Mortar rounds"),
    "artillery": mark("Artillery shells"),
    "drone": mark("Drones"),
}
_STATES = {
    StoryState.TAKEN_BACK: _CHANGES[Change.TAKEN_BACK],
    StoryState.CLOSED: _CHANGES[Change.ALL_CLEAR],
}


# ── alike in alerts and in replies ───────────────────────────────────────────────────────────


def stamp(at: datetime, voice: Voice) -> str:
    """A time as it is written everywhere: day, hour and minute, and its zone."""
    return voice.label("{time} UTC", time=f"{at:%Y-%m-%d %H:%M}")


def whence(told: Card | Step, voice: Voice) -> Line:
    """Who published it and when, or when it was read."""
    source = Part(cut(clean(told.source_name), _NAME))
    if told.published_at is None:
        at = stamp(told.seen_at, voice)
        return voice.says("🗞 {source} · no date given, read {time}", source=source, time=at)
    at = stamp(told.published_at, voice)
    return voice.says("🗞 {source} · published {time}", source=source, time=at)


def footer(card: Card, voice: Voice) -> Line:
    """The number of the story, and what a report is not."""
    number = Part(card.story_id, Style.CODE)
    return voice.says("№ {number} · a news report, not a siren", number=number)


def why_button(card: Card, voice: Voice) -> Button:
    """Asks why this story was told."""
    return Button(voice.label("❓ Why this alert"), data=f"1|why|{card.story_id}")


# ── under an alert ───────────────────────────────────────────────────────────────────────────


def state_line(life: Life, voice: Voice) -> Line:
    """How the story ended, above everything else; empty while it goes on."""
    said = _STATES.get(life.state)
    return (Part(voice.label(said), Style.BOLD),) if said else ()


def growth_lines(life: Life, voice: Voice) -> Iterator[Line]:
    """What is known by now: people hurt, weapons, how sure, what is denied, who reports it."""
    yield from (line for line in (_people(life.killed, life.injured, voice),) if line)
    if line := _unhurt(life, voice):
        yield line
    if life.edits:  # the first report says it itself
        yield from _weapons(life.counts, voice)
    if life.sure is not None:
        sure = life.sure is Sure.CONFIRMED
        yield voice.says("✔️ Confirmed") if sure else voice.says("❔ Unconfirmed")
    for denial in life.denials:
        yield _denied(denial, life.deniers.get(denial, ""), voice)
    if len(life.originals) + len(life.echoes) > 1:
        yield _sources(life, voice)
    yield from link_lines(life, voice)


def link_lines(life: Life, voice: Voice) -> Iterator[Line]:
    """The other stories that may be of the same event."""
    for link in life.linked[:_NAMES]:
        title = Part(cut(clean(link.title), _LINKED), url=link.link)
        yield voice.says("≈ May be the same as: {title}", title=title)


def _denied(denial: Denial, who: str, voice: Voice) -> Line:
    if who:
        return voice.says(_DENIED_BY[denial], who=Part(cut(clean(who), _NAME)))
    return voice.says("✖️ {denial}", denial=Part(voice.label(_DENIALS[denial])))


def _people(killed: Range | None, injured: Range | None, voice: Voice) -> Line:
    if killed is None and injured is None:
        return ()
    if not any(count and count.most for count in (killed, injured)):
        return voice.says("No one reported hurt")
    told = [_count(voice, msgid, count) for msgid, count in _counted(killed, injured)]
    return (Part(" · ".join(told)),)


def _unhurt(life: Life, voice: Voice) -> Line:
    """Who says that nobody was hurt while others count people; a denial says so by itself."""
    denier = life.deniers.get(Denial.NO_CASUALTIES, "")
    names = [isolate(cut(clean(name), _NAME)) for name in unhurt(life) if name != denier]
    if not names:
        return ()
    nobody, source = voice.label("No one reported hurt"), " · ".join(names[-_NAMES:])
    return voice.says("{n} ({source})", n=Part(nobody), source=Part(source))


def _counted(killed: Range | None, injured: Range | None) -> Iterator[tuple[str, Range]]:
    if killed and killed.most:
        yield mark("Killed: {n}"), killed
    if injured and injured.most:
        yield mark("Injured: {n}"), injured


def _count(voice: Voice, msgid: str, count: Range) -> str:
    return voice.label(msgid, n=Part(_figures(count)))


def _figures(count: Range) -> str:
    return str(count.least) if count.least == count.most else f"{count.least}–{count.most}"


def _weapons(counts: Sequence[Count], voice: Voice) -> Iterator[Line]:
    """How many of which weapons; where sources differ, who says so."""
    differ = len({count.count for count in counts}) > 1
    for weapons in dict.fromkeys(count.weapons for count in counts):
        by_figure = {count.count: count for count in counts if count.weapons == weapons}
        shown = list(by_figure.values())[-_NAMES:]
        yield _weapon_line(weapons, [_counted_by(c, voice, named=differ) for c in shown], voice)


def _counted_by(count: Count, voice: Voice, *, named: bool) -> str:
    figures = _figures(count.count)
    if not named:
        return figures
    return voice.label("{n} ({source})", n=figures, source=cut(clean(count.source_name), _NAME))


def _weapon_line(weapons: Sequence[str], figures: Sequence[str], voice: Voice) -> Line:
    known = (voice.label(_WEAPONS[weapon]) for weapon in weapons if weapon in _WEAPONS)
    names = voice.label(", ").join(dict.fromkeys(known)) or voice.label("Weapons")
    return voice.says("{weapons}: {n}", weapons=Part(names), n=Part(" · ".join(figures)))


def _sources(life: Life, voice: Voice) -> Line:
    """Who reports it themselves, and how many only repeat that."""
    names = " · ".join(isolate(cut(clean(name), _NAME)) for name in life.originals[:_NAMES])
    own = voice.says_n(
        "🗞 {n} source reports it: {names}",
        "🗞 {n} sources report it: {names}",
        len(life.originals),
        names=Part(names),
    )
    if life.echoes:
        echoes = voice.says_n("{n} repeats others", "{n} repeat others", len(life.echoes))
        own = (*own, Part(" · "), *echoes)
    return (*own, Part(" · " + " ".join(life.langs))) if len(life.langs) > 1 else own


def first_of_each(reports: Iterable[Report]) -> list[Report]:
    """Of each source its first report, and its first denial; ``reports`` are in order."""
    firsts: dict[tuple[str, Role | None], Report] = {}
    for report in reports:
        firsts.setdefault((report.source_name, report.role), report)
    return list(firsts.values())


# ── a reply to it ────────────────────────────────────────────────────────────────────────────


def step_note(card: Card, number: int, voice: Voice, places: Mapping[str, Place]) -> Note:
    """The reply that tells of step ``number`` of the story of ``card``; it sounds."""
    step = card.life.steps[number]
    lines = [_headline(step, voice), _title(step)]
    lines += [line for line in (_people(step.killed, step.injured, voice),) if line]
    if step.counted is not None:
        lines += _weapons([step.counted], voice)
    if step.denied_by:
        lines.append(_denied(Denial.NO_ATTACK, step.denied_by, voice))
    if step.bases:
        lines.append((Part("📍 " + " · ".join(_names(step.bases, voice, places))),))
    lines += [whence(step, voice), footer(card, voice)]
    return Note(lines=tuple(lines), buttons=((why_button(card, voice),),))


def _headline(step: Step, voice: Voice) -> Line:
    return (Part(" · ".join(voice.label(_CHANGES[c]) for c in step.changes), Style.BOLD),)


def _title(step: Step) -> Line:
    return (Part(isolate(cut(clean(step.title), _TITLE)), url=step.link),)


def _names(keys: Sequence[str], voice: Voice, places: Mapping[str, Place]) -> Iterator[str]:
    for key in keys[:_NAMES]:
        yield isolate(places[key].name(voice.lang) if key in places else key)
