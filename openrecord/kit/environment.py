"""Every setting comes from the environment; this table is the one list of them.

docs/settings.md is checked against `VARIABLES` by a test.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class MissingSetting(Exception):
    """A setting that has no default is absent or unusable; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its name, what it is when absent, what it means."""

    name: str
    default: str | None
    meaning: str


VARIABLES = (
    Variable("OPENRECORD_MODE", "production", "production, demo or test"),
    Variable("OPENRECORD_DATA", "var", "data folder; everything in it is encrypted"),
    Variable(
        "OPENRECORD_DATABASE_URL",
        None,
        "postgresql://… selects PostgreSQL; absent: encrypted SQLite in the data folder",
    ),
    Variable(
        "OPENRECORD_JOURNAL",
        None,
        "file for the journal of what people decide, best on another disk; absent: `acts.journal` in the data folder",
    ),
    Variable("OPENRECORD_KEY", None, "master key, 64 hexadecimal characters"),
    Variable("OPENRECORD_KEY_FILE", None, "file outside the data folder that holds the master key"),
    Variable("OPENRECORD_HOSTS", "127.0.0.1,localhost", "host names served, comma separated"),
    Variable("OPENRECORD_PUBLIC_URL", "http://127.0.0.1:8000", "address under which people reach this server"),
    Variable(
        "OPENRECORD_PROXIES",
        None,
        "reverse proxies in front (addresses, networks; comma separated): only their X-Forwarded-For is believed",
    ),
    Variable("OPENRECORD_LOGIN_ISSUER", None, "OpenID issuer for patients (NHS login)"),
    Variable("OPENRECORD_LOGIN_CLIENT", None, "client id at the patients' issuer"),
    Variable("OPENRECORD_LOGIN_KEY_FILE", None, "PEM private key for private_key_jwt at the patients' issuer"),
    Variable("OPENRECORD_STAFF_ISSUER", None, "OpenID issuer for staff (CIS2 or another provider)"),
    Variable("OPENRECORD_STAFF_CLIENT", None, "client id at the staff issuer"),
    Variable("OPENRECORD_STAFF_KEY_FILE", None, "PEM private key for private_key_jwt at the staff issuer"),
    Variable(
        "OPENRECORD_LEAVE_TO",
        None,
        "https:// address to which “Leave this page quickly” leads; absent: an empty page of our own",
    ),
    Variable(
        "OPENRECORD_BULK_REVIEWS",
        "20",
        "so many patients of a practice with a new enhanced review (code 104) on one day count as in bulk",
    ),
    Variable(
        "OPENRECORD_CARD_ISSUER",
        None,
        "https:// address that cards name as their issuer and that leads here; absent: OPENRECORD_PUBLIC_URL",
    ),
    Variable(
        "OPENRECORD_CARD_KEYS_FILE",
        None,
        "file outside the data folder with the keys that sign cards (JWK Set); absent: no cards are offered",
    ),
    Variable(
        "OPENRECORD_ASK_AFTER_DAYS",
        "14",
        "so many days after a sample or a request the patient is told to ask the practice about it",
    ),
    Variable(
        "OPENRECORD_CLAMAV",
        None,
        "tcp://host:port or unix:///path of ClamAV's daemon, which checks documents; absent: no document can be opened",
    ),
    Variable("OPENRECORD_DOCUMENT_MIB", "20", "largest document that is taken in, in MiB; ClamAV must allow as much"),
    Variable(
        "OPENRECORD_SMTP_URL",
        None,
        "smtp://user:password@host:port or smtps://…: mail server for messages; STARTTLS unless on this machine",
    ),
    Variable("OPENRECORD_MAIL_FROM", None, "address that mail comes from"),
    Variable("OPENRECORD_NOTIFY_KEY_FILE", None, "file that holds an API key of GOV.UK Notify"),
    Variable(
        "OPENRECORD_NOTIFY_EMAIL_TEMPLATE",
        None,
        "its template for emails: the English one's id, after a comma the Welsh one's; a mail server goes before",
    ),
    Variable("OPENRECORD_NOTIFY_SMS_TEMPLATE", None, "its template for text messages, in the same way"),
    Variable("OPENRECORD_NOTIFY_URL", "https://api.notifications.service.gov.uk", "address of GOV.UK Notify"),
    Variable("OPENRECORD_PUSH_KEY_FILE", None, "file with the key by which push services know us; absent: no web push"),
    Variable("OPENRECORD_PUSH_CONTACT", None, "mailto: or https:// address that push services may write to about it"),
    Variable(
        "OPENRECORD_PUSH_HOSTS",
        "fcm.googleapis.com,*.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com",
        "push services that are asked at all, comma separated",
    ),
    Variable(
        "OPENRECORD_NHS_APP_CLIENT",
        None,
        "application id (API key) at the NHS App API; absent: no messages in the NHS App",
    ),
    Variable(
        "OPENRECORD_NHS_APP_KEY_FILE", None, "PEM private key (RSA) by which tokens for the NHS App API are asked"
    ),
    Variable("OPENRECORD_NHS_APP_KEY_ID", None, "id (kid) under which its public half is registered"),
    Variable("OPENRECORD_NHS_APP_URL", "https://api.service.nhs.uk/nhs-app", "address of the NHS App API"),
    Variable(
        "OPENRECORD_NHS_APP_TOKEN_URL", "https://api.service.nhs.uk/oauth2/token", "address where its tokens are asked"
    ),
    Variable("OPENRECORD_NHS_APP_SENDER", "OpenRecord", "from whom messages in the NHS App are, 50 characters at most"),
    Variable(
        "OPENRECORD_NHS_APP_ODS", None, "ODS code of the organisation that sends them, where the App asks for one"
    ),
    Variable("OPENRECORD_TEST_POSTGRES", None, "PostgreSQL server on which tests and the bench may make databases"),
)
_DEFAULTS = {variable.name: variable.default for variable in VARIABLES}


def value(name: str) -> str | None:
    """The variable's text, its default where absent. Raises KeyError for one that VARIABLES does not list."""
    return os.environ.get(name) or _DEFAULTS[name]


def required(name: str) -> str:
    """The variable's text; raises MissingSetting where it is absent and has no default."""
    text = value(name)
    if text is None:
        raise MissingSetting(f"{name} is not set; docs/settings.md says what it is for")
    return text


def bulk_reviews() -> int:
    """From how many patients on one day an enhanced review counts as recorded in bulk (R44)."""
    return _whole_number("OPENRECORD_BULK_REVIEWS")


def ask_after_days() -> int:
    """After how many days a patient is told to ask about what is on its way (R11)."""
    return _whole_number("OPENRECORD_ASK_AFTER_DAYS")


def largest_document() -> int:
    """How many bytes a file that comes with an entry may have."""
    return _whole_number("OPENRECORD_DOCUMENT_MIB") << 20


def _whole_number(name: str) -> int:
    text = required(name)
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise MissingSetting(f"{name} must be a whole number above 0")
    return int(text)


def mode() -> str:
    """production, demo or test; anything else is refused."""
    text = required("OPENRECORD_MODE")
    if text not in {"production", "demo", "test"}:
        raise MissingSetting("OPENRECORD_MODE must be production, demo or test")
    return text


def data_folder() -> Path:
    """The data folder as an absolute path (not created here)."""
    return Path(required("OPENRECORD_DATA")).absolute()


def journal_file() -> Path:
    """Where the journal of people's acts lies."""
    named = value("OPENRECORD_JOURNAL")
    return data_folder() / "acts.journal" if named is None else Path(named).absolute()


def of_child(settings: Mapping[str, str | None]) -> dict[str, str]:
    """The environment for a process that we start: ours, with these settings instead; None = without that one."""
    changed = {**os.environ, **settings}
    return {name: text for name, text in changed.items() if text is not None}
