"""Nobody is asked to answer who has died; a death that was a mistake brings their requests back (R46)."""

from typing import Any

import pytest

from openrecord.caseload import actions, events, queries
from openrecord.caseload.types import Outcome, RequestId, Workload
from openrecord.identity.types import Role
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import MergeReason
from tests.integration.caseload import world as caseload
from tests.integration.fhir.world import AT, BY, ORG, Record, made_record
from tests.integration.pages import world

DEAD = "The patient has died. Nobody sees the record online."


def died(record: Record, *, died: bool = True) -> None:
    registry_actions.record_death(patient_id=record.patient.patient_id, died=died, by=BY, at=AT)


def listed(record: Record) -> list[RequestId]:
    found = queries.open_requests(ORG, limit=999)
    return [one.request_id for one in found if one.patient_id == record.patient.patient_id]


def test_requests_leave_the_list_with_a_death_and_come_back_with_its_reversal(record: Record) -> None:
    caseload.ask(world.patient(record), "subject-access")
    before = queries.workload(ORG, at=AT)
    mine = listed(record)
    assert len(mine) == 1
    died(record)
    assert listed(record) == []
    assert queries.workload(ORG, at=AT) == Workload(before.every - 1, before.overdue, before.soon)
    died(record, died=False)
    assert listed(record) == mine
    assert queries.workload(ORG, at=AT) == before


def test_nothing_can_be_done_with_them_and_the_pages_say_why(record: Record) -> None:
    patient, manager = world.patient(record), caseload.manager()
    caseload.ask(patient, "history", level="4")
    here = caseload.desk(record)
    caseload.take(caseload.reviewer(), here, "identity", proof="documents")
    died(record)
    page = manager.get(here).text
    assert DEAD in page
    assert "What you can do" not in page
    assert "Due " not in page
    assert "Look through the history" not in caseload.reviewer().get(here).text
    assert caseload.reviewer().get(f"{here}/entries").status_code == 303
    assert manager.get(f"{here}/pause").status_code == 303
    seen: dict[str, Any] = {"seen": caseload.only(record).sequence}
    late = manager.post(f"{here}/pause", {**seen, "wait": "identity"})
    assert late.status_code == 200
    assert DEAD in late.text
    decided = events.Decided(Outcome.REFUSED, None, "Dear you")
    with pytest.raises(actions.NotNow):
        actions.act(
            patient_id=record.patient.patient_id,
            request_id=caseload.only(record).request_id,
            event=decided,
            seen=caseload.only(record).sequence,
            by=BY,
            at=AT,
        )
    withdrawn = patient.post(f"/requests/{caseload.only(record).request_id}/withdraw")
    assert withdrawn.status_code == 303, "whoever lives after all takes back what they asked"
    died(record, died=False)
    assert listed(record) == []


def test_nothing_new_is_noted_and_no_page_says_that_they_see_something(record: Record) -> None:
    died(record)
    manager = world.staff(ORG, (Role.CLINICIAN, Role.MANAGER), "Kim Both")
    here = f"/staff/patients/{record.patient.public_id}"
    for page in ("requests/new", "wishes", "first-day", "circumstances", ""):
        text = manager.get(f"{here}/{page}".rstrip("/")).text
        assert text.count(DEAD) == 1, page
        assert "They see what" not in text, page
    assert "requests/new/" not in manager.get(f"{here}/requests/new").text
    assert manager.get(f"{here}/requests/new/subject-access").status_code == 404


def test_of_merged_records_any_says_that_the_person_died(record: Record) -> None:
    caseload.ask(world.patient(record), "subject-access")
    other = made_record(born=record.patient.born, family=record.patient.family)
    died(other)
    registry_actions.merge(
        survivor=record.patient.patient_id,
        other=other.patient.patient_id,
        reason=MergeReason.REGISTERED_TWICE,
        by=BY,
        at=AT,
    )
    assert registry.is_nobody(record.patient.patient_id)
    assert listed(record) == []


def test_an_identity_that_was_given_up_waits_for_no_answer(record: Record) -> None:
    caseload.ask(world.patient(record), "subject-access")
    here = caseload.desk(record)
    registry_actions.withdraw(patient_id=record.patient.patient_id, by=BY, at=AT)
    assert listed(record) == []
    assert "What you can do" not in caseload.manager().get(here).text
