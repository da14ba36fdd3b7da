"""Two records of one person on the practice's pages: a look first, then one record, then two again; nobody else's."""

import re
import uuid
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access.types import ViewerId
from openrecord.audit.models import ChangeRow
from openrecord.caseload import actions as caseload
from openrecord.caseload.types import Kind, Wish
from openrecord.clinical.kinds import Level
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.identity.types import Role
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import Patient, Policy
from openrecord.restricted import actions as restricted
from openrecord.restricted.types import Cause
from openrecord.screening import queries as screening
from tests.integration.flow.two_records import STAFF, World, hidden_in_one, known, new_world, send
from tests.integration.pages import world
from tests.integration.pages.town import new_town, unknown_number

MANAGER, LEAD = (Role.MANAGER,), (Role.IG_LEAD,)
DONE = {"confirmed": "yes", "reason": "registered_twice", "sure": "yes"}
NOBODY = "No patient of your practice matches."


@pytest.fixture
def two(stored: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: ARG001
    """Two records of three entries; what one hides, the other has on the same day."""
    return hidden_in_one(tmp_path, monkeypatch)


def patient(two: World, side: int) -> Patient:
    return known(two.sides[side].number)


def here(two: World, side: int = 0) -> str:
    return f"/staff/patients/{patient(two, side).public_id}/together"


def plain(answer: HttpResponse, number: str) -> str:
    """The page without what is another at each answer or stands in it by what was typed."""
    text = answer.content.decode().replace(number, "NUMBER")
    return re.sub(r'(csrfmiddlewaretoken" value)="[^"]*"', r"\1", text)


def desk(two: World, roles: tuple[Role, ...] = MANAGER) -> Client:
    return world.staff(two.town.ods, roles, at=two.at)


@pytest.mark.parametrize("roles", [MANAGER, LEAD])
def test_a_look_does_nothing_and_a_reason_merges(two: World, roles: tuple[Role, ...]) -> None:
    browser, number = desk(two, roles), two.sides[1].number
    looked = browser.post(here(two), {"number": number})
    assert looked.status_code == 200
    assert "copies of what is kept back in the other record: 1." in looked.text
    assert "The patient signs in with the other number" not in looked.text
    assert patient(two, 1).merged_into is None
    for form, what in (({}, "Choose a reason"), ({"reason": "registered_twice"}, "Confirm that you made sure")):
        refused = browser.post(here(two), {"number": number, "confirmed": "yes", **form})
        assert what in refused.text
        assert 'role="alert"' in refused.text
        assert ("checked" in refused.text) is bool(form), "what was chosen stays"
    assert patient(two, 1).merged_into is None
    done = browser.post(here(two), {"number": number, **DONE})
    assert (done.status_code, done["Location"]) == (303, f"{here(two)}?done=merged")
    two.merged = two.moment
    two.check()
    assert "The two records are one now." in browser.get(done["Location"]).text
    row = ChangeRow.objects.filter(patient_id=patient(two, 1).patient_id, event="merged").get()
    assert (row.role, row.organisation) == (roles[0].value, two.town.ods)


def test_a_merge_is_on_the_patients_page_and_is_taken_back(two: World) -> None:
    two.merge()
    lead = desk(two, LEAD)
    shown = lead.get(here(two).removesuffix("/together"))
    way = f"{here(two)}/{patient(two, 1).public_id}/part"
    assert f'href="{way}"' in shown.text
    assert f'href="{way}"' not in world.staff(two.town.ods, (Role.CLINICIAN,), at=two.at).get(
        here(two).removesuffix("/together")
    ).text  # fmt: skip
    asked = lead.get(way)
    assert "go back to the other record: 2." in asked.text
    assert "Choose a reason" in lead.post(way, {"sure": "yes"}).text
    assert patient(two, 1).merged_into is not None
    two.moment += 1
    done = lead.post(way, {"reason": "not_one_person", "sure": "yes"})
    assert (done.status_code, done["Location"]) == (303, f"{here(two)}?done=parted")
    assert "two again" in lead.get(done["Location"]).text
    assert lead.post(way, {"reason": "mistake", "sure": "yes"}).status_code == 404
    two.merged = None
    two.check()


def test_whom_the_practice_does_not_have_is_nobody(two: World) -> None:
    """A number of another practice, of a patient who left for one, and one that nobody has: the same answer."""
    elsewhere, left = new_world(), new_world()
    moved, other = patient(left, 0), new_town(Policy()).ods
    registry_actions.register(
        patient_id=moved.patient_id, ods=two.town.ods, start=date(2019, 1, 1), end=date(2020, 1, 1), by=STAFF, at=two.at
    )
    registry_actions.register(patient_id=moved.patient_id, ods=other, start=date(2020, 1, 1), by=STAFF, at=two.at)
    browser, told = desk(two), set()
    for number in (elsewhere.sides[0].number, moved.nhs_number, unknown_number()):
        answer = browser.post(here(two), {"number": number, **DONE})
        assert NOBODY in answer.text
        assert f'value="{number}"' in answer.text, "nothing typed is lost"
        told.add(plain(answer, number))
    assert len(told) == 1
    assert "Enter an NHS number of 10 digits" in browser.post(here(two), {"number": "123"}).text
    assert browser.get(f"/staff/patients/{moved.public_id}/together").status_code == 404


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"withdrawn": True}, "One of these records is protected."),
        ({"address_flagged": True}, "One of these records is protected."),
        ({"born": date(1980, 5, 11)}, "The dates of birth differ"),
    ],
)
def test_what_keeps_two_records_apart_is_said_at_the_field(two: World, change: dict[str, object], what: str) -> None:
    stranger = replace(patient(two, 1), patient_id=uuid.uuid4().int % 10**12, public_id=uuid.uuid4())
    made = replace(stranger, nhs_number=unknown_number(), **change)  # type: ignore[arg-type]
    registry_actions.recover(patient=made, by=STAFF, at=two.at)
    registry_actions.register(patient_id=made.patient_id, ods=two.town.ods, start=date(2020, 1, 1), by=STAFF, at=two.at)
    answer = desk(two).post(here(two), {"number": made.nhs_number, **DONE})
    assert what in answer.text
    assert 'id="number-error"' in answer.text
    assert known(made.nhs_number).merged_into is None


def test_itself_a_merged_one_and_one_with_open_requests_are_refused(two: World) -> None:
    browser = desk(two)
    assert "the record that you are in" in browser.post(here(two), {"number": two.sides[0].number}).text
    caseload.make(
        patient_id=patient(two, 1).patient_id, ods=two.town.ods, kind=Kind.CORRECTION,
        asker=ViewerId(two.sides[1].account), wish=Wish(), by=STAFF, at=two.at,
    )  # fmt: skip
    assert "Requests about the other record" in browser.post(here(two), {"number": two.sides[1].number}).text
    third = unknown_number()
    send(third, two.town.ods, "c-first", date(2025, 1, 1), two.at)
    assert browser.post(here(two), {"number": third, **DONE}).status_code == 303
    assert "was merged already" in browser.post(here(two), {"number": third}).text


def test_a_restricted_record_is_opened_first(two: World) -> None:
    other = patient(two, 1)
    restricted.restrict(ods=two.town.ods, patient_id=other.patient_id, cause=Cause.STAFF, by=STAFF, at=two.at)
    browser = desk(two)
    assert "That record is restricted." in browser.post(here(two), {"number": other.nhs_number}).text
    assert browser.get(here(two, 1)).status_code == 303
    browser.post(f"{here(two, 1).removesuffix('/together')}/open", {"ground": "duty", "words": "Two records."})
    assert "What merging does" in browser.post(here(two), {"number": other.nhs_number}).text


@pytest.mark.parametrize("roles", [(Role.READER,), (Role.CLINICIAN, Role.SCREENER)])
def test_other_roles_do_not_merge(two: World, roles: tuple[Role, ...]) -> None:
    browser = desk(two, roles)
    assert browser.get(here(two)).status_code == 403
    assert browser.post(here(two), {"number": two.sides[1].number, **DONE}).status_code == 403
    two.merge()
    assert browser.post(f"{here(two)}/{patient(two, 1).public_id}/part", DONE).status_code == 403


def test_what_another_practice_keeps_is_not_counted(two: World) -> None:
    """Entries of a practice where the patient was before are no business of this one; nor is a record it never had."""
    before = new_town(Policy(go_live=date(2020, 1, 1))).ods
    one = patient(two, 0)
    registry_actions.register(
        patient_id=one.patient_id, ods=before, start=date(2018, 1, 1), end=date(2019, 1, 1), by=STAFF, at=two.at
    )
    browser, number = desk(two), two.sides[1].number
    before_it = plain(browser.post(here(two), {"number": number}), number)
    send(one.nhs_number, before, "x-elsewhere", date(2018, 6, 1), two.at)
    assert len(screening.facts(one.patient_id)) == 3
    assert plain(browser.post(here(two), {"number": number}), number) == before_it


def test_the_other_way_round_is_proposed_where_the_patient_signs_in_there(two: World) -> None:
    third = unknown_number()
    send(third, two.town.ods, "c-first", date(2025, 1, 1), two.at - timedelta(minutes=5))
    fresh = known(NhsNumber(third))
    browser = desk(two)
    answer = browser.post(f"/staff/patients/{fresh.public_id}/together", {"number": two.sides[0].number})
    assert "The patient signs in with the other number" in answer.text
    assert f'href="{here(two)}"' in answer.text


def test_who_was_let_in_is_counted_apart(two: World) -> None:
    for side in (0, 1):
        act = events.ProxyGranted(viewer=uuid.uuid4(), basis="consent", listed_org=two.town.ods, level=Level.FULL)
        behind = uuid.UUID(int=7) if side else uuid.UUID(int=8)
        access.record(patient_id=patient(two, side).patient_id, act=act, by=STAFF, at=two.at, behind=behind)
    text = desk(two).post(here(two), {"number": two.sides[1].number}).text
    assert "let in to both records: 0." in text
    assert "let in to one of them: 2." in text
