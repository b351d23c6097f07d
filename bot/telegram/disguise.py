"""The bot's token, which only the request itself ever sees.

The vendor builds addresses with the token in them and hands them to errors, logs and ``repr``. So
it is given a stand-in, and the real token takes its place when the request is written: what the
vendor does not know it cannot tell.
"""

from __future__ import annotations

import hmac

_HIDDEN = "hidden"


class Disguise:
    """A token and its stand-in.

    Attributes:
        shown: What may be seen: the bot's number, which is no secret, and no key.
    """

    __slots__ = ("_key", "_token", "shown")

    def __init__(self, token: str) -> None:
        number, _, self._key = token.partition(":")
        self._token = token
        self.shown = f"{number}:{_HIDDEN}"

    def reveal(self, url: str) -> str:
        """``url`` as it must be asked for."""
        return url.replace(self.shown, self._token, 1)

    def hide(self, body: bytes) -> bytes:
        """``body`` without the key, however its colon is written: some proxies quote addresses."""
        return body.replace(self._key.encode(), _HIDDEN.encode()) if self._key else body

    def secret(self, purpose: str) -> str:
        """A word that only who knows the token can make; from it the token cannot be told."""
        return hmac.new(self._token.encode(), purpose.encode(), "sha256").hexdigest()
