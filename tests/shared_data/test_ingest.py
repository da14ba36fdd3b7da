"""Real and realistic files through the front door, twice: the accounting is exact, the second time changes nothing."""

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.ingest.types import Tally
from openrecord.kit import clock
from openrecord.registry import actions as registry
from openrecord.registry.types import OdsCode, Policy, Practice
from tests.decision.served_world import BY, NUMBERS

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDERS = ("gpconnect-structured-stu3", "synthea-r4-uk-localised", "gpconnect-spec-examples-stu3")
FILES = sorted(p for folder in FOLDERS for p in (DATA / folder).rglob("*.json*"))
CLINICAL = {"AllergyIntolerance", "Observation", "MedicationRequest", "Condition", "Encounter", "Immunization"}
ODS = OdsCode("Z99777")

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not beside the repository"),
    pytest.mark.usefixtures("stored"),
    pytest.mark.shared,
]


def content(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def with_valid_patient(data: bytes) -> tuple[bytes, bool]:
    """The file with its placeholder Patient made a valid one; whether it holds clinical entries of a patient."""
    try:
        document: Any = json.loads(data)
    except ValueError:
        return data, False
    entries = document.get("entry", []) if isinstance(document, dict) else []
    resources = [entry["resource"] for entry in entries if isinstance(entry, dict) and "resource" in entry]
    patients = [resource for resource in resources if resource["resourceType"] == "Patient"]
    for patient in patients:
        patient["identifier"] = [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": next(NUMBERS)}]
        patient["name"] = [{"use": "official", "family": "Placeholder", "given": ["Test"]}]
        patient["birthDate"] = "1970-01-01"
    is_record = bool(patients) and any(resource["resourceType"] in CLINICAL for resource in resources)
    return json.dumps(document).encode(), is_record


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[:40])
def test_twice(path: Path) -> None:
    at = clock.now()
    practice = Practice(ODS, "Shared data", policy=Policy())
    registry.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=BY, at=at)
    data, is_record = with_valid_patient(content(path))
    first, second = (once(data, path) for _ in range(2))
    assert first.is_exact
    assert second.is_exact
    assert first.resources == second.resources
    assert second.accepted == 0
    assert second.superseded == 0
    assert second.unchanged == first.accepted + first.unchanged
    if is_record:
        assert first.accepted > 0


def once(data: bytes, path: Path) -> Tally:
    terms = Terms(register=ODS)
    return deliver(data=data, name=path.name, format=None, terms=terms, by=BY, at=clock.now())
