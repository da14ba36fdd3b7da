"""What a patient told the practice about their access: who may record it, what staff see, what is asked first."""

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access import queries as access_queries
from openrecord.access.types import Method
from openrecord.identity.types import Role
from tests.integration.fhir.world import AT, BY, ORG, Record
from tests.integration.pages import town as made
from tests.integration.pages import world

YES = {"confirmed": "yes"}
WISH = {"wish": "decline", "method": "phone"}


def _address(record: Record) -> str:
    return f"/staff/patients/{record.patient.public_id}/wishes"


def _acts(record: Record) -> int:
    return len(access_queries.acts(record.patient.patient_id))


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ({}, ("Choose what the patient wants", "Choose how they told you")),
        ({"wish": "decline"}, ("Choose how they told you",)),
        ({"method": "phone"}, ("Choose what the patient wants",)),
        ({"wish": "decline", "method": "online"}, ("Choose how they told you",)),
        ({"wish": "resume", "method": "phone"}, ("Choose what the patient wants",)),
        ({"wish": "lower-4", "method": "phone"}, ("Choose what the patient wants",)),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_is_lost(
    record: Record, form: dict[str, str], missing: tuple[str, ...]
) -> None:
    before = _acts(record)
    asked = world.staff().post(_address(record), {**form, **YES}).text
    assert all(asked.count(sentence) == 2 for sentence in missing), "in the summary and at the field"
    assert asked.count(" checked>") == 2 - len(missing)
    assert _acts(record) == before


@pytest.mark.parametrize("role", Role)
def test_who_may_record_a_wish(record: Record, role: Role) -> None:
    browser, before = world.staff(ORG, (role,)), _acts(record)
    may = role in {Role.SCREENER, Role.CLINICIAN, Role.MANAGER}
    assert ("How did they tell you?" in browser.get(_address(record)).text) == may
    assert browser.post(_address(record), {**WISH, **YES}).status_code == (303 if may else 403)
    assert _acts(record) - before == may


def test_nothing_is_recorded_before_it_is_confirmed(record: Record) -> None:
    browser, before = world.staff(), _acts(record)
    asked = browser.post(_address(record), WISH).text
    assert "No online access (code 103)" in asked
    assert "By phone" in asked
    assert _acts(record) == before


def test_taking_a_wish_back_says_that_it_opens(record: Record) -> None:
    act = events.Paused(method=Method.ONLINE)
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=AT)
    asked = world.staff().post(_address(record), {"wish": "resume", "method": "phone"}).text
    assert "It also takes back what they chose" in asked
    assert "Only the practice can take it back" not in asked


def test_staff_see_what_stands_and_all_that_was_said(record: Record) -> None:
    browser = world.staff()
    assert "The patient has chosen nothing." in browser.get(_address(record)).text
    for act in (
        events.Paused(method=Method.ONLINE),
        events.Lowered(level=1, method=Method.WRITING),
        events.CodeArrived(entry=record.viewer, code="103", effective=None, recorded=AT),
        events.CodeArrived(entry=record.app, code="104", effective=None, recorded=AT),
    ):
        access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=AT)
    shown = browser.get(_address(record)).text
    for sentence in (
        "They do not want online access (code 103), as the practice was told.",
        "They paused their access on their own pages.",
        "They want to see less, as the practice was told: Medicines and allergies.",
    ):
        assert sentence in shown
    cells = [cell.split("</td>")[0] for cell in shown.split('<td class="nhsuk-table__cell">')[1:]]
    assert list(zip(cells[1::3], cells[2::3], strict=True)) == [
        ("No online access (code 103)", "From the clinical system"),
        ("See less: Medicines and allergies", "In writing"),
        ("Pause access", "Online, by themselves"),
    ]


def test_opening_the_page_is_on_the_trail(record: Record) -> None:
    world.staff().get(_address(record))
    assert ("/staff/wishes", "", "", b"") in record.trail()


def test_a_wish_taken_back_says_what_still_keeps_the_record_closed(record: Record) -> None:
    """With a pause staff are told to record code 103: ended alone, it opens nothing, and the patient waits for it."""
    who, browser = record.patient.patient_id, world.staff()
    access.record(patient_id=who, act=events.Paused(method=Method.PHONE), by=BY, at=AT)
    told = browser.post(_address(record), {"wish": "resume", "method": "phone"}).text
    assert "The patient sees again" in told
    assert "They still see nothing" not in told
    made.code(record.patient, "103")
    told = browser.post(_address(record), {"wish": "resume", "method": "phone"}).text
    assert "The patient sees again" not in told
    assert "They still see nothing or less:" in told
    assert "They do not want online access (code 103), as the practice was told." in told
    assert "paused" not in told.partition("They still see")[2].partition("</ul>")[0]
    told = browser.post(_address(record), {"wish": "return", "method": "phone"}).text
    assert "Their access is paused, as the practice was told." in told
    assert "code 103)," not in told.partition("They still see")[2].partition("</ul>")[0]
