"""A webhook, an ntfy topic, and the dead man's switch: one request each, to that address alone.

Redirects are not followed, no proxy of the environment is used, no cookie is kept; an error is
named by its kind, for the address, which stands in the vendor's words, is a secret as a rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp
from pydantic import SecretStr

from bot.core.render import cut, units
from bot.errors import NotifyError

TITLE = "Rasid"
# https://discord.com/developers/docs/resources/webhook#execute-webhook: more is answered 400.
MOST_UNITS = 2_000
# https://docs.ntfy.sh/publish/#limitations: more becomes an attachment, or is refused.
MOST_BYTES = 4_096
# The request was understood, and is not wanted as it is.
_REFUSED = frozenset({400, 413, 422})
_TOTAL = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True, slots=True)
class Webhook:
    """POSTs JSON; ``text`` and ``content`` are what chat services read."""

    url: SecretStr

    def fits(self, lines: Sequence[str]) -> bool:
        """Whether a chat service takes them in one message."""
        return units("\n".join(lines)) <= MOST_UNITS

    async def tell(self, lines: Sequence[str]) -> None:
        """Send ``lines`` in one request; what does not fit is cut.

        Raises:
            NotifyError: It did not arrive.
        """
        text = cut("\n".join(lines), MOST_UNITS)
        told = {"title": TITLE, "text": text, "content": text, "lines": list(lines)}
        await _ask("POST", self.url, json=told)


@dataclass(frozen=True, slots=True)
class Ntfy:
    """A topic of an ntfy server, with its token where it asks for one."""

    url: SecretStr
    token: SecretStr | None = None

    def fits(self, lines: Sequence[str]) -> bool:
        """Whether the server takes them in one message."""
        return len("\n".join(lines).encode()) <= MOST_BYTES

    async def tell(self, lines: Sequence[str]) -> None:
        """Send ``lines`` in one request; what does not fit is cut.

        Raises:
            NotifyError: It did not arrive.
        """
        headers = {"Title": TITLE, "Priority": "high"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token.get_secret_value()}"
        await _ask("POST", self.url, data=_cut_bytes("\n".join(lines)), headers=headers)


@dataclass(frozen=True, slots=True)
class DeadMan:
    """A switch that raises the alarm when it is not pinged any more."""

    url: SecretStr

    async def ping(self) -> None:
        """Say that all is well.

        Raises:
            NotifyError: It did not arrive.
        """
        await _ask("GET", self.url)


def _cut_bytes(text: str) -> bytes:
    written, dots = text.encode(), "…".encode()
    if len(written) <= MOST_BYTES:
        return written
    return written[: MOST_BYTES - len(dots)].decode(errors="ignore").encode() + dots


async def _ask(
    method: str,
    url: SecretStr,
    *,
    json: Mapping[str, object] | None = None,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    kind, refused = "", False
    try:
        async with (
            aiohttp.ClientSession(timeout=_TOTAL, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.request(
                method,
                url.get_secret_value(),
                json=json,
                data=data,
                headers=headers,
                allow_redirects=False,
            ) as answer,
        ):
            if not 200 <= answer.status < 300:
                kind, refused = f"it answers {answer.status}", answer.status in _REFUSED
    except (aiohttp.ClientError, OSError, ValueError) as error:
        kind = type(error).__name__
    if kind:
        # Outside of the except: nothing of the vendor's error hangs on ours.
        raise NotifyError(kind, refused=refused)
