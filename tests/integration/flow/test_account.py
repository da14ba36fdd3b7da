"""Whose record a signed-in person has: opened with the link to a patient, closed with its end."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import queries
from openrecord.access.types import ViewerId
from openrecord.db import bus, sql
from openrecord.identity.events import PatientLinked, PatientUnlinked
from openrecord.identity.types import PersonId
from tests.decision.served_world import BY, ServedWorld

pytestmark = pytest.mark.usefixtures("stored")
AT = datetime(2024, 3, 1, 9, tzinfo=UTC)
LATER = AT + timedelta(days=1)


@pytest.fixture
def world(stored: None) -> ServedWorld:  # noqa: ARG001  the database, open
    return ServedWorld({"viewers": {"pat": {"kind": "self", "account": None}}})


def live_tokens(viewer_id: ViewerId) -> int:
    row = sql.row("SELECT count(*) FROM access_live_token WHERE viewer_id=%s AND NOT revoked", [viewer_id.bytes])
    return 0 if row is None else int(row[0])


def test_a_person_who_is_no_longer_known_to_be_the_patient_has_no_record(world: ServedWorld) -> None:
    patient_id, person = world.people["P"].patient_id, PersonId(uuid4())
    bus.publish(PatientLinked(person, patient_id, AT))
    (viewing,) = queries.viewings(person, at=AT)
    app = uuid4()
    act = access_events.AppAuthorised(viewer=app, acts_for=viewing.viewer_id, scopes=("patient/*.rs",))
    access.record(patient_id=patient_id, act=act, by=BY, at=AT, behind=app)
    access.issue_token(
        patient_id=patient_id, viewer_id=viewing.viewer_id, client_id=app, scopes=("patient/*.rs",),
        expires=LATER + timedelta(days=9), by=BY, at=AT,
    )  # fmt: skip
    assert live_tokens(viewing.viewer_id) == 1

    bus.publish(PatientUnlinked(person, patient_id, LATER))

    assert queries.viewings(person, at=LATER) == ()
    assert live_tokens(viewing.viewer_id) == 0


def test_the_account_is_the_same_when_the_person_is_known_again(world: ServedWorld) -> None:
    patient_id, person = world.people["P"].patient_id, PersonId(uuid4())
    bus.publish(PatientLinked(person, patient_id, AT))
    before = queries.viewings(person, at=AT)
    bus.publish(PatientUnlinked(person, patient_id, LATER))
    bus.publish(PatientLinked(person, patient_id, LATER + timedelta(hours=1)))
    assert queries.viewings(person, at=LATER + timedelta(days=1)) == before


def test_who_acts_for_the_patient_stays(world: ServedWorld) -> None:
    patient_id, person, proxy = world.people["P"].patient_id, PersonId(uuid4()), uuid4()
    bus.publish(PatientLinked(person, patient_id, AT))
    act = access_events.ProxyGranted(viewer=uuid4(), basis="lpa", listed_org=world.ods("A"), level=4)
    access.record(patient_id=patient_id, act=act, by=BY, at=AT, behind=proxy)
    bus.publish(PatientUnlinked(person, patient_id, LATER))
    assert len(queries.viewings(proxy, at=LATER)) == 1
