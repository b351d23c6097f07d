"""Deciding, so that an entry that breaks us is set aside and stops no other."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from bot.core.decide import decide
from bot.core.model import Entry, Reading, Reason, Recall, Verdict
from bot.core.stories import Stories
from bot.core.turn import Turn
from bot.flow.aside import entry_fault

log = logging.getLogger(__name__)


def decided(
    part: Sequence[Entry], recall: Recall, turn: Turn, memory: Stories, version: str
) -> tuple[Verdict, ...]:
    """The verdicts, in order; one that broke us is ``FAILED`` and carries its fault.

    Args:
        part, recall, turn, memory: As of ``decide``.
        version: Of this program: what breaks it may not break the next.
    """
    try:
        return decide(part, recall, turn, memory)
    except Exception as error:
        # The turn loop, one entry at a time.
        if len(part) == 1:
            log.exception("decide_crashed source=%s", part[0].source_id)
            return (_broken(part[0], error, recall, turn, version),)
    return tuple(_one_by_one(part, recall, turn, memory.branch(), version))


def _one_by_one(
    part: Sequence[Entry], recall: Recall, turn: Turn, memory: Stories, version: str
) -> Iterator[Verdict]:
    for entry in part:
        (verdict,) = decided([entry], recall, turn, memory, version)
        for story in verdict.stories:
            memory.add(story)
        yield verdict


def _broken(entry: Entry, error: Exception, recall: Recall, turn: Turn, version: str) -> Verdict:
    fault = entry_fault(entry, error, is_baseline=turn.baseline, version=version)
    edited = entry.fingerprint in recall.known
    told = f"an error of ours: {fault.error}"
    return Verdict(entry, Reason.FAILED, Reading(), detail=told, edited=edited, fault=fault)
