"""A record whose documents have files, while time stands still."""

from collections.abc import Iterator

import pytest

from openrecord.db import lean
from tests.integration.fhir.world import Record, made_record, stopped
from tests.integration.ops.conftest import command
from tests.serving import serving

__all__ = ["command"]


@pytest.fixture(scope="module")
def origin(_migrated: None) -> Iterator[str]:
    """Where the server of this file of tests listens."""
    with serving() as address:
        yield address


@pytest.fixture
def record(stored: None) -> Iterator[Record]:  # noqa: ARG001
    """A record with nothing in it."""
    stopped()
    yield made_record()
    lean.close()
