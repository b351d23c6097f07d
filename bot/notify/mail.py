"""E-mail by the standard library's SMTP client, in a thread: one message a stall needs no more."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from bot.errors import NotifyError

_TIMEOUT_S = 15
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Mail:
    """A mailbox, and the server that takes mail for it.

    Attributes:
        server: ``smtp://user:password@host:587`` (STARTTLS) or ``smtps://…:465``.
        to, sender: Addresses.
    """

    server: SecretStr
    to: str
    sender: str

    def fits(self, lines: Sequence[str]) -> bool:
        """A mail takes whatever there is."""
        return True

    async def tell(self, lines: Sequence[str]) -> None:
        """Send ``lines`` in one message.

        Raises:
            NotifyError: The server did not take it.
        """
        kind = await asyncio.to_thread(self._sent, self._message(lines))
        if kind:
            raise NotifyError(kind)

    def _message(self, lines: Sequence[str]) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = f"Rasid: {lines[0][:100]}".replace("\n", " ").replace("\r", " ")
        message["From"], message["To"] = self.sender, self.to
        # Names of sources are in any script, and not every server takes eight bits.
        message.set_content("\n".join(lines), cte="base64")
        return message

    def _sent(self, message: EmailMessage) -> str:
        """Why it was not sent, ``""`` where it was; the server's own words may repeat a secret."""
        try:
            with closing(self._connected()) as server:
                server.send_message(message)
        except smtplib.SMTPResponseException as error:
            return f"the mail server answers {error.smtp_code}"
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return type(error).__name__
        return ""

    def _connected(self) -> smtplib.SMTP:
        at = urlsplit(self.server.get_secret_value())
        host, context = at.hostname or "", ssl.create_default_context()
        if at.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, at.port or 465, timeout=_TIMEOUT_S, context=context
            )
        else:
            server = smtplib.SMTP(host, at.port or 587, timeout=_TIMEOUT_S)
            server.ehlo()
            # A password is never sent in the clear over a network.
            if server.has_extn("starttls") or (at.username and host not in _LOOPBACK):
                server.starttls(context=context)
        if at.username:
            server.login(unquote(at.username), unquote(at.password or ""))
        return server
