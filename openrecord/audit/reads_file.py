"""The encrypted file of reads beside the embedded database: opening it, and reading from it.

Writing goes through `group_commit` alone.
"""

import os
import threading
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from openrecord.audit import append_only, reads_table
from openrecord.db import keys
from openrecord.db.lock import write_lock
from openrecord.db.sqlcipher.base import Cursor, unlock
from openrecord.kit import environment

BUSY_SECONDS = 30
PAGE_SIZE = 4096
"""Small: a flush adds a few short rows, and each page that it touches is encrypted anew (330 against 228 us)."""


def path() -> Path:
    """Where the file lies: in the data folder."""
    return environment.data_folder() / "reads.db"


def key() -> bytes:
    """What the file is encrypted with."""
    return keys.derived("reads")


def open_file(file: Path) -> Any:
    """A fresh connection in autocommit, its table made where it is missing. Raises what the driver or key raises."""
    connection = sqlcipher.connect(str(file), isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        unlock(connection, key(), page_size=PAGE_SIZE)
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_read_no_delete'").fetchone():
            _make_table(connection, file)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_table(connection: Any, file: Path) -> None:
    lock = write_lock(file)
    lock.acquire()
    try:
        for statement in reads_table.definition("sqlite") + append_only.triggers("sqlite", reads_table.TABLE):
            connection.execute(statement)
    finally:
        lock.release()


class _Open(threading.local):
    connection: Any = None
    file: Path | None = None
    process: int = 0


_open = _Open()


def cursor() -> Any:
    """A cursor of this thread's reading connection. Fetch at once: an open SELECT holds back the file's checkpoint."""
    file = path()
    if _open.file != file or _open.process != os.getpid():
        close()
        _open.connection, _open.file, _open.process = open_file(file), file, os.getpid()
    return _open.connection.cursor(factory=Cursor)


def close() -> None:
    """Close this thread's reading connection."""
    if _open.connection is not None and _open.process == os.getpid():
        _open.connection.close()
    _open.connection, _open.file = None, None
