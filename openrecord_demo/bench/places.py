"""Fresh installations to measure: a data folder, a database, and commands run in processes of their own."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from openrecord.kit import environment
from openrecord_demo.bench import cpu
from openrecord_demo.bench.figures import BenchFailed
from openrecord_demo.bench.postgres import Server

COMMAND = (sys.executable, "-m", "openrecord.config.command")
INSIDE = (sys.executable, "-m", "openrecord_demo.bench.inside")
PRACTICE = "Z99101"
KEY = secrets.token_hex(32)
"""One key for every installation of a run, so that rows can be copied from one to the other."""

GO_LIVE = "2012-01-01"
"""Before the first entry of a bench record: all of it is current, as most of what is read is."""


@dataclass(frozen=True, slots=True)
class Place:
    """An installation, migrated, with one practice that is live. `database`: sqlite or postgresql."""

    database: str
    settings: dict[str, str | None]
    postmaster: int | None

    def openrecord(self, *arguments: str) -> tuple[str, int]:
        """What a command wrote, and the CPU time (µs) of its processes, start included. Raises BenchFailed."""
        before = _used_by_children()
        text = self._run([*COMMAND, *arguments], f"openrecord {arguments[0]}")
        return text, _used_by_children() - before

    def inside(self, task: str, **given: Any) -> Any:
        """The answer of a task of `bench.inside` in this installation. Raises BenchFailed."""
        return json.loads(self._run([*INSIDE, task], task, json.dumps(given)))

    def database_micros(self) -> int | None:
        """CPU time the database server has used so far; None for SQLite, or where it is on another machine."""
        return None if self.postmaster is None else cpu.tree_micros(self.postmaster)

    def _run(self, command: Sequence[str], name: str, given: str = "") -> str:
        done = subprocess.run(  # noqa: S603  our own command
            command, env=environment.of_child(self.settings), input=given, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchFailed(f"`{name}` failed: {(done.stderr.strip() or done.stdout.strip())[-300:]}")
        return done.stdout


def _used_by_children() -> int:
    times = os.times()
    return round((times.children_user + times.children_system) * cpu.MICROS)


class Places(Protocol):
    """Makes installations on one kind of database."""

    @property
    def database(self) -> str:
        """sqlite or postgresql."""

    def fresh(self) -> AbstractContextManager[Place]:
        """An installation that is removed when the block ends."""


@dataclass(frozen=True, slots=True)
class Sqlite:
    """Encrypted SQLite in a folder of its own below `folder`."""

    folder: Path

    @property
    def database(self) -> str:
        """As the report names it."""
        return "sqlite"

    @contextmanager
    def fresh(self) -> Iterator[Place]:
        """An installation of its own."""
        with TemporaryDirectory(prefix="place-", dir=self.folder) as data:
            yield _made(self.database, Path(data), None, None)


@dataclass(frozen=True, slots=True)
class Postgres:
    """Databases of their own on `server`, data folders below `folder`."""

    folder: Path
    server: Server

    @property
    def database(self) -> str:
        """As the report names it."""
        return "postgresql"

    @contextmanager
    def fresh(self) -> Iterator[Place]:
        """An installation of its own."""
        with TemporaryDirectory(prefix="place-", dir=self.folder) as data, self.server.database() as url:
            yield _made(self.database, Path(data), url, self.server.postmaster)


def _made(database: str, data: Path, url: str | None, postmaster: int | None) -> Place:
    settings: dict[str, str | None] = {
        "OPENRECORD_MODE": "demo",
        "OPENRECORD_DATA": str(data / "var"),
        "OPENRECORD_KEY": KEY,
        "OPENRECORD_KEY_FILE": None,
        "OPENRECORD_DATABASE_URL": url,
        "OPENRECORD_HOSTS": None,
        "OPENRECORD_PUBLIC_URL": None,
        "DJANGO_SETTINGS_MODULE": "openrecord.config.settings",
    }
    place = Place(database, settings, postmaster)
    place.openrecord("migrate", "--quiet")
    place.openrecord(
        "practice", "add", PRACTICE, "--name", "Wharfside Surgery", "--go-live", GO_LIVE, "--level", "full"
    )
    return place
