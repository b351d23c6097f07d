"""What follows a visit besides its entries: a failure, a move, and what the operator hears."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.core import moves
from bot.core.model import Poll, Setback, Source
from bot.core.retry import setback
from bot.errors import SourceError, SourceUnavailable, StoreUnavailable
from bot.ports import Store

log = logging.getLogger(__name__)

OURS = "an error of ours, see the log"


async def record_failure(
    store: Store, source: Source, error: SourceError | None, now: datetime, chance: float
) -> None:
    """Record a visit that failed; ``None`` is an error of ours."""
    asked_s = error.retry_after_s if isinstance(error, SourceUnavailable) else None
    kind, told = (error.kind, str(error)) if error else ("crashed", OURS)
    left = setback(source, kind, asked_s, now, chance)
    is_new = await store.source_failed(source.id, told, now, now + left.wait, left)
    _tell(source, told, left, is_new=is_new)


def _tell(source: Source, error: str, left: Setback, *, is_new: bool) -> None:
    """Log what is new about a failure: its sentence; and once that the source is gone."""
    if left.is_gone and source.gone_at is None:
        log.warning("source_gone source=%s error=%s", source.id, error)
    elif is_new:
        log.warning("source_failed source=%s kind=%s error=%s", source.id, left.kind, error)
    if left.returns:
        log.warning("source_moved_back source=%s: nothing is where it moved to", source.id)


async def settle_move(store: Store, source: Source, poll: Poll, now: datetime) -> None:
    """Visit ``source`` from now on where it has been saying long enough that it is."""
    move = moves.counted(source.move, poll.moved_to, now)
    if not moves.is_settled(move):
        return
    try:
        is_moved = await store.move_source(source.id, move.url)
    except StoreUnavailable as error:
        # The visit itself is recorded, and the next one settles it.
        log.warning("store_unavailable source=%s error=%s", source.id, error)
        return
    # Addresses may hold keys: the log names the source, `feeds list` where it went.
    if is_moved:
        log.warning("source_moved source=%s: see feeds list", source.id)
    elif not moves.is_settled(source.move):
        log.warning("source_not_moved source=%s: another source is there already", source.id)
