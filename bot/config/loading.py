"""The file and the environment as settings, or what is wrong with them as one sentence."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError
from rapidfuzz import fuzz, process

from bot.addresses import same_feed
from bot.config.origin import PREFIX, Key, Origin, read_yaml, variable_of
from bot.config.secret import TOKEN, TOKEN_FILE
from bot.config.sections import Section
from bot.config.settings import Settings, section_of
from bot.errors import ConfigError

_NEAR = 70  # letters in common, in per cent: what is further away is no typing error
_AS_JSON = {
    "topics": '["rocket-attack"]',
    "feeds": '[{"name": "…", "url": "https://…"}]',
    "channels": '[{"name": "…", "handle": "…"}]',
}
_TOKEN_HOME = f"the bot's token is kept out of the file: set {TOKEN} or {TOKEN_FILE}"


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read ``path`` and the environment.

    Relative paths in it are taken from the file's own folder.

    Raises:
        ConfigError: The file is missing, is not YAML, or a key or value is wrong; the message
            says the line or the variable, the key, what is wrong and the nearest right name.
    """
    values, lines = read_yaml(path)
    environ = os.environ if environ is None else environ
    ours = {k.upper(): v for k, v in environ.items() if k.upper().startswith(PREFIX)}
    _check_environ(ours)
    origin = Origin(path, lines, ours)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise _explained(error, origin) from error
    except SettingsError as error:
        raise ConfigError(f"a variable {PREFIX}… cannot be read: {error}") from error
    _need_each_feed_once(settings, origin)
    _need_an_address_for_a_webhook(settings, origin)
    return _anchored(settings, path.resolve().parent).from_(origin)


def _anchored(settings: Settings, folder: Path) -> Settings:
    def at(section: Section, name: str) -> Section:
        return section.model_copy(update={name: folder / getattr(section, name)})

    return settings.model_copy(
        update={
            "store": at(settings.store, "path"),
            "sandbox": at(settings.sandbox, "path"),
            "seeds": at(settings.seeds, "folder"),
            "backups": at(settings.backups, "folder"),
            "topics_folder": settings.topics_folder and folder / settings.topics_folder,
        }
    )


# What setWebhook takes: no user, no query, and a name that a certificate can be for.
_TELEGRAM_CALLS = re.compile(
    r"https://(?=[^/:]*[A-Za-z])[A-Za-z0-9.-]+(?::(?:443|80|88|8443))?(?:/[^?#\s]*)?"
)


def _need_an_address_for_a_webhook(settings: Settings, origin: Origin) -> None:
    if settings.telegram.updates != "webhook":
        return
    if not settings.web.public_url:
        where = origin.where(("telegram", "updates"))
        raise ConfigError(
            f"{where}: telegram.updates: webhook needs web.public_url, where Telegram reaches us",
            "telegram.updates",
        )
    # A Bot API server of the operator's own calls any address.
    is_theirs = settings.telegram.base_url.startswith("https://api.telegram.org/")
    if is_theirs and not _TELEGRAM_CALLS.fullmatch(settings.web.public_url):
        where = origin.where(("web", "public_url"))
        raise ConfigError(
            f"{where}: Telegram calls https addresses with a name, on port 443, 80, 88 or 8443:"
            " write one like https://rasid.example.org",
            "web.public_url",
        )


def _need_each_feed_once(settings: Settings, origin: Origin) -> None:
    seen: dict[str, int] = {}
    for number, feed in enumerate(settings.feeds):
        first = seen.setdefault(same_feed(feed.url), number)
        if first != number:
            told = f"{feed.name!r} has the same url as {settings.feeds[first].name!r}"
            where = origin.where(("feeds", number, "url"))
            raise ConfigError(f"{where}: {told}: remove one of them", f"feeds.{number}.url")


# ── what is wrong ────────────────────────────────────────────────────────────────────────────


def _check_environ(ours: Mapping[str, str]) -> None:
    known = list(Settings.model_fields)
    for name, value in ours.items():
        top = name.removeprefix(PREFIX).split("__")[0].lower()
        if top not in known:
            near = _nearest(top, known, variable_of)
            raise ConfigError(f"the environment variable {name} is not known{near}", name)
        if name == variable_of((top,)) and _needs_json(top) and not _is_json(value):
            raise ConfigError(f"the environment variable {name}: {_json_wanted(top)}", top)


def _needs_json(field: str) -> bool:
    annotation = Settings.model_fields[field].annotation
    return get_origin(annotation) is tuple or section_of(annotation) is not None


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def _json_wanted(field: str) -> str:
    if field in _AS_JSON:
        return f"lists in the environment are JSON, like '{_AS_JSON[field]}'"
    group = section_of(Settings.model_fields[field].annotation) or Settings
    example = variable_of((field, next(iter(group.model_fields))))
    return f"it is a group of keys: set one of them, like {example}"


def _explained(error: ValidationError, origin: Origin) -> ConfigError:
    """The first thing that is wrong, as a sentence with its line."""
    first = error.errors(include_url=False, include_input=False)[0]
    at = tuple(first["loc"])
    name = ".".join(map(str, at))
    if first["type"] == "extra_forbidden":
        what = f"unknown key {at[-1]!r}{_nearest(str(at[-1]), _siblings(at))}"
    else:
        what = f"{name}: {_wanted(first, at)}"
    return ConfigError(f"{origin.where(at)}: {what}", name)


_PLAINLY = {
    "missing": "it is missing",
    "path_type": "it must be a path, like var/rasid.db",
    "string_too_short": "it is empty",
}


def _wanted(first: Mapping[str, Any], at: Key) -> str:
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    if first["type"] in {"model_type", "dict_type"}:
        return f"it must be a group of keys, like {_example(_group(at))}"
    if first["type"] in _PLAINLY:
        return _PLAINLY[first["type"]]
    told = str(first["msg"]).partition(", unable")[0]
    return told.replace("Input should", "it must").replace("valid tuple", "list")


def _example(group: type[BaseModel]) -> str:
    """The keys a group must have, or its first, as they may be written on one line."""
    fields = group.model_fields
    needed = [name for name, field in fields.items() if field.is_required()]
    shown = {name: fields[name].get_default() for name in needed or [next(iter(fields))]}
    plain = (str, int, float, Path)
    told = (f"{k}: {v if isinstance(v, plain) and v != '' else '…'}" for k, v in shown.items())
    return f"{{{', '.join(told)}}}"


def _nearest(name: str, known: Iterable[str], shown: Any = lambda at: at[0]) -> str:
    if "token" in name.lower():
        return f": {_TOKEN_HOME}"
    names = sorted(known)
    found = process.extractOne(name.lower(), names, scorer=fuzz.ratio, score_cutoff=_NEAR)
    if found:
        return f"; did you mean {shown((found[0],))}?"
    return f"; known: {', '.join(shown((name,)) for name in names)}"


def _siblings(at: Key) -> list[str]:
    return list(_group(at[:-1]).model_fields)


def _group(at: Key) -> type[BaseModel]:
    """The group of keys at ``at``, or the nearest around it."""
    model: type[BaseModel] = Settings
    for part in at:
        if isinstance(part, str) and part in model.model_fields:
            model = section_of(model.model_fields[part].annotation) or model
    return model
