"""Small synthetic GP Connect records for tests. Every value is made up."""

from typing import Any

import orjson

from openrecord.clinical.incoming import IncomingEntry, IncomingMessage
from openrecord.clinical.stu3.bundle import read_bundle
from openrecord.clinical.stu3.convert import to_r4

NHS_NUMBER = "9990000018"
NOPAT = {"security": [{"system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT"}]}
CONSULTATION, TOPIC, HEADING = "325851000000107", "25851000000105", "24781000000107"
CARE_CONNECT = "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-"
CARE_CONNECT_GPC = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-"

Resource = dict[str, Any]

PATIENT: Resource = {
    "resourceType": "Patient",
    "id": "pat",
    "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NHS_NUMBER}],
    "name": [{"use": "old", "family": "Before"}, {"use": "official", "family": "Synthetic", "given": ["Ann", "B"]}],
    "birthDate": "1980-05-10",
    "gender": "female",
    "managingOrganization": {"reference": "Organization/org"},
}
ORGANISATION: Resource = {
    "resourceType": "Organization",
    "id": "org",
    "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Z99999"}],
    "name": "Synthetic Surgery",
}


def snomed(code: str, display: str = "Synthetic") -> Resource:
    """A CodeableConcept with one SNOMED CT coding."""
    return {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": display}]}


def ref(target: str) -> Resource:
    """A Reference."""
    return {"reference": target}


def resource(kind: str, key: str, **elements: object) -> Resource:
    """A resource about the patient of these tests."""
    subject = "patient" if kind in ("AllergyIntolerance", "Immunization") else "subject"
    return {"resourceType": kind, "id": key, subject: ref("Patient/pat"), **elements}


def observation(key: str, **elements: object) -> Resource:
    """An Observation with a code and the status that GP Connect gives to what is filed."""
    return resource("Observation", key, **{"status": "unknown", "code": snomed("163020007"), **elements})


def listing(code: str, *targets: str, **elements: object) -> Resource:
    """A List with a SNOMED CT code; without an id unless given."""
    entries = [{"item": ref(target)} for target in targets]
    return {"resourceType": "List", "code": snomed(code), "entry": entries, **elements}


def consultation(encounter: str, *targets: str, key: str = "c", **elements: object) -> list[Resource]:
    """The three Lists of a consultation that ties `targets` to an encounter; `elements` go to the outermost."""
    tied = {"encounter": ref(f"Encounter/{encounter}")}
    return [
        listing(CONSULTATION, f"List/{key}-topic", id=key, **tied, **elements),
        listing(TOPIC, f"List/{key}-heading", id=f"{key}-topic", **tied),
        listing(HEADING, *targets, id=f"{key}-heading", **tied),
    ]


def encounter(key: str = "enc", **elements: object) -> Resource:
    """A finished consultation."""
    return resource("Encounter", key, **{"status": "finished", "period": {"start": "2020-01-02"}, **elements})


def bundle(*resources: Resource) -> Resource:
    """A Bundle of exactly these resources."""
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}


def read(*resources: Resource) -> IncomingMessage:
    """The one message of a record with the patient, the practice and `resources`."""
    (message,) = read_bundle(bundle(PATIENT, ORGANISATION, *resources))
    return message


def entry_of(message: IncomingMessage, name: str) -> IncomingEntry:
    """The entry that others call `name`."""
    (found,) = (entry for entry in message.entries if name in entry.aliases)
    return found


def read_one(*resources: Resource) -> IncomingEntry:
    """The entry of the first of `resources` in a record of them all."""
    message = read(*resources)
    assert not message.problems
    return entry_of(message, f"{to_r4(resources[0])['resourceType']}/{resources[0]['id']}")


def body(*resources: Resource) -> Resource:
    """What is stored of the first of `resources`: its full rendering."""
    loaded: Resource = orjson.loads(read_one(*resources).full)
    return loaded
