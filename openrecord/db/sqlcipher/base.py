"""Django's SQLite backend over `sqlcipher3`: the same SQL, an encrypted file, one writer at a time.

On every connection the key comes first, then page size and HMAC (a measured trap: the other order reads garbage), then
one probe that tells a wrong key apart from any other failure.
"""

import datetime
import decimal
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.backends.sqlite3 import base as sqlite
from django.db.backends.sqlite3._functions import register as register_functions  # type: ignore[import-untyped]
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from sqlcipher3 import dbapi2 as Database  # noqa: N812

from openrecord.db.lock import Busy, WriteLock, write_lock

PAGE_SIZE = 8192
"""A commit encrypts each page that it touches, and small messages touch many; 4 KB won nothing more."""

HMAC = "HMAC_SHA256"
"""Processors do SHA-256 in hardware, not SHA-512, which SQLCipher takes by itself (15 % of the ingest of reports)."""

CACHE_KIB = 65536

Database.register_converter("bool", b"1".__eq__)
Database.register_converter("date", lambda raw: parse_date(raw.decode()))
Database.register_converter("time", lambda raw: parse_time(raw.decode()))
Database.register_converter("datetime", lambda raw: parse_datetime(raw.decode()))
Database.register_converter("timestamp", lambda raw: parse_datetime(raw.decode()))
Database.register_adapter(decimal.Decimal, str)
Database.register_adapter(datetime.date, lambda value: value.isoformat())
Database.register_adapter(datetime.datetime, lambda value: value.isoformat(" "))


def set_key(connection: Any, key: bytes, *, page_size: int = PAGE_SIZE) -> None:
    """Key a fresh connection, of a file that is there or still to be made."""
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute(f"PRAGMA cipher_page_size = {page_size}")
    connection.execute(f"PRAGMA cipher_hmac_algorithm = {HMAC}")


def unlock(connection: Any, key: bytes, *, page_size: int = PAGE_SIZE) -> None:
    """Key and tune a fresh connection; raises ImproperlyConfigured where the key does not open the file."""
    set_key(connection, key, page_size=page_size)
    try:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")  # the first that reads the file
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except Database.OperationalError:
        raise  # the disk, not the key
    except Database.DatabaseError as error:
        raise ImproperlyConfigured(
            "the key does not open the database, or it is damaged: check OPENRECORD_KEY and OPENRECORD_KEY_FILE"
        ) from error
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")


class Cursor(Database.Cursor):  # type: ignore[misc]
    """Translates Django's %s placeholders, as its own SQLite cursor does."""

    def execute(self, query: str, params: Any = None) -> Any:
        if params is None:
            return super().execute(query)
        param_names = list(params) if isinstance(params, dict) else None
        return super().execute(self._converted(query, param_names), params)

    def executemany(self, query: str, param_list: Sequence[Any]) -> Any:
        return super().executemany(self._converted(query, None), param_list)

    @staticmethod
    def _converted(query: str, names: list[str] | None) -> str:
        if names is None:
            return _with_question_marks(query)
        return query % {name: f":{name}" for name in names}


@lru_cache(maxsize=512)
def _with_question_marks(query: str) -> str:
    return sqlite.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(sqlite.DatabaseWrapper):
    """SQLite by SQLCipher. OPTIONS must hold `key` (32 bytes)."""

    Database = Database

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: WriteLock | None = None

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if len(params.get("key", b"")) != 32:
            raise ImproperlyConfigured("the encrypted database needs a key of 32 bytes")
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        params = dict(conn_params)
        key = params.pop("key")
        connection = Database.connect(**params)
        unlock(connection, key)
        register_functions(connection)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        lock = write_lock(Path(str(self.settings_dict["NAME"])))
        try:
            lock.acquire()
        except Busy:
            raise OperationalError("another process has been writing for too long") from None
        self._held = lock
        try:
            self.cursor().execute("BEGIN IMMEDIATE")
        except BaseException:
            self._release()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._release()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._release()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._release()

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()
