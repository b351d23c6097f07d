"""What commands and the running bot share: the real clock, and what settings ask for, made."""

from __future__ import annotations

from datetime import UTC, datetime

from bot import __version__
from bot.config import Settings
from bot.core.model import Knowledge
from bot.data import load_knowledge
from bot.errors import ConfigError
from bot.sources.fetch import Fetcher, FetchLimits


def now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def knowledge_of(settings: Settings) -> Knowledge:
    """The lexicon, gazetteer and topics these settings ask for.

    Raises:
        ConfigError: They ask for what there is not; where they do is named.
    """
    try:
        return load_knowledge(settings.topics or None, own=settings.topics_folder)
    except ConfigError as error:
        if error.key.partition(".")[0] not in {"topics", "topics_folder"}:
            raise
        raise ConfigError(f"{settings.where(error.key)}: {error}", error.key) from error


def fetch_limits(settings: Settings) -> FetchLimits:
    """What a visit may cost, and who says to be visiting."""
    polling = settings.polling
    contact = f"; {polling.contact}" if polling.contact else ""
    return FetchLimits(
        total_s=polling.timeout_s,
        idle_s=polling.idle_s,
        max_bytes=polling.max_bytes,
        user_agent=f"Rasid/{__version__} (self-hosted news watcher{contact})",
    )


def fetcher_of(settings: Settings) -> Fetcher:
    """What visits feeds, with the operator's limits and contact."""
    return Fetcher(fetch_limits(settings))
