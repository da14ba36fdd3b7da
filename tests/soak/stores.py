"""Stores of their own for tests that need more than one, or that kill who writes: a data folder, a database, a key.

With OPENRECORD_DATABASE_URL each store is a new PostgreSQL database on that server, else an encrypted SQLite file.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

from tests.soak.ready import Ready

KEY = "3a" * 32
COMMAND = "openrecord.config.command"
_DATABASE = "OPENRECORD_DATABASE_URL"
_READY: dict[frozenset[tuple[str, str]], Ready] = {}
"""By their environments."""


@dataclass(frozen=True)
class Store:
    """One store. `environment`: for processes that work on it."""

    folder: Path
    environment: dict[str, str]

    def run(self, module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A module as a program to its end, in a process of its own that starts at once."""
        settings = frozenset(self.environment.items())
        if settings not in _READY:
            _READY[settings] = Ready(self.environment)
        return _READY[settings].run(module, *arguments)

    def openrecord(self, *arguments: str) -> str:
        """Run a command to its end; what it printed. Fails the test where it does not end well."""
        done = self.run(COMMAND, *arguments)
        assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def tell(self, *arguments: str) -> dict[str, Any]:
        """What a command told as JSON."""
        told: dict[str, Any] = json.loads(self.openrecord(*arguments, "--json"))
        return told

    def written(self) -> object:
        """Another value after something was committed that changes what lies there."""
        address = self.environment.get(_DATABASE)
        if address is None:
            log = self.folder / "openrecord.db-wal"
            return log.stat().st_mtime_ns if log.exists() and log.stat().st_size else 0
        with psycopg.connect(address) as connection:
            return connection.execute("SELECT count(*) FROM ingest_source_key").fetchone()

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", COMMAND, *arguments]


@contextmanager
def new_store(folder: Path, *, like: Store | None = None) -> Iterator[Store]:
    """A migrated store below `folder`, or a copy of one that nobody uses at the time; gone afterwards."""
    data = folder / "data"
    data.mkdir(parents=True)
    settings = {"OPENRECORD_MODE": "test", "OPENRECORD_KEY": KEY, "OPENRECORD_DATA": str(data)}
    server = os.environ.get(_DATABASE)
    name = f"openrecord_soak_{uuid4().hex[:12]}"
    if server is not None:
        copied = "" if like is None else f' TEMPLATE "{urlsplit(like.environment[_DATABASE]).path[1:]}"'
        _administer(server, f'CREATE DATABASE "{name}"{copied}')
        settings[_DATABASE] = urlsplit(server)._replace(path=f"/{name}").geturl()
    store = Store(data, {**os.environ, **settings})
    try:
        if like is None:
            store.openrecord("migrate", "--quiet")
        else:
            shutil.copytree(like.folder, data, dirs_exist_ok=True)
        yield store
    finally:
        for settings in [each for each in _READY if ("OPENRECORD_DATA", str(data)) in each]:
            _READY.pop(settings).end()
        if server is not None:
            _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
