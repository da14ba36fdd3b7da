"""An app that is stopped reads nothing more, whoever let it in; a stop of no app is refused."""

import argparse
import uuid
from collections.abc import Callable

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.ops import stops
from openrecord.ops.failure import CommandFailed
from tests.integration.fhir.world import BY, EVERYTHING, OPENED, App, Record, made_record, observation

Let = Callable[[Record, uuid.UUID], App]


@pytest.fixture
def let_in(origin: str) -> Let:
    """A person lets in a registered app."""

    def let(record: Record, app: uuid.UUID) -> App:
        record.app = uuid.uuid4()
        act = events.AppAuthorised(viewer=record.app, acts_for=record.viewer, scopes=EVERYTHING)
        access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=OPENED, behind=app)
        return App(origin, record.token())

    return let


def _typed(which: object) -> argparse.Namespace:
    return argparse.Namespace(scope="client", which=str(which), reason="exercise")


def _seen(app: App) -> tuple[int, int]:
    return len(app.search("Observation").ids), len(app.search("Patient").ids)


def test_an_app_is_stopped_for_everybody_who_let_it_in(record: Record, let_in: Let) -> None:
    other = made_record()
    other.deliver(observation("a", "2025-02-01"))
    rogue, honest = uuid.uuid4(), uuid.uuid4()
    stopped, also, kept = let_in(record, rogue), let_in(other, rogue), let_in(record, honest)
    assert (_seen(stopped), _seen(also), _seen(kept)) == ((3, 1), (1, 1), (3, 1))
    stops.close(_typed(rogue))
    assert (_seen(stopped), _seen(also), _seen(kept)) == ((0, 0), (0, 0), (3, 1))
    assert _seen(let_in(record, rogue)) == (0, 0)
    stops.reopen(_typed(rogue))
    assert (_seen(stopped), _seen(also)) == ((3, 1), (1, 1))


def test_one_persons_permission_is_stopped_alone(record: Record, let_in: Let) -> None:
    app = uuid.uuid4()
    stopped, permission = let_in(record, app), record.app
    kept = let_in(record, app)
    stops.close(_typed(permission))
    assert (_seen(stopped), _seen(kept)) == ((0, 0), (3, 1))
    stops.reopen(_typed(permission))


def test_a_stop_of_what_is_no_app_is_refused(record: Record) -> None:
    for which in (uuid.uuid4(), record.viewer, record.patient.public_id):
        with pytest.raises(CommandFailed):
            stops.close(_typed(which))
