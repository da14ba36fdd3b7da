"""The International Patient Summary as a FHIR R4 document: a Composition in front, then everything that it names.

Its resources are those that the FHIR interface serves, with two differences that the guide asks for: a reference leads
to a resource of the document or is left out, and what the guide requires and the record lacks has R4's extension
data-absent-reason. No profile is claimed: the record's codes are what they are. The identifier is made of the content
and the instant, so that the same summary of the same moment is the same file.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from html import escape
from typing import Any
from uuid import UUID

import msgspec

from openrecord.kit.instants import micros_text, to_micros
from openrecord.registry.rules.resource import patient_resource
from openrecord.taking.contents.rows import Row, row_of
from openrecord.taking.contents.summary import Summarised
from openrecord.taking.gathering import Gathered
from openrecord.web.records.elements import decoded
from openrecord.web.records.values import Shown
from openrecord.web.text import WELSH, active_language
from openrecord.web.text import gettext as _

Json = dict[str, Any]
LOINC = "http://loinc.org"
PATIENT_SUMMARY = "60591-5"
UNAVAILABLE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/list-empty-reason", "code": "unavailable"}]}
_ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
_REQUIRED: Mapping[str, tuple[tuple[str, str, Any], ...]] = {
    "AllergyIntolerance": (("code", "code", _ABSENT),),
    "Condition": (("code", "code", _ABSENT),),
    "MedicationStatement": (("effective", "_effectiveDateTime", _ABSENT),),
    "Observation": (("effective", "_effectiveDateTime", _ABSENT), ("performer", "performer", [_ABSENT])),
}
"""Of each type: how the names of an element begin that the guide requires, and what stands for it."""

_write = msgspec.json.Encoder(decimal_format="number")


def document(gathered: Gathered, sections: Sequence[Summarised], *, base: str, at: datetime) -> bytes:
    """The document. `base`: the address of the FHIR interface."""
    patient = f"Patient/{gathered.patient.public_id}"
    named = [UUID(bytes=_name(gathered, part, at), version=4) for part in ("document", "composition", "device")]
    device = f"Device/{named[2]}"
    entries = [shown for section in sections for shown in section.entries]
    inside = {patient, *(shown.reference for shown in entries)}
    listed: list[tuple[str, Any]] = [
        (f"Composition/{named[1]}", _composition(sections, patient, device, str(named[1]), at)),
        (patient, msgspec.Raw(patient_resource(gathered.patient))),
        (device, _device(str(named[2]))),
        *((shown.reference, completed(shown, inside)) for shown in entries),
    ]
    return _write.encode(
        {
            "resourceType": "Bundle",
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{named[0]}"},
            "type": "document",
            "timestamp": _instant(at),
            "entry": [{"fullUrl": f"{base}/{reference}", "resource": body} for reference, body in listed],
        }
    )


def _name(gathered: Gathered, part: str, at: datetime) -> bytes:
    return blake2b(gathered.digest + micros_text(to_micros(at)), digest_size=16, person=part.encode()).digest()


def _instant(at: datetime) -> str:
    return micros_text(to_micros(at)).decode()


def _composition(sections: Iterable[Summarised], patient: str, device: str, key: str, at: datetime) -> Json:
    return {
        "resourceType": "Composition",
        "id": key,
        "language": WELSH if active_language() == WELSH else "en-GB",
        "status": "final",
        "type": {"coding": [{"system": LOINC, "code": PATIENT_SUMMARY}]},
        "subject": {"reference": patient},
        "date": _instant(at),
        "author": [{"reference": device}],
        "title": _("International Patient Summary"),
        "section": [_section(section) for section in sections],
    }


def _section(section: Summarised) -> Json:
    told: Json = {
        "title": section.title,
        "code": {"coding": [{"system": LOINC, "code": section.code}]},
        "text": {"status": "generated", "div": _narrative(section)},
    }
    if section.entries:
        told["entry"] = [{"reference": shown.reference} for shown in section.entries]
    else:
        told["emptyReason"] = UNAVAILABLE
    return told


def _narrative(section: Summarised) -> str:
    """The section for people, in the XHTML that FHIR allows."""
    if not section.entries:
        inside = f"<p>{escape(section.none)}</p>"
    else:
        head = "".join(f"<th>{escape(word)}</th>" for word in (_("Date"), _("What"), _("Details")))
        body = "".join(_table_row(row_of(shown)) for shown in section.entries)
        inside = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{inside}</div>'


def _table_row(row: Row) -> str:
    told = [row.value, row.aside, row.tag, *(f"{fact.label}: {fact.value}" for fact in row.facts), *row.words]
    cells = (row.date, row.what, "; ".join(text for text in told if text))
    return f"<tr>{''.join(f'<td>{escape(_plain(cell))}</td>' for cell in cells)}</tr>"


def _plain(text: str) -> str:
    """Without the control characters that XML has no place for."""
    return "".join(each if each.isprintable() else " " for each in text)


def _device(key: str) -> Json:
    """What put the summary together: no person did."""
    return {"resourceType": "Device", "id": key, "deviceName": [{"name": "OpenRecord", "type": "user-friendly-name"}]}


def completed(shown: Shown, inside: Collection[str]) -> Json:
    """An entry as it stands in a document that holds `inside` ("Type/id")."""
    body = within(decoded(shown.raw), inside)
    for begins, element, stand_in in _REQUIRED.get(shown.parts.resource_type, ()):
        if not any(name.lstrip("_").startswith(begins) for name in body):
            body[element] = stand_in
    return body  # type: ignore[no-any-return]


def within(value: Any, inside: Collection[str]) -> Any:
    """A JSON value without references that lead out of the document, and without what is empty then (R4: ele-1)."""
    if isinstance(value, list):
        return [kept for kept in (within(item, inside) for item in value) if kept not in ({}, [])]
    if not isinstance(value, dict):
        return value
    kept = {
        name: within(part, inside)
        for name, part in value.items()
        if not (name == "reference" and isinstance(part, str) and part not in inside)
    }
    return {name: part for name, part in kept.items() if part not in ({}, [])}
