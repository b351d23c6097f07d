"""``/_sandbox/*``: what the chat page and the tests see and steer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox import acts
from bot.sandbox.guard import problem
from bot.sandbox.newsroom import Newsroom, report_page
from bot.sandbox.seed_list import list_seeds
from bot.sandbox.wire import Json
from bot.sandbox.world import BOT_ID, BOT_USERNAME, World

SHOWN_MESSAGES = 500
KEEP_ALIVE_S = 15.0

Reader = Callable[[web.Request], Any]
Act = Callable[[Json], Any]


class PageApi:
    """The page's half of the server."""

    def __init__(self, world: World, newsroom: Newsroom, seeds: Path | None) -> None:
        self._world = world
        self._newsroom = newsroom
        self._seeds = seeds

    def routes(self) -> list[web.RouteDef]:
        """The routes to add."""
        reads: dict[str, Reader] = {
            "state": self._state, "messages": self._messages, "commands": self._commands,
            "journal": self._journal, "newsroom/entries": self._entries,
            "newsroom/seeds": self._seed_rows, "limits": self._limits,
        }  # fmt: skip
        writes: dict[str, Act] = {
            "send": self._send, "press": self._press, "react": self._react,
            "block": self._block, "deactivate": self._deactivate, "member": self._member,
            "migrate": self._migrate, "fault": self._arm, "limits": self._turn,
            "newsroom/publish": self._publish,
        }  # fmt: skip
        return [
            *(web.get(f"/_sandbox/{path}", _reading(read)) for path, read in reads.items()),
            *(web.post(f"/_sandbox/{path}", _acting(act)) for path, act in writes.items()),
            web.delete("/_sandbox/fault", _reading(self._disarm)),
            web.get("/_sandbox/events", self._events),
            web.get("/newsroom/feed.xml", self._feed),
            web.get("/newsroom/entry/{id}", self._report),
        ]

    # what is shown

    def _state(self, request: web.Request) -> Json:
        world = self._world
        return {
            "bot": {
                "id": BOT_ID,
                "username": BOT_USERNAME,
                "first_name": world.bot_user()["first_name"],
                "description": world.profile.text("description", ""),
                "short_description": world.profile.text("short_description", ""),
                "description_by_lang": dict(world.profile.texts["description"]),
            },
            "users": [person.as_shown() for person in world.people.values()],
            "chats": [room.as_shown() for room in world.rooms.values()],
            "limits": world.limiter.shown(),
            "faults": world.faults.shown(),
        }

    def _messages(self, request: web.Request) -> Json:
        room = self._world.rooms.get(int(request.query["chat"]))
        if room is None:
            raise acts.ActError("there is no such chat")
        posts = list(room.posts.values())[-SHOWN_MESSAGES:]
        return {"messages": [self._world.shown(room, post) for post in posts]}

    def _commands(self, request: web.Request) -> Json:
        user_id, chat_id = int(request.query["user"]), int(request.query["chat"])
        room, person = self._world.rooms.get(chat_id), self._world.people.get(user_id)
        if room is None or person is None:
            raise acts.ActError("there is no such person or chat")
        return {"commands": self._world.profile.resolve(room, user_id, person.language_code)}

    def _journal(self, request: web.Request) -> Json:
        return {"journal": self._world.journal.after(int(request.query.get("after", "0")))}

    def _entries(self, request: web.Request) -> Json:
        return {"entries": [report.as_json() for report in self._newsroom.reports]}

    async def _seed_rows(self, request: web.Request) -> Json:
        return {"seeds": await asyncio.to_thread(list_seeds, self._seeds)}

    def _limits(self, request: web.Request) -> Json:
        return self._world.limiter.shown()

    # what is done

    def _send(self, wanted: Json) -> Json:
        message = acts.send(
            self._world, int(wanted["user"]), int(wanted["chat"]), str(wanted["text"]),
            thread_id=_optional(wanted, "thread_id"), reply_to=_optional(wanted, "reply_to"),
        )  # fmt: skip
        return {"message": message}

    def _press(self, wanted: Json) -> Json:
        user, chat, message_id = (int(wanted[name]) for name in ("user", "chat", "message_id"))
        query_id = acts.press(self._world, user, chat, message_id, str(wanted["data"]))
        return {"callback_query_id": query_id}

    def _react(self, wanted: Json) -> Json:
        user, chat, message_id = (int(wanted[name]) for name in ("user", "chat", "message_id"))
        acts.react(self._world, user, chat, message_id, wanted.get("emoji") or None)
        return {"ok": True}

    def _block(self, wanted: Json) -> Json:
        acts.block(self._world, int(wanted["user"]), bool(wanted["blocked"]))
        return {"ok": True}

    def _deactivate(self, wanted: Json) -> Json:
        acts.deactivate(self._world, int(wanted["user"]), bool(wanted["deactivated"]))
        return {"ok": True}

    def _member(self, wanted: Json) -> Json:
        acts.change_member(
            self._world, int(wanted["chat"]), str(wanted["status"]), int(wanted["by"])
        )
        return {"ok": True}

    def _migrate(self, wanted: Json) -> Json:
        return {"chat": acts.migrate(self._world, int(wanted["chat"])).as_shown()}

    def _arm(self, wanted: Json) -> Json:
        self._world.faults.arm(wanted)
        return self._tell_faults()

    def _disarm(self, request: web.Request) -> Json:
        self._world.faults.clear()
        return self._tell_faults()

    def _tell_faults(self) -> Json:
        faults = self._world.faults.shown()
        self._world.events.tell("fault", faults=faults)
        return {"faults": faults}

    def _turn(self, wanted: Json) -> Json:
        knobs = self._world.limiter.turn(wanted)
        self._world.events.tell("limits", **knobs)
        return knobs

    def _publish(self, wanted: Json) -> Json:
        fields = {name: str(wanted.get(name) or "") for name in ("title", "text", "lang", "link")}
        entry = self._newsroom.publish(**fields).as_json()
        self._world.events.tell("newsroom", entry=entry)
        return {"entry": entry}

    # the newsroom's public side, and the stream

    async def _feed(self, request: web.Request) -> web.Response:
        headers = request.headers
        answer = self._newsroom.answer(
            headers.get("If-None-Match", ""), headers.get("If-Modified-Since", "")
        )
        self._world.events.tell("newsroom_polled", at=self._world.now(), status=answer.status)
        return answer

    async def _report(self, request: web.Request) -> web.Response:
        report = self._newsroom.find(request.match_info["id"])
        if report is None:
            return web.Response(status=404, text="This report is not in the newsroom any more.\n")
        return web.Response(text=report_page(report), content_type="text/html")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        stream = web.StreamResponse(headers=headers)
        with self._world.events.listen() as queue:
            await stream.prepare(request)
            await stream.write(b"retry: 1000\n\n")
            await _copy(queue, stream)
        return stream


async def _copy(queue: asyncio.Queue[Json | None], stream: web.StreamResponse) -> None:
    """Write events until the queue says it is over or the page goes away."""
    while True:
        try:
            event = await asyncio.wait_for(queue.get(), KEEP_ALIVE_S)
            if event is None:
                return
            await stream.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
        except TimeoutError:
            await stream.write(b": still here\n\n")
        except ConnectionError:
            return


def _reading(read: Reader) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        return await _answered(read, request)

    return handler


def _acting(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(request: web.Request) -> web.Response:
        try:
            wanted = await request.json()
        except ValueError:
            return problem(400, "the body is not JSON")
        if not isinstance(wanted, dict):
            return problem(400, "the body must be a JSON object")
        return await _answered(act, wanted)

    return handler


async def _answered(call: Callable[[Any], Any], given: object) -> web.Response:
    """Whatever is wrong with what was given is said in one sentence with 400."""
    try:
        result = call(given)
        return web.json_response(await result if asyncio.iscoroutine(result) else result)
    except KeyError as missing:
        return problem(400, f"{missing.args[0]} is missing")
    except (TypeError, ValueError) as error:
        return problem(400, str(error))


def _optional(wanted: Json, name: str) -> int | None:
    return int(wanted[name]) if wanted.get(name) else None
