"""Methods that decide how updates reach the bot: long polling or a webhook."""

from __future__ import annotations

import time

from bot.sandbox.body import Params
from bot.sandbox.updates import MAX_WAIT_S
from bot.sandbox.webhook import Hook, checked_hook
from bot.sandbox.wire import Json, conflict, too_many
from bot.sandbox.world import World


async def get_updates(world: World, params: Params) -> list[Json]:
    """getUpdates."""
    if world.webhook.hook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
    _remember_allowed(world, params)
    return await world.updates.get(
        params.integer("offset"),
        params.integer("limit", 100, 1, 100),
        params.integer("timeout", 0, 0, MAX_WAIT_S),
    )


async def set_webhook(world: World, params: Params) -> bool:
    """setWebhook; an empty URL deletes it."""
    if not params.text("url"):
        return await delete_webhook(world, params)
    now = time.monotonic()
    if now < world.webhook.set_at + 1:
        raise too_many(1)  # telegram-bot-api: next_allowed_set_webhook_time_
    world.webhook.set_at = now
    hook = checked_hook(
        params.text("url"),
        params.text("secret_token"),
        params.integer("max_connections", 40, 1, 100),
    )
    await _set(world, params, hook)
    return True


async def delete_webhook(world: World, params: Params) -> bool:
    """deleteWebhook."""
    await _set(world, params, None)
    return True


async def get_webhook_info(world: World, params: Params) -> Json:
    """getWebhookInfo."""
    return world.webhook.info()


async def _set(world: World, params: Params, hook: Hook | None) -> None:
    if params.flag("drop_pending_updates"):
        world.updates.drop_all()
    if hook is not None:
        _remember_allowed(world, params)
        world.updates.end_polls("terminated by setWebhook request")
    await world.webhook.set(hook)


def _remember_allowed(world: World, params: Params) -> None:
    # As on the real server, what is no JSON array leaves the setting as it was.
    kinds = params.parsed("allowed_updates", "can't parse allowed_updates JSON object")
    if isinstance(kinds, list):
        world.updates.allow([str(kind) for kind in kinds])
