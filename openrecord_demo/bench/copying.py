"""The physical limit of ingest: the rows it made, written again by the driver alone into the same tables elsewhere.

COPY on PostgreSQL, executemany on SQLite, one transaction; reading the rows is not counted.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from math import ceil
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from sqlcipher3 import dbapi2 as sqlcipher

from openrecord.db import keys
from openrecord.db.sqlcipher.base import unlock
from openrecord_demo.bench import cpu


@contextmanager
def _opened(url: str | None, data: Path) -> Iterator[Any]:
    """The driver's own connection to the other installation."""
    if url is not None:
        with psycopg.connect(url) as target:
            yield target
    else:
        with closing(sqlcipher.connect(str(data / "openrecord.db"), isolation_level=None)) as target:
            unlock(target, keys.derived("database"))
            yield target


def copy(*, url: str | None, data: str, share: float, postmaster: int | None) -> dict[str, Any]:
    """Copy the first `share` of each table's rows to the installation with this database or data folder.

    Tables that are not empty there (what every installation begins with) are left out.
    """
    with _opened(url, Path(data)) as target:
        counts = {name: ceil(number * share) for name, number in _filled(target).items()}
        write = _to_sqlite(counts, target) if url is None else _to_postgres(counts, target)
        database = 0 if postmaster is None else cpu.tree_micros(postmaster)
        began, driver = time.perf_counter(), time.process_time()
        write()
        seconds, used = time.perf_counter() - began, time.process_time() - driver
    return {
        "rows": sum(counts.values()),
        "tables": len(counts),
        "by": "executemany" if url is None else "COPY",
        "seconds": seconds,
        "driver_us": used * cpu.MICROS,
        "database_us": None if postmaster is None else cpu.tree_micros(postmaster) - database,
    }


def _filled(target: Any) -> dict[str, int]:
    """The tables that hold rows here and none in `target`, and how many."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {name}")
            number = int(cursor.fetchone()[0])
            if number and target.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() is None:
                found[name] = number
    return found


def _to_postgres(counts: Mapping[str, int], target: Any) -> Callable[[], None]:
    held: dict[str, list[bytes]] = {}
    with connection.cursor() as cursor:
        for name, number in counts.items():
            with cursor.copy(f"COPY (SELECT * FROM {name} LIMIT {number}) TO STDOUT (FORMAT BINARY)") as copying:
                held[name] = [bytes(block) for block in copying]

    def write() -> None:
        with target.cursor() as cursor:
            for name, blocks in held.items():
                with cursor.copy(f"COPY {name} FROM STDIN (FORMAT BINARY)") as copying:
                    for block in blocks:
                        copying.write(block)
        target.commit()

    return write


def _to_sqlite(counts: Mapping[str, int], target: Any) -> Callable[[], None]:
    held: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for name, number in counts.items():
            cursor.execute(f"SELECT * FROM {name} LIMIT {number}")
            held[name] = cursor.cursor.fetchall()

    def write() -> None:
        target.execute("BEGIN IMMEDIATE")
        for name, rows in held.items():
            target.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(rows[0]))})", rows)
        target.execute("COMMIT")

    return write
