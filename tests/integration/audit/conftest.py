"""A trail of its own for each test, on whichever database the settings name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from openrecord.audit import group_commit, reads_file
from tests.integration.audit.trail import Trail


@pytest.fixture
def trail(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trail]:  # noqa: ARG001
    """An empty trail; on PostgreSQL what other connections committed is removed inside this test's transaction."""
    monkeypatch.setenv("OPENRECORD_DATA", str(tmp_path))
    made = Trail()
    if connection.vendor == "postgresql":
        for table in ("audit_change", "audit_read", "audit_seal", "audit_root"):
            made.tamper(f"DELETE FROM {table}")
    yield made
    group_commit.close()
    reads_file.close()


@pytest.fixture
def sqlite_only() -> None:
    """Skips where the reads do not lie in a file of their own."""
    if connection.vendor != "sqlite":
        pytest.skip("the file of reads exists beside SQLite only")


@pytest.fixture
def postgres_only() -> Any:
    """Skips where the reads do not lie in the main database."""
    if connection.vendor != "postgresql":
        pytest.skip("reads lie in the main database on PostgreSQL only")
