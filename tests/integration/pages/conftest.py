"""A record that is read on pages, while time stands still, and an app that reads it beside them."""

from collections.abc import Iterator

import pytest

from openrecord.db import lean
from openrecord.flow import steps
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import DEFAULT_RELEASE, Policy, ReleaseMode, ReleaseRule
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from tests.integration.fhir.world import AT, BY, OPENED, ORG, App, Record, made_record, observation, stopped
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


@pytest.fixture
def by_hand(record: Record) -> Iterator[None]:
    """The surgery releases measurements by hand, and has done so with those that are there; nothing waits after."""
    rule = ReleaseRule(ReleaseMode.BY_HAND)
    release = dict(DEFAULT_RELEASE) | dict.fromkeys(("observation", "result", "consultation", "other"), rule)
    registry_actions.set_policy(ods=ORG, policy=Policy(release=release), by=BY, at=OPENED)
    for entry in screening.states(record.patient.patient_id):
        acts.release(patient_id=record.patient.patient_id, entry_id=entry, by=BY, at=AT)
    yield
    registry_actions.set_policy(ods=ORG, policy=Policy(), by=BY, at=OPENED)
    steps.settle_waiting([record.patient.patient_id], at=AT)
