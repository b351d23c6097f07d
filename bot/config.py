"""config.yaml and the environment become frozen, checked settings.

The environment wins over the file, the file over the defaults. Nested keys are spelt
``RASID_STORE__PATH``. Secrets come from the environment or from a file it names, never from
config.yaml: ``TELEGRAM_BOT_TOKEN`` or ``TELEGRAM_BOT_TOKEN_FILE``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)
from rapidfuzz import process

from bot.errors import ConfigError
from bot.sections import BackupsSettings, NotifySettings, Section
from bot.zones import zone_of

_PREFIX = "RASID_"
_TOKEN = re.compile(r"\d+:[\w-]+")
_KEY = tuple[str | int, ...]
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\t\x20-\x7e]{0,4000}[\x21-\x7e])?")
_PROXY = re.compile(r"http://(?:[^\s/@]+@)?[^\s/@]+/?")
# What a visit says and means by itself; and cookies never.
_OUR_HEADERS = frozenset(
    "accept-encoding connection content-length cookie host if-modified-since if-none-match "
    "proxy-authorization te transfer-encoding upgrade".split()
)


class TelegramSettings(Section):
    """Where the Bot API is."""

    base_url: str = Field(
        "https://api.telegram.org/bot", description="The Bot API up to the token."
    )
    file_url: str = Field(
        "https://api.telegram.org/file/bot", description="Its files up to the token."
    )
    view_url: str = Field("https://t.me/s/", description="The web view of channels.")


class SandboxSettings(Section):
    """The Bot API on loopback that stands in when there is no token."""

    port: int = Field(8787, ge=0, le=65535, description="Port of the chat page; 0 takes any.")
    path: Path = Field(
        Path("var/sandbox.db"), description="Its own database, so that test people stay apart."
    )


class StoreSettings(Section):
    """Where everything is kept."""

    path: Path = Field(Path("var/rasid.db"), description="The SQLite file; its folder is made.")


class SeedsSettings(Section):
    """Local documents that are read as entries."""

    folder: Path = Field(Path("seeds"), description="The folder that is watched.")
    interval_s: int = Field(2, ge=1, description="Seconds between two looks at it.")


class PollingSettings(Section):
    """How feeds are visited."""

    tick_s: float = Field(1.0, gt=0, description="Seconds between two looks at what is due.")
    at_once: int = Field(16, ge=1, le=500, description="Visits under way at most.")
    timeout_s: float = Field(30, gt=0, description="Seconds for one visit, redirects included.")
    idle_s: float = Field(10, gt=0, description="Seconds without a byte before giving up.")
    max_bytes: int = Field(5_000_000, ge=1000, description="Largest document, unpacked.")
    contact: str = Field("", description="Address or e-mail told to publishers in User-Agent.")


class PagesSettings(Section):
    """How the pages behind short entries are read, after their first decision."""

    at_once: int = Field(4, ge=1, le=50, description="Visits under way at most, one a host.")
    pause_s: float = Field(5, ge=1, description="Seconds a host rests between two visits.")


class WebSettings(Section):
    """What others may ask us over HTTP: hubs that tell of a feed's news at once (WebSub)."""

    host: str = Field("127.0.0.1", description="Where to listen; a proxy of yours stands before.")
    port: int = Field(8786, ge=0, le=65535, description="The port; 0 takes any.")
    public_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="How hubs reach us from outside; empty: no hub is asked, nothing listens.",
    )


class LimitsSettings(Section):
    """How old news may be, and how much one chat may ask for."""

    max_age_h: float = Field(24, gt=0, description="Hours; an older entry never alerts.")
    baseline_age_h: float = Field(2, ge=0, description="Hours; the same on a feed's first poll.")
    story_window_h: float = Field(72, gt=0, description="Hours in which a copy joins its story.")
    watches_per_chat: int = Field(50, ge=1, le=1000, description="Watches of one chat at most.")


class LogSettings(Section):
    """What is told on standard error."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least that is told."
    )


class FeedSettings(Section):
    """One feed of the operator's."""

    name: str = Field(min_length=1, description="What readers see as the source.")
    url: str = Field(pattern=r"^https?://\S+$", description="Its address, http or https.")
    lang: str = Field("", description="Language code of its entries.")
    country: str = Field("", description="Country code of the publisher.")
    folder: str = Field("", description="Where it stands in exported lists: A/B is B in A.")
    interval_s: int = Field(
        300,
        ge=60,
        description="Longest wait between two polls, unless its publisher asks for more.",
    )
    pinned: bool = Field(False, description="Wait exactly interval_s, whatever is learnt or asked.")
    urgent: bool = Field(False, description="What its publisher asks for counts up to 15 minutes.")
    private: bool = Field(False, description="It may stand at a private or loopback address.")
    full_text: Literal["auto", "always", "never"] = Field(
        "auto", description="Whether the page behind a short entry is read too."
    )
    headers: dict[str, SecretStr] = Field({}, description="Headers of yours, to its own host only.")
    proxy: SecretStr | None = Field(None, description="The HTTP proxy it is visited through.")
    zone: str = Field("", description="Zone of dates that name none: Asia/Baghdad or +03:00.")

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if zone and zone_of(zone) is None:
            raise ValueError(f"{zone!r} is no time zone: write one like Asia/Baghdad or +03:00")
        return zone

    @field_validator("headers")
    @classmethod
    def _plain_headers(cls, headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, value in headers.items():
            # The value is not told: it may be a key.
            if not _HEADER.fullmatch(name) or name.lower() in _OUR_HEADERS:
                raise ValueError(f"{name!r:.60} cannot be a header of yours")
            if not _HEADER_VALUE.fullmatch(value.get_secret_value()):
                raise ValueError(f"the value of {name} must be one line of ASCII")
        return headers

    @field_validator("proxy")
    @classmethod
    def _http_proxy(cls, proxy: SecretStr | None) -> SecretStr | None:
        if proxy and not _PROXY.fullmatch(proxy.get_secret_value()):
            raise ValueError("it must be http:// with a host, like http://user:password@host:3128")
        return proxy


class ChannelSettings(Section):
    """One public Telegram channel, read by its web view."""

    name: str = Field(min_length=1, description="What readers see as the source.")
    handle: str = Field(
        pattern=r"^(@|(https?://)?(t|telegram)\.me/(s/)?)?[A-Za-z][A-Za-z0-9_]{3,31}/?$",
        description="The channel: name, @name or its address on t.me.",
    )
    lang: str = Field("", description="Language code of its posts.")
    country: str = Field("", description="Country code of the publisher.")
    interval_s: int = Field(120, ge=60, description="Seconds between two polls.")
    private: bool = Field(False, description="telegram.view_url is a private or loopback address.")


class Settings(BaseSettings):
    """Everything the operator decides. Make one with ``load``."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=_PREFIX, env_nested_delimiter="__"
    )

    telegram: TelegramSettings = TelegramSettings()
    sandbox: SandboxSettings = SandboxSettings()
    store: StoreSettings = StoreSettings()
    seeds: SeedsSettings = SeedsSettings()
    polling: PollingSettings = PollingSettings()
    pages: PagesSettings = PagesSettings()
    web: WebSettings = WebSettings()
    limits: LimitsSettings = LimitsSettings()
    backups: BackupsSettings = BackupsSettings()
    notify: NotifySettings = NotifySettings()
    log: LogSettings = LogSettings()
    topics: Annotated[
        tuple[str, ...], Field(description="Topics that are looked for; empty means all.")
    ] = ()
    topics_folder: Annotated[
        Path | None, Field(description="A folder with topics of your own: docs/topics.md.")
    ] = None
    feeds: Annotated[tuple[FeedSettings, ...], Field(description="The feeds, see below.")] = ()

    channels: Annotated[
        tuple[ChannelSettings, ...], Field(description="Telegram channels, see below.")
    ] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment over what the file said (which arrives as arguments)."""
        return env_settings, init_settings

    @field_validator("feeds")
    @classmethod
    def _once_each(cls, feeds: tuple[FeedSettings, ...]) -> tuple[FeedSettings, ...]:
        seen: dict[str, str] = {}
        for feed in feeds:
            if feed.url in seen:
                raise ValueError(f"{feed.name!r} has the same url as {seen[feed.url]!r}")
            seen[feed.url] = feed.name
        return feeds


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read ``path`` and the environment.

    Relative paths in it are taken from the file's own folder.

    Raises:
        ConfigError: The file is missing, is not YAML, or a key or value is wrong; the message
            says the line, the key, what is wrong and the nearest right name.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    environ = os.environ if environ is None else environ
    lines = _Lines(text, path, environ)
    _check_environ(environ)
    try:
        settings = Settings(**lines.values)
    except ValidationError as error:
        raise lines.explain(error) from error
    except SettingsError as error:
        raise ConfigError(f"{error}: lists in the environment are JSON, like '[\"a\"]'") from error
    return _anchored(settings, path.resolve().parent)


def token(environ: Mapping[str, str]) -> SecretStr | None:
    """The bot's token from ``TELEGRAM_BOT_TOKEN`` or the file ``TELEGRAM_BOT_TOKEN_FILE`` names.

    Raises:
        ConfigError: The file cannot be read, or what was found has not the shape of a token.
    """
    found, key = environ.get("TELEGRAM_BOT_TOKEN", ""), "TELEGRAM_BOT_TOKEN"
    if not found and (file := environ.get("TELEGRAM_BOT_TOKEN_FILE", "")):
        found, key = _secret_file(file), "TELEGRAM_BOT_TOKEN_FILE"
    found = found.strip()
    if not found:
        return None
    if not _TOKEN.fullmatch(found):
        raise ConfigError(
            f"{key}: this is not a bot token (123456:ABC…): copy it from @BotFather", key
        )
    return SecretStr(found)


def _secret_file(file: str) -> str:
    key = "TELEGRAM_BOT_TOKEN_FILE"
    try:
        found = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{key}: {file} cannot be read: {error}", key) from error
    if not found:
        raise ConfigError(f"{key}: {file} is empty", key)
    return found


def every_key(
    model: type[BaseModel] = Settings, prefix: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Every key as (dotted name, description, default), for docs/config.md and its test."""
    for name, field in model.model_fields.items():
        inner = _section(field.annotation)
        many = field.annotation is not inner
        if inner is None or many:
            yield f"{prefix}{name}", field.description or "", field.get_default()
        if inner is not None:
            yield from every_key(inner, f"{prefix}{name}{'[]' if many else ''}.")


def _section(annotation: Any) -> type[BaseModel] | None:
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


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


def _check_environ(environ: Mapping[str, str]) -> None:
    known = {f"{_PREFIX}{name}".upper() for name in Settings.model_fields}
    for name in environ:
        top = name.upper().split("__")[0]
        if top.startswith(_PREFIX) and top not in known:
            near = _nearest(top, known)
            raise ConfigError(f"the environment variable {name} is not known{near}", name)


def _nearest(name: str, known: set[str] | list[str]) -> str:
    found = process.extractOne(name, list(known), score_cutoff=60)
    return f"; did you mean {found[0]}?" if found else f"; known: {', '.join(sorted(known))}"


class _Lines:
    """A YAML text, its values, and the line on which each key stands."""

    def __init__(self, text: str, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path
        self._environ = {name.upper(): value for name, value in environ.items()}
        self.lines: dict[_KEY, int] = {}
        try:
            node = yaml.compose(text, yaml.SafeLoader)
            self.values = yaml.safe_load(text) or {}
        except yaml.YAMLError as error:
            raise ConfigError(f"{path} is not valid YAML: {error}") from error
        if not isinstance(self.values, dict):
            raise ConfigError(f"{path} must hold keys and values, like 'feeds:' on line 1")
        self._walk(node, ())

    def _walk(self, node: Any, at: _KEY) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                line = key.start_mark.line + 1
                if first := self.lines.get((*at, key.value)):
                    raise ConfigError(
                        f"{self.path}, line {line}: {key.value!r} stands on line {first} already"
                    )
                self.lines[(*at, key.value)] = line
                self._walk(value, (*at, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                self.lines[(*at, number)] = value.start_mark.line + 1
                self._walk(value, (*at, number))

    def explain(self, error: ValidationError) -> ConfigError:
        """The first thing that is wrong, as a sentence with its line."""
        first = error.errors(include_url=False, include_input=False)[0]
        at = tuple(first["loc"])
        name = ".".join(str(part) for part in at)
        if first["type"] == "extra_forbidden":
            what = f"unknown key {at[-1]!r}{_nearest(str(at[-1]), _siblings(at))}"
        else:
            what = f"{name}: {first['msg']}"
        return ConfigError(f"{self._where(at)}: {what}", name)

    def _where(self, at: _KEY) -> str:
        # A key that the file has not came from the environment, whatever section it is in.
        variable = f"{_PREFIX}{'__'.join(str(part) for part in at)}".upper()
        if at not in self.lines and self._environ.get(variable):
            return f"the environment variable {variable}"
        for end in range(len(at), 0, -1):
            if line := self.lines.get(at[:end]):
                return f"{self.path}, line {line}"
        return f"{self.path} or the environment"


def _siblings(at: _KEY) -> list[str]:
    model: type[BaseModel] = Settings
    for part in at[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            model = _section(model.model_fields[part].annotation) or model
    return list(model.model_fields)
