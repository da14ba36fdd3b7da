"""A record as a FHIR R4 Bundle: the very resources that the FHIR interface serves, byte by byte."""

from collections.abc import Iterable
from datetime import datetime

import orjson

from openrecord.kit.instants import micros_text, to_micros
from openrecord.registry.rules.resource import patient_resource
from openrecord.taking.gathering import Gathered
from openrecord.web.records.values import parts_of


def collection(gathered: Gathered, *, base: str, at: datetime) -> bytes:
    """A Bundle of type collection: the patient, then the entries, newest first. `base`: address of the interface."""
    listed = [(f"Patient/{gathered.patient.public_id}", patient_resource(gathered.patient))]
    for entry in gathered.entries:
        parts = parts_of(entry.body)
        listed.append((f"{parts.resource_type}/{parts.id}", entry.body))
    head = b'{"resourceType":"Bundle","type":"collection","timestamp":"' + micros_text(to_micros(at)) + b'",'
    return head + b'"entry":[' + b",".join(_entries(listed, base)) + b"]}"


def _entries(listed: Iterable[tuple[str, bytes]], base: str) -> Iterable[bytes]:
    for reference, body in listed:
        yield b'{"fullUrl":' + orjson.dumps(f"{base}/{reference}") + b',"resource":' + body + b"}"
