"""A death and a protected address, recorded by staff and taken back: at once, and nobody is told why (R29, R46)."""

import uuid
from datetime import date

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events, invitations
from openrecord.access.invitations import Invited
from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import MergeReason, OdsCode, Policy, Practice
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record
from tests.integration.pages import world

SEEN = "/record/measurements"
LINE = "or-line__title"
NEXT = OdsCode("Y90781")


@pytest.fixture
def carer(record: Record) -> Client:
    """The browser of somebody who acts for the patient."""
    made = made_record("Carer", "Kim")
    browser = world.patient(made)
    person = identity.person_by_nhs_number(made.patient.nhs_number)
    assert person is not None
    act = events.ProxyGranted(viewer=uuid.uuid4(), basis="lpa", listed_org=str(ORG), level=4)
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=OPENED, behind=person.person_id)
    assert browser.post("/people", {"viewer": str(act.viewer)}).status_code == 303
    return browser


def _page(record: Record) -> str:
    return f"/staff/patients/{record.patient.public_id}/circumstances"


def _say(staff: Client, record: Record, change: str) -> None:
    assert staff.post(_page(record), {"change": change}).headers["Location"] == f"{_page(record)}?saved"


def test_a_wrong_death_is_taken_back_and_access_stands_as_before(record: Record, carer: Client) -> None:
    mine, staff = world.patient(record), world.staff()
    before = (mine.get(SEEN).text.count(LINE), carer.get(SEEN).text.count(LINE))
    assert before == (3, 3)
    _say(staff, record, "died")
    assert (mine.get(SEEN).text.count(LINE), carer.get(SEEN).text.count(LINE)) == (0, 0)
    assert "The patient has died." in staff.get(f"/staff/patients/{record.patient.public_id}").text
    assert 'value="died"' not in staff.get(_page(record)).text
    _say(staff, record, "lives")
    assert (mine.get(SEEN).text.count(LINE), carer.get(SEEN).text.count(LINE)) == before
    assert "The patient has died." not in staff.get(f"/staff/patients/{record.patient.public_id}").text


def test_a_protected_address_lets_nobody_act_and_says_nothing(record: Record, carer: Client) -> None:
    mine, staff = world.patient(record), world.staff()
    page = mine.get(SEEN).text
    _say(staff, record, "protected")
    assert (mine.get(SEEN).text.count(LINE), carer.get(SEEN).text.count(LINE)) == (3, 0)
    assert mine.get("/access").text.count("protected") == 0
    assert page.count(LINE) == 3
    assert "Nobody can be let in" in staff.get(f"/staff/patients/{record.patient.public_id}/people/new").text
    assert "address is protected" in staff.get(f"/staff/patients/{record.patient.public_id}").text
    _say(staff, record, "found")
    assert carer.get(SEEN).text.count(LINE) == 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("died", "They see nothing: the patient has died"),
        ("protected", "They see nothing: the patient&#39;s address is protected"),
    ],
)
@pytest.mark.usefixtures("carer")
def test_of_who_acts_for_them_it_is_said_that_they_see_nothing(record: Record, change: str, told: str) -> None:
    """Nobody can be let in, so nothing leads there: no form, no letter that would link nobody."""
    staff, people = world.staff(), f"/staff/patients/{record.patient.public_id}/people"
    waiting = events.ProxyGranted(viewer=uuid.uuid4(), basis="lpa", listed_org=str(ORG), level=4)
    invited = Invited("Jo", "Nother", date(1980, 1, 1), None)
    invitations.grant(patient_id=record.patient.patient_id, act=waiting, invited=invited, by=BY, at=OPENED)
    before = staff.get(people).text
    assert "They see nothing" not in before
    assert f"{people}/new" in before
    assert f"{people}/{waiting.viewer}/letter" in before
    _say(staff, record, change)
    after = staff.get(people).text
    assert after.count(told) == 2
    assert f"{people}/new" not in after
    assert "/letter" not in after


@pytest.mark.parametrize("change", ["", "lives", "found", "x"])
def test_what_cannot_have_changed_is_not_taken(record: Record, change: str) -> None:
    refused = world.staff().post(_page(record), {"change": change}).text
    assert "There is a problem" in refused
    assert "Choose what has changed" in refused
    assert not registry.patient(record.patient.patient_id).died


@pytest.mark.parametrize("role", [Role.READER, Role.SCREENER])
def test_who_may_not_say_it(record: Record, role: Role) -> None:
    staff = world.staff(ORG, (role,))
    assert 'name="change"' not in staff.get(_page(record)).text
    assert staff.post(_page(record), {"change": "died"}).status_code == 403
    assert not registry.patient(record.patient.patient_id).died


def test_the_practice_that_had_the_patient_last_says_it(record: Record) -> None:
    """Who has died is deducted; who went to another practice is that one's."""
    patient_id = record.patient.patient_id
    registry_actions.deduct(patient_id=patient_id, ods=ORG, end=date(2025, 3, 1), by=BY, at=OPENED)
    staff = world.staff()
    assert _page(record) in staff.get(f"/staff/patients/{record.patient.public_id}").text
    _say(staff, record, "died")
    if registry.practice(NEXT) is None:
        practice = Practice(NEXT, "Next Surgery", policy=Policy())
        registry_actions.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=BY, at=OPENED)
    registry_actions.register(patient_id=patient_id, ods=NEXT, start=date(2025, 3, 1), by=BY, at=AT)
    assert staff.post(_page(record), {"change": "lives"}).status_code == 404
    assert _page(record) not in staff.get(f"/staff/patients/{record.patient.public_id}").text
    _say(world.staff(NEXT), record, "lives")


def test_of_merged_records_every_one_is_meant(record: Record) -> None:
    other = made_record("Example", "Test")
    registry_actions.record_death(patient_id=other.patient.patient_id, died=True, by=BY, at=OPENED)
    registry_actions.merge(
        survivor=record.patient.patient_id,
        other=other.patient.patient_id,
        reason=MergeReason.REGISTERED_TWICE,
        by=BY,
        at=AT,
    )
    staff, mine = world.staff(), world.patient(record)
    assert LINE not in mine.get(SEEN).text
    _say(staff, record, "lives")
    assert not registry.patient(other.patient.patient_id).died
    assert LINE in mine.get(SEEN).text
