"""Codes that mean something: what arrives or turns stands open until it is decided (R24, R38, R39)."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from openrecord.access import actions, events
from openrecord.access import due as access_due
from openrecord.access import queries as access
from openrecord.access.matters import DECISIONS, NOTICES, Due, Matter, OpenDue
from openrecord.flow import worker
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient, Policy
from tests.integration.fhir.world import AT, BY, Record, made_record, observation, stopped
from tests.integration.pages import town as made
from tests.integration.pages import world

BEFORE = AT - timedelta(days=1)
SOON = AT + timedelta(minutes=10)
LATER = AT + timedelta(days=1)


@pytest.fixture
def hilltop(stored: None) -> made.Town:  # noqa: ARG001
    stopped()
    return made.new_town(Policy())


@pytest.fixture
def clinician(hilltop: made.Town) -> Client:
    return world.staff(hilltop.ods, (Role.CLINICIAN,))


def open_at(town: made.Town) -> list[tuple[Patient, Matter, datetime]]:
    found: tuple[OpenDue, ...] = access_due.open_due(town.ods, frozenset(Matter) - NOTICES, limit=99)
    return [(registry.patient(due.patient_id), due.due.matter, due.since) for due in found]


def review_address(patient: Patient) -> str:
    return f"/staff/decisions/{patient.public_id}/enhanced-review"


@pytest.mark.parametrize(("answer", "keeps"), [("keep", True), ("remove", False)])
def test_a_104_on_live_access_is_decided_at_once(
    hilltop: made.Town, clinician: Client, answer: str, *, keeps: bool
) -> None:
    patient = hilltop.patient("Able")
    made.account(patient)
    assert open_at(hilltop) == []
    made.code(patient, "104")
    assert open_at(hilltop) == [(patient, Matter.ENHANCED_REVIEW, AT)]
    listed = clinician.get("/staff/decisions").text
    assert "Able, Test" in listed
    assert "3 March 2025" in listed
    assert "1 open" in clinician.get("/staff/home").text
    address = review_address(patient)
    assert 'href="#answer-1"' in clinician.post(address).text
    assert clinician.post(address, {"answer": "perhaps"}).status_code == 200
    assert clinician.post(address, {"answer": answer}).status_code == 303
    assert open_at(hilltop) == []
    decided = access.facts(patient.patient_id, at=AT).review_decisions
    assert [decision.keep for decision in decided] == [keeps]
    assert clinician.post(address, {"answer": "remove"})["Location"].endswith("done=gone")
    assert len(access.facts(patient.patient_id, at=AT).review_decisions) == 1


def test_what_is_open_stands_where_the_record_is_read(hilltop: made.Town, clinician: Client) -> None:
    patient, other = hilltop.patient("Able"), hilltop.patient("Baker")
    for each in (patient, other):
        made.account(each)
    made.code(patient, "104")
    here = f"/staff/patients/{patient.public_id}"
    assert review_address(patient) in clinician.get(here).text
    reader = world.staff(hilltop.ods, (Role.READER,)).get(here).text
    assert "Enhanced review recorded while access is open" in reader
    assert review_address(patient) not in reader
    assert "Enhanced review" not in clinician.get(f"/staff/patients/{other.public_id}").text
    clinician.post(review_address(patient), {"answer": "keep"})
    assert "Enhanced review" not in clinician.get(here).text


def test_removed_access_ends_at_once_and_says_nothing(stored: None) -> None:  # noqa: ARG001
    """The patient's own pages look like those of an ordinary lower level (R8)."""
    stopped()
    record: Record = made_record()
    record.deliver(observation("a"))
    own, clinician = world.patient(record), world.staff()
    assert "Body weight" in own.get("/record/measurements").text
    made.code(record.patient, "104")
    assert "Body weight" in own.get("/record/measurements").text
    assert clinician.post(review_address(record.patient), {"answer": "remove"}).status_code == 303
    after = own.get("/record/measurements")
    lowered: Record = made_record()
    lowered.deliver(observation("a"))
    made.record(lowered.patient, events.Lowered(level=0))
    ordinary = world.patient(lowered).get("/record/measurements")
    assert after.status_code == ordinary.status_code
    assert "Body weight" not in after.text
    assert after.text == ordinary.text
    assert "review" not in after.text.lower()


def test_a_106_after_a_removal_asks_again(hilltop: made.Town, clinician: Client) -> None:
    patient = hilltop.patient("Able")
    made.account(patient)
    made.code(patient, "104")
    clinician.post(review_address(patient), {"answer": "remove"})
    made.code(patient, "106", day_of(SOON), SOON)
    assert open_at(hilltop) == [(patient, Matter.REVIEW_LIFTED, SOON)]
    clock.use(lambda: SOON)
    assert "Give access back" in clinician.get(review_address(patient)).text
    assert clinician.post(review_address(patient), {"answer": "keep"}).status_code == 303
    assert open_at(hilltop) == []


def test_drift_stands_in_the_list_until_it_ends(hilltop: made.Town, clinician: Client) -> None:
    paused, removed = hilltop.patient("Paused"), hilltop.patient("Removed")
    for patient in (paused, removed):
        made.account(patient)
    made.record(paused, events.Paused())
    entry = made.code(removed, "104")
    clinician.post(review_address(removed), {"answer": "remove"})
    made.record(removed, events.CodeWithdrawn(entry=entry), SOON)
    assert open_at(hilltop) == [
        (paused, Matter.PAUSED_WITHOUT_CODE, AT),
        (removed, Matter.CLOSED_WITHOUT_CODE, SOON),
    ]
    listed = clinician.get("/staff/drift").text
    assert listed.index("Paused, Test") < listed.index("Removed, Test")
    assert "2 open" in clinician.get("/staff/home").text
    made.code(paused, "103", at=SOON)
    clock.use(lambda: SOON)
    assert clinician.post(review_address(removed), {"answer": "remove"}).status_code == 200, "that takes the code"
    assert clinician.post(review_address(removed), {"answer": "keep"}).status_code == 303
    assert open_at(hilltop) == []
    assert "Every code agrees" in clinician.get("/staff/drift").text


@pytest.mark.parametrize(("answer", "carries_on"), [("keep", True), ("end", False)])
def test_a_parent_waits_from_the_birthday_on(
    hilltop: made.Town, clinician: Client, answer: str, *, carries_on: bool
) -> None:
    """Nothing happens on that day but that the worker looks."""
    child = hilltop.patient("Fledgling", date(2014, 3, 3))
    viewer = made.mother(child, hilltop)
    worker_day(BEFORE)
    assert open_at(hilltop) == []
    worker_day(AT)
    assert open_at(hilltop) == [(child, Matter.AGE_REVIEW, AT)]
    address = f"/staff/decisions/{child.public_id}/age-review/{viewer}"
    assert address in clinician.get("/staff/decisions").text
    assert clinician.post(address, {"answer": answer}).status_code == 303
    assert open_at(hilltop) == []
    assert [r.carries_on for r in access.facts(child.patient_id, at=AT).age_reviews] == [carries_on]


def worker_day(at: datetime) -> None:
    """The worker has looked at everybody on that day."""
    while worker.check_duties(at):
        pass


def test_at_sixteen_a_parents_access_can_only_end(hilltop: made.Town, clinician: Client) -> None:
    grown = hilltop.patient("Grown", date(2009, 3, 3))
    viewer = made.mother(grown, hilltop)
    worker_day(AT + timedelta(hours=1))
    address = f"/staff/decisions/{grown.public_id}/age-review/{viewer}"
    assert "Carry on" not in clinician.get(address).text
    assert clinician.post(address, {"answer": "keep"}).status_code == 200
    assert clinician.post(address, {"answer": "end"}).status_code == 303
    assert open_at(hilltop) == []


def test_a_code_of_a_day_to_come_waits_for_it(hilltop: made.Town) -> None:
    patient = hilltop.patient("Able")
    made.account(patient)
    made.code(patient, "104", day_of(LATER))
    worker_day(AT)
    assert open_at(hilltop) == []
    worker_day(LATER)
    assert open_at(hilltop) == [(patient, Matter.ENHANCED_REVIEW, LATER)]
    worker_day(LATER + timedelta(days=1))
    assert open_at(hilltop) == [(patient, Matter.ENHANCED_REVIEW, LATER)], "it keeps its age"


def test_who_leaves_or_dies_leaves_the_list(hilltop: made.Town) -> None:
    leaver, dead = hilltop.patient("Leaver"), hilltop.patient("Dead")
    for patient in (leaver, dead):
        made.account(patient)
        made.code(patient, "104")
    assert len(open_at(hilltop)) == 2
    registry_actions.deduct(patient_id=leaver.patient_id, ods=hilltop.ods, end=day_of(AT), by=BY, at=AT)
    registry_actions.record_death(patient_id=dead.patient_id, died=True, by=BY, at=AT)
    assert open_at(hilltop) == []


def test_a_policy_can_end_a_matter(hilltop: made.Town) -> None:
    child = hilltop.patient("Twelve", date(2013, 3, 1))
    made.mother(child, hilltop)
    worker_day(AT)
    assert [matter for _, matter, _ in open_at(hilltop)] == [Matter.AGE_REVIEW]
    registry_actions.set_policy(ods=hilltop.ods, policy=Policy(review_age=13), by=BY, at=AT)
    while worker.settle_waiting(AT):
        pass
    assert open_at(hilltop) == []


@pytest.mark.parametrize("role", [Role.READER, Role.SCREENER, Role.MANAGER])
def test_others_see_the_list_and_decide_nothing(hilltop: made.Town, role: Role) -> None:
    patient = hilltop.patient("Able")
    made.account(patient)
    made.code(patient, "104")
    other = world.staff(hilltop.ods, (role,))
    listed = other.get("/staff/decisions").text
    assert "Able, Test" in listed
    assert review_address(patient) not in listed
    assert other.get(review_address(patient)).status_code == 403
    assert other.post(review_address(patient), {"answer": "remove"}).status_code == 403
    assert len(open_at(hilltop)) == 1


def test_another_practice_sees_and_decides_nothing(hilltop: made.Town) -> None:
    patient = hilltop.patient("Able")
    made.account(patient)
    made.code(patient, "104")
    other = made.new_town(Policy())
    stranger = world.staff(other.ods, (Role.CLINICIAN, Role.IG_LEAD))
    for address in ("/staff/decisions", "/staff/drift"):
        assert "Able" not in stranger.get(address).text
    assert stranger.post(review_address(patient), {"answer": "remove"}).status_code == 404
    registry_actions.register(patient_id=patient.patient_id, ods=other.ods, start=date(2020, 1, 1),
                              end=date(2021, 1, 1), by=BY, at=AT)  # fmt: skip
    assert stranger.post(review_address(patient), {"answer": "remove"})["Location"].endswith("done=gone")
    assert len(open_at(hilltop)) == 1


def test_facts_of_many_are_those_of_each(hilltop: made.Town) -> None:
    record = made_record()
    record.deliver(observation("a"))
    patients = [hilltop.patient("Able"), hilltop.patient("Baker", made.CHILD), record.patient]
    made.account(patients[0])
    made.code(patients[0], "104", at=LATER)
    made.mother(patients[1], hilltop)
    numbers = [patient.patient_id for patient in patients]
    for at in (AT, LATER):
        assert access.facts_of(numbers, at=at) == {number: access.facts(number, at=at) for number in numbers}
    assert access.facts_of([], at=AT) == {}


def test_a_stopped_app_is_stopped_for_many_as_for_one(hilltop: made.Town) -> None:
    record, behind = made_record(), uuid.uuid4()
    patients = [record.patient.patient_id, hilltop.patient("Able").patient_id]
    act = events.AppAuthorised(viewer=uuid.uuid4(), acts_for=record.viewer, scopes=("patient/*.rs",))
    actions.record(patient_id=record.patient.patient_id, act=act, by=BY, at=AT, behind=behind)
    actions.close(scope="client", which=str(behind), reason="exercise", by=BY, at=AT)
    try:
        found = access.facts_of(patients, at=AT)
        assert found == {number: access.facts(number, at=AT) for number in patients}
        assert len(found[patients[0]].closures) == len(found[patients[1]].closures) + 1
    finally:
        actions.reopen(scope="client", which=str(behind), by=BY, at=AT)


def test_the_practice_is_told_its_own_number_only(hilltop: made.Town) -> None:
    patient = hilltop.patient("Able")
    made.account(patient)
    made.code(patient, "104")
    assert access_due.count_due(DECISIONS, hilltop.ods) == 1
    assert access_due.count_due(DECISIONS) >= 1
    assert access_due.due_of([patient.patient_id]) == {
        patient.patient_id: frozenset({Due(hilltop.ods, Matter.ENHANCED_REVIEW)})
    }
