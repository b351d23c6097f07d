"""The bot's token: from the environment alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from bot.errors import ConfigError

_TOKEN = re.compile(r"\d+:[\w-]+")
TOKEN, TOKEN_FILE = "TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_TOKEN_FILE"


def token(environ: Mapping[str, str]) -> SecretStr | None:
    """The bot's token from ``TELEGRAM_BOT_TOKEN`` or the file ``TELEGRAM_BOT_TOKEN_FILE`` names.

    Raises:
        ConfigError: The file cannot be read, or what was found has not the shape of a token.
    """
    found, key = environ.get(TOKEN, ""), TOKEN
    if not found and (file := environ.get(TOKEN_FILE, "")):
        found, key = _secret_file(file), TOKEN_FILE
    found = found.strip()
    if not found:
        return None
    if not _TOKEN.fullmatch(found):
        raise ConfigError(
            f"{key}: this is not a bot token (123456:ABC…): copy it from @BotFather", key
        )
    return SecretStr(found)


def _secret_file(file: str) -> str:
    try:
        found = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{TOKEN_FILE}: {file} cannot be read: {error}", TOKEN_FILE) from error
    if not found:
        raise ConfigError(f"{TOKEN_FILE}: {file} is empty", TOKEN_FILE)
    return found
