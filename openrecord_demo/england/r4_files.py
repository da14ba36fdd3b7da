"""FHIR R4 as it is sent: one Bundle for a record, or lines of NDJSON for several people."""

from collections.abc import Iterable
from datetime import date

import orjson

from openrecord_demo.england.model import ID_SYSTEM, Entry, GeneratedPatient, Json, Practice, PracticeRecord
from openrecord_demo.england.practices import PRACTICES
from openrecord_demo.england.r4 import resources
from openrecord_demo.england.r4_people import directory

BASE = "https://openrecord.example/fhir"


def bundle(patient: GeneratedPatient, record: PracticeRecord, day: date | None = None) -> bytes:
    """The record of one practice as a collection Bundle, or what it holds of a day."""
    name = "1" if day is None else day.isoformat()
    return _bundle(patient, PRACTICES[record.ods], record.entries, "1", name)


def correction(patient: GeneratedPatient, record: PracticeRecord) -> bytes:
    """The later delivery with the corrected versions, and with what their reports hold."""
    later = {entry.id: entry for entry in record.corrections}
    wanted = set(later)
    for entry in record.entries:
        if entry.inside in wanted or (entry.id in later and entry.inside):
            wanted |= {entry.id, str(entry.inside)}
    entries = tuple(later.get(entry.id, entry) for entry in record.entries if entry.id in wanted)
    return _bundle(patient, PRACTICES[record.ods], entries, "2", "2")


def ndjson(patient: GeneratedPatient, record: PracticeRecord) -> bytes:
    """One resource a line: the Patient, then the entries."""
    return _lines(resources(patient, PRACTICES[record.ods], record.entries))


def ndjson_head(practice: Practice) -> bytes:
    """The lines that begin a file: the practice and its staff."""
    return _lines(directory(practice))


def _lines(items: Iterable[Json]) -> bytes:
    return b"".join(orjson.dumps(item) + b"\n" for item in items)


def _bundle(
    patient: GeneratedPatient, practice: Practice, entries: tuple[Entry, ...], version: str, name: str
) -> bytes:
    items = [*directory(practice), *resources(patient, practice, entries)]
    whole = {
        "resourceType": "Bundle",
        "meta": {"versionId": version},
        "identifier": {"system": f"{ID_SYSTEM}/bundle", "value": f"{practice.ods}-{patient.number:06d}-{name}"},
        "type": "collection",
        "entry": [{"fullUrl": f"{BASE}/{item['resourceType']}/{item['id']}", "resource": item} for item in items],
    }
    return orjson.dumps(whole)
