"""No NHS number, name, entry id or word of a record in the logs, the errors or the quarantine of an ingest."""

import json
import logging
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from openrecord.audit.types import system
from openrecord.clinical.nhs_number import NhsNumber, is_valid
from openrecord.ingest import queries as ingest
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.ingest.types import Tally
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Practice
from openrecord.screening import queries as screening

ORG = OdsCode("Y90001")
FAMILY = "Quillfeather"
WORD = "marrowbone"
pytestmark = pytest.mark.usefixtures("stored")
AT = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
_TEN_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")


class _Everything(logging.Handler):
    """Keeps every record that any logger lets through."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass(frozen=True, slots=True)
class _Told:
    """What an ingest has said, and whose record it was about."""

    lines: list[str]
    number: NhsNumber
    tallies: tuple[Tally, ...]


def _unknown_number() -> NhsNumber:
    """A valid number of the range for tests that no other test has registered."""
    candidates = (f"999{uuid.uuid4().int % 10**7:07d}" for _ in range(10_000))
    return next(
        NhsNumber(c) for c in candidates if is_valid(c) and registry.patient_by_nhs_number(NhsNumber(c)) is None
    )


def _bundle(number: str, family: str) -> bytes:
    identifier = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number}
    patient: dict[str, Any] = {
        "resourceType": "Patient", "id": "p", "identifier": [identifier],
        "name": [{"family": family, "given": ["Ottoline"]}], "birthDate": "1980-05-10",
    }  # fmt: skip
    condition = {
        "resourceType": "Condition", "id": number, "subject": {"reference": "Patient/p"},
        "code": {"text": WORD, "coding": [{"system": "http://snomed.info/sct", "code": "38341003"}]},
        "recordedDate": "2025-03-01", "note": [{"text": f"{WORD} {number}"}],
    }  # fmt: skip
    broken = {"resourceType": "Observation", "id": f"{number}-2", "subject": {"reference": f"Patient/{number}"}}
    entries = [{"resource": resource} for resource in (patient, condition, broken)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


@pytest.fixture
def told() -> _Told:
    """Good, wrong, unknown and broken deliveries, with every logger listening."""
    by = system("ingest")
    practice = Practice(ORG, "Made-up Surgery")
    registry_actions.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=by, at=AT)
    number = _unknown_number()
    good = _bundle(number, FAMILY)
    deliveries = (good, good, _bundle(number, f"{FAMILY}-{WORD}"), _bundle("9990000000", FAMILY), good[:-40])
    ear, root = _Everything(), logging.getLogger()
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        tallies = tuple(
            deliver(data=data, name=f"file-{n}", format=None, terms=Terms(register=ORG), by=by, at=AT)
            for n, data in enumerate(deliveries)
        )
        logging.getLogger("openrecord").debug("the ear hears")
    finally:
        root.removeHandler(ear)
        root.setLevel(before)
    return _Told(ear.lines, number, tallies)


def test_the_log_of_an_ingest_names_nobody(told: _Told) -> None:
    assert told.tallies[0].accepted
    assert all(tally.quarantined for tally in told.tallies[2:])
    assert "the ear hears" in told.lines
    patient = registry.patient_by_nhs_number(told.number)
    assert patient is not None
    states = screening.states(patient.patient_id)
    assert states
    ids = {str(entry) for entry in states} | {str(state.public_id) for state in states.values()}
    secret = {told.number, FAMILY, "Ottoline", WORD, str(patient.patient_id), str(patient.public_id), *ids}
    secret |= {entry.replace("-", "") for entry in ids}
    for line in told.lines:
        assert not _TEN_DIGITS.search(line)
        assert not {word for word in secret if word.lower() in line.lower()}


def test_what_is_said_of_quarantine_names_nobody(told: _Told) -> None:
    found = ingest.quarantine()
    assert found
    for part in found:
        said = f"{part.reason} {part.place} {part.detail}"
        assert not _TEN_DIGITS.search(said)
        assert told.number not in said
        assert FAMILY not in said
        assert WORD not in said
