"""Plain SQL for the tables where the ORM costs too much: the same statements on SQLite and PostgreSQL.

Statements are constants of the calling station with %s placeholders; values are always parameters. Binary ids are
16 bytes, instants are microseconds, so no value needs converting per database. They run on Django's connection, in its
transaction and with its exceptions, but straight on the driver, which on PostgreSQL prepares what comes again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg
from django.db import connection

Row = tuple[Any, ...]
PORTION = 500
"""So many keys at a time, where a database limits the number of parameters."""


def run(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
    """Run a statement; the driver's cursor."""
    with connection.wrap_database_errors:
        return _cursor().execute(statement, parameters)


def _cursor() -> Any:
    connection.ensure_connection()
    driver: Any = connection.connection
    if connection.vendor != "postgresql":
        return connection.create_cursor()
    cursor: Any = psycopg.Cursor(driver)
    cursor.format = psycopg.pq.Format.BINARY
    return cursor


def run_many(statement: str, each: Sequence[Sequence[Any]]) -> None:
    """Run a statement once with each of these parameters."""
    with connection.wrap_database_errors:
        _cursor().executemany(statement, each)


def rows(statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """All rows of a SELECT."""
    found: list[Row] = run(statement, parameters).fetchall()
    return found


def row(statement: str, parameters: Sequence[Any] = ()) -> Row | None:
    """The first row of a SELECT, None where there is none."""
    found = rows(statement, parameters)
    return found[0] if found else None


def execute(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement; the number of rows it touched."""
    return int(run(statement, parameters).rowcount)


def marks(count: int) -> str:
    """`count` placeholders for a list."""
    return ",".join(["%s"] * count)


def rows_in(statement: str, before: Sequence[Any], keys: Iterable[Any]) -> list[Row]:
    """All rows of a SELECT whose last parameter is the list of `IN ({keys})`."""
    return [row for cursor in _each(statement, before, keys) for row in cursor.fetchall()]


def execute_in(statement: str, before: Sequence[Any], keys: Iterable[Any]) -> None:
    """Run a statement whose last parameter is the list of `IN ({keys})`."""
    for _ in _each(statement, before, keys):
        pass


def _each(statement: str, before: Sequence[Any], keys: Iterable[Any]) -> Iterable[Any]:
    """On PostgreSQL one statement with an array, so that it is prepared once for lists of any length."""
    wanted = list(keys)
    if connection.vendor == "postgresql":
        if wanted:
            yield run(statement.replace("IN ({keys})", "= ANY(%s)"), [*before, wanted])
        return
    for start in range(0, len(wanted), PORTION):
        portion = wanted[start : start + PORTION]
        yield run(statement.format(keys=marks(len(portion))), [*before, *portion])


def instant(value: datetime) -> datetime:
    """A column of Django's DateTimeField as it comes from the driver: UTC, which SQLite does not say."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def uuid_key(value: UUID) -> UUID | str:
    """The parameter that a column of Django's UUIDField is compared with."""
    return value if connection.features.has_native_uuid_field else value.hex


def uuid(value: UUID | str) -> UUID:
    """A column of Django's UUIDField as it comes from the driver."""
    return value if isinstance(value, UUID) else UUID(hex=value)


def json(value: Any) -> Any:
    """A column of Django's JSONField as it comes from the driver: SQLite gives its text."""
    return orjson.loads(value) if isinstance(value, str) else value


def insert(table: str, columns: Sequence[str], values: Iterable[Row]) -> None:
    """Insert many rows: COPY on PostgreSQL, executemany on SQLite. Table and columns are the caller's constants."""
    batch = list(values)
    if not batch:
        return
    names = ",".join(columns)
    if connection.vendor == "postgresql" and len(batch) > 1:
        with connection.wrap_database_errors, _cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for line in batch:
                copy.write_row(line)
    else:
        run_many(f"INSERT INTO {table} ({names}) VALUES ({marks(len(columns))})", batch)


def delete_in(table: str, patient_id: int, column: str, keys: Iterable[bytes]) -> None:
    """Delete a patient's rows whose `column` is one of `keys`."""
    execute_in(f"DELETE FROM {table} WHERE patient_id=%s AND {column} IN ({{keys}})", [patient_id], keys)
