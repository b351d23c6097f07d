"""A story's sketch: what it remembers of its reports, and the keys under which it is found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from bot.core.model import Join
from bot.core.traces import Trace, packed, unpacked

HOUR = 60  # minutes
_TRACES = 6  # a story remembers its first report and the last ones
_HEAD_TERMS = 12
_SAMPLE, _BODY_SAMPLE = 6, 4  # hashes by which copies are found
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def term_keys(traces: Iterable[Trace]) -> set[int]:
    """Words that lead to a story: rare ones, and all of its first."""
    return {
        term
        for trace in traces
        for at, term in enumerate(trace.terms)
        if at < _HEAD_TERMS or not term & 1
    }


def sample_keys(traces: Iterable[Trace]) -> set[int]:
    """Pairs of words that lead to copies: the smallest of a sample are alike in both."""
    return {
        number
        for trace in traces
        for number in (*trace.whole[:_SAMPLE], *trace.body[:_BODY_SAMPLE])
    }


def place_keys(traces: Iterable[Trace]) -> set[int]:
    """A story stands at each of its places, and for all these lie in, in each hour it was told."""
    return {
        key
        for trace in traces
        for key in (
            *(_place_key(place, trace.at // HOUR, 1) for place in trace.places),
            *(_place_key(p, trace.at // HOUR, 2) for p in (*trace.places, *trace.around)),
        )
    }


def asked_places(mine: Trace, hour: int) -> Iterator[int]:
    """The keys of stories at the places of ``mine``, in them, and at what these lie in."""
    yield from (_place_key(place, hour, 2) for place in mine.places)
    yield from (_place_key(place, hour, 1) for place in mine.around)


def _place_key(place: int, hour: int, kind: int) -> int:
    return hash((place, hour, kind))


def opened(mine: Trace) -> tuple[int, ...]:
    """The sketch of a story that ``mine`` opens."""
    return packed((mine,))


def told(join: Join) -> str:
    """Why an entry joined its story, or joined none, in one phrase for the log."""
    if join.story is None and not join.nearest:
        return ""
    sure = f"{join.how.value} {join.score:.2f}"
    if join.story is None:
        forbidden = f", forbidden: {join.veto}" if join.veto else ""
        return f"{sure}, nearest {join.nearest}{forbidden}"
    return f"{sure} of {join.story.id}: {', '.join(f'{name} {value}' for name, value in join.why)}"


def grown(sketch: Sequence[int], mine: Trace) -> tuple[int, ...]:
    """The sketch of a story that ``mine`` joined: its first report stays, and the last ones."""
    traces = unpacked(sketch)
    if any(trace[1:] == mine[1:] for trace in traces[-1:]):
        traces = traces[:-1] or traces
    kept = (*traces[:1], *traces[1:][-(_TRACES - 2) :], mine)
    return packed(kept)


def story_id(fingerprint: str) -> str:
    """The id of the story that the entry ``fingerprint`` opens: ten letters, always the same."""
    digest = hashlib.blake2b(fingerprint.encode(), digest_size=7).digest()
    number = int.from_bytes(digest, "big") >> 6
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(45, -1, -5))
