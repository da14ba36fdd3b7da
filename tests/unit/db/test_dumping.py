"""PostgreSQL's tools as they may behave: nobody waits for each other for ever, and what they say is said."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from openrecord.db import dumping

LINE = "a warning about some table, " * 4
LOUD = f"i=0; while [ $i -lt 2000 ]; do echo '{LINE}' >&2; i=$((i+1)); done"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose programs go before all others."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def _tool(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    file.chmod(0o755)


def _within_patience(do: "threading.Thread") -> None:
    do.start()
    do.join(60)
    assert not do.is_alive(), "the tool and we wait for each other"


def test_a_dump_with_many_warnings_ends(tools: Path) -> None:
    _tool(tools, "pg_dump", f"{LOUD}; printf whole")
    got: list[bytes] = []
    _within_patience(threading.Thread(target=lambda: got.extend(dumping.dump()), daemon=True))
    assert b"".join(got) == b"whole"


def test_a_restore_with_many_warnings_ends(tools: Path) -> None:
    _tool(tools, "pg_restore", f"{LOUD}; cat >/dev/null")
    pieces = [bytes(1 << 20)] * 4
    done = threading.Thread(target=lambda: dumping.restore(pieces, is_emptied=False), daemon=True)
    _within_patience(done)


def test_a_backup_that_cannot_be_read_ends_the_restore(tools: Path) -> None:
    _tool(tools, "pg_restore", "cat >/dev/null")

    def pieces() -> Iterator[bytes]:
        yield b"begun"
        raise OSError("cut off")

    def restored() -> None:
        with pytest.raises(OSError, match="cut off"):
            dumping.restore(pieces(), is_emptied=False)

    _within_patience(threading.Thread(target=restored, daemon=True))


def test_a_tool_that_fails_is_quoted_by_its_first_line_alone(tools: Path) -> None:
    _tool(tools, "pg_restore", "echo 'pg_restore: error: no such table' >&2; echo 'DETAIL: a row' >&2; exit 1")
    with pytest.raises(dumping.ToolFailed) as failed:
        dumping.restore([bytes(1 << 20)] * 4, is_emptied=True)
    assert str(failed.value) == "pg_restore failed: pg_restore: error: no such table"


def test_the_tools_are_told_all_of_the_address_but_the_password(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = {"NAME": "own", "USER": "us", "PASSWORD": "secret", "HOST": "there", "PORT": "5433"}
    options = {"sslmode": "verify-full", "prepare_threshold": 2}
    monkeypatch.setitem(settings.DATABASES, "default", {**address, "OPTIONS": options})
    _tool(tools, "pg_dump", 'printf "%s\\n" "$@" "$PGPASSWORD"')
    told = b"".join(dumping.dump()).decode().splitlines()
    assert told[0] == "--dbname=dbname=own user=us host=there port=5433 sslmode=verify-full"
    assert [line for line in told if "secret" in line] == ["secret"]
