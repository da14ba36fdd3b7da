"""A record as GP Connect writes it: what our reader takes in, written again, is read as the same."""

from typing import Any

import pytest

from openrecord.clinical import wire
from openrecord.clinical.incoming import IncomingMessage
from openrecord.clinical.outgoing.stu3.bundle import bundle as write
from openrecord.clinical.outgoing.stu3.elements import stu3_system
from openrecord.clinical.outgoing.types import Written
from openrecord.clinical.stu3.elements import RENAMED_SYSTEMS, r4_system
from tests.unit.clinical.outgoing import travel
from tests.unit.clinical.outgoing.travel import demo, message_of, unlabelled
from tests.unit.clinical.r4_resources import LABORATORY, MARKER, SNOMED, Json, concept
from tests.unit.clinical.r4_resources import observation as r4_observation
from tests.unit.clinical.r4_resources import resource as r4_resource
from tests.unit.clinical.stu3.records import (
    CARE_CONNECT,
    CARE_CONNECT_GPC,
    consultation,
    encounter,
    listing,
    observation,
    read,
    ref,
    resource,
    snomed,
)

HL7 = "http://terminology.hl7.org/CodeSystem/"
V3 = "http://hl7.org/fhir/v3/"
DAY = "2020-01-02T10:00:00+00:00"
DOCTOR: Json = {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Day", "prefix": ["Dr"]}]}
MEDICINE: Json = {"resourceType": "Medication", "id": "m", "code": snomed("322236009")}


def extension(name: str, **value: object) -> Json:
    return {"url": f"{CARE_CONNECT}{name}-1", **value}


def gpc_extension(name: str, **value: object) -> Json:
    return {"url": f"{CARE_CONNECT_GPC}{name}-1", **value}


RECORD: tuple[Json, ...] = (
    DOCTOR,
    MEDICINE,
    encounter(participant=[{"type": [{"coding": [{"system": f"{V3}ParticipationType", "code": "PPRF"}]}],
                            "individual": ref("Practitioner/d")}]),
    encounter("visit", diagnosis=[{"condition": ref("Condition/p")}]),
    *consultation("enc", "Observation/o", "Observation/c", "MedicationRequest/plan", "AllergyIntolerance/a"),
    observation("o", comment=MARKER, performer=[ref("Practitioner/d")], issued=DAY, valueQuantity={"value": 7.10},
                interpretation={"coding": [{"system": "http://hl7.org/fhir/v2/0078", "code": "H"}]},
                referenceRange=[{"low": {"value": 1}, "text": MARKER}]),
    observation("c", code=snomed("37331000000100"), comment=MARKER),
    resource("DiagnosticReport", "r", status="unknown", issued=DAY, specimen=[ref("Specimen/s")],
             performer=[{"actor": ref("Practitioner/d")}], result=[ref("Observation/panel")], conclusion=MARKER,
             category={"coding": [{"system": "http://hl7.org/fhir/v2/0074", "code": "PAT"}]}),
    observation("panel", related=[{"type": "has-member", "target": ref("Observation/one")}]),
    observation("one", related=[{"type": "derived-from", "target": ref("Observation/panel")}],
                specimen=ref("Specimen/s")),
    observation("two", related=[{"type": "derived-from", "target": ref("Observation/panel")}]),
    resource("Specimen", "s", receivedTime=DAY, type={"text": "blood"}, collection={"collectedDateTime": "2020-01-01"}),
    resource("Condition", "p", clinicalStatus="active", assertedDate=DAY, code=snomed("38341003"),
             extension=[extension("ProblemSignificance", valueCode="major"),
                        extension("RelatedClinicalContent", valueReference=ref("Observation/o"))]),
    resource("AllergyIntolerance", "a", clinicalStatus="active", verificationStatus="unconfirmed", code=snomed("1"),
             assertedDate=DAY, reaction=[{"description": MARKER}]),
    resource("AllergyIntolerance", "gone", clinicalStatus="resolved", verificationStatus="unconfirmed",
             code=snomed("2"), assertedDate=DAY,
             extension=[gpc_extension("AllergyIntoleranceEnd", extension=[
                 {"url": "endDate", "valueDateTime": "2019"}, {"url": "reasonEnded", "valueString": MARKER}])]),
    resource("Immunization", "v", status="completed", notGiven=False, date="2020-01-01", vaccineCode=snomed("3"),
             practitioner=[{"actor": ref("Practitioner/d")}],
             vaccinationProtocol=[{"series": MARKER, "doseSequence": 2}],
             extension=[extension("DateRecorded", valueDateTime=DAY),
                        extension("VaccinationProcedure", valueCodeableConcept=snomed("4"))]),
    resource("Immunization", "refused", status="completed", notGiven=True, date="2020-01-01", vaccineCode=snomed("3"),
             explanation={"reasonNotGiven": [{"text": MARKER}]}),
    resource("Procedure", "x", status="aborted", performedDateTime="2020-01-01", code=snomed("5"),
             performer=[{"actor": ref("Practitioner/d"), "role": snomed("6")}]),
    resource("Procedure", "y", status="completed", notDone=True, performedDateTime="2020-01-01", code=snomed("5")),
    resource("MedicationStatement", "taken", status="active", taken="unk", dateAsserted=DAY,
             basedOn=[ref("MedicationRequest/plan")], medicationReference=ref("Medication/m"),
             effectivePeriod={"start": "2020-01-01"},
             dosage=[{"text": "one daily", "doseQuantity": {"value": 1}}],
             extension=[gpc_extension("MedicationStatementLastIssueDate", valueDateTime=DAY),
                        gpc_extension("PrescribingAgency", valueCodeableConcept={"coding": [{
                            "system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescribingAgency-1",
                            "code": "prescribed-at-gp-practice"}]})]),
    resource("MedicationStatement", "left", status="active", taken="n", medicationReference=ref("Medication/m")),
    resource("MedicationRequest", "plan", status="active", intent="plan", authoredOn=DAY,
             medicationReference=ref("Medication/m"), requester={"agent": ref("Practitioner/d")},
             dispenseRequest={"quantity": {"value": 28, "unit": "tablet"}, "expectedSupplyDuration": {"value": 28}},
             extension=[gpc_extension("MedicationRepeatInformation", extension=[
                            {"url": "numberOfRepeatPrescriptionsAllowed", "valuePositiveInt": 6},
                            {"url": "numberOfRepeatPrescriptionsIssued", "valuePositiveInt": 2},
                            {"url": "authorisationExpiryDate", "valueDateTime": "2021-01-01"}]),
                        gpc_extension("MedicationStatusReason", extension=[
                            {"url": "statusReason", "valueCodeableConcept": {"text": MARKER}}]),
                        gpc_extension("PrescriptionType", valueCodeableConcept={"coding": [{
                            "system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescriptionType-1",
                            "code": "repeat"}]})]),
    resource("MedicationRequest", "issue", status="completed", intent="order", authoredOn=DAY,
             basedOn=[ref("MedicationRequest/plan")], medicationReference=ref("Medication/m"),
             substitution={"allowed": False}),
    resource("ProcedureRequest", "due", status="active", intent="plan", authoredOn=DAY, code=snomed("7")),
    resource("ProcedureRequest", "test", status="suspended", intent="order", code=snomed("8"),
             performer=ref("Practitioner/d")),
    listing("714311000000108", "ProcedureRequest/due"),
    resource("ReferralRequest", "ref", status="cancelled", intent="order", authoredOn=DAY, description=MARKER,
             type=snomed("9"), serviceRequested=[snomed("10"), snomed("11")], recipient=[ref("Practitioner/d")]),
    resource("DocumentReference", "doc", status="current", indexed=DAY, created="2019-12-01", description=MARKER,
             **{"class": snomed("12")}, context={"encounter": ref("Encounter/enc")},
             content=[{"attachment": {"contentType": "application/pdf", "title": MARKER}}]),
    resource("DocumentReference", "newer", status="current", indexed=DAY, content=[],
             relatesTo=[{"code": "appends", "target": ref("DocumentReference/doc")}]),
    resource("QuestionnaireResponse", "q", status="completed", authored=DAY,
             item=[{"linkId": "1", "text": "how", "answer": [{"valueString": MARKER}]},
                   {"linkId": "2", "answer": [{"valueReference": ref("Observation/answer")}]}]),
    observation("answer"),
)  # fmt: skip


def written_from(message: IncomingMessage) -> tuple[Written, list[Json]]:
    """What becomes of a message; all resources of the Bundle in their order."""
    written = write(travel.record_of(message))
    return written, [entry["resource"] for entry in written.document["entry"]]


def of_type(resources: list[Json], kind: str) -> list[Json]:
    return [each for each in resources if each["resourceType"] == kind]


def test_what_was_read_is_read_again() -> None:
    message = read(*RECORD)
    assert message.problems == ()
    journey = travel.journey(message, write)
    assert len(journey.before) == len(message.entries)
    assert journey.after == journey.before
    assert journey.written.labelled == frozenset()


def test_the_demo_s_gp_connect_records_come_back_as_they_were() -> None:
    messages = demo("gpconnect-stu3")
    assert messages
    for message in messages:
        journey = travel.journey(message, write)
        assert unlabelled(journey.after.values()) == unlabelled(journey.before.values())
        assert {one for one, content in journey.after.items() if content.label == "nopat"} == journey.written.labelled


def test_a_medicine_is_a_resource_of_its_own_and_named_once() -> None:
    _, resources = written_from(read(*RECORD))
    assert len(of_type(resources, "Medication")) == 1
    for each in (*of_type(resources, "MedicationRequest"), *of_type(resources, "MedicationStatement")):
        assert "medicationCodeableConcept" not in each


def test_sections_are_lists_by_code_and_consultations_are_three_lists() -> None:
    _, resources = written_from(read(*RECORD))
    codes = [each["code"]["coding"][0]["code"] for each in of_type(resources, "List")]
    assert codes.count("325851000000107") == codes.count("25851000000105") == codes.count("24781000000107") == 2
    named = {each["title"]: [item["item"]["reference"] for item in each.get("entry", ())]
             for each in of_type(resources, "List") if "title" in each}  # fmt: skip
    assert len(named) == 10
    assert len(named["Ended allergies"]) == len(named["Allergies and adverse reactions"]) == 1
    assert len(named["Patient recall administration"]) == 1
    assert all(reference.startswith("Encounter/") for reference in named["List of consultations"])


def test_no_reference_says_its_type_and_every_reference_leads_somewhere() -> None:
    _, resources = written_from(read(*RECORD))
    known = {f"{each['resourceType']}/{each['id']}" for each in resources if "id" in each}
    assert b'"type":"Practitioner"' not in wire.dumps(resources)
    assert set(_references(resources)) <= known


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in _references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["reference"]] if isinstance(value.get("reference"), str) else []
    return own + [found for part in value.values() for found in _references(part)]


def test_the_label_stands_under_the_name_that_gp_connect_writes() -> None:
    labelled = observation("o", meta={"security": [{"code": "NOPAT"}]})
    written, resources = written_from(read(labelled, observation("free")))
    (one,) = written.labelled
    found = {each["id"]: each["meta"].get("security") for each in of_type(resources, "Observation")}
    assert found.pop(str(one)) == [{"system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT"}]
    assert list(found.values()) == [None]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (r4_observation(category=LABORATORY, status="preliminary"), "unfiled"),
        (r4_observation(category=LABORATORY, status="unknown"), "unfiled"),
        (r4_resource("DocumentReference", status="current", docStatus="preliminary"), "unfiled"),
        (r4_resource("MedicationRequest", status="active", intent="order", doNotPerform=True), "no_place"),
        (r4_resource("ServiceRequest", status="active", intent="order", doNotPerform=True), "no_place"),
        (r4_resource("Immunization", status="completed", vaccineCode=concept(), isSubpotent=True), "no_place"),
        (r4_resource("FamilyMemberHistory", status="completed"), "no_place"),
        (r4_resource("Task", status="ready", **{"for": {"reference": "Patient/p"}}), "no_place"),
        (r4_observation(modifierExtension=[{"url": "x", "valueBoolean": True}]), "not_understood"),
    ],
)
def test_what_stu3_would_turn_into_something_else_stays_behind(given: Json, reason: str) -> None:
    written, _ = written_from(message_of(given))
    assert (written.entries, written.left_out) == ((), {reason: 1})


def test_what_was_in_a_report_that_stays_behind_is_labelled() -> None:
    report = r4_resource("DiagnosticReport", id="r", status="partial", result=[{"reference": "Observation/o"}])
    written, _ = written_from(message_of(report, r4_observation(id="o", category=LABORATORY)))
    assert len(written.entries) == len(written.labelled) == 1


@pytest.mark.parametrize(
    ("r4", "expected"),
    [
        ({"valueInteger": 7}, {"valueQuantity": {"value": 7}}),
        ({"effectiveInstant": "2024-02-03T09:00:00Z"}, {"effectiveDateTime": "2024-02-03T09:00:00Z"}),
        ({"note": [{"text": "one"}, {"text": "two"}]}, {"note": [{"text": "one\n\ntwo"}]}),
    ],
)
def test_what_stu3_says_otherwise(r4: Json, expected: Json) -> None:
    (after,) = travel.journey(message_of(r4_observation(**r4)), write).after.values()
    assert {name: after.full.get(name) for name in expected} == expected


@pytest.mark.parametrize("system", [*RENAMED_SYSTEMS.values(), f"{HL7}v2-0078", f"{HL7}v3-ActCode", SNOMED])
def test_a_code_system_gets_its_name_back(system: str) -> None:
    assert r4_system(stu3_system(system)) == system
