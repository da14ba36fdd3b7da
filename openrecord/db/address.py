"""The address of a PostgreSQL database, with what libpq is to be told of it; and how long anybody waits for a server.

Whatever the address asks for holds for every connection, those of `pg_dump` and `pg_restore` included: a demand for TLS
that was passed over would send records in clear.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LIMITS = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""Seconds, of the last milliseconds: a server that has gone without a word holds nobody for longer."""

PARAMETERS = frozenset({*LIMITS, "host", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "channel_binding"})
"""What may follow the question mark."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is, and as whom. `options`: for libpq, by its own names."""

    name: str
    user: str
    password: str
    host: str
    port: str
    options: dict[str, str]


def parsed(url: str) -> Address:
    """The parts of postgresql://user:password@host:port/name?option=value. Raises ValueError that says what is wrong,
    without a word of the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("must look like postgresql://user:password@host:port/name") from None
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("must begin with postgresql://")
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(given.keys() - PARAMETERS):
        raise ValueError(f"has an option that is not known here: {unknown[0]} (known: {', '.join(sorted(PARAMETERS))})")
    host = given.pop("host", "") or unquote(parts.hostname or "")
    return Address(
        name=unquote(parts.path.lstrip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=host,
        port=str(port or ""),
        options=LIMITS | given,
    )


def for_libpq(database: Mapping[str, Any]) -> dict[str, str]:
    """What libpq is told of a database of Django's settings, by its own names."""
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    said = {name: str(database[ours]) for name, ours in names.items() if database[ours]}
    return said | {name: text for name, text in database["OPTIONS"].items() if name in PARAMETERS}
