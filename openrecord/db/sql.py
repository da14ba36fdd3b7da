"""Plain SQL for the tables where the ORM costs too much: the same statements on SQLite and PostgreSQL.

Statements are constants of the calling station with %s placeholders; values are always parameters. Binary ids are
16 bytes, instants are microseconds, so no value needs converting per database. They run on Django's connection, in its
transaction and with its exceptions, but straight on the driver, which on PostgreSQL prepares what comes again.
"""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import DEFAULT_DB_ALIAS, connections

from openrecord.db.prepared import Answer, Prepared

Row = tuple[Any, ...]
KeysOf = Mapping[Any, Collection[Any]]
"""Of each patient some keys: of entries, of organisations."""
PORTION = 500
"""So many keys at a time, where a database limits the number of parameters."""


class _Own(threading.local):
    """This thread's connection, which Django looks up anew at each mention (9 microseconds a statement)."""

    def __init__(self) -> None:
        self.connection: Any = connections[DEFAULT_DB_ALIAS]
        self._prepared: Prepared | None = None

    def open(self) -> Any:
        """Django's connection, connected."""
        self.connection.ensure_connection()
        return self.connection

    def prepared(self) -> Prepared:
        """What the connection has prepared."""
        driver = self.open().connection
        if self._prepared is None or self._prepared.driver is not driver:
            self._prepared = Prepared(driver)
        return self._prepared


_own = _Own()


def run(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Answer:
    """Run a statement on Django's connection, in its transaction."""
    with _own.connection.wrap_database_errors:
        if _is_postgresql():
            return _own.prepared().run(statement, parameters)
        cursor = _own.open().create_cursor()
        cursor.execute(statement, parameters)
        return Answer(cursor.fetchall(), cursor.rowcount)


def _is_postgresql() -> bool:
    return bool(_own.connection.vendor == "postgresql")


def run_many(statement: str, each: Sequence[Sequence[Any]]) -> None:
    """Run a statement once with each of these parameters."""
    if _is_postgresql():
        for parameters in each:
            run(statement, parameters)
        return
    with _own.connection.wrap_database_errors:
        _own.open().create_cursor().executemany(statement, each)


def rows(statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """All rows of a SELECT."""
    return run(statement, parameters).rows


def row(statement: str, parameters: Sequence[Any] = ()) -> Row | None:
    """The first row of a SELECT, None where there is none."""
    found = rows(statement, parameters)
    return found[0] if found else None


def execute(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement; the number of rows it touched."""
    return run(statement, parameters).touched


def marks(count: int) -> str:
    """`count` placeholders for a list."""
    return ",".join(["%s"] * count)


def rows_in(statement: str, before: Sequence[Any], keys: Iterable[Any]) -> list[Row]:
    """All rows of a SELECT whose last parameter is the list of `IN ({keys})`."""
    return [row for answer in _each(statement, before, keys) for row in answer.rows]


def execute_in(statement: str, before: Sequence[Any], keys: Iterable[Any]) -> None:
    """Run a statement whose last parameter is the list of `IN ({keys})`."""
    for _ in _each(statement, before, keys):
        pass


def _each(statement: str, before: Sequence[Any], keys: Iterable[Any]) -> Iterable[Answer]:
    """On PostgreSQL one statement with an array, so that it is prepared once for lists of any length."""
    wanted = list(keys)
    if _is_postgresql():
        if wanted:
            yield run(statement.replace("IN ({keys})", "= ANY(%s)"), [*before, wanted])
        return
    for start in range(0, len(wanted), PORTION):
        portion = wanted[start : start + PORTION]
        yield run(statement.format(keys=marks(len(portion))), [*before, *portion])


def rows_of(statement: str, column: str, keys: KeysOf) -> list[Row]:
    """All rows of a SELECT with `WHERE {which}`: of each patient those whose `column` is one of the patient's keys."""
    return [row for answer in _each_of(statement, [], column, keys) for row in answer.rows]


def execute_of(statement: str, before: Sequence[Any], column: str, keys: KeysOf) -> None:
    """Run a statement with `WHERE {which}`, on each patient's rows with these keys; `before`: its other parameters."""
    for _ in _each_of(statement, before, column, keys):
        pass


def delete_of(table: str, column: str, keys: KeysOf) -> None:
    """Delete the rows whose `column` is one of their patient's keys."""
    execute_of(f"DELETE FROM {table} WHERE {{which}}", [], column, keys)


def _each_of(statement: str, before: Sequence[Any], column: str, keys: KeysOf) -> Iterable[Answer]:
    """On PostgreSQL one statement for all patients; on SQLite, where none has to go to a server, one for each."""
    wanted = {patient_id: list(those) for patient_id, those in keys.items() if those}
    if len(wanted) > 1 and _is_postgresql():
        pairs = [(patient_id, key) for patient_id, those in wanted.items() for key in those]
        which = f"(patient_id, {column}) IN (SELECT * FROM unnest(%s, %s))"
        parameters = [*before, *map(list, zip(*pairs, strict=True))]
        with _own.connection.wrap_database_errors:
            yield _own.prepared().run_once(statement.replace("{which}", which), parameters)
        return
    which = f"patient_id=%s AND {column} IN ({{keys}})"
    for patient_id, those in wanted.items():
        yield from _each(statement.replace("{which}", which), [*before, patient_id], those)


def instant(value: datetime) -> datetime:
    """A column of Django's DateTimeField as it comes from the driver: UTC, which SQLite does not say."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def uuid_key(value: UUID) -> UUID | str:
    """The parameter that a column of Django's UUIDField is compared with."""
    return value if _is_postgresql() else value.hex


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
    inserted = f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks(len(columns))})"
    if len(batch) == 1 or not _is_postgresql():
        run_many(inserted, batch)
        return
    copied = f"COPY {table} ({','.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with _own.connection.wrap_database_errors:
        _own.prepared().copy(copied, inserted, batch)
