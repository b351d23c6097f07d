"""``text`` and ``caption`` of a call → what is stored."""

from __future__ import annotations

from collections.abc import Sequence

from bot.sandbox.body import Params
from bot.sandbox.detect import with_found
from bot.sandbox.entities import Entity, from_json, tidy, utf16_len
from bot.sandbox.markup import parse_html
from bot.sandbox.wire import Json, bad_request
from bot.sandbox.world import World

MAX_TEXT = 4096  # https://core.telegram.org/bots/api#sendmessage, after entities are parsed
MAX_CAPTION = 1024
MAX_RAW_BYTES = 1 << 15  # telegram-bot-api, Client::get_formatted_text


def read_text(world: World, params: Params) -> Json:
    """``text`` and ``entities`` of a message.

    Raises:
        Refusal: Empty, too long, or the markup is wrong.
    """
    text, entities = _formatted(world, params, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_len(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return as_fields(text, entities) | _preview(params)


def read_caption(world: World, params: Params) -> Json:
    """``caption`` and ``caption_entities``, nothing when there is none.

    Raises:
        Refusal: Too long, or the markup is wrong.
    """
    text, entities = _formatted(world, params, "caption", "caption_entities")
    if utf16_len(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return as_fields(text, entities, "caption", "caption_entities") if text else {}


def typed(text: str) -> Json:
    """What a person typed: plain, with the entities found in it."""
    cleaned, _ = tidy(text, [])
    return as_fields(cleaned, with_found(cleaned, []))


def as_fields(
    text: str, entities: Sequence[Entity], name: str = "text", where: str = "entities"
) -> Json:
    """The fields of a Message."""
    shown = [entity.to_json() for entity in entities]
    return {name: text} | ({where: shown} if shown else {})


def _formatted(world: World, params: Params, name: str, where: str) -> tuple[str, list[Entity]]:
    raw = params.text(name)
    if len(raw.encode()) > MAX_RAW_BYTES:
        raise bad_request("text is too long")
    text, entities = _parsed(world, params, raw, where)
    text, entities = tidy(text, entities)
    return text, with_found(text, entities)


def _parsed(world: World, params: Params, raw: str, where: str) -> tuple[str, list[Entity]]:
    mode = params.text("parse_mode").lower()
    if mode == "html":
        return parse_html(raw, world.user_json)
    if mode in {"markdown", "markdownv2"}:
        raise bad_request("the sandbox reads parse_mode HTML only; send HTML or entities")
    if mode not in {"", "none"}:
        raise bad_request("unsupported parse_mode")
    # As on the real server, entities that are not JSON count as none.
    try:
        return raw, from_json(params.parsed(where, "not JSON"))
    except (TypeError, ValueError):
        raise bad_request("can't parse MessageEntity: expected an Integer") from None


def _preview(params: Params) -> Json:
    options = params.parsed("link_preview_options", "can't parse link preview options JSON object")
    if options is None:
        options = {"is_disabled": True} if params.flag("disable_web_page_preview") else {}
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    return {"link_preview_options": options} if options else {}
