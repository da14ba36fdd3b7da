"""What a source sends of a made-up patient."""

from collections.abc import Mapping
from typing import Any


def bundle(number: str, *, family: str = "Quill", entries: int = 2, **condition: Any) -> Mapping[str, Any]:
    """A made-up R4 Bundle about one patient with some conditions."""
    system = "https://fhir.nhs.uk/Id/nhs-number"
    patient = {
        "resourceType": "Patient", "id": "p", "identifier": [{"system": system, "value": number}],
        "name": [{"family": family, "given": ["Ottoline"]}], "birthDate": "1980-05-10",
    }  # fmt: skip
    conditions = [
        {
            "resourceType": "Condition", "id": f"{number}-{place}", "subject": {"reference": "Patient/p"},
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "code": {"text": "Essential hypertension", "coding": [{"system": "http://snomed.info/sct",
                                                                   "code": "59621000"}]},
            "recordedDate": "2025-03-01", "onsetDateTime": "2025-03-01", **condition,
        }
        for place in range(entries)
    ]  # fmt: skip
    listed = [{"resource": resource} for resource in (patient, *conditions)]
    return {"resourceType": "Bundle", "type": "collection", "entry": listed}
