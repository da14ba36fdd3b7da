"""Whose record a signed-in person has: opened with the link to a patient, closed with its end."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import queries
from openrecord.access.rules.giving import own as account_of
from openrecord.access.rules.sight import SightContext
from openrecord.access.types import ViewerId
from openrecord.clinical.kinds import Level
from openrecord.db import bus, sql
from openrecord.flow.steps import check_duties
from openrecord.identity.events import PatientLinked, PatientUnlinked
from openrecord.identity.types import PersonId
from openrecord.registry import actions as registry
from openrecord.registry.types import Policy
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


def given(world: ServedWorld) -> list[tuple[datetime, int]]:
    """What the practice has given the patient, and as of when."""
    acts = queries.acts(world.people["P"].patient_id)
    return [(at, act.level) for at, act in acts if isinstance(act, access_events.LevelGiven)]


def set_default(world: ServedWorld, level: Level, at: datetime) -> None:
    """The practice changes what new accounts get."""
    registry.set_policy(ods=world.ods("A"), policy=Policy(new_level=level), by=BY, at=at)


def open_now(world: ServedWorld, at: datetime) -> Level:
    """How much the patient sees now."""
    facts = queries.facts(world.people["P"].patient_id, at=at)
    own = account_of(facts)
    assert own is not None
    return SightContext(facts, own, at).level(world.ods("A"))


def test_a_new_account_gets_the_practices_default_exactly_once(world: ServedWorld) -> None:
    """R42: whatever the default becomes, whoever signs in again, and as often as the worker looks."""
    patient_id, person = world.people["P"].patient_id, PersonId(uuid4())
    set_default(world, Level.DETAILED, AT - timedelta(days=1))
    bus.publish(PatientLinked(person, patient_id, AT))
    assert given(world) == [(AT, Level.DETAILED)]
    set_default(world, Level.SUMMARY, LATER)
    bus.publish(PatientUnlinked(person, patient_id, LATER))
    bus.publish(PatientLinked(person, patient_id, LATER + timedelta(hours=1)))
    check_duties({patient_id: None}, at=LATER + timedelta(days=2))
    assert given(world) == [(AT, Level.DETAILED)]
    assert open_now(world, LATER + timedelta(days=2)) is Level.DETAILED


def test_an_account_from_before_go_live_gets_none(world: ServedWorld) -> None:
    set_default(world, Level.SUMMARY, AT - timedelta(days=400))
    act = access_events.AccountOpened(viewer=uuid4())
    access.record(patient_id=world.people["P"].patient_id, act=act, by=BY, at=datetime(2023, 5, 1, tzinfo=UTC))
    assert given(world) == []
    assert open_now(world, AT) is Level.FULL


def test_a_registration_of_a_day_to_come_gives_it_on_its_day(world: ServedWorld) -> None:
    """Before anybody reads, by the worker; and it holds from midnight also before the worker comes."""
    patient_id = world.people["P"].patient_id
    act = access_events.AccountOpened(viewer=uuid4())
    access.record(patient_id=patient_id, act=act, by=BY, at=datetime(2023, 5, 1, tzinfo=UTC))
    set_default(world, Level.SUMMARY, AT)
    day, begins = date(2024, 3, 11), datetime(2024, 3, 11, tzinfo=UTC)
    registry.deduct(patient_id=patient_id, ods=world.ods("A"), end=day, by=BY, at=AT)
    registry.register(patient_id=patient_id, ods=world.ods("A"), start=day, by=BY, at=AT)
    assert given(world) == []
    assert open_now(world, begins - timedelta(microseconds=1)) is Level.FULL
    assert open_now(world, begins) is Level.SUMMARY
    check_duties({patient_id: date(2024, 3, 10)}, at=begins + timedelta(hours=5))
    assert given(world) == [(begins, Level.SUMMARY)]
