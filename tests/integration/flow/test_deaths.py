"""A death that the practice's system tells closes the record at once; a wrong one is taken back, and stays so (R46)."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from openrecord.audit.types import Actor, ActorKind
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.kit import clock
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Policy
from openrecord.screening import listing
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import WorklistFilter
from tests.integration.fhir.world import AT, ORG, Record, made_record, observation, stopped, unknown_number
from tests.integration.pages import world
from tests.integration.pages.town import new_town

pytestmark = pytest.mark.usefixtures("stored")
SEEN = "/record/measurements"
LINE = "or-line__title"
STAFF = Actor(ActorKind.STAFF, "f1", "manager", "staff:access", "Y90777")


def _sent(record: Record, terms: Terms, at: datetime, **told: object) -> None:
    """A practice or somebody else sends the patient and one entry."""
    person = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": record.patient.nhs_number}],
        "name": [{"family": record.patient.family, "given": [record.patient.given]}],
        "birthDate": str(record.patient.born),
        **told,
    }
    whole: Any = {"resourceType": "Bundle", "type": "collection", "entry": []}
    whole["entry"] = [{"resource": person}, {"resource": observation("a")}]
    tally = deliver(data=json.dumps(whole).encode(), name="sent", format=None, terms=terms, by=STAFF, at=at)
    assert not tally.quarantined


def _died(record: Record) -> bool:
    return registry.patient(record.patient.patient_id).died


OURS = Terms(org=OdsCode("Y90777"))


def test_nobody_is_asked_about_entries_of_who_has_died() -> None:
    """What waits leaves the practice's list with a death, and is there again when it was a mistake."""
    stopped()
    record = made_record()
    record.deliver(observation("a"))
    mine = record.patient.patient_id
    (entry,) = screening.states(mine)
    acts.hold(patient_id=mine, entry_id=entry, until=None, by=STAFF, at=AT)

    def waiting() -> int:
        listed = listing.worklist(ORG, WorklistFilter(), at=AT, limit=999)
        return sum(item.patient_id == mine for item in listed)

    assert waiting() == 1
    for died in (True, False):
        registry_actions.record_death(patient_id=mine, died=died, by=STAFF, at=AT)
        assert waiting() == (0 if died else 1)


def test_a_death_that_the_practice_tells_closes_the_record_until_it_is_taken_back() -> None:
    stopped()
    record = made_record()
    _sent(record, OURS, AT)
    mine = world.patient(record)
    assert mine.get(SEEN).text.count(LINE) == 1
    _sent(record, OURS, AT, deceasedDateTime="2025-03-01")
    assert LINE not in mine.get(SEEN).text
    assert _died(record)
    registry_actions.record_death(patient_id=record.patient.patient_id, died=False, by=STAFF, at=AT)
    assert mine.get(SEEN).text.count(LINE) == 1
    later = AT + timedelta(minutes=5)
    clock.use(lambda: later)
    _sent(record, OURS, later, deceasedDateTime="2025-03-01")
    assert mine.get(SEEN).text.count(LINE) == 1, "the same word does not close it again"
    _sent(record, OURS, later, deceasedDateTime="2025-03-02")
    assert LINE not in mine.get(SEEN).text, "another word does"


def test_the_practice_takes_back_what_it_told_and_nothing_else() -> None:
    stopped()
    record = made_record()
    _sent(record, OURS, AT, deceasedBoolean=True)
    assert _died(record)
    _sent(record, OURS, AT + timedelta(hours=1))
    assert _died(record), "nothing was said of it"
    _sent(record, OURS, AT + timedelta(hours=2), deceasedBoolean=False)
    assert not _died(record)
    _sent(record, OURS, AT + timedelta(hours=3), deceasedBoolean=True)
    assert _died(record)
    registry_actions.record_death(
        patient_id=record.patient.patient_id, died=False, by=STAFF, at=AT + timedelta(hours=4)
    )
    registry_actions.record_death(patient_id=record.patient.patient_id, died=True, by=STAFF, at=AT + timedelta(hours=5))
    _sent(record, OURS, AT + timedelta(hours=6), deceasedBoolean=False)
    assert _died(record), "people recorded it"


@pytest.mark.parametrize("terms", [Terms(org=OURS.org, sender="a laboratory"), None])
def test_nobody_else_is_believed(terms: Terms | None) -> None:
    stopped()
    record, town = made_record(), new_town(Policy(go_live=date(2020, 1, 1)))
    _sent(record, terms or Terms(org=town.ods), AT, deceasedDateTime="2025-03-01")
    assert not _died(record)


def test_somebody_who_comes_dead_is_registered_and_shown_to_nobody() -> None:
    stopped()
    town = new_town(Policy(go_live=date(2020, 1, 1)))
    known = replace(made_record().patient, nhs_number=unknown_number())
    _sent(Record(known), Terms(register=town.ods), AT, deceasedDateTime="2025-03-01")
    found = registry.patient_by_nhs_number(known.nhs_number)
    assert found is not None
    assert found.died
