"""Copying an encrypted SQLite file as it stands at one moment, while others go on writing to it."""

from collections.abc import Callable
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from openrecord.db.sqlcipher.base import PAGE_SIZE, set_key, unlock

PAGES_A_STEP = 256


class Damaged(Exception):
    """The file has pages that cannot be read; a copy of it would be worth nothing."""


def snapshot(
    source: Path, target: Path, key: bytes, *, page_size: int = PAGE_SIZE, progress: Callable[[int], None]
) -> None:
    """Make `target` (not there yet) a copy under the same key. `progress` is told the bytes of each step.

    The copy is made within one read transaction, so nobody waits for it and it holds whole transactions only.
    Raises Damaged: copying passes over pages that SQLCipher cannot read, and fills what follows with nothing.
    """
    reader = sqlcipher.connect(str(source), isolation_level=None)
    writer = sqlcipher.connect(str(target), isolation_level=None)
    done = 0

    def step(_status: int, remaining: int, total: int) -> None:
        nonlocal done
        copied = (total - remaining) * page_size
        progress(copied - done)
        done = copied

    try:
        unlock(reader, key, page_size=page_size)
        set_key(writer, key, page_size=page_size)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reader.backup(writer, pages=PAGES_A_STEP, progress=step, sleep=0)
        _require_whole(reader)
        reader.execute("ROLLBACK")
    finally:
        writer.close()
        reader.close()


def _require_whole(reader: sqlcipher.Connection) -> None:
    try:
        found = reader.execute("PRAGMA quick_check(1)").fetchone()
    except sqlcipher.DatabaseError:
        found = None
    if found != ("ok",):
        raise Damaged("the database is damaged: bring the last backup back (openrecord restore)")


def is_in_use(file: Path, key: bytes) -> bool:
    """Whether another process has the file open: it cannot be taken out of its shared mode then."""
    connection = sqlcipher.connect(str(file), isolation_level=None, timeout=0)
    try:
        set_key(connection, key)
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlcipher.OperationalError as error:
        return "locked" in str(error)
    except sqlcipher.DatabaseError:
        return False  # damaged: nobody can use it
    finally:
        connection.close()
    return False
