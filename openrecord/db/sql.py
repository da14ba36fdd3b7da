"""Plain SQL for the tables where the ORM costs too much: the same statements on SQLite and PostgreSQL.

Statements are constants of the calling station with %s placeholders; values are always parameters. Binary ids are
16 bytes, instants are microseconds, so no value needs converting per database.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

Row = tuple[Any, ...]


def rows(statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """All rows of a SELECT."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[Row] = cursor.fetchall()
    return found


def row(statement: str, parameters: Sequence[Any] = ()) -> Row | None:
    """The first row of a SELECT, None where there is none."""
    found = rows(statement, parameters)
    return found[0] if found else None


def execute(statement: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def marks(count: int) -> str:
    """`count` placeholders for an IN list."""
    return ",".join(["%s"] * count)


def rows_in(statement: str, before: Sequence[Any], keys: Iterable[Any]) -> list[Row]:
    """All rows of a SELECT whose last condition is `IN ({keys})`, asked in portions that every database takes."""
    wanted = list(keys)
    found: list[Row] = []
    for start in range(0, len(wanted), 500):
        portion = wanted[start : start + 500]
        found += rows(statement.format(keys=marks(len(portion))), [*before, *portion])
    return found


def insert(table: str, columns: Sequence[str], values: Iterable[Row]) -> None:
    """Insert many rows: COPY on PostgreSQL, executemany on SQLite. Table and columns are the caller's constants."""
    batch = list(values)
    if not batch:
        return
    names = ",".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(batch) > 1:
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for line in batch:
                    copy.write_row(line)
        else:
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks(len(columns))})"
            cursor.executemany(statement, batch)


def delete_in(table: str, patient_id: int, column: str, keys: Iterable[bytes]) -> None:
    """Delete a patient's rows whose `column` is one of `keys`."""
    wanted = list(keys)
    for start in range(0, len(wanted), 500):
        portion = wanted[start : start + 500]
        execute(
            f"DELETE FROM {table} WHERE patient_id=%s AND {column} IN ({marks(len(portion))})",
            [patient_id, *portion],
        )
