"""Groups of keys that stand by themselves: what is kept safe, and how the operator is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

_WEB = re.compile(r"https?://[^\s/]+\S*")
_SMTP = re.compile(r"smtps?://(?:[^\s/@]+@)?[^\s/@:]+(?::\d{1,5})?/?")
_MAILBOX = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")


class Section(BaseModel):
    """A group of keys; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _somewhere(path: object) -> object:
    # Pathlib takes it for the folder of the file itself.
    if isinstance(path, str) and not path.strip():
        raise ValueError("it is empty: write a path, or leave the key out")
    return path


Place = Annotated[Path, BeforeValidator(_somewhere)]


def _web_address(url: SecretStr) -> SecretStr:
    if not _WEB.fullmatch(url.get_secret_value()):
        raise ValueError("it must begin with http:// or https://")
    return url


def _topic(url: SecretStr) -> SecretStr:
    if not urlsplit(url.get_secret_value()).path.strip("/"):
        raise ValueError("it must end with a topic, like https://ntfy.example.org/topic")
    return url


def _mail_server(url: SecretStr) -> SecretStr:
    if not _SMTP.fullmatch(url.get_secret_value()):
        raise ValueError("it must be like smtp://user:password@host:587 or smtps://…:465")
    return url


def _mailbox(address: str) -> str:
    if address and not _MAILBOX.fullmatch(address):
        raise ValueError("write one address, like you@example.org")
    return address


class BackupsSettings(Section):
    """Copies of the database, made while it is used."""

    folder: Place = Field(Path("var/backups"), description="Where they lie; it is made.")
    every_h: float = Field(1, ge=0, description="Hours between two of them; 0: none are made.")
    hourly: int = Field(24, ge=0, description="Hours of which the newest is kept.")
    daily: int = Field(14, ge=0, description="Days of which the newest is kept.")


class KeepSettings(Section):
    """How long what was read and sent is kept."""

    days: int = Field(30, ge=8, description="Days that news, alerts and messages are kept.")
    dead_days: int = Field(90, ge=1, description="The same of what did not arrive, or broke us.")


_Address = Annotated[SecretStr, AfterValidator(_web_address)]
_Topic = Annotated[_Address, AfterValidator(_topic)]
_Mailbox = Annotated[str, AfterValidator(_mailbox)]
_MailServer = Annotated[SecretStr, AfterValidator(_mail_server)]


class NotifySettings(Section):
    """How you are told when Telegram cannot tell you."""

    webhook_url: _Address | None = Field(None, description="Stalls are POSTed here as JSON.")
    ntfy_url: _Topic | None = Field(None, description="An ntfy topic that they go to.")
    ntfy_token: SecretStr | None = Field(None, description="Its access token, where it wants one.")
    smtp_url: _MailServer | None = Field(None, description="The server that takes e-mail to you.")
    mail_to: _Mailbox = Field("", description="Your address.")
    mail_from: _Mailbox = Field("", description="The sender's; empty: yours.")
    dead_man_url: _Address | None = Field(None, description="Visited while all is well.")
    after_min: float = Field(5, gt=0, description="Minutes without Telegram before you are told.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.smtp_url is None) != (not self.mail_to):
            raise ValueError("smtp_url and mail_to belong together")
        return self
