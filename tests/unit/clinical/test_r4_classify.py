"""What a resource is: entry kind, slot, control code."""

from datetime import UTC, datetime

import pytest

from openrecord.clinical.incoming import ControlCode, JsonObject
from openrecord.clinical.kinds import EntryKind, Slot
from openrecord.clinical.r4.bundle import read_bundle
from openrecord.clinical.r4.classify import NOT_ENTRIES
from tests.unit.clinical.r4_resources import (
    LABORATORY,
    MARKER,
    PATIENT,
    bundle,
    concept,
    entry,
    observation,
    resource,
)

COMMENT_NOTE = concept("37331000000100", "Comment note")
LAB_REQUEST = [concept("108252007", "Laboratory procedure")]


def category(code: str) -> list[JsonObject]:
    return [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/x", "code": code}]}]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (observation(category=LABORATORY), EntryKind.RESULT),
        (observation(category=LABORATORY, code=COMMENT_NOTE), EntryKind.COMMENT),
        (observation(code=COMMENT_NOTE, valueString=MARKER), EntryKind.COMMENT),
        (observation(code={"text": MARKER}, valueString=MARKER), EntryKind.COMMENT),
        (observation(code={"text": MARKER}, valueQuantity={"value": 1}), EntryKind.OBSERVATION),
        (observation(), EntryKind.OBSERVATION),
        (resource("MedicationStatement"), EntryKind.MEDICATION),
        (resource("MedicationRequest", intent="plan"), EntryKind.PLAN),
        (resource("MedicationRequest", intent="order"), EntryKind.ISSUE),
        (resource("MedicationRequest", intent="instance-order"), EntryKind.ISSUE),
        (resource("MedicationRequest", intent="surprise"), EntryKind.UNKNOWN),
        (resource("MedicationRequest"), EntryKind.UNKNOWN),
        (resource("AllergyIntolerance"), EntryKind.ALLERGY),
        (resource("Encounter"), EntryKind.CONSULTATION),
        (resource("Condition"), EntryKind.CONDITION),
        (resource("Immunization"), EntryKind.IMMUNISATION),
        (resource("ServiceRequest", intent="order"), EntryKind.REFERRAL),
        (resource("ServiceRequest", intent="order", category=LAB_REQUEST), EntryKind.TASK),
        (resource("ServiceRequest", intent="plan"), EntryKind.DIARY),
        (resource("ServiceRequest"), EntryKind.UNKNOWN),
        (resource("DiagnosticReport"), EntryKind.REPORT),
        (resource("DocumentReference"), EntryKind.DOCUMENT),
        (resource("Procedure"), EntryKind.PROCEDURE),
        (resource("Specimen"), EntryKind.SPECIMEN),
        (resource("QuestionnaireResponse"), EntryKind.QUESTIONNAIRE),
        (resource("Task"), EntryKind.TASK),
        (resource("FamilyMemberHistory"), EntryKind.UNKNOWN),
        (resource("MedicationDispense"), EntryKind.UNKNOWN),
        (resource("NoSuchType"), EntryKind.UNKNOWN),
    ],
)
def test_kind(given: JsonObject, kind: EntryKind) -> None:
    assert entry(given).kind is kind


@pytest.mark.parametrize("resource_type", sorted(NOT_ENTRIES))
def test_no_entries(resource_type: str) -> None:
    messages = read_bundle(bundle({**PATIENT, "id": "other"}, resource(resource_type)))
    assert all((message.entries, message.problems) == ((), ()) for message in messages)
    assert sum(message.resources for message in messages) == 2


@pytest.mark.parametrize(
    ("given", "slot"),
    [
        (observation(category=category("vital-signs")), Slot.VITAL_SIGNS),
        (observation(category=[*category("surprise"), *category("survey")]), Slot.SURVEY),
        (observation(), Slot.OBSERVATION_OTHER),
        (observation(category=LABORATORY), Slot.LABORATORY),
        (resource("Condition", category=category("encounter-diagnosis")), Slot.DIAGNOSIS),
        (resource("Condition", category=category("problem-list-item")), Slot.PROBLEM),
        (resource("Condition"), Slot.PROBLEM),
        (resource("MedicationRequest", intent="plan"), Slot.MEDICATION_REQUEST),
        (resource("Task"), Slot.NEVER),
        (resource("Basic"), Slot.NEVER),
    ],
)
def test_slot(given: JsonObject, slot: Slot) -> None:
    assert entry(given).slot is slot


@pytest.mark.parametrize(
    ("snomed", "code"), [("1364731000000104", "104"), ("1364751000000106", "106"), ("1290331000000103", "103")]
)
@pytest.mark.parametrize("resource_type", ["Observation", "Condition", "Procedure"])
def test_control_codes_count_before_everything_else(resource_type: str, snomed: str, code: str) -> None:
    given = resource(resource_type, code=concept(snomed), category=None)
    assert entry(given, kind=EntryKind.RESULT).kind is EntryKind.CODE
    assert entry(given).control == ControlCode(code, None, None)
    assert entry(given).slot is Slot.NEVER


def test_control_code_carries_the_dates_that_decide_between_several() -> None:
    given = observation(
        code=concept("1364731000000104"), effectiveDateTime="2024-01-02T10:00:00Z", issued="2024-01-03T10:00:00Z"
    )
    expected = ControlCode("104", datetime(2024, 1, 2, 10, tzinfo=UTC), datetime(2024, 1, 3, 10, tzinfo=UTC))
    assert entry(given).control == expected


def test_format_overrules_the_kind() -> None:
    made = entry(resource("ServiceRequest", intent="order"), kind=EntryKind.DIARY)
    assert (made.kind, made.slot) == (EntryKind.DIARY, Slot.NEVER)


def test_resource_with_a_modifier_extension_is_never_shown() -> None:
    assert entry(observation(modifierExtension=[{"url": "http://example.org/x"}])).kind is EntryKind.UNKNOWN
