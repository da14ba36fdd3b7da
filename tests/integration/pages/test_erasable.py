"""What may be erased is listed for who speaks for the controller; nothing on a page erases."""

from datetime import date, datetime
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openrecord.audit import queries as audit
from openrecord.db import sql
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.kit.ids import spelt
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import MergeReason, Patient, Policy
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts, erasing
from openrecord.screening.types import EntryId
from openrecord.staff.erasable import aged, foreign
from tests.integration.fhir.world import AT, BY, OPENED, ORG, App, Record, made_record, observation, stopped
from tests.integration.pages import world
from tests.integration.pages.town import ADULT, Town, new_town

LIST = "/staff/erasing"
LEAD = (Role.IG_LEAD,)


@pytest.fixture
def town(stored: None) -> Town:  # noqa: ARG001
    stopped()
    return new_town(Policy())


def _left(town: Town, family: str, on: date) -> Patient:
    patient = town.patient(family)
    registry_actions.deduct(patient_id=patient.patient_id, ods=town.ods, end=on, by=BY, at=AT)
    return patient


def _died(patient: Patient, at: datetime) -> None:
    registry_actions.record_death(patient_id=patient.patient_id, died=True, by=BY, at=at)


def test_records_stand_there_from_the_day_on_which_their_years_are_over(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago, dead, alive = _left(town, "Longago", date(1990, 3, 4)), town.patient("Dead"), town.patient("Alive")
    _died(dead, AT)
    undone = town.patient("Undone")
    _died(undone, AT)
    registry_actions.record_death(patient_id=undone.patient_id, died=False, by=BY, at=AT)

    def listed(on: date) -> str:
        at = AT.replace(year=on.year, month=on.month, day=on.day)
        monkeypatch.setattr(clock, "now", lambda: at)
        return world.staff(town.ods, LEAD, at=at).get(LIST).text

    assert "None of those that your practice had last." in listed(date(2035, 3, 2))
    of_dead = listed(date(2035, 3, 3))
    assert f"openrecord patient erase {dead.public_id} --reason retention_ended" in of_dead
    assert "3 March 2025" in of_dead
    assert str(long_ago.public_id) not in listed(date(2090, 3, 3))
    of_both = listed(date(2090, 3, 4))
    assert str(long_ago.public_id) in of_both
    assert not any(str(one.public_id) in of_both for one in (alive, undone))


def test_more_of_the_dead_and_of_wrong_entries_take_no_more_statements(town: Town) -> None:
    asked = set()
    for number in range(1, 4):
        _died(town.patient("Dead"), AT)
        mistaken = made_record()
        who = mistaken.patient.patient_id
        registry_actions.register(patient_id=who, ods=town.ods, start=ADULT, by=BY, at=OPENED)
        mistaken.deliver(observation("wrong"), org=town.ods)
        for entry in screening.states(who):
            acts.mark_wrong_person(patient_id=who, entry_id=entry, by=BY, at=AT)
        with CaptureQueriesContext(connection) as models, mock.patch.object(sql, "run", wraps=sql.run) as plain:
            dead, wrong = aged(town.ods, on=date(2045, 1, 1)), foreign(town.ods)
        assert (len(dead), len(wrong)) == (number, number)
        assert all(one.since == AT for one in wrong)
        asked.add(len(models) + plain.call_count)
    assert len(asked) == 1


def test_a_record_stands_there_at_the_practice_that_had_it_last(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    later = new_town(Policy())
    moved = _left(town, "Moved", date(1990, 1, 1))
    start, end = date(1990, 1, 1), date(1991, 1, 1)
    registry_actions.register(patient_id=moved.patient_id, ods=later.ods, start=start, end=end, by=BY, at=AT)
    merged = _left(later, "Part", date(1989, 1, 1))
    registry_actions.merge(
        survivor=moved.patient_id, other=merged.patient_id, reason=MergeReason.REGISTERED_TWICE, by=BY, at=AT
    )
    at = AT.replace(year=2092)
    monkeypatch.setattr(clock, "now", lambda: at)
    assert str(moved.public_id) not in world.staff(town.ods, LEAD, at=at).get(LIST).text
    theirs = world.staff(later.ods, LEAD, at=at).get(LIST).text
    assert theirs.count("openrecord patient erase") == 1, "what is part of another goes with it"
    assert str(moved.public_id) in theirs


def test_an_entry_that_is_somebody_elses(record: Record, app: App) -> None:
    """Said by who decides, out of sight at once, listed until what it says is erased."""
    screener, lead = world.staff(), world.staff(roles=LEAD)
    public = app.search("Observation").ids[0]
    entry = record.entry(public)
    here = f"/staff/patients/{record.patient.public_id}/entries/{spelt(entry)}"
    assert f'href="{here}/somebody-elses"' in screener.get(here).text
    assert lead.post(f"{here}/somebody-elses").status_code == 403
    assert "out of sight at once" in screener.get(f"{here}/somebody-elses").text
    assert len(app.search("Observation").ids) == 3
    done = screener.post(f"{here}/somebody-elses")
    assert (done.status_code, done["Location"]) == (303, f"{here}?done=somebody-elses")
    after = screener.get(done["Location"]).text
    assert "Nobody sees the entry here any more." in after
    assert f'href="{here}/somebody-elses"' not in after
    assert public not in app.search("Observation").ids
    command = f"openrecord patient erase {record.patient.public_id} --entry {public} --reason never_belonged"
    assert command in lead.get(LIST).text
    assert f'href="{LIST}"' in lead.get("/staff/home").text
    erasing.erase_entry(patient_id=record.patient.patient_id, entry_id=EntryId(entry), by=BY, at=AT)
    assert command not in lead.get(LIST).text
    who = record.patient.patient_id
    assert spelt(entry) in audit.last_changes([who], "wrong_person")[who]


def test_only_the_lead_sees_the_list_and_of_their_practice_alone(record: Record, town: Town) -> None:
    entry = next(iter(screening.states(record.patient.patient_id)))
    here = f"/staff/patients/{record.patient.public_id}/entries/{spelt(entry)}/somebody-elses"
    assert world.staff().post(here).status_code == 303
    public = str(record.patient.public_id)
    assert public in world.staff(ORG, LEAD).get(LIST).text
    assert public not in world.staff(town.ods, LEAD).get(LIST).text
    others: Client = world.staff(ORG, tuple(role for role in Role if role is not Role.IG_LEAD))
    assert others.get(LIST).status_code == 403
    assert LIST not in others.get("/staff/practice").text
    assert LIST in world.staff(ORG, LEAD).get("/staff/practice").text
