"""People, organisations and places in bodies: named there, and given a resource of their own in a message. Pure.

A body says who by name alone. Whether the source said so by a reference or in words decides whether the name is free
text (data/elements), so what was a reference has to be one again.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid5

from openrecord.clinical import wire
from openrecord.clinical.codes import ODS_ORGANISATION
from openrecord.clinical.datatypes import NAMED_TYPES
from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.nhs_number import SYSTEM as NHS_NUMBER
from openrecord.clinical.outgoing.types import OutgoingRecord

_PERSON = frozenset({"type", "display"})
_PATIENT = {"type": "Patient"}

Namer = Callable[[str, UUID], str]
"""How a format refers to a resource, by type and id."""


class People:
    """Everybody and every place that the entries of one record name."""

    def __init__(self, record: OutgoingRecord, namer: Namer) -> None:
        self._patient = record.patient
        self._namer = namer
        self._known: dict[tuple[str, str], UUID] = {}
        self._practice = self._id("practice", record.ods)
        self._ods, self._practice_name = record.ods, record.practice

    def _id(self, kind: str, name: str) -> UUID:
        """The same within one patient's record for the same name, and another one in anybody else's."""
        return uuid5(self._patient.public_id, f"{kind} {name}")

    def subject(self) -> JsonObject:
        """A reference to the patient."""
        return {"reference": self._namer("Patient", self._patient.public_id)}

    def restored(self, full: bytes, coded: bytes | None) -> JsonObject:
        """The fullest body with its references to people, organisations and places."""
        body = wire.loads(full)
        said = frozenset(_named(body if coded is None else wire.loads(coded)))
        restored: JsonObject = self._restored(body, said)
        return restored

    def _restored(self, value: Any, said: frozenset[tuple[str, str]]) -> Any:
        if isinstance(value, list):
            return [self._restored(item, said) for item in value]
        if not isinstance(value, dict):
            return value
        if value == _PATIENT:
            return {**self.subject(), **value}
        if value.keys() == _PERSON and value["type"] in NAMED_TYPES:
            who = (value["type"], value["display"])
            return {"reference": self._reference(*who), **value} if who in said else value
        return {name: self._restored(part, said) for name, part in value.items()}

    def _reference(self, kind: str, name: str) -> str:
        return self._namer(kind, self._known.setdefault((kind, name), self._id(kind, name)))

    def resources(self) -> Iterator[JsonObject]:
        """The patient, the practice and everybody named so far."""
        yield self._patient_resource()
        yield {
            "resourceType": "Organization",
            "id": str(self._practice),
            "identifier": [{"system": ODS_ORGANISATION, "value": self._ods}],
            "name": self._practice_name,
        }
        for (kind, name), identity in self._known.items():
            yield {"resourceType": kind, "id": str(identity), **_called(kind, name)}

    def _patient_resource(self) -> JsonObject:
        patient = self._patient
        name: JsonObject = {"use": "official", "family": patient.family}
        if patient.given:
            name["given"] = patient.given.split()
        resource: JsonObject = {
            "resourceType": "Patient",
            "id": str(patient.public_id),
            "identifier": [{"system": NHS_NUMBER, "value": patient.nhs_number}],
            "name": [name],
        }
        if patient.gender:
            resource["gender"] = patient.gender
        if patient.born is not None:
            resource["birthDate"] = patient.born.isoformat()
        if patient.died:
            resource["deceasedBoolean"] = True
        resource["managingOrganization"] = {"reference": self._namer("Organization", self._practice)}
        return resource


def _named(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if value.keys() == _PERSON and value["type"] in NAMED_TYPES:
            yield value["type"], value["display"]
        for part in value.values():
            yield from _named(part)
    elif isinstance(value, list):
        for part in value:
            yield from _named(part)


def _called(kind: str, name: str) -> JsonObject:
    """What says a resource's name, by its type."""
    if kind == "Practitioner":
        return {"name": [{"text": name}]}
    if kind == "PractitionerRole":
        return {"practitioner": {"display": name}}
    if kind == "Device":
        return {"deviceName": [{"name": name, "type": "user-friendly-name"}]}
    return {"name": name}
