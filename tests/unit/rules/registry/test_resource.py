"""The patient as a FHIR resource: what is known, by the reviewed list, and nothing that is empty."""

import json
from datetime import date
from uuid import UUID

import pytest

from openrecord.clinical.nhs_number import NhsNumber
from openrecord.registry.rules import resource
from openrecord.registry.rules.resource import patient_resource
from openrecord.registry.types import Patient, PatientId

ADA = Patient(PatientId(7), UUID(int=1), NhsNumber("9990000018"), "Okafor", "Ada Ngozi", date(1980, 5, 10), "female")


def test_it_says_who_it_is() -> None:
    assert json.loads(patient_resource(ADA)) == {
        "resourceType": "Patient",
        "id": "00000000-0000-0000-0000-000000000001",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
        "name": [{"use": "official", "family": "Okafor", "given": ["Ada", "Ngozi"]}],
        "gender": "female",
        "birthDate": "1980-05-10",
    }


def test_what_is_not_known_is_not_said() -> None:
    told = json.loads(
        patient_resource(Patient(PatientId(7), UUID(int=1), NhsNumber("9990000018"), "Okafor", "Ada", None))
    )
    assert told.keys() == {"resourceType", "id", "identifier", "name"}


def test_without_a_reviewed_list_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "allow_list", lambda _type: None)
    with pytest.raises(LookupError, match=r"the reviewed list has no Patient$"):
        patient_resource(ADA)
