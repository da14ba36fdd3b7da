"""A patient of the made-up surgery with a past that is not open, while time stands still."""

from collections.abc import Iterator

import pytest

from openrecord.db import lean
from openrecord.kit import clock
from tests.integration.fhir.world import AT, Record, made_record, observation


@pytest.fixture
def record(stored: None) -> Iterator[Record]:  # noqa: ARG001
    """Weights of 2014, 2016 and 2025; the practice opened its records in November 2023."""
    clock.use(lambda: AT)
    made = made_record()
    made.deliver(observation("a", "2014-02-01"), observation("b", "2016-02-02"), observation("c", "2025-02-03"))
    yield made
    lean.close()
