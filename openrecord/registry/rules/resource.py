"""The patient as a FHIR resource, by the reviewed allow-list. No address, no telephone: none is kept. Pure."""

import orjson

from openrecord.clinical.datatypes import File, Named
from openrecord.clinical.elements import allow_list
from openrecord.clinical.incoming import JsonObject
from openrecord.registry.types import Patient

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"


class _NoNames:
    """Nothing surrounds a Patient: it refers to nobody."""

    def named(self, reference: str) -> Named | None:  # noqa: ARG002 - the protocol's name
        return None

    def file(self, url: str) -> File | None:  # noqa: ARG002 - the protocol's name
        return None


def patient_resource(patient: Patient) -> bytes:
    """The Patient resource as R4 JSON."""
    told: JsonObject = {
        "identifier": [{"system": NHS_NUMBER, "value": patient.nhs_number}],
        "name": [{"use": "official", "family": patient.family, "given": patient.given.split()}],
        "gender": patient.gender,  # the list passes over what is None
    }
    if patient.born is not None:
        told["birthDate"] = patient.born.isoformat()
    listed = allow_list("Patient")
    if listed is None:
        raise LookupError("the reviewed list has no Patient")
    shown = listed.render(told, _NoNames()).coded
    return orjson.dumps({"id": str(patient.public_id), **shown})
