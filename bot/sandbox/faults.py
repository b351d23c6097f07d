"""The fault switch: make chosen calls late, lost or refused, a counted number of times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from bot.sandbox.wire import Json, Refusal, too_many

KINDS = frozenset({"delay", "drop_before", "drop_after", "429", "403", "400", "502", "migrate"})
_SAYS = {
    "403": "Forbidden: bot was blocked by the user",
    "400": "Bad Request: chat not found",
    "502": "Bad Gateway",
}


@dataclass(slots=True)
class Fault:
    """One armed fault. ``method`` ``*`` means any; ``chat_id`` ``None`` means any; ``times`` left.

    ``seconds`` belongs to delay, ``retry_after`` (seconds) to 429, ``description`` to the
    refusals.
    """

    method: str
    kind: str
    times: int = 1
    chat_id: int | None = None
    seconds: float = 1.0
    retry_after: int = 3
    description: str = ""

    def strikes(self, method: str, chat_id: int | None) -> bool:
        """Whether it is meant for this call."""
        is_method = self.method == "*" or self.method.lower() == method.lower()
        return self.times > 0 and is_method and self.chat_id in (None, chat_id)

    def refusal(self) -> Refusal:
        """The answer of the kinds that refuse."""
        if self.kind == "429":
            return too_many(self.retry_after)
        return Refusal(int(self.kind), self.description or _SAYS[self.kind])


@dataclass(slots=True)
class Faults:
    """The armed faults, first come, first struck."""

    armed: list[Fault] = field(default_factory=list)

    def arm(self, wanted: Json) -> Fault:
        """Arm a fault from the page's or a test's JSON.

        Raises:
            ValueError: With what is wrong.
        """
        kind, method = str(wanted.get("kind", "")), str(wanted.get("method") or "*")
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
        numbers = {k: int(wanted[k]) for k in ("times", "chat_id", "retry_after") if wanted.get(k)}
        fault = Fault(
            method,
            kind,
            seconds=float(wanted.get("seconds") or 1.0),
            description=str(wanted.get("description") or ""),
            **numbers,
        )
        self.armed.append(fault)
        return fault

    def strike(
        self, method: str, chat_id: int | None, is_possible: Callable[[Fault], bool]
    ) -> Fault | None:
        """The fault for this call, used up by one; ``None`` lets the call pass."""
        for fault in self.armed:
            if fault.strikes(method, chat_id) and is_possible(fault):
                fault.times -= 1
                self.armed = [left for left in self.armed if left.times > 0]
                return fault
        return None

    def clear(self) -> None:
        """Disarm everything."""
        self.armed.clear()

    def shown(self) -> list[Json]:
        """As JSON."""
        return [asdict(fault) for fault in self.armed]
