"""Parameters of a Bot API call: query, urlencoded, JSON or multipart, all read alike.

Numbers may arrive as strings and nested objects as JSON strings; a JSON body is turned into the
same shape, so that the methods know one form only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from bot.sandbox.wire import Refusal, bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart body."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """What a call was given."""

    values: Mapping[str, str] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value as sent, ``""`` when missing."""
        return self.values.get(name, "")

    def integer(
        self, name: str, default: int = 0, low: int | None = None, high: int | None = None
    ) -> int:
        """The leading integer, 0 when there is none (as the real server reads it), clamped."""
        raw = self.text(name)
        found = re.match(r"\s*(-?\d{1,18})", raw)
        number = int(found[1]) if found else (0 if raw else default)
        number = number if low is None else max(low, number)
        return number if high is None else min(high, number)

    def flag(self, name: str) -> bool:
        """True for ``true``, ``yes`` and ``1`` in any case."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def number(self, name: str) -> float:
        """A decimal number.

        Raises:
            Refusal: It is missing or not a number.
        """
        try:
            return float(self.text(name))
        except ValueError:
            raise bad_request(f"{name} is empty") from None

    def parsed(self, name: str, complaint: str) -> Any:
        """The JSON value, ``None`` when missing.

        Raises:
            Refusal: With ``complaint`` when it is not JSON.
        """
        raw = self.text(name)
        if not raw:
            return None
        try:
            return json.loads(raw)
        except ValueError:
            raise bad_request(complaint) from None


def whole(value: object) -> int:
    """An integer out of JSON, as lenient as the real server: 0 for what is none."""
    found = re.fullmatch(r"\s*(-?\d{1,18})\s*", str(value))
    return int(found[1]) if found else 0


async def read_params(request: web.Request) -> Params:
    """Read query and body of ``request``.

    Raises:
        Refusal: The body is not what its content type says, is too big, or is not UTF-8.
    """
    values = dict(request.query)
    uploads: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            values |= _from_json(await request.read())
        elif request.method == "POST":
            await _from_form(request, values, uploads)
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "Request Entity Too Large") from None
    _refuse_half_letters(values)
    return Params(values, uploads)


def _from_json(raw: bytes) -> dict[str, str]:
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("JSON object expected as the request body")
    return {key: _flat(value) for key, value in body.items() if value is not None}


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def _from_form(
    request: web.Request, values: dict[str, str], uploads: dict[str, Upload]
) -> None:
    try:
        form = await request.post()
    except ValueError:
        raise bad_request("can't parse the request body") from None
    for name, value in form.items():
        if isinstance(value, FileField):
            uploads[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            values[name] = (
                value if isinstance(value, str) else bytes(value).decode(errors="replace")
            )


def _refuse_half_letters(values: Mapping[str, str]) -> None:
    for value in values.values():
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise bad_request("strings must be encoded in UTF-8")
