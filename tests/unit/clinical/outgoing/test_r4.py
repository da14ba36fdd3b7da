"""A record as a FHIR R4 Bundle: what our reader takes in, written again, is read as the same."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from openrecord.clinical.incoming import IncomingMessage
from openrecord.clinical.outgoing.r4 import bundle as write
from openrecord.clinical.outgoing.types import Written
from tests.unit.clinical.outgoing import travel
from tests.unit.clinical.outgoing.travel import demo, message_of, unlabelled
from tests.unit.clinical.r4_resources import LABORATORY, MARKER, Json, concept, observation, resource
from tests.unit.clinical.stu3 import records as stu3

NOPAT_SYSTEMS = ["http://terminology.hl7.org/CodeSystem/v3-ActCode", "http://hl7.org/fhir/v3/ActCode"]


def resources_of(written: Written) -> dict[str, Json]:
    """What was written, by type and id."""
    found = [entry["resource"] for entry in written.document["entry"]]
    return {each["id"]: each for each in found}


def written_from(message: IncomingMessage, **changes: Any) -> tuple[Written, list[Json]]:
    """What becomes of a message's entries, each with `changes`; the resources in their order."""
    record = travel.record_of(message)
    record = replace(record, entries=tuple(replace(entry, **changes) for entry in record.entries))
    written = write(record)
    return written, [resources_of(written)[str(one)] for one in written.entries]


VARIED: tuple[Json, ...] = (
    {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Day", "prefix": ["Dr"]}]},
    resource("Encounter", id="e", status="finished", period={"start": "2024-02-03"}),
    observation(
        id="o", encounter={"reference": "Encounter/e"}, performer=[{"reference": "Practitioner/d"}], issued="2024-02-03"
    ),
    observation(id="w", performer=[{"type": "Practitioner", "display": "a locum"}], valueString=MARKER),
    observation(id="m", valueQuantity={"value": 7.10, "unit": "mmol/L"}, note=[{"text": MARKER}]),
    resource("Observation", id="c", status="final", valueString=MARKER),
    resource("Observation", id="b", status="final", valueBoolean=True),
    resource("Observation", id="k", status="final", code=concept(), component=[{"valueString": MARKER}]),
    resource("AllergyIntolerance", id="a", code=concept(), reaction=[{"description": MARKER}]),
    resource("DiagnosticReport", id="r", status="final", result=[{"reference": "Observation/l"}]),
    observation(id="l", category=LABORATORY, specimen={"reference": "Specimen/s"}),
    resource("Specimen", id="s", receivedTime="2024-02-03T09:00:00Z"),
    resource("Condition", id="p1", code=concept(), evidence=[{"detail": [{"reference": "Observation/o"}]}]),
    resource("MedicationRequest", id="i", status="active", intent="order", authoredOn="2024-02-03"),
    resource("MedicationStatement", id="t", status="active", basedOn=[{"reference": "MedicationRequest/i"}]),
    resource("Immunization", id="v", status="completed", performer=[{"actor": {"display": "nurse"}}]),
    resource(
        "DocumentReference", id="f", status="current", date="2024-02-04T09:00:00Z",
        context={"period": {"start": "2024-01-01"}, "encounter": [{"reference": "Encounter/e"}]},
        relatesTo=[{"code": "appends", "target": {"reference": "DocumentReference/g"}}],
    ),
    resource("DocumentReference", id="g", status="current", date="2024-02-04T09:00:00Z"),
    resource("ServiceRequest", id="q", status="active", intent="plan", code=concept()),
    resource("FamilyMemberHistory", id="h", status="completed"),
    resource(
        "QuestionnaireResponse", id="n", status="completed",
        item=[{"linkId": "1", "answer": [{"valueString": MARKER}]}],
    ),
)  # fmt: skip


def test_what_was_read_is_read_again() -> None:
    journey = travel.journey(message_of(*VARIED), write)
    assert len(journey.before) == len(VARIED) - 1
    assert journey.after == journey.before
    assert journey.written.labelled == frozenset()


def around(contents: Mapping[UUID, travel.Content]) -> list[frozenset[UUID]]:
    return [content.around for content in contents.values()]


def test_the_demo_s_r4_records_come_back_as_they_were() -> None:
    messages = demo("fhir-r4")
    assert messages
    for message in messages:
        journey = travel.journey(message, write)
        assert unlabelled(journey.after.values()) == unlabelled(journey.before.values())
        assert {one for one, content in journey.after.items() if content.label == "nopat"} == journey.written.labelled
        assert {one for one, content in journey.before.items() if content.label == "nopat"} <= journey.written.labelled


def test_the_label_stands_under_both_names_of_its_system() -> None:
    written, (found,) = written_from(message_of(observation()), restricted=True)
    assert [label["system"] for label in found["meta"]["security"]] == NOPAT_SYSTEMS
    assert {label["code"] for label in found["meta"]["security"]} == {"NOPAT"}
    assert len(written.labelled) == 1
    _, (free,) = written_from(message_of(observation()))
    assert "security" not in free["meta"]


def test_an_observation_that_is_only_by_its_absent_code_keeps_the_word() -> None:
    absent = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}]}
    journey = travel.journey(message_of(observation(code=absent)), write)
    assert journey.after == journey.before
    assert [content.kind for content in journey.after.values()] == ["observation"]


def test_what_a_modifier_turned_round_stays_behind() -> None:
    modified = observation(id="x", modifierExtension=[{"url": "http://example.org/not", "valueBoolean": True}])
    written, found = written_from(message_of(modified, observation(id="y")))
    assert len(found) == 1
    assert written.left_out == {"not_understood": 1}


def test_what_is_part_of_something_that_stays_behind_is_labelled() -> None:
    draft = resource("Encounter", id="e", status="in-progress", period={"start": "2024-02-03"})
    inside = observation(id="o", encounter={"reference": "Encounter/e"})
    journey = travel.journey(message_of(draft, inside, observation(id="other")), write)
    assert sorted(content.label for content in journey.after.values()) == ["none", "nopat"]


def gp_connect(*resources: Json) -> IncomingMessage:
    return stu3.read(*resources)


def test_what_gp_connect_calls_unknown_is_filed_in_r4() -> None:
    report = stu3.resource("DiagnosticReport", "r", status="unknown", issued="2020-01-02T10:00:00Z",
                           result=[stu3.ref("Observation/o")])  # fmt: skip
    _, found = written_from(gp_connect(report, stu3.observation("o")))
    assert [each["status"] for each in found] == ["final", "final"]
    journey = travel.journey(gp_connect(report, stu3.observation("o")), write)
    assert {content.filed for content in journey.after.values()} == {True}
    assert around(journey.after) == around(journey.before)


def test_a_task_that_r4_would_take_for_a_referral_is_labelled() -> None:
    task = stu3.resource("ProcedureRequest", "t", status="active", intent="order", code=stu3.snomed("1"))
    journey = travel.journey(gp_connect(task), write)
    assert [(content.kind, content.label) for content in journey.before.values()] == [("task", "none")]
    assert [(content.kind, content.label) for content in journey.after.values()] == [("referral", "nopat")]


def test_a_container_that_no_reference_names_is_named_by_one() -> None:
    panel = stu3.observation("panel")
    part = stu3.observation("part", related=[{"type": "derived-from", "target": stu3.ref("Observation/panel")}])
    journey = travel.journey(gp_connect(panel, part), write)
    assert around(journey.after) == around(journey.before)
    assert any(around(journey.after))


@pytest.mark.parametrize("died", [False, True])
def test_the_patient_is_found_by_number_birth_and_name(died: bool) -> None:
    record = replace(travel.record_of(message_of()), patient=replace(travel.PATIENT, died=died))
    patient = travel.read_again(write(record)).patient
    assert patient is not None
    assert (patient.nhs_number, patient.family, patient.given) == ("9990000018", "Synthetic", "Ann B")
    assert (patient.birth_date, patient.gender, patient.died) == ("1980-05-10", "female", "true" if died else None)
    assert travel.read_again(write(record)).source_org == "Y90101"


def test_of_two_exports_the_later_one_is_newer() -> None:
    (entry,) = travel.read_again(write(travel.record_of(message_of(observation())))).entries
    assert entry.version_time == travel.AT
