"""The physical limit of ingest: the rows it made, written again by the driver alone into the same tables elsewhere.

COPY on PostgreSQL, executemany on SQLite, one transaction; reading the rows is not counted.
"""

import time
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from sqlcipher3 import dbapi2 as sqlcipher

from openrecord.db import keys
from openrecord.db.sqlcipher.base import unlock
from openrecord_demo.bench import cpu

SECONDS_TO_MICROS = 1_000_000


def copy(*, url: str | None, data: str, share: float, postmaster: int | None) -> dict[str, Any]:
    """Copy the first `share` of each table's rows to the installation with this database or data folder."""
    names = _filled()
    write, number = _to_postgres(names, share, url) if url is not None else _to_sqlite(names, share, Path(data))
    database = None if postmaster is None else cpu.tree_micros(postmaster)
    began, driver = time.perf_counter(), time.process_time()
    write()
    seconds, used = time.perf_counter() - began, time.process_time() - driver
    return {
        "rows": number,
        "tables": len(names),
        "by": "executemany" if url is None else "COPY",
        "seconds": seconds,
        "driver_us": used * SECONDS_TO_MICROS,
        "database_us": None if postmaster is None or database is None else cpu.tree_micros(postmaster) - database,
    }


def _filled() -> dict[str, int]:
    """The tables that hold rows, and how many; the installation's own ones are the same on the other side."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
            found[name] = int(cursor.fetchone()[0])
    made_alike = ("django_", "registry_practice", "registry_policy", "audit_")
    return {name: number for name, number in found.items() if number and not name.startswith(made_alike)}


def _to_postgres(names: dict[str, int], share: float, url: str) -> tuple[Callable[[], None], int]:
    held: dict[str, list[bytes]] = {}
    with connection.cursor() as cursor:
        for name, number in names.items():
            statement = sql.SQL("COPY (SELECT * FROM {} LIMIT {}) TO STDOUT (FORMAT BINARY)")
            asked = statement.format(sql.Identifier(name), sql.Literal(ceil(number * share)))
            with cursor.copy(asked) as copying:
                held[name] = [bytes(block) for block in copying]

    def write() -> None:
        with psycopg.connect(url) as target, target.cursor() as cursor:
            for name, blocks in held.items():
                statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.Identifier(name))
                with cursor.copy(statement) as copying:
                    for block in blocks:
                        copying.write(block)

    return write, sum(ceil(number * share) for number in names.values())


def _to_sqlite(names: dict[str, int], share: float, data: Path) -> tuple[Callable[[], None], int]:
    held: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for name, number in names.items():
            cursor.execute(f"SELECT * FROM {name} LIMIT {ceil(number * share)}")
            held[name] = cursor.fetchall()

    def write() -> None:
        target = sqlcipher.connect(str(data / "openrecord.db"), isolation_level=None)
        unlock(target, keys.derived("database"))
        target.execute("BEGIN IMMEDIATE")
        for name, rows in held.items():
            target.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(rows[0]))})", rows)
        target.execute("COMMIT")
        target.close()

    return write, sum(len(rows) for rows in held.values())
