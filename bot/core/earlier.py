"""What the first lines tell of something earlier: other dead and other bases than the attack's.

"Rockets hit the base weeks after three were killed in Jordan", "a day after a drone attack on",
"in an earlier attack". The openers are those by which guards know a circumstance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.core.lead import Lead
from bot.core.model import Reading, Scan

_OPENS, _FOLLOWS = "later", "follows"
_SINCE = frozenset({"since", "from", "than", "منذ", "از", "מאז"})


def earlier(lead: Lead) -> set[int]:
    """The tokens of ``lead`` that tell of something earlier, or of the answer to the attack."""
    spans = (*_adjuncts(lead), *_dated(lead), *_answers(lead))
    return {at for span in spans for at in span}


def told_now(scan: Scan, reading: Reading) -> Reading:
    """``reading`` without the places that stand only where something earlier is told."""
    lead = Lead(scan)
    # A clause that begins a text tells its news, too: the place may be that of the attack.
    dated = (span for span in _dated(lead) if span.start not in {0, scan.split})
    past = {at for span in (*_adjuncts(lead), *dated) for at in span}
    gone = {
        key
        for key, hits in scan.places.items()
        if all(hit.start in past or hit.start >= lead.end for hit in hits)
    }
    findings = (
        replace(finding, places=tuple(key for key in finding.places if key not in gone))
        for finding in reading.findings
    )
    return replace(reading, findings=tuple(findings))


def _adjuncts(lead: Lead) -> Iterator[range]:
    """From "weeks after" to the end of its clause; one that opens a sentence needs a comma."""
    for hit in lead.terms(_OPENS):
        end = _clause_end(hit.end, lead)
        if lead.sentence(hit.start) != hit.start or not lead.stops(end, end):
            yield range(hit.end, end)


def _dated(lead: Lead) -> Iterator[range]:
    """The clause of "last month", but not of "since last month"."""
    for sign in lead.valued("earlier", ""):
        if lead.word(sign.start - 1) not in _SINCE:
            yield range(lead.clause(sign.start), _clause_end(sign.end, lead))


def _answers(lead: Lead) -> Iterator[range]:
    """ "US strikes kill five after" a drone attack."""
    for sign in lead.valued("earlier", "answer"):
        end = _clause_end(sign.end, lead)
        follows = [hit.start for hit in lead.terms(_FOLLOWS) if sign.end <= hit.start < end]
        if follows:
            yield range(sign.start, follows[0])


def _clause_end(first: int, lead: Lead) -> int:
    last = first
    while last < lead.end and not lead.pauses(last, last):
        last += 1
    return last
