"""Electronic mail by SMTP (RFC 5321), always over TLS except to this machine."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from openrecord.gateways.messaging import Letter, NotSent
from openrecord.gateways.patience import STEP, WHOLE_CALL, within
from openrecord.kit import environment
from openrecord.kit.environment import MissingSetting

_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS = {"smtps": 465, "smtp": 587}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server. `implicit`: TLS from the first byte; else STARTTLS is demanded, unless it is this machine."""

    host: str
    port: int
    sender: str
    implicit: bool
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    tells_fate = False

    def send(self, letter: Letter, *, at: datetime) -> str:
        """Hand a message to the server. Raises NotSent."""
        mail = _mail(letter, self.sender, at)
        try:
            within(WHOLE_CALL, lambda: self._hand_over(mail))
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _text in error.recipients.values()}
            raise NotSent("address_refused", for_good=all(code >= 500 for code in codes)) from None
        except smtplib.SMTPResponseException as error:
            raise NotSent("server_refused", for_good=False) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent("unreachable", for_good=False) from error
        return str(mail["Message-ID"])

    def fate(self, reference: str, *, at: datetime) -> bool | None:  # noqa: ARG002
        """A mail server does not say."""
        raise NotSent("not_told", for_good=True)

    def _hand_over(self, mail: EmailMessage) -> None:
        """Once the server has taken it, it has it, however it takes our leave."""
        server = self._connected()
        try:
            server.send_message(mail)
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.implicit:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=STEP, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=STEP)
        try:
            if not self.implicit and self.host not in _HERE:
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def _mail(letter: Letter, sender: str, at: datetime) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, letter.to, letter.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{letter.key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail["Content-Language"] = letter.language
    return mail


def configured() -> Mail | None:
    """The mail server that the environment names; None where it names none. Raises MissingSetting."""
    address = environment.value("OPENRECORD_SMTP_URL")
    if address is None:
        return None
    wrong = MissingSetting(
        "OPENRECORD_SMTP_URL must be smtp:// or smtps:// with a host, OPENRECORD_MAIL_FROM an address"
    )
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise wrong from None
    sender = environment.value("OPENRECORD_MAIL_FROM") or ""
    if parts.scheme not in _PORTS or not parts.hostname or "@" not in sender or not sender.isprintable():
        raise wrong
    return Mail(
        parts.hostname,
        port or _PORTS[parts.scheme],
        sender,
        parts.scheme == "smtps",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )
