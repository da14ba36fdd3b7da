"""Copying a PostgreSQL database with PostgreSQL's own tools. What they write is never on a disk unencrypted."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, cast

from django.conf import settings

from openrecord.db import sql
from openrecord.kit import environment

PIECE = 1 << 20


class ToolMissing(Exception):
    """PostgreSQL's tool is not installed on this machine; the message names it."""


class ToolFailed(Exception):
    """PostgreSQL's tool did not do it; the message holds what it said, which speaks of tables, not of patients."""


def dump() -> Iterator[bytes]:
    """The whole database as it stands at one moment, in pieces. Raises ToolMissing, ToolFailed."""
    command = [_tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    with _started(command, stdout=subprocess.PIPE) as process:
        while piece := cast("BinaryIO", process.stdout).read(PIECE):
            yield piece
        said = cast("BinaryIO", process.stderr).read()
    if process.returncode:
        raise ToolFailed(_said("pg_dump", said))


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
    command = [_tool("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    command += [f"--dbname={settings.DATABASES['default']['NAME']}"]
    command += ["--clean", "--if-exists"] if is_emptied else []
    with _started(command, stdin=subprocess.PIPE) as process:
        taken = cast("BinaryIO", process.stdin)
        with suppress(BrokenPipeError):  # where it has ended, it says itself why
            for piece in pieces:
                taken.write(piece)
            taken.close()
        said = cast("BinaryIO", process.stderr).read()
    if process.returncode:
        raise ToolFailed(_said("pg_restore", said))


def _started(command: Sequence[str], **pipe: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, env=_environment(), stderr=subprocess.PIPE, **pipe)  # type: ignore[call-overload,no-any-return]  # noqa: S603  our own words


def _said(tool: str, said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return f"{tool} failed: {lines[0] if lines else 'it said nothing'}"


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ToolMissing(f"{name} is not installed here: it comes with PostgreSQL's client programs")
    return found


def _environment() -> dict[str, str]:
    database: Any = settings.DATABASES["default"]
    names = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    return environment.of_child({variable: str(database[name]) or None for variable, name in names.items()})
