"""A PostgreSQL server to measure: one of our own, thrown away afterwards, or the one that a test run names.

Our own is made with the installed binaries, durable as in production (fsync on), on the loopback address only.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from openrecord.kit import environment
from openrecord_demo.bench import cpu
from openrecord_demo.ports import HOST, free_port

NAMED_BY = "OPENRECORD_TEST_POSTGRES"
DEBIAN = Path("/usr/lib/postgresql")
PORT = 5599
OWNER = "postgres"
TUNED = {"shared_buffers": "512MB", "max_wal_size": "4GB", "listen_addresses": HOST}
"""Everything else is PostgreSQL's own default."""


class NoPostgres(Exception):
    """There is no server to measure, and no binaries to start one with; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `postmaster`: its first process where it runs on this machine, for its CPU time."""

    url: str
    version: str
    postmaster: int | None

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of an empty database that is dropped when the block ends."""
        name = f"openrecord_bench_{token_hex(6)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))
        finally:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def running() -> Iterator[Server]:
    """The server named by OPENRECORD_TEST_POSTGRES, else a throw-away one. Raises NoPostgres."""
    named = environment.value(NAMED_BY)
    if named:
        yield at(named)
        return
    binaries = binaries_in(DEBIAN)
    if binaries is None:
        raise NoPostgres(f"no PostgreSQL is installed here: install it (Debian: postgresql) or set {NAMED_BY}")
    with TemporaryDirectory(prefix="openrecord-postgres-") as folder, _started(binaries, Path(folder)) as url:
        yield at(url)


def at(url: str) -> Server:
    """The server at an address."""
    address = urlunsplit(urlsplit(url)._replace(path="/postgres"))
    with psycopg.connect(address) as connection:
        parent = cpu.parent_of(connection.info.backend_pid)
        number = connection.info.server_version
    local = parent if parent is not None and cpu.name_of(parent) in {"postgres", "postmaster"} else None
    return Server(address, f"{number // 10000}.{number % 10000}", local)


def binaries_in(debian: Path) -> Path | None:
    """The folder of initdb and pg_ctl: from PATH, else the newest version where Debian puts them."""
    found = shutil.which("initdb")
    if found and shutil.which("pg_ctl", path=str(Path(found).parent)):
        return Path(found).parent
    versions = [folder for folder in debian.glob("*/bin") if (folder / "initdb").exists()]
    return max(versions, key=lambda folder: float(folder.parent.name), default=None)


@contextmanager
def _started(binaries: Path, folder: Path) -> Iterator[str]:
    """A cluster below `folder`. PostgreSQL refuses to run as root: then it runs as Debian's own user for it."""
    user = OWNER if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port(PORT)
    _run([binaries / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C"], user, folder)
    tuned = [f"-c {name}={value}" for name, value in TUNED.items()]
    options = " ".join([f"-p {port}", f"-k {folder}", *tuned])
    control: list[str | Path] = [binaries / "pg_ctl", "-D", data, "-w"]
    _run([*control, "-l", folder / "log", "-o", options, "start"], user, folder)
    try:
        yield f"postgresql://{OWNER}@{HOST}:{port}/postgres"
    finally:
        _run([*control, "-m", "immediate", "stop"], user, folder)


def _run(command: list[str | Path], user: str | None, folder: Path) -> None:
    done = subprocess.run(  # noqa: S603  PostgreSQL's own binaries
        command, user=user, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NoPostgres(f"{Path(command[0]).name} failed: {done.stderr.strip()[-300:]}")
