"""HTTP for python-telegram-bot through aiohttp, with errors that say whether a request left.

Two causes tell the two cases apart: :class:`NeverLeft` and :class:`AnswerLost`. What decides is
whether a connection was there to write to, not the name of the error: aiohttp has many, a proxy
can fail in ways of its own, and an error that nobody foresaw is on the right side, too.

No text of anything raised here carries an address, for addresses carry the token and aiohttp
quotes them; see also :mod:`bot.telegram.disguise`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.helpers import get_env_proxy_for_url
from telegram import error as telegram_error
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.telegram.disguise import Disguise

CONNECT_TIMEOUT_S = 10.0
# Long on purpose: most sends whose answer "was lost" after 5 s had only been answered slowly.
READ_TIMEOUT_S = 30.0
# A document of 50 MB at 4 Mbit/s.
FILE_TIMEOUT_S = 100.0

_JSON = {"Content-Type": "application/json"}
# What aiohttp raises, and what comes through it: ValueError from names that are none and from TLS,
# RuntimeError from a session that is being closed.
_FAILURES = (aiohttp.ClientError, OSError, TimeoutError, ValueError, RuntimeError)
# "Unauthorized" and "Not Found" keep their meaning whoever says them: nothing can be sent at all.
_SAID_BY_ANYBODY = frozenset({401, 404})


class NeverLeft(Exception):
    """The request was not carried out: no connection, name, TLS, tunnel or free slot in the pool,

    or somebody before the Bot API refused it.
    """


class AnswerLost(Exception):
    """The request was or may have been written, and no answer that can be read came back."""


@dataclass(slots=True)
class _Way:
    """Whether there is a connection that this request is written to."""

    is_open: bool = False


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API.

    The session is opened by the first request: nothing here needs a network, or a running loop,
    before something is sent. The environment is asked then, once, whether a proxy stands between
    (``HTTPS_PROXY``, ``HTTP_PROXY``, ``NO_PROXY``); asking for each message costs two threads.

    Args:
        disguise: Puts the token in the place of its stand-in.
        pool_size: Connections at most at the same time.
        read_timeout_s: Seconds without a byte after which an answer is given up.
    """

    __slots__ = ("_disguise", "_pool_size", "_proxy", "_read_timeout_s", "_session")

    def __init__(
        self,
        disguise: Disguise,
        pool_size: int = 16,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self._disguise = disguise
        self._pool_size = pool_size
        self._read_timeout_s = read_timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._proxy: URL | None = None

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
        way = _Way()
        read_s = self._read_timeout_s if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        connect_s = _or(connect_timeout, CONNECT_TIMEOUT_S)
        timeout = _timeout(connect_s, read_s, request_data)
        try:
            status, body = await self._asked(url, method, request_data, timeout, way)
        except _FAILURES as error:
            explained = _explained(error, way)
        else:
            return _understood(status, body)
        # Outside of the except block, so that no traceback walks into the vendor's text.
        raise explained

    async def _asked(
        self,
        url: str,
        method: str,
        request_data: RequestData | None,
        timeout: aiohttp.ClientTimeout,
        way: _Way,
    ) -> tuple[int, bytes]:
        session = self._session or self._open(url)
        async with session.request(
            method,
            self._disguise.reveal(url),
            timeout=timeout,
            allow_redirects=False,
            proxy=self._proxy,
            trace_request_ctx=way,
            **_body(request_data),
        ) as response:
            return response.status, self._disguise.hide(await response.read())

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Decode an answer; unlike the parent's, a broken one is not written to the log.

        Raises:
            TelegramError: The body is not an answer of the Bot API. Whatever it was an answer to
                may have been done, so ``__cause__`` is ``AnswerLost``.
        """
        decoded = _decoded(payload)
        if decoded is None or ("result" not in decoded and decoded["ok"] is not False):
            raise telegram_error.TelegramError("Invalid server response") from AnswerLost("garbled")
        return decoded

    def _open(self, url: str) -> aiohttp.ClientSession:
        self._proxy = _proxy_for(url)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._pool_size, limit_per_host=0),
            headers={"User-Agent": self.USER_AGENT},
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[_watching()],
        )
        return self._session


def _proxy_for(url: str) -> URL | None:
    """The proxy that the environment names for ``url``, with its user and password."""
    try:
        proxy, auth = get_env_proxy_for_url(URL(url))
    except LookupError:
        return None
    return proxy.with_user(auth.login).with_password(auth.password) if auth else proxy


def _watching() -> aiohttp.TraceConfig:
    """Notes on its way when a request has got a connection, tunnel and TLS included."""
    trace = aiohttp.TraceConfig()

    async def opened(_: object, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.is_open = True

    trace.on_connection_create_end.append(opened)
    trace.on_connection_reuseconn.append(opened)
    return trace


def _or(value: Any, default: float) -> float:
    return default if value is BaseRequest.DEFAULT_NONE or value is None else float(value)


def _timeout(
    connect_s: float, read_s: float | None, request_data: RequestData | None
) -> aiohttp.ClientTimeout:
    """For the whole, too: a server that gives one byte at a time must not keep a place for ever."""
    if read_s is None:
        return aiohttp.ClientTimeout(total=None, connect=connect_s)
    files = request_data is not None and request_data.contains_files
    total = connect_s + read_s + (FILE_TIMEOUT_S if files else 0.0)
    return aiohttp.ClientTimeout(total=total, connect=connect_s, sock_read=read_s)


def _body(request_data: RequestData | None) -> dict[str, Any]:
    """As JSON, which for Arabic is a third of a form's length; files need a form."""
    if request_data is None:
        return {}
    if not request_data.contains_files:
        text = json.dumps(request_data.parameters, ensure_ascii=False, separators=(",", ":"))
        return {"data": text.encode("utf-8", "replace"), "headers": _JSON}
    form = aiohttp.FormData(request_data.json_parameters)
    for field, (name, content, mime) in request_data.multipart_data.items():
        form.add_field(field, content, filename=name, content_type=mime)
    return {"data": form}


def _decoded(body: bytes) -> dict[str, Any] | None:
    """The body as an answer of the Bot API; ``None`` when it is none."""
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) and "ok" in decoded else None


def _understood(status: int, body: bytes) -> tuple[int, bytes]:
    """The answer as it is, or what one means that the Bot API did not give.

    Raises:
        NetworkError: A proxy, a firewall or a hotel's front page refused the request: it says
            nothing about the chat, and "403" must not pause anybody.
    """
    if status < 300 and b"false" in body[:24]:
        raise telegram_error.NetworkError("OK, and not") from AnswerLost("garbled")
    if status < 300 or _decoded(body) is not None:
        return status, body
    said = f"HTTP {status}, and not from the Bot API"
    if status < 500 and status not in _SAID_BY_ANYBODY:
        raise telegram_error.NetworkError(said) from NeverLeft("intercepted")
    return status, json.dumps({"ok": False, "error_code": status, "description": said}).encode()


def _explained(error: Exception, way: _Way) -> telegram_error.NetworkError:
    kind = type(error).__name__
    slow = isinstance(error, TimeoutError)
    explained = telegram_error.TimedOut(kind) if slow else telegram_error.NetworkError(kind)
    explained.__cause__ = AnswerLost(kind) if way.is_open else NeverLeft(kind)
    return explained
