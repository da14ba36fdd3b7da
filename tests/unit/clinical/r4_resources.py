"""Small made-up R4 resources for tests. Every text that counts as free text holds MARKER."""

from typing import Any

from openrecord.clinical.incoming import IncomingEntry, Label
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.directory import Directory
from openrecord.clinical.r4.hints import Hints
from openrecord.clinical.r4.normalise import MEDICINES, to_entry

Json = dict[str, Any]
MARKER = "FREE-TEXT"
SNOMED = "http://snomed.info/sct"
LABORATORY = [
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
]
PATIENT: Json = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9991000003"}],
    "name": [{"family": "Example", "given": ["Test"]}],
    "birthDate": "1980-05-10",
}


def concept(code: str = "38341003", display: str = "Named finding", text: str | None = None) -> Json:
    made: Json = {"coding": [{"system": SNOMED, "code": code, "display": display}]}
    return made if text is None else {**made, "text": text}


def resource(resource_type: str, **elements: object) -> Json:
    made = {"resourceType": resource_type, "id": "1", "subject": {"reference": "Patient/p"}, **elements}
    if resource_type in MEDICINES and "medicationReference" not in made:
        made.setdefault("medicationCodeableConcept", concept())
    return made


def observation(**elements: object) -> Json:
    return resource("Observation", **{"status": "final", "code": concept(), **elements})


def bundle(*resources: Json) -> Json:
    entries = [
        {"fullUrl": f"http://example.org/{each.get('resourceType')}/{each.get('id')}", "resource": each}
        for each in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def entry(
    given: Json,
    *others: Json,
    kind: EntryKind | None = None,
    filed: bool | None = None,
    draft: bool = False,
    label: Label = Label.NONE,
) -> IncomingEntry:
    hints = Hints("entry[0]", kind=kind, filed=filed, draft=draft, label=label)
    return to_entry(given, hints, Directory.of((each, None) for each in (given, *others)))
