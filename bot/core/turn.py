"""What a decision is made with: how old news may be, what is known, who listens, and now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.matcher import Matcher, matcher_of
from bot.core.model import Audience, Knowledge, Watch

_NOBODY = Watch(0, 0, "")


@dataclass(frozen=True, slots=True)
class Policy:
    """How old news may be.

    Attributes:
        max_age: No entry dated before this alerts; seeds are explicit acts and exempt.
        baseline_age: The same for the first poll of a feed, where undated entries never alert.
        story_window: A later report joins a story that was last told within this time.
        restored_at: When a backup took the place of the database: who was told of what shortly
            before is forgotten.
    """

    max_age: timedelta = timedelta(hours=24)
    baseline_age: timedelta = timedelta(hours=2)
    story_window: timedelta = timedelta(hours=72)
    restored_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mind:
    """What is known and who listens, made ready: one per revision of the audience."""

    knowledge: Knowledge
    audience: Audience
    matcher: Matcher
    watches: Mapping[int, Watch]

    @classmethod
    def of(cls, knowledge: Knowledge, audience: Audience) -> Mind:
        """Build the matcher for this audience."""
        return cls.with_(matcher_of(knowledge, audience.watches), audience)

    @classmethod
    def with_(cls, matcher: Matcher, audience: Audience) -> Mind:
        """With a matcher built for this audience already."""
        watches = {watch.id: watch for watch in audience.watches}
        return cls(matcher.knowledge, audience, matcher, watches)

    def following(self, audience: Audience) -> Mind:
        """The same matcher in step with ``audience``: what came and went counts at once."""
        later = Mind.with_(self.matcher, audience)
        for watch in self.watches.values():
            if later.watches.get(watch.id, _NOBODY).query != watch.query:
                self.matcher.remove(watch.id)
        for watch in later.watches.values():
            if self.watches.get(watch.id, _NOBODY).query != watch.query:
                self.matcher.add(watch)
        return later


@dataclass(frozen=True, slots=True)
class Turn:
    """What one decision is made with.

    Attributes:
        mind: Knowledge, audience and matcher.
        policy: Age limits.
        now: The moment of decision.
        baseline: This is the first poll of a feed: what it held before is no news.
        late_before: What was published before is late; ``None`` in a poll like any other.
        unread: How long its feed was not read, where that makes news of it late.
        forgetful: What is late may have been told already, by a database that was lost.
    """

    mind: Mind
    policy: Policy
    now: datetime
    baseline: bool = False
    late_before: datetime | None = None
    unread: timedelta = timedelta()
    forgetful: bool = False
