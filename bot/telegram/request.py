"""HTTP for python-telegram-bot through aiohttp, with errors that say whether a request left.

Two causes tell the two cases apart: :class:`NeverLeft` and :class:`AnswerLost`. Their texts, and
the texts of everything raised here, carry no address: the address contains the token, and
aiohttp's own messages quote it.
"""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from telegram import error as telegram_error
from telegram.request import BaseRequest, RequestData

CONNECT_TIMEOUT_S = 10.0
# Long on purpose: most sends whose answer "was lost" after 5 s had only been answered slowly.
READ_TIMEOUT_S = 30.0

_NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class NeverLeft(Exception):
    """The request was not written: no connection, no name, no TLS, no free slot in the pool."""


class AnswerLost(Exception):
    """The request was or may have been written, and no answer came back."""


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API.

    The session is opened by the first request: nothing here needs a network, or a running loop,
    before something is sent.

    Args:
        pool_size: Connections at most at the same time.
        read_timeout_s: Seconds without a byte after which an answer is given up.
    """

    __slots__ = ("_pool_size", "_read_timeout_s", "_session")

    def __init__(self, pool_size: int = 16, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        self._pool_size = pool_size
        self._read_timeout_s = read_timeout_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds without a byte after which an answer is given up."""
        return self._read_timeout_s

    async def initialize(self) -> None:
        """Nothing to prepare; see the class."""

    async def shutdown(self) -> None:
        """Close every connection; the next request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0917 - the vendor's signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request and return the status with the body.

        Raises:
            TimedOut: No connection or no answer in time.
            NetworkError: Any other failure. ``__cause__`` is ``NeverLeft`` or ``AnswerLost``.
        """
        timeout = aiohttp.ClientTimeout(
            total=None,
            connect=_or(connect_timeout, CONNECT_TIMEOUT_S),
            sock_read=_or(read_timeout, self._read_timeout_s),
        )
        try:
            async with self._open().request(
                method, url, data=_form(request_data), timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, _without_token(await response.read(), response, url)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            failure = error
        # Outside of the except block, so that no traceback walks into the vendor's text.
        raise _explained(failure)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Decode an answer; unlike the parent's, a broken one is not written to the log.

        Raises:
            TelegramError: The body is not JSON.
        """
        try:
            decoded = json.loads(payload)
        except ValueError:
            decoded = None
        if not isinstance(decoded, dict):
            raise telegram_error.TelegramError("Invalid server response")
        return decoded

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._pool_size, limit_per_host=0),
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,
            )
        return self._session


def _or(value: Any, default: float) -> float | None:
    return default if value is BaseRequest.DEFAULT_NONE else value


def _form(request_data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return request_data.json_parameters
    form = aiohttp.FormData(request_data.json_parameters)
    for field, (name, content, mime) in request_data.multipart_data.items():
        form.add_field(field, content, filename=name, content_type=mime)
    return form


def _without_token(body: bytes, response: aiohttp.ClientResponse, url: str) -> bytes:
    """A proxy's error page may quote the address it was asked for."""
    if response.status < 300:
        return body
    secrets = [part for part in url.split("/") if part.startswith("bot") and ":" in part]
    for secret in secrets:
        body = body.replace(secret.encode(), b"bot***")
    return body


def _explained(error: Exception) -> telegram_error.NetworkError:
    kind = type(error).__name__
    left = not isinstance(error, _NEVER_LEFT)
    cause = AnswerLost(kind) if left else NeverLeft(kind)
    slow = isinstance(error, TimeoutError)
    explained = telegram_error.TimedOut(kind) if slow else telegram_error.NetworkError(kind)
    explained.__cause__ = cause
    return explained
