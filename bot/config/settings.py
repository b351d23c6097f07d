"""Every key: its kind, its default, what it means, and what is wanted where it is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, Field, PrivateAttr, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config.origin import PREFIX, Origin
from bot.config.sections import BackupsSettings, KeepSettings, NotifySettings, Place, Section
from bot.locales import country_objection, language_objection
from bot.zones import zone_of

_WEB = re.compile(r"https?://\S+")
_HANDLE = re.compile(r"(@|(https?://)?(t|telegram)\.me/(s/)?)?[A-Za-z][A-Za-z0-9_]{3,31}/?")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\t\x20-\x7e]{0,4000}[\x21-\x7e])?")
_PROXY = re.compile(r"http://(?:[^\s/@]+@)?[^\s/@]+/?")
# What a visit says and means by itself; and cookies never.
_OUR_HEADERS = frozenset(
    "accept-encoding connection content-length cookie host if-modified-since if-none-match "
    "proxy-authorization te transfer-encoding upgrade".split()
)


def _server(url: str) -> str:
    if not _WEB.fullmatch(url):
        raise ValueError("it must begin with http:// or https://")
    return url


_Server = Annotated[str, AfterValidator(_server)]


class TelegramSettings(Section):
    """Where the Bot API is."""

    base_url: _Server = Field(
        "https://api.telegram.org/bot", description="The Bot API up to the token."
    )
    file_url: _Server = Field(
        "https://api.telegram.org/file/bot", description="Its files up to the token."
    )
    view_url: _Server = Field("https://t.me/s/", description="The web view of channels.")
    operators: tuple[Annotated[int, Field(gt=0)], ...] = Field(
        (),
        description="Numeric ids of the people who run the bot: its stalls are told to them, and"
        " their /status tells of messages given up.",
    )
    updates: Literal["poll", "webhook"] = Field(
        "poll", description="Whether we ask for what people write, or Telegram brings it."
    )


class SandboxSettings(Section):
    """The Bot API on loopback that stands in when there is no token."""

    port: int = Field(8787, ge=0, le=65535, description="Port of the chat page; 0 takes any.")
    path: Place = Field(
        Path("var/sandbox.db"), description="Its own database, so that test people stay apart."
    )


class StoreSettings(Section):
    """Where everything is kept."""

    path: Place = Field(Path("var/rasid.db"), description="The SQLite file; its folder is made.")


class SeedsSettings(Section):
    """Local documents that are read as entries."""

    folder: Place = Field(Path("seeds"), description="The folder that is watched.")
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
    """What others may ask us over HTTP: hubs that tell of news (WebSub), and Telegram's webhook."""

    host: str = Field("127.0.0.1", description="Where to listen; a proxy of yours stands before.")
    port: int = Field(8786, ge=0, le=65535, description="The port; 0 takes any.")
    public_url: str = Field(
        "", description="How we are reached from outside; empty: no hub is asked, nothing listens."
    )
    health_port: int | None = Field(
        None, ge=0, le=65535, description="Where /livez and /readyz answer; none: nowhere."
    )
    health_host: str = Field("127.0.0.1", description="The address of that port.")

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, url: str) -> str:
        if url and not _WEB.fullmatch(url):
            raise ValueError("write the address hubs reach us at, like https://rasid.example.org")
        return url


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


class _Published(Section):
    """What a feed and a channel have in common."""

    name: str = Field(min_length=1, description="What readers see as the source.")
    lang: str = Field("", description="Language code of its entries.")
    country: str = Field("", description="Country code of the publisher.")

    @field_validator("lang")
    @classmethod
    def _a_language(cls, lang: str) -> str:
        if lang and (objection := language_objection(lang)):
            raise ValueError(objection)
        return lang

    @field_validator("country")
    @classmethod
    def _a_country(cls, country: str) -> str:
        if country and (objection := country_objection(country)):
            raise ValueError(objection)
        return country


class FeedSettings(_Published):
    """One feed of the operator's."""

    url: str = Field(description="Its address, http or https.")
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

    @field_validator("url")
    @classmethod
    def _a_web_address(cls, url: str) -> str:
        # Not repeated: what is mistyped may still hold a password.
        if not _WEB.fullmatch(url):
            raise ValueError("write an http or https address, like https://example.org/rss.xml")
        return url

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


class ChannelSettings(_Published):
    """One public Telegram channel, read by its web view."""

    handle: str = Field(description="The channel: name, @name or its address on t.me.")
    interval_s: int = Field(120, ge=60, description="Seconds between two polls.")
    private: bool = Field(False, description="telegram.view_url is a private or loopback address.")

    @field_validator("handle")
    @classmethod
    def _a_channel(cls, handle: str) -> str:
        if not _HANDLE.fullmatch(handle):
            raise ValueError(
                f"{handle!r:.60} is no channel: write name, @name or https://t.me/name"
            )
        return handle


class Settings(BaseSettings):
    """Everything the operator decides. Make one with ``load``."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__"
    )

    telegram: TelegramSettings = TelegramSettings()
    sandbox: SandboxSettings = SandboxSettings()
    store: StoreSettings = StoreSettings()
    seeds: SeedsSettings = SeedsSettings()
    polling: PollingSettings = PollingSettings()
    pages: PagesSettings = PagesSettings()
    web: WebSettings = WebSettings()
    limits: LimitsSettings = LimitsSettings()
    keep: KeepSettings = KeepSettings()
    backups: BackupsSettings = BackupsSettings()
    notify: NotifySettings = NotifySettings()
    log: LogSettings = LogSettings()
    topics: Annotated[
        tuple[str, ...], Field(description="Topics that are looked for; empty means all.")
    ] = ()
    topics_folder: Annotated[
        Place | None, Field(description="A folder with topics of your own: docs/topics.md.")
    ] = None
    feeds: Annotated[tuple[FeedSettings, ...], Field(description="The feeds, see below.")] = ()

    channels: Annotated[
        tuple[ChannelSettings, ...], Field(description="Telegram channels, see below.")
    ] = ()

    _origin: Origin = PrivateAttr(Origin())

    def where(self, key: str) -> str:
        """Where the operator wrote a key: the file and its line, or the variable."""
        return self._origin.where(tuple(int(p) if p.isdigit() else p for p in key.split(".")))

    def from_(self, origin: Origin) -> Settings:
        """The same, which knows where it was written."""
        known = self.model_copy()
        known._origin = origin
        return known

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


def every_key(
    model: type[BaseModel] = Settings, prefix: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Every key as (dotted name, description, default), for docs/config.md and its test."""
    for name, field in model.model_fields.items():
        inner = section_of(field.annotation)
        many = field.annotation is not inner
        if inner is None or many:
            yield f"{prefix}{name}", field.description or "", field.get_default()
        if inner is not None:
            yield from every_key(inner, f"{prefix}{name}{'[]' if many else ''}.")


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The group of keys, or of which groups the list, that a field is; ``None`` for a value."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None
