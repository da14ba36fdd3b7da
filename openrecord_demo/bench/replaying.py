"""The physical limit of serving: the statements of a request, caught from one, run again by the driver alone.

On PostgreSQL the row of the trail is among them. On SQLite the trail is a file of its own, written in groups: a copy of
the caught rows is written into another such file, in groups of as many as the server has threads.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock
from wsgiref.util import setup_testing_defaults

from django.db import connection

from openrecord.audit import reads_file
from openrecord.audit.reads_table import SQLITE_INSERT_SQL
from openrecord.config.wsgi import application
from openrecord.db import lean, sql
from openrecord.kit import environment, ids
from openrecord_demo.bench import cpu

GROUP = 4
"""The threads of `openrecord serve`: a flush of the trail can hold so many rows."""

_NOT_REPLAYED = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT", 'UPDATE "identity_session"')
"""What no request asks for itself, and what a session writes once a minute, whichever request that is."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its parameters, by the lean connection or by Django's."""

    text: str
    parameters: Any
    by_lean: bool


class _Listening:
    """The lean connection, noting what it is asked."""

    def __init__(self, connection: lean.Connection, heard: list[Statement]) -> None:
        self.connection, self.heard = connection, heard
        self.driver, self.vendor = connection.driver, connection.vendor

    def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[lean.Row]:
        self.heard.append(Statement(statement, dict(parameters), by_lean=True))
        return self.connection.rows(statement, parameters)

    def close(self) -> None:
        self.connection.close()


def replay(*, targets: Sequence[Mapping[str, str]], loops: int, postmaster: int | None) -> dict[str, Any]:
    """Run the statements of the targets in turn, `loops` requests' worth of them."""
    caught = [_caught(target) for target in targets]
    flush, audit = _trail()
    writer = ids.time_ordered_id()
    for statements in caught:
        _run(statements, writer)
    database = None if postmaster is None else cpu.tree_micros(postmaster)
    began, driver = time.perf_counter(), time.process_time()
    for turn in range(loops):
        _run(caught[turn % len(caught)], writer)
        if turn % GROUP == GROUP - 1:
            flush()
    seconds, used = time.perf_counter() - began, time.process_time() - driver
    return {
        "loops": loops,
        "statements": round(sum(map(len, caught)) / len(caught)),
        "audit": audit,
        "seconds": seconds,
        "driver_us": used * cpu.MICROS,
        "database_us": None if postmaster is None or database is None else cpu.tree_micros(postmaster) - database,
    }


def _caught(target: Mapping[str, str]) -> list[Statement]:
    """What one request asks of the database, once its reader's Sight has been computed."""
    _get(target)
    with _listening() as heard:
        _get(target)
    return heard


@contextmanager
def _listening() -> Iterator[list[Statement]]:
    heard: list[Statement] = []
    run = lean.run

    def listen(ask: Callable[[lean.Connection], Any]) -> Any:
        return run(lambda held: ask(_Listening(held, heard)))

    plain = sql.run

    def note(text: str, parameters: Any = ()) -> Any:
        heard.append(Statement(text, parameters, by_lean=False))
        return plain(text, parameters)

    def note_orm(execute: Callable[..., Any], text: str, parameters: Any, many: bool, context: Any) -> Any:
        if not text.startswith(_NOT_REPLAYED):
            heard.append(Statement(text, parameters, by_lean=False))
        return execute(text, parameters, many, context)

    with (
        mock.patch.object(lean, "run", listen),
        mock.patch.object(sql, "run", note),
        connection.execute_wrapper(note_orm),
    ):
        yield heard


def _get(target: Mapping[str, str]) -> None:
    """One request to the application in this process. Raises RuntimeError for any answer but 200."""
    path, _, query = target["path"].partition("?")
    name, _, value = target["header"].partition(": ")
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ |= {"PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1"}
    environ[f"HTTP_{name.upper()}"] = value
    said: list[str] = []
    answer = application(environ, lambda status, _headers, _error=None: said.append(status))
    b"".join(answer)
    if not said[0].startswith("200"):
        raise RuntimeError(f"answered {said[0]}")


def _run(statements: Sequence[Statement], writer: Any) -> None:
    for statement in statements:
        parameters = statement.parameters
        if isinstance(parameters, Mapping) and "writer" in parameters:
            parameters = {**parameters, "id": ids.time_ordered_id(), "writer": writer}
            if "ids" in parameters:  # a list across patients has a row of the trail for each
                parameters["ids"] = [ids.time_ordered_id() for _ in parameters["ids"]]
        if statement.by_lean:
            lean.run(_asking(statement.text, parameters))
        else:
            _by_driver(statement.text, parameters)


def _asking(text: str, parameters: Mapping[str, Any]) -> Callable[[lean.Connection], list[lean.Row]]:
    return lambda held: held.rows(text, parameters)


def _by_driver(text: str, parameters: Any) -> None:
    """On Django's own connection, without Django."""
    sql.run(text, parameters)


def _trail() -> tuple[Callable[[], None], str]:
    """What writes a group of rows of the trail where they lie in a file of their own, and how the report calls it."""
    if connection.vendor == "postgresql":
        return lambda: None, "the trail's row among them"
    rows = reads_file.cursor().execute("SELECT * FROM audit_read ORDER BY rowid DESC LIMIT %s", [GROUP]).fetchall()
    target = reads_file.open_file(environment.data_folder() / "limit.db")

    def flush() -> None:
        target.execute("BEGIN IMMEDIATE")
        target.executemany(SQLITE_INSERT_SQL, rows)
        target.execute("COMMIT")

    return flush, f"and rows of the trail in groups of {GROUP}"
