"""Who says how many people were hurt. "Nobody" is one source's word: it erases no other's."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model import Denial, Entry, Facts, Life, Range, Reading, Toll

_MOST = 30  # tolls that are kept; nobody reads more


def suffered(life: Life, entry: Entry, reading: Reading) -> Life:
    """``life`` with what this report says of people hurt."""
    new = _toll(entry, reading.facts)
    if new is None:
        return life
    old = next((toll for toll in life.tolls if toll.source_name == new.source_name), Toll(""))
    others = tuple(toll for toll in life.tolls if toll.source_name != new.source_name)
    told = replace(new, killed=new.killed or old.killed, injured=new.injured or old.injured)
    return replace(
        life,
        killed=_known(
            life.killed, new.killed, is_own=_some(old.killed), others=[t.killed for t in others]
        ),
        injured=_known(
            life.injured, new.injured, is_own=_some(old.injured), others=[t.injured for t in others]
        ),
        tolls=(*others, told)[-_MOST:],
        hurt=has_hurt(life) or _some(new.killed) or _some(new.injured),
    )


def has_dead(life: Life) -> bool:
    """Whether people are reported killed."""
    return _some(life.killed)


def has_hurt(life: Life) -> bool:
    """Whether anybody ever reported people killed or injured."""
    return life.hurt or _some(life.killed) or _some(life.injured)


def unhurt(life: Life) -> tuple[str, ...]:
    """Who says that nobody was hurt, while others tell of people hurt."""
    if not (_some(life.killed) or _some(life.injured)):
        return ()
    said = [toll for toll in life.tolls if not (_some(toll.killed) or _some(toll.injured))]
    return tuple(toll.source_name for toll in said)


def _toll(entry: Entry, facts: Facts) -> Toll | None:
    """What this report says, in the name of the source it has it from."""
    if facts.killed is None and facts.injured is None:
        return None
    denier = facts.denied_by if facts.denial is Denial.NO_CASUALTIES else ""
    name = denier or facts.echo_of or entry.source_name or entry.source_id
    return Toll(name, facts.killed, facts.injured)


def _known(
    known: Range | None, new: Range | None, *, is_own: bool, others: list[Range | None]
) -> Range | None:
    """What is known by now. Only who counted people himself can say that there were none."""
    if new is None or _some(new) or not _some(known):
        return new or known
    counted = [count for count in others if _some(count)]
    if counted:
        return counted[-1]
    return new if is_own else known


def _some(count: Range | None) -> bool:
    return count is not None and count.most > 0
