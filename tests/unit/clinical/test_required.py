"""What R4 requires of a resource: "unknown" in its place, the same whether it was hidden or never there."""

import copy

import pytest

from openrecord.clinical.incoming import JsonObject, OwnContent
from openrecord.clinical.r4.directory import Directory
from openrecord.clinical.r4.hints import Hints
from openrecord.clinical.r4.normalise import to_entry
from openrecord.clinical.r4.required import completed
from openrecord.clinical.r4.tokens import tokens

CODING = {"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}
CONCEPT = {"coding": [CODING]}
ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}


@pytest.mark.parametrize(
    ("resource_type", "body", "expected"),
    [
        ("Observation", {"status": "final"}, {"status": "final", "code": CONCEPT}),
        (
            "Observation",
            {"code": {"text": "x"}, "component": [{"valueInteger": 1}, {"code": {"text": "y"}}]},
            {"code": {"text": "x"}, "component": [{"valueInteger": 1, "code": CONCEPT}, {"code": {"text": "y"}}]},
        ),
        (
            "Observation",
            {"code": {"text": "x"}, "referenceRange": [{"type": {"text": "z"}}, {"low": {"value": 1}}]},
            {"code": {"text": "x"}, "referenceRange": [{"low": {"value": 1}}]},
        ),
        (
            "Observation",
            {"code": {"text": "x"}, "component": [{"code": {"text": "y"}, "referenceRange": [{"age": {}}]}]},
            {"code": {"text": "x"}, "component": [{"code": {"text": "y"}}]},
        ),
        ("DiagnosticReport", {}, {"code": CONCEPT}),
        ("MedicationRequest", {"substitution": {"reason": {"text": "x"}}}, {"medicationCodeableConcept": CONCEPT}),
        ("MedicationStatement", {}, {"medicationCodeableConcept": CONCEPT}),
        (
            "AllergyIntolerance",
            {"reaction": [{"severity": "severe"}]},
            {"reaction": [{"severity": "severe", "manifestation": [CONCEPT]}]},
        ),
        ("Encounter", {"location": [{"status": "completed"}]}, {"class": CODING}),
        (
            "Immunization",
            {"performer": [{"function": CONCEPT}], "protocolApplied": [{"targetDisease": [CONCEPT]}]},
            {
                "protocolApplied": [{"targetDisease": [CONCEPT], "_doseNumberString": ABSENT}],
                "vaccineCode": CONCEPT,
                "_occurrenceDateTime": ABSENT,
            },
        ),
        ("Procedure", {"performer": [{"function": CONCEPT}]}, {}),
        ("DocumentReference", {}, {"content": [{"attachment": ABSENT}]}),
        (
            "DocumentReference",
            {"content": [{"format": {"code": "x"}}]},
            {"content": [{"format": {"code": "x"}, "attachment": ABSENT}]},
        ),
        ("Condition", {}, {}),
        ("Task", {}, {}),
    ],
)
def test_what_stands_in_for_what_is_not_there(resource_type: str, body: JsonObject, expected: JsonObject) -> None:
    before = copy.deepcopy(body)
    assert completed(resource_type, body) == expected
    assert body == before
    assert completed(resource_type, expected) is expected


def test_an_entry_has_it_in_both_renderings_and_says_no_more_by_it() -> None:
    report = {
        "resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": {"text": "words"},
        "subject": {"reference": "Patient/p"}, "issued": "2025-02-01T10:00:00Z",
    }  # fmt: skip
    entry = to_entry(report, Hints("here"), Directory())
    assert b'"text":"words"' in entry.full
    assert entry.coded is not None
    assert b'"code":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason"' in entry.coded
    assert entry.own is OwnContent.TEXT
    assert tokens("DiagnosticReport", entry.coded) == tokens("DiagnosticReport", entry.full)


def test_nothing_tells_words_that_are_kept_back_from_nothing() -> None:
    visit = {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"display": "words"}}
    hidden = to_entry(visit, Hints("here"), Directory())
    none = to_entry({**visit, "class": {}}, Hints("here"), Directory())
    assert hidden.coded == none.full
    assert none.coded is None
