"""References between served entries: each where R4 has a place for it, as often as R4 allows."""

import json
from typing import Any

import pytest

from openrecord.clinical.incoming import LinkKind
from openrecord.clinical.r4 import links

TWO = [f"Some/{number}" for number in (1, 2)]


def named(fhir_type: str, *kinds: LinkKind) -> dict[str, Any]:
    fragment = links.fragment(fhir_type, [(kind, target) for kind in kinds for target in TWO])
    found: dict[str, Any] = json.loads(b"{" + fragment + b"}")
    return found


ONE, BOTH = {"reference": "Some/1"}, [{"reference": target} for target in TWO]


@pytest.mark.parametrize(
    ("fhir_type", "kind", "expected"),
    [
        ("Observation", LinkKind.ENCOUNTER, {"encounter": ONE}),
        ("Observation", LinkKind.HAS_MEMBER, {"hasMember": BOTH}),
        ("Observation", LinkKind.SPECIMEN, {"specimen": ONE}),
        ("DiagnosticReport", LinkKind.SPECIMEN, {"specimen": BOTH}),
        ("DiagnosticReport", LinkKind.RESULT, {"result": BOTH}),
        ("MedicationRequest", LinkKind.PRIOR_PRESCRIPTION, {"priorPrescription": ONE}),
        ("MedicationStatement", LinkKind.ENCOUNTER, {"context": ONE}),
        ("DocumentReference", LinkKind.ENCOUNTER, {"context": {"encounter": BOTH}}),
        ("Condition", LinkKind.EVIDENCE, {"evidence": [{"detail": BOTH}]}),
        ("Encounter", LinkKind.DIAGNOSIS, {"diagnosis": [{"condition": each} for each in BOTH]}),
        ("Encounter", LinkKind.PART_OF, {"partOf": ONE}),
        ("Procedure", LinkKind.PART_OF, {"partOf": BOTH}),
        ("Specimen", LinkKind.DERIVED_FROM, {"parent": BOTH}),
        ("Specimen", LinkKind.BASED_ON, {"request": BOTH}),
        ("ServiceRequest", LinkKind.REPLACES, {"replaces": BOTH}),
        ("QuestionnaireResponse", LinkKind.HAS_MEMBER, {}),
        ("Specimen", LinkKind.ENCOUNTER, {}),
        ("Observation", LinkKind.REPLACES, {}),
    ],
)
def test_a_link_stands_where_r4_has_a_place_for_it(fhir_type: str, kind: LinkKind, expected: dict[str, Any]) -> None:
    assert named(fhir_type, kind) == expected


def test_a_document_may_replace_one_and_add_to_another() -> None:
    related = named("DocumentReference", LinkKind.REPLACES, LinkKind.RELATES_TO)["relatesTo"]
    assert [each["code"] for each in related] == ["replaces", "replaces", "appends", "appends"]
    assert [each["target"] for each in related] == BOTH * 2


def test_nothing_to_name() -> None:
    assert links.fragment("Observation", []) == links.fragment("Specimen", [(LinkKind.ENCOUNTER, "Encounter/1")]) == b""


def test_only_what_may_be_seen_stays_named() -> None:
    fragment = links.fragment(
        "DocumentReference", [(LinkKind.ENCOUNTER, "Encounter/1"), (LinkKind.REPLACES, "DocumentReference/2")]
    )
    assert links.named(fragment) == {"Encounter/1", "DocumentReference/2"}
    assert links.strip(fragment, links.named(fragment)) == fragment
    assert json.loads(b"{" + links.strip(fragment, frozenset({"Encounter/1"})) + b"}") == {
        "context": {"encounter": [{"reference": "Encounter/1"}]}
    }
    assert links.strip(fragment, frozenset()) == b""
