"""Merged records on the practice's pages: one record whichever number is asked for, and closed where one was."""

from datetime import date
from pathlib import Path

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from openrecord.kit.ids import random_id
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import MergeReason, PartReason, Policy
from openrecord.restricted import actions as restricted
from openrecord.restricted.types import Cause
from tests.integration.fhir.world import AT, ORG, made_record, stopped
from tests.integration.flow.two_records import STAFF, World, hidden_in_one, known, new_world, send, served
from tests.integration.pages import world
from tests.integration.pages.town import new_town

LEAD = (Role.IG_LEAD, Role.CLINICIAN, Role.SCREENER)


@pytest.fixture
def merged(stored: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: ARG001
    """Two records, merged; an entry of the second is hidden, and one of the first has its day."""
    made = hidden_in_one(tmp_path, monkeypatch)
    made.merge()
    return made


def _address(merged: World, side: int) -> str:
    return f"/staff/patients/{known(merged.sides[side].number).public_id}"


def test_either_address_and_either_number_lead_to_the_one_record(merged: World) -> None:
    browser = world.staff(merged.town.ods, LEAD, at=merged.at)
    for side in (0, 1):
        page = browser.get(f"{_address(merged, side)}?show=all")
        assert page.status_code == 200
        assert all(f"Made-up {name}" in page.text for name in ("a-first", "b-first", "a-one", "b-one"))
        found = browser.post("/staff/find", {"number": merged.sides[side].number})
        assert _address(merged, 0) in (found.text + found.get("Location", ""))
        assert _address(merged, 1) not in (found.text + found.get("Location", ""))


def test_a_doubted_entry_is_in_the_list_and_opens(merged: World) -> None:
    browser = world.staff(merged.town.ods, LEAD, at=merged.at)
    listed = browser.get("/staff/queue")
    assert listed.status_code == 200
    assert "Made-up a-one" in listed.text
    assert "Made-up b-one" not in listed.text


@pytest.mark.parametrize("side", [0, 1])
def test_a_record_is_closed_where_one_of_the_two_was(merged: World, side: int) -> None:
    patient = known(merged.sides[side].number).patient_id
    restricted.restrict(ods=merged.town.ods, patient_id=patient, cause=Cause.STAFF, by=STAFF, at=merged.at)
    browser = world.staff(merged.town.ods, LEAD, at=merged.at)
    assert browser.get(_address(merged, 0)).status_code == 303
    assert "Made-up a-one" not in browser.get("/staff/queue").text


def test_another_practice_learns_of_neither(merged: World) -> None:
    browser = world.staff(new_world().town.ods, LEAD, at=merged.at)
    for side in (0, 1):
        assert browser.get(_address(merged, side)).status_code == 404


def test_a_practice_that_knows_only_the_other_record_does_its_part(merged: World) -> None:
    """Its entries came with that one, and are its to decide about."""
    both = new_world()
    other = new_town(Policy(go_live=date(2020, 1, 1)))
    one, two = (known(side.number) for side in both.sides)
    registry_actions.register(patient_id=two.patient_id, ods=other.ods, start=date(2021, 1, 1), by=STAFF, at=both.at)
    send(both.sides[1].number, other.ods, "b-elsewhere", date(2025, 2, 9), both.at)
    browser = world.staff(other.ods, LEAD, at=merged.at)
    assert browser.get(_address(both, 0)).status_code == 404
    both.moment = 1
    both.merge()
    page = browser.get(f"{_address(both, 0)}?show=all")
    assert page.status_code == 200
    assert "Made-up b-elsewhere" in page.text
    assert "b-elsewhere" in served(one.patient_id, both.sides[0].account, both.at)


def test_who_acts_for_one_person_with_two_records_chooses_one(stored: None) -> None:  # noqa: ARG001
    """The other one shows nothing; whoever was let in to that alone is told that it has ended."""
    stopped()
    one, two = made_record("Twin", "Ann"), made_record("Twin", "Ann")
    both, single = made_record("Carer", "Kim"), made_record("Carer", "Jo")
    for carer, records in ((both, (one, two)), (single, (two,))):
        world.patient(carer)
        person = identity.person_by_nhs_number(carer.patient.nhs_number)
        assert person is not None
        for each in records:
            let = events.ProxyGranted(viewer=random_id(), basis="consent", listed_org=ORG, level=4)
            access.record(patient_id=each.patient.patient_id, act=let, by=STAFF, at=AT, behind=person.person_id)
    ids = {"survivor": one.patient.patient_id, "other": two.patient.patient_id}
    registry_actions.merge(**ids, reason=MergeReason.REGISTERED_TWICE, by=STAFF, at=AT)
    kim, jo = world.patient(both).get("/people").text, world.patient(single).get("/people").text
    assert kim.count("Ann Twin") == 1
    assert "It has ended." not in kim
    assert "Ann Twin" not in jo
    assert "It has ended." in jo
    registry_actions.part(other=two.patient.patient_id, reason=PartReason.MISTAKE, by=STAFF, at=AT)
    assert world.patient(both).get("/people").text.count("Ann Twin") == 2
    assert world.patient(single).get("/people").text.count("Ann Twin") == 1
