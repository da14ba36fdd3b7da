"""Requests that came by phone, letter or in person: noted by staff, with the clock of the day they came."""

from openrecord.caseload import queries
from tests.integration.caseload import world as caseload
from tests.integration.fhir.world import Record
from tests.integration.pages import world

RECEIVED = {"received-day": "24", "received-month": "2", "received-year": "2025"}
COPY = {**RECEIVED, "words": "A copy of everything, by post"}


def new(record: Record, kind: str = "") -> str:
    """The page on which one is noted."""
    return f"/staff/patients/{record.patient.public_id}/requests/new{'/' if kind else ''}{kind}"


def test_a_letter_has_the_clock_of_the_day_it_came(record: Record) -> None:
    manager, patient = caseload.manager(), world.patient(record)
    assert new(record, "subject-access") in manager.get(new(record)).text
    assert "opt-out" not in manager.get(new(record)).text, "that is a wish, and acts at once"
    answer = manager.post(new(record, "subject-access"), COPY)
    here = caseload.desk(record)
    assert answer["Location"] == f"{here}?done=made"
    told = manager.get(here).text
    assert "Due 24 March 2025" in told
    assert "24 February 2025" in told
    assert "Max Manager</span> Asked" in told
    theirs = patient.get(f"/requests/{caseload.only(record).request_id}").text
    assert "Your surgery noted that you asked" in theirs
    assert "Your surgery should answer by 24 March 2025." in theirs
    assert "A copy of everything, by post" in theirs
    caseload.take(manager, here, "identity", proof="vouching")
    assert "openrecord export" in manager.get(here).text


def test_what_is_missing_is_said_and_what_was_typed_stays(record: Record) -> None:
    manager, address = caseload.manager(), new(record, "correction")
    later = {**RECEIVED, "received-year": "2031"}
    for form, field in (({**COPY, "received-day": "31"}, "received-day"), (later, "received-day"), (COPY, "about")):
        answer = manager.post(address, {"about": "", **form, "words": "Typed at length"})
        assert f'href="#{field}"' in answer.text, form
        assert "Typed at length" in answer.text
    assert 'href="#words"' in manager.post(address, RECEIVED).text
    assert queries.requests(record.patient.patient_id) == ()


def test_one_that_is_open_already_is_not_noted_again(record: Record) -> None:
    page = caseload.ask(world.patient(record), "subject-access", words="")
    answer = caseload.manager().post(new(record, "subject-access"), COPY)
    assert "has asked for this already" in answer.text
    assert page.rpartition("/")[2] in answer.text
    assert "A copy of everything, by post" in answer.text
    assert len(queries.requests(record.patient.patient_id)) == 1


def test_history_that_was_asked_for_by_phone_is_opened_like_any_other(record: Record) -> None:
    reviewer, manager = caseload.reviewer(), caseload.manager()
    world.patient(record)
    assert reviewer.post(new(record, "history"), {**COPY, "level": "4"}).status_code == 303
    here = caseload.desk(record)
    caseload.take(manager, here, "identity", proof="vouching")
    caseload.take(reviewer, here, "review", verdict="open", level="4")
    assert "February 2014" in world.patient(record).get("/record/measurements").text


def test_readers_note_nothing_and_wishes_are_no_request(record: Record) -> None:
    assert caseload.reader().get(new(record)).status_code == 403
    assert caseload.reader().post(new(record, "subject-access"), COPY).status_code == 403
    assert caseload.manager().post(new(record, "opt-out"), COPY).status_code == 404
    assert queries.requests(record.patient.patient_id) == ()
