"""Medication statements, plans and issues."""

import pytest

from openrecord.clinical.dates import earliest
from openrecord.clinical.incoming import IncomingLink, LinkKind
from openrecord.clinical.kinds import EntryKind
from tests.unit.clinical.stu3.records import CARE_CONNECT_GPC, Resource, body, read_one, ref, resource, snomed

MEDICATION: Resource = {"resourceType": "Medication", "id": "med", "code": snomed("317291008", "Synthetic tablets")}


def statement(**elements: object) -> Resource:
    given = {"status": "active", "medicationReference": ref("Medication/med"), "taken": "unk"}
    return resource("MedicationStatement", "ms", **{**given, **elements})


def request(intent: str = "plan", **elements: object) -> Resource:
    given = {"status": "active", "intent": intent, "medicationReference": ref("Medication/med")}
    return resource("MedicationRequest", "mr", **{**given, **elements})


def extension(name: str, **value: object) -> Resource:
    return {"url": f"{CARE_CONNECT_GPC}{name}-1", **value}


def test_statement_names_its_medicine_and_its_plan() -> None:
    entry = read_one(statement(basedOn=[ref("MedicationRequest/mr")], dateAsserted="2020-03-04"), request(), MEDICATION)
    assert entry.kind is EntryKind.MEDICATION
    assert entry.unit == "http://snomed.info/sct|317291008"
    assert entry.links == (IncomingLink(LinkKind.BASED_ON, "MedicationRequest/mr"),)
    assert entry.recorded == earliest("2020-03-04")


@pytest.mark.parametrize(("taken", "status"), [("unk", "active"), ("y", "active"), ("n", "not-taken")])
def test_taken_is_left_behind_unless_it_says_not_taken(taken: str, status: str) -> None:
    shown = body(statement(taken=taken), MEDICATION)
    assert shown["status"] == status
    assert "taken" not in shown


def test_dose_moves_into_dose_and_rate() -> None:
    dosage = {"text": "one daily", "doseQuantity": {"value": 1, "unit": "tablet"}}
    shown = body(statement(dosage=[dosage]), MEDICATION)
    assert shown["dosage"] == [{"text": "one daily", "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}]


@pytest.mark.parametrize(("intent", "kind"), [("plan", EntryKind.PLAN), ("order", EntryKind.ISSUE)])
def test_intent_tells_plan_from_issue(intent: str, kind: EntryKind) -> None:
    assert read_one(request(intent), MEDICATION).kind is kind


def test_requester_is_the_person_else_the_organisation() -> None:
    person: Resource = {"resourceType": "Practitioner", "id": "p", "name": [{"family": "Doctor"}]}
    both = {"agent": ref("Practitioner/p"), "onBehalfOf": ref("Organization/org")}
    assert body(request(requester=both), MEDICATION, person)["requester"]["display"] == "Doctor"
    behalf = {"onBehalfOf": ref("Organization/org")}
    assert body(request(requester=behalf), MEDICATION)["requester"]["display"] == "Synthetic Surgery"


def test_authorised_issues_in_all_become_repeats_after_the_first() -> None:
    information = extension(
        "MedicationRepeatInformation",
        extension=[
            {"url": "numberOfRepeatPrescriptionsAllowed", "valuePositiveInt": 6},
            {"url": "numberOfRepeatPrescriptionsIssued", "valueUnsignedInt": 2},
        ],
    )
    shown = body(request(extension=[information], dispenseRequest={"quantity": {"value": 28}}), MEDICATION)
    assert shown["dispenseRequest"] == {"quantity": {"value": 28}, "numberOfRepeatsAllowed": 5}
    assert shown["extension"][0]["extension"] == [{"url": "numberOfPrescriptionsIssued", "valueUnsignedInt": 2}]


def test_status_reason_and_prescription_type_leave_their_extensions() -> None:
    stopped = extension(
        "MedicationStatusReason", extension=[{"url": "statusReason", "valueCodeableConcept": {"text": "Expired"}}]
    )
    kind = {"system": "https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-PrescriptionType-1", "code": "repeat"}
    repeat = extension("PrescriptionType", valueCodeableConcept={"coding": [kind]})
    shown = body(request(extension=[stopped, repeat]), MEDICATION)
    assert shown["statusReason"] == {"text": "Expired"}
    assert shown["courseOfTherapyType"]["coding"] == [
        {"system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-PrescriptionType", "code": "repeat"}
    ]


def test_quantity_without_a_number_keeps_its_words() -> None:
    words = {"extension": [extension("MedicationQuantityText", valueString="2 boxes")]}
    assert body(request(dispenseRequest={"quantity": words}), MEDICATION)["dispenseRequest"]["quantity"] == {
        "unit": "2 boxes"
    }


def test_number_written_as_text_becomes_a_number() -> None:
    duration = {"expectedSupplyDuration": {"value": "28", "code": "d"}}
    shown = body(request(dispenseRequest=duration), MEDICATION)
    assert shown["dispenseRequest"]["expectedSupplyDuration"]["value"] == 28


def test_prior_prescription_is_a_link() -> None:
    earlier = {**request(), "id": "earlier"}
    entry = read_one(request(priorPrescription=ref("MedicationRequest/earlier")), earlier, MEDICATION)
    assert entry.links == (IncomingLink(LinkKind.PRIOR_PRESCRIPTION, "MedicationRequest/earlier"),)
