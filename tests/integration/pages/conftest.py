"""A record that is read on pages, while time stands still, and an app that reads it beside them."""

from collections.abc import Iterator

import pytest

from openrecord.db import lean
from tests.integration.fhir.world import App, Record, made_record, observation, stopped
from tests.serving import serving


@pytest.fixture(scope="module")
def origin(_migrated: None) -> Iterator[str]:
    """Where the server of this file of tests listens."""
    with serving() as address:
        yield address


@pytest.fixture
def record(stored: None) -> Iterator[Record]:  # noqa: ARG001
    """A record with three measurements."""
    stopped()
    made = made_record()
    made.deliver(observation("a", "2025-02-01"), observation("b", "2025-02-02"), observation("c", "2025-02-03"))
    yield made
    lean.close()


@pytest.fixture
def app(origin: str, record: Record) -> App:
    """An app that may read everything of the record."""
    return App(origin, record.token())
