"""One lean connection per thread, outside Django's ORM, for the statements of the hot path.

psycopg with prepared statements and binary results on PostgreSQL; an encrypted read-only connection on SQLite. Each
statement is a transaction of its own: on PostgreSQL what it writes is durable when `rows` returns. Statements are
constants with %(name)s placeholders on both databases. Nothing here knows a table.
"""

import os
import re
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo
from sqlcipher3 import dbapi2 as sqlcipher

from openrecord.db import address, planning
from openrecord.db.prepared import Prepared
from openrecord.db.sqlcipher.base import unlock

Row = tuple[Any, ...]
Answer = TypeVar("Answer")
_NAMED = re.compile(r"%\((\w+)\)s")


class Lost(Exception):
    """The connection broke; whether the statement took place is not known."""


class Connection(Protocol):
    """A connection of this thread. `driver`: the driver's own object; `vendor`: "postgresql" or "sqlite".

    Parameters are integers of 64 bits, text, bytes and (on PostgreSQL) UUIDs.
    """

    driver: Any
    vendor: str

    def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
        """All rows of a statement. Raises Lost, and what the driver raises."""

    def close(self) -> None:
        """Let the connection go."""


class _Postgres:
    vendor = "postgresql"

    def __init__(self, database: Mapping[str, Any]) -> None:
        self.driver = psycopg.connect(
            make_conninfo(**address.for_libpq(database)),
            autocommit=True,
            options=planning.OPTIONS,
        )
        self._prepared = Prepared(self.driver)

    def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
        try:
            return self._prepared.run(statement, parameters).rows
        except psycopg.DatabaseError as error:
            if self.driver.pgconn.status != psycopg.pq.ConnStatus.OK:
                raise Lost from error
            raise

    def close(self) -> None:
        self.driver.close()


class _Sqlite:
    vendor = "sqlite"

    def __init__(self, database: Mapping[str, Any]) -> None:
        options = database["OPTIONS"]
        self.driver = sqlcipher.connect(
            str(database["NAME"]), isolation_level=None, timeout=options["timeout"], cached_statements=256
        )
        try:
            unlock(self.driver, options["key"])
            self.driver.execute("PRAGMA query_only = ON")
        except BaseException:
            self.driver.close()
            raise

    def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
        found: list[Row] = self.driver.execute(_sqlite_form(statement), parameters).fetchall()
        return found

    def close(self) -> None:
        self.driver.close()


@lru_cache(maxsize=256)
def _sqlite_form(statement: str) -> str:
    return _NAMED.sub(r":\1", statement).replace("%%", "%")


class _Open(threading.local):
    connection: Connection | None = None
    place: tuple[int, str] = (0, "")


_open = _Open()


def _connected() -> Connection:
    database = settings.DATABASES["default"]
    place = (os.getpid(), str(database["NAME"]))
    if _open.connection is None or _open.place != place:
        close()
        _open.connection, _open.place = _KINDS[str(database["ENGINE"])](database), place
    return _open.connection


_KINDS: Mapping[str, type[_Postgres] | type[_Sqlite]] = {
    "django.db.backends.postgresql": _Postgres,
    "openrecord.db.sqlcipher": _Sqlite,
}


def run(ask: Callable[[Connection], Answer]) -> Answer:
    """`ask` with this thread's connection; once more with a fresh one where the connection was lost."""
    try:
        return ask(_connected())
    except Lost:
        close()
        return ask(_connected())


def vendor() -> str:
    """ "postgresql" or "sqlite": which database the settings name."""
    return _KINDS[str(settings.DATABASES["default"]["ENGINE"])].vendor


def close() -> None:
    """Close this thread's connection, where there is one."""
    held, _open.connection = _open.connection, None
    if held is not None and _open.place[0] == os.getpid():
        held.close()
