"""Requests of a patient who has left: nothing is opened to them here, their rights they keep (R46, R48)."""

from datetime import date
from typing import Any

import pytest

from openrecord.caseload import actions, events
from openrecord.caseload.types import WHOLE, Kind
from openrecord.clinical.kinds import Level
from openrecord.identity.types import Role
from openrecord.kit.ids import random_id
from openrecord.kit.london import day_of
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import Policy, Practice
from tests.integration.caseload import world as caseload
from tests.integration.caseload.test_recording import COPY, new
from tests.integration.fhir.world import AT, BY, ORG, Record
from tests.integration.pages import world

LEFT = "The patient is not registered here any more, so your practice opens nothing to them."


def leave(record: Record) -> None:
    registry_actions.deduct(patient_id=record.patient.patient_id, ods=ORG, end=day_of(AT), by=BY, at=AT)


def test_no_part_of_the_history_is_opened_to_who_cannot_see_it(record: Record) -> None:
    caseload.ask(world.patient(record), "history", level="4")
    here, reviewer, manager = caseload.desk(record), caseload.reviewer(), caseload.manager()
    caseload.take(reviewer, here, "identity", proof="documents")
    form = reviewer.get(f"{here}/review").text
    entries = form.partition('name="entries" value="')[2].partition('"')[0]
    seen: dict[str, Any] = {"seen": caseload.only(record).sequence, "entries": entries}
    leave(record)
    page = reviewer.get(here).text
    assert LEFT in page
    assert "Look through the history" not in page
    assert f"{here}/review" not in page
    assert reviewer.get(f"{here}/entries").status_code == 303
    assert reviewer.get(f"{here}/review").status_code == 303
    assert reviewer.post(f"{here}/review", {**seen, "verdict": "open", "level": "4"}).status_code == 200
    assert caseload.only(record).reviews == ()
    with pytest.raises(actions.NotNow):
        actions.act(
            patient_id=record.patient.patient_id,
            request_id=caseload.only(record).request_id,
            event=events.ChunkGranted(WHOLE, random_id(), Level.FULL),
            seen=caseload.only(record).sequence,
            by=BY,
            at=AT,
        )
    answer = {"ground": "not_eligible", "letter": "Ask your new surgery."}
    assert caseload.take(manager, here, "decide", outcome="refused", **answer).status_code == 303


def test_the_record_says_that_they_left_and_their_rights_are_noted(record: Record) -> None:
    staff = world.staff(ORG, (Role.CLINICIAN, Role.MANAGER), "Kim Both")
    here = f"/staff/patients/{record.patient.public_id}"
    assert LEFT not in staff.get(here).text
    leave(record)
    page = staff.get(here).text
    assert LEFT in page
    assert new(record) in page
    links = staff.get(new(record)).text
    assert {kind for kind in Kind if new(record, kind) in links} == {Kind.SUBJECT_ACCESS, Kind.CORRECTION}
    assert f"{here}/wishes" not in links
    assert staff.post(new(record, "history"), COPY).status_code == 404
    assert staff.post(new(record, "subject-access"), COPY).status_code == 303
    assert caseload.only(record).begins == date(2025, 2, 24)


def test_who_moved_reads_whom_they_asked_and_asks_the_new_practice_anew(record: Record) -> None:
    """What the old practice was asked stood in the way of asking the new one."""
    there = world.own_practice()
    practice = Practice(there, "Next Surgery", policy=Policy())
    registry_actions.add_practice(practice=practice, valid_from=day_of(AT), by=BY, at=AT)
    old, copy = (caseload.ask(world.patient(record), kind, level="4") for kind in ("history", "subject-access"))
    reviewer, here = caseload.reviewer(), f"/staff/requests/{record.patient.public_id}/{old.rpartition('/')[2]}"
    caseload.take(reviewer, here, "identity", proof="documents")
    caseload.take(reviewer, here, "review", verdict="open", level="4")
    told = world.patient(record).get(old).text
    assert "You asked Made-up Surgery" not in told
    assert "You can now see:" in told
    leave(record)
    registry_actions.register(patient_id=record.patient.patient_id, ods=there, start=day_of(AT), by=BY, at=AT)
    told = world.patient(record).get(old).text
    assert "You asked Made-up Surgery. You are not with them any more." in told
    assert "Ask the surgery that you have now." in told
    assert "You can now see:" not in told
    told = world.patient(record).get(copy).text
    assert "You asked Made-up Surgery." in told
    assert "Ask the surgery that you have now." not in told, "that is a right, wherever they are"
    again = caseload.ask(world.patient(record), "history", level="4")
    assert again != old
    assert f"/staff/requests/{record.patient.public_id}/{again.rpartition('/')[2]}" in (
        world.staff(there, (Role.MANAGER,), "Nia Next").get("/staff/requests").text
    )
