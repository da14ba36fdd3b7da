"""What an answer brings about: a level that is given is seen, a correction is told, a copy has its own way."""

import re
from typing import Any

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import queries as access_queries
from openrecord.audit.sources import CHANGE
from openrecord.caseload import actions, events
from openrecord.caseload.types import Outcome
from openrecord.clinical.kinds import Level
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import Reader
from tests.integration.caseload import world as caseload
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record
from tests.integration.pages import world

WEIGHTS, LINE = "/record/measurements", "or-line__title"
LETTER = {"letter": "Dear you"}


def lines(browser: Client) -> int:
    """How many measurements the patient sees."""
    return browser.get(WEIGHTS).text.count(LINE)


@pytest.fixture
def narrow(record: Record) -> Record:
    """The same patient, to whom the practice gives medicines and allergies."""
    act = access_events.LevelGiven(org=ORG, level=int(Level.SUMMARY))
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=OPENED)
    return record


def asked(record: Record, kind: str, **form: Any) -> tuple[Client, str]:
    """The patient's browser and the practice's address of a request whose asker is known."""
    patient = world.patient(record)
    caseload.ask(patient, kind, **form)
    here = caseload.desk(record)
    assert caseload.take(caseload.reviewer(), here, "identity", proof="documents").status_code == 303
    return patient, here


def page_of(record: Record) -> str:
    return f"/requests/{caseload.only(record).request_id}"


def acts(record: Record) -> list[Any]:
    return [act for _at, act in access_queries.acts(record.patient.patient_id)]


def test_a_higher_level_is_seen_at_the_next_read(narrow: Record) -> None:
    patient, here = asked(narrow, "level", level="4")
    assert lines(patient) == 0
    manager = caseload.manager()
    assert f"{here}/decide?outcome=granted" in manager.get(here).text
    assert caseload.take(manager, here, "decide", outcome="granted", **LETTER).status_code == 303
    assert lines(patient) == 1
    assert acts(narrow)[-1] == access_events.LevelGiven(org=ORG, level=int(Level.FULL))
    assert "You can now see: Everything, with notes and letters" in patient.get(page_of(narrow)).text
    assert "Everything, with notes and letters" in manager.get(here).text


def test_decision_and_act_stand_together_on_the_trail(narrow: Record) -> None:
    _patient, here = asked(narrow, "level", level="4")
    manager = caseload.manager()
    caseload.take(manager, here, "decide", outcome="granted", **LETTER)
    sql = "SELECT event, actor, at FROM audit_change WHERE patient_id = %s ORDER BY writer, sequence"
    told = CHANGE.fetch(sql, (narrow.patient.patient_id,))
    (decided, *_one), (given, *_two) = told[-2:]
    assert (decided, given) == ("request_decided", "level_given")
    assert _one == _two


def test_a_part_of_it_is_chosen(narrow: Record) -> None:
    patient, here = asked(narrow, "level", level="4")
    manager = caseload.manager()
    form = manager.get(f"{here}/decide?outcome=partly").text
    assert "All coded entries, without notes and letters" in form
    assert "Everything, with notes and letters" not in form
    missing = caseload.take(manager, here, "decide", outcome="partly", **LETTER)
    assert "Choose how much is opened" in missing.text
    caseload.take(manager, here, "decide", outcome="partly", level=str(int(Level.DETAILED)), **LETTER)
    assert lines(patient) == 1
    assert "You can now see: All coded entries, without" in patient.get(page_of(narrow)).text
    assert "does not include this part" in patient.get("/record/documents").text


def test_what_the_patient_lowered_is_lifted_with_it(record: Record) -> None:
    record.lower(Level.SUMMARY)
    patient, here = asked(record, "level", level="4")
    caseload.take(caseload.manager(), here, "decide", outcome="granted", **LETTER)
    assert lines(patient) == 1
    assert acts(record)[-2:] == [access_events.Raised(), access_events.LevelGiven(org=ORG, level=int(Level.FULL))]


def test_nothing_is_given_that_cannot_be_opened(record: Record) -> None:
    """All that the practice gives anybody is open already: the answer can only be no, whatever is sent."""
    patient, here = asked(record, "level", level="4")
    manager, before = caseload.manager(), acts(record)
    html = manager.get(here).text
    assert "outcome=granted" not in html
    assert "outcome=partly" not in html
    assert "They see all that can be opened to them" in html, "or nobody knows why only no is offered"
    found = caseload.only(record)
    for outcome, level in ((Outcome.GRANTED, Level.FULL), (Outcome.PARTLY, Level.DETAILED), (Outcome.GRANTED, None)):
        event = events.Decided(outcome, None, "Dear you", level)
        with pytest.raises(actions.NotNow):
            actions.act(
                patient_id=record.patient.patient_id,
                request_id=found.request_id,
                event=event,
                seen=found.sequence,
                by=BY,
                at=AT,
            )
    caseload.take(manager, here, "decide", outcome="refused", ground="not_eligible", **LETTER)
    assert acts(record) == before
    assert "You can now see" not in patient.get(page_of(record)).text


@pytest.mark.parametrize(
    ("outcome", "became", "form", "words"),
    [
        ("granted", "corrected", {}, "The entry was put right."),
        ("partly", "note_added", {}, "with a note that you do not agree"),
        ("partly", "passed_on", {}, "Somebody else wrote the entry."),
        ("refused", "note_added", {"ground": "not_changed"}, "with a note that you do not agree"),
    ],
)
def test_what_became_of_a_mistake_is_told_and_the_sources_entry_is_its_own(
    record: Record, outcome: str, became: str, form: dict[str, str], words: str
) -> None:
    """R15."""
    reader = Reader(record.patient.patient_id, record.viewer, None, "web")
    before = timeline.page(reader, slots=timeline.EVERY_SLOT, limit=9, at=AT), acts(record)
    patient, here = asked(record, "correction", **caseload.CORRECTION)
    manager = caseload.manager()
    done = caseload.take(manager, here, "decide", outcome=outcome, correction=became, **form, **LETTER)
    assert done.status_code == 303
    assert words in patient.get(page_of(record)).text
    assert "What became of the entry" in manager.get(here).text
    assert (timeline.page(reader, slots=timeline.EVERY_SLOT, limit=9, at=AT), acts(record)) == before


def test_a_mistake_that_is_put_right_needs_to_be_said_how(record: Record) -> None:
    _patient, here = asked(record, "correction", **caseload.CORRECTION)
    manager = caseload.manager()
    assert "Choose what became of the entry" in caseload.take(manager, here, "decide", outcome="granted", **LETTER).text
    unknown = caseload.take(manager, here, "decide", outcome="granted", correction="passed_on", **LETTER)
    assert unknown.status_code == 200
    done = caseload.take(manager, here, "decide", outcome="refused", ground="not_changed", **LETTER)
    assert done.status_code == 303, "a refusal need not say more"


def test_a_copy_of_everything_is_made_once_it_is_known_who_asks(record: Record) -> None:
    """R48: with a clock of its own; the command names the patient to staff alone."""
    patient = world.patient(record)
    page = caseload.ask(patient, "subject-access", words="")
    here, manager = caseload.desk(record), caseload.manager()
    command = f"openrecord export {record.patient.nhs_number} --practice {ORG}"
    assert command not in manager.get(here).text
    caseload.take(caseload.reviewer(), here, "identity", proof="documents")
    assert command in manager.get(here).text
    assert "Due 3 April 2025" in manager.get(here).text
    assert "Your surgery should answer by 3 April 2025." in patient.get(page).text
    assert "export" not in patient.get(page).text
    form = manager.get(f"{here}/decide?outcome=refused").text
    assert "Manifestly unfounded or excessive" in form
    assert "The rules for online access do not allow it" not in form
    caseload.take(manager, here, "decide", outcome="refused", ground="unfounded", **LETTER)
    told = patient.get(page).text
    assert "You can also ask a court to decide." in told
    assert "has no basis or is too large" in told


def test_it_is_said_what_has_to_come_before_anything_is_granted(narrow: Record) -> None:
    patient, manager = world.patient(narrow), caseload.manager()
    caseload.ask(patient, "level", level="4")
    here, first = caseload.desk(narrow), "Nothing is granted before the identity check is recorded."
    assert first in manager.get(here).text
    assert first not in caseload.reviewer().get(here).text, "who does not answer"
    caseload.take(manager, here, "identity", proof="documents")
    assert not re.search("Nothing is granted|They see all", manager.get(here).text)


def test_a_question_is_not_answered_with_the_draft_as_it_was(record: Record) -> None:
    _patient, here = asked(record, "question", **caseload.QUESTION)
    manager = caseload.manager()
    form = manager.get(f"{here}/decide?outcome=granted").text
    draft = re.search(r"<textarea[^>]*>([^<]*)</textarea>", form)
    assert draft is not None
    as_it_was = draft[1].replace("\n", "\r\n")
    answer = caseload.take(manager, here, "decide", outcome="granted", letter=as_it_was)
    assert answer.status_code == 200
    assert "Write what the entry means, or when you can talk about it" in answer.text
    assert caseload.only(record).is_open
    written = as_it_was + " It says how much you weigh."
    assert caseload.take(manager, here, "decide", outcome="granted", letter=written).status_code == 303
