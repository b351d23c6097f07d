"""``/bot<token>/<method>`` and ``/file/bot<token>/<path>`` over HTTP."""

from __future__ import annotations

import asyncio
import hmac
import re

from aiohttp import web

from bot.sandbox.body import Params, read_params
from bot.sandbox.faults import Fault
from bot.sandbox.methods import find_method
from bot.sandbox.wire import Json, Refusal, upgraded
from bot.sandbox.world import World

_TOKEN = re.compile(r"[1-9]\d{0,17}:[A-Za-z0-9_-]+")


class BotApi:
    """Answers calls of the Bot API out of one ``World``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The routes to add."""
        return [
            web.route("*", r"/bot{token:[^/]+}/{method:[^/]+}", self._call),
            web.get(r"/file/bot{token:[^/]+}/{path:.+}", self._file),
        ]

    async def _call(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request.match_info["token"])
            return await self._answer(request)
        except Refusal as refusal:
            return refused(refusal)

    async def _answer(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        method = find_method(name)
        params = await read_params(request)
        fault = self._strike(name, params)
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault is not None and fault.kind == "drop_before":
            return _hang_up(request)
        elif fault is not None and fault.kind != "drop_after":
            raise self._refusal(fault, params)
        result = await method(self._world, params)
        if fault is not None and fault.kind == "drop_after":
            return _hang_up(request)
        return web.json_response({"ok": True, "result": result})

    def _check_token(self, token: str) -> None:
        # What api.telegram.org does; the open-source server says 401 to a bad shape, too.
        if not _TOKEN.fullmatch(token):
            raise Refusal(404, "Not Found")
        if not hmac.compare_digest(token, self._world.token):
            raise Refusal(401, "Unauthorized")

    def _strike(self, name: str, params: Params) -> Fault | None:
        chat_id = params.integer("chat_id") or None
        fault = self._world.faults.strike(name, chat_id, lambda f: self._is_possible(f, params))
        if fault is not None:
            self._world.events.tell("fault", faults=self._world.faults.shown())
        return fault

    def _is_possible(self, fault: Fault, params: Params) -> bool:
        """Only a basic group can move up; other chats do not use the fault up."""
        if fault.kind != "migrate":
            return True
        room = self._world.rooms.get(params.integer("chat_id"))
        return room is not None and room.kind == "group" and room.migrated_to is None

    def _refusal(self, fault: Fault, params: Params) -> Refusal:
        if fault.kind != "migrate":
            return fault.refusal()
        return upgraded(self._world.migrate(self._world.room(params.text("chat_id"))).id)

    async def _file(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request.match_info["token"])
        except Refusal as refusal:
            return refused(refusal)
        stored = self._world.files.at(request.match_info["path"])
        if stored is None:
            return refused(Refusal(404, "Not Found"))
        # As a plain download, whatever was uploaded: nothing here may run in a browser.
        return web.Response(body=stored.upload.content, content_type="application/octet-stream")


def refused(refusal: Refusal) -> web.Response:
    """The HTTP answer of a refusal."""
    body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    headers = {}
    if "retry_after" in refusal.parameters:
        headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return web.json_response(body, status=refusal.code, headers=headers)


def _hang_up(request: web.Request) -> web.Response:
    """Close the socket; what is returned afterwards reaches nobody."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()
