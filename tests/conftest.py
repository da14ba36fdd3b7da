"""One real database for all tests that store: the one the settings name, migrated once, never flushed.

On SQLite it lies in the tests' own data folder; with OPENRECORD_DATABASE_URL the same tests run on PostgreSQL. Tests
use patients and practices of their own, so that they do not meet.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from openrecord.kit import clock
from openrecord.web import limits


@pytest.fixture(scope="session")
def django_db_setup(_migrated: None) -> None:
    """Tests that roll back use the same database too, so that child processes find what the parent committed."""


@pytest.fixture(scope="session")
def _migrated(django_db_blocker: Any) -> None:
    from django.core.management import call_command

    from openrecord.kit import environment

    environment.data_folder().mkdir(parents=True, exist_ok=True)
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test is slowed down for what others asked: all come from one address, many with a clock that stands still."""
    monkeypatch.setattr(limits, "LIMITER", limits.Limiter())


@pytest.fixture
def stored(_migrated: None, django_db_blocker: Any) -> Iterator[None]:
    """The database, open for what commits; the clock runs again afterwards."""
    with django_db_blocker.unblock():
        yield
    clock.use(None)
