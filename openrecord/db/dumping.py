"""Copying a PostgreSQL database with PostgreSQL's own tools. What they write is never on a disk unencrypted."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

from django.conf import settings
from psycopg.conninfo import make_conninfo

from openrecord.db import address, sql
from openrecord.kit import environment

PIECE = 1 << 20
LONGEST_SAID = 4096
LOCK_MILLIS = 60_000


class ToolMissing(Exception):
    """PostgreSQL's tool is not installed on this machine; the message names it."""


class ToolFailed(Exception):
    """PostgreSQL's tool did not do it; the message holds what it said, which speaks of tables, not of patients."""


def dump() -> Iterator[bytes]:
    """The whole database as it stands at one moment, in pieces. Raises ToolMissing, ToolFailed."""
    command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--lock-wait-timeout={LOCK_MILLIS}"]
    with _running(command, stdout=subprocess.PIPE) as (process, said):
        while piece := cast("BinaryIO", process.stdout).read(PIECE):
            yield piece
    _require_done("pg_dump", process, said)


def is_in_use() -> bool:
    """Whether anybody else is connected to the database."""
    others = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' LIMIT 1"
    )
    return sql.row(others) is not None


def restore(pieces: Iterable[bytes], *, is_emptied: bool) -> None:
    """Fill the database with a dump, all or nothing. `is_emptied`: what is there goes first.

    Raises ToolMissing, ToolFailed.
    """
    command = ["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    command += ["--clean", "--if-exists"] if is_emptied else []
    with _running(command, stdin=subprocess.PIPE) as (process, said):
        taken = cast("BinaryIO", process.stdin)
        with suppress(BrokenPipeError):  # where it has ended, it says itself why
            for piece in pieces:
                taken.write(piece)
        with suppress(BrokenPipeError):
            taken.close()
    _require_done("pg_restore", process, said)


@contextmanager
def _running(command: Sequence[str], **pipe: int) -> "Iterator[tuple[subprocess.Popen[bytes], Future[bytes]]]":
    """A tool, and what it says, which is listened to all the while: else it would wait for us, and we for it."""
    told = [_tool(command[0]), f"--dbname={_address()}", *command[1:]]
    with (
        ThreadPoolExecutor(max_workers=1) as listening,
        subprocess.Popen(told, env=_environment(), stderr=subprocess.PIPE, **pipe) as process,  # type: ignore[call-overload]  # noqa: S603  our own words
    ):
        said = listening.submit(_first_words, process.stderr)
        try:
            yield process, said
        except BaseException:
            process.kill()
            if process.stdin is not None:  # before its words are waited for, in case a child of it still reads
                with suppress(BrokenPipeError):
                    process.stdin.close()
            raise


def _first_words(said: BinaryIO) -> bytes:
    first = said.read(LONGEST_SAID)
    while said.read(PIECE):
        pass
    return first


def _require_done(tool: str, process: "subprocess.Popen[bytes]", said: "Future[bytes]") -> None:
    if process.returncode:
        lines = said.result().decode(errors="replace").strip().splitlines()
        raise ToolFailed(f"{tool} failed: {lines[0] if lines else 'it said nothing'}")


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ToolMissing(f"{name} is not installed here: it comes with PostgreSQL's client programs")
    return found


def _address() -> str:
    """The password is not in it: a command line can be read by everybody on the machine."""
    told = address.for_libpq(settings.DATABASES["default"])
    return make_conninfo(**{name: text for name, text in told.items() if name != "password"})


def _environment() -> dict[str, str]:
    return environment.of_child({"PGPASSWORD": str(settings.DATABASES["default"]["PASSWORD"]) or None})
