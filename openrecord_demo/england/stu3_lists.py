"""The lists of a GP Connect structured record: its sections, and each consultation's topic and categories."""

from collections.abc import Iterator
from datetime import datetime

from openrecord_demo.england.codes_used import CODES, Code
from openrecord_demo.england.model import Entry, Json, Kind
from openrecord_demo.england.stu3 import HL7UK, NHS, TYPES, concept

_SECTIONS: tuple[tuple[str, str, frozenset[Kind]], ...] = (
    ("list_allergies", "Allergies and adverse reactions", frozenset({Kind.ALLERGY})),
    ("list_ended_allergies", "Ended allergies", frozenset()),
    ("list_immunisations", "Immunisations", frozenset({Kind.IMMUNISATION})),
    ("list_investigations", "Investigations and results", frozenset({Kind.REPORT})),
    ("list_consultations", "List of consultations", frozenset({Kind.CONSULTATION})),
    ("list_medications", "Medications and medical devices", frozenset({Kind.MEDICATION})),
    ("list_uncategorised", "Uncategorised data", frozenset({Kind.OBSERVATION, Kind.CODE})),
    ("list_referrals", "Outbound referral", frozenset({Kind.REFERRAL})),
    ("list_diary", "Patient recall administration", frozenset({Kind.DIARY})),
    ("list_problems", "Problems", frozenset({Kind.CONDITION})),
)
_SECONDARY: tuple[tuple[str, frozenset[Kind]], ...] = (
    ("allergies-contained-in-consultations", frozenset({Kind.ALLERGY})),
    ("problems-contained-in-consultations", frozenset({Kind.CONDITION})),
    ("uncategorised-data-contained-in-consultations", frozenset({Kind.OBSERVATION})),
    ("outbound-referrals-in-consultations", frozenset({Kind.REFERRAL})),
)
_HEADINGS = {
    Kind.PLAN: "Medication",
    Kind.REFERRAL: "Referral",
    Kind.ALLERGY: "Allergy",
}
_PARTS = frozenset({Kind.OBSERVATION, Kind.COMMENT, *_HEADINGS})
_EXAMINED = frozenset({"vital-signs", "exam", "social-history"})


def reference(entry: Entry) -> str:
    """The local reference of an entry."""
    return f"{TYPES[entry.kind]}/{entry.id}"


def sections(entries: tuple[Entry, ...], person: Json, at: datetime) -> Iterator[Json]:
    """The ten sections by SNOMED CT code, then the secondary lists, which only repeat references. No list has an id."""
    for key, title, kinds in _SECTIONS:
        yield _section(title, concept(CODES[key]), [reference(e) for e in entries if e.kind in kinds], person, at)
    consultations = {entry.id for entry in entries if entry.kind is Kind.CONSULTATION}
    for name, kinds in _SECONDARY:
        targets = [reference(e) for e in entries if e.kind in kinds and e.inside in consultations]
        if targets:
            code = f"consultations-{name}"
            title = f"Consultations - {name.replace('-', ' ')}"
            coding = {"system": f"{HL7UK}/CodeSystem/GPConnect-SecondaryListValues-1", "code": code, "display": title}
            yield _section(title, {"coding": [coding]}, targets, person, at)


def _section(title: str, code: Json, targets: list[str], person: Json, at: datetime) -> Json:
    setting = {
        "url": f"{NHS}/StructureDefinition/Extension-CareConnect-GPC-ClinicalSetting-1",
        "valueCodeableConcept": concept(CODES["gp_service"]),
    }
    body: Json = {
        "resourceType": "List",
        "meta": {"profile": [f"{NHS}/StructureDefinition/CareConnect-GPC-List-1"]},
        "extension": [setting],
        "status": "current",
        "mode": "snapshot",
        "title": title,
        "code": code,
        "subject": person,
        "date": at.isoformat(),
        "orderedBy": {"coding": [{"system": "http://hl7.org/fhir/list-order", "code": "event-date"}]},
    }
    if targets:
        body["entry"] = [{"item": {"reference": target}} for target in targets]
    else:
        system = f"{NHS}/CodeSystem/CareConnect-ListEmptyReasonCode-1"
        empty = {"system": system, "code": "no-content-recorded", "display": "No Content Recorded"}
        body["emptyReason"] = {"coding": [empty]}
        body["note"] = [{"text": "Information not available"}]
    return body


def consultation(visit: Entry, parts: list[Entry], problem: Entry | None, person: Json) -> Iterator[Json]:
    """Consultation, its topic, and a category for each heading; all tied to the Encounter."""
    categories: dict[str, list[str]] = {}
    for part in parts:
        if part.kind in _PARTS:
            heading = _HEADINGS.get(part.kind) or ("Examination" if part.heading in _EXAMINED else part.heading)
            categories.setdefault(heading, []).append(reference(part))
    topic = f"{visit.id}-T0"
    yield _nested(visit, f"{visit.id}-L", CODES["consultation"], visit.heading, [f"List/{topic}"], person)
    names = [f"{topic}-C{position}" for position in range(len(categories))]
    title = problem.code.term if problem else None
    body = _nested(visit, topic, CODES["topic"], title, [f"List/{name}" for name in names], person)
    if problem is not None:
        target = {"url": "target", "valueReference": {"reference": reference(problem)}}
        url = f"{HL7UK}/StructureDefinition/Extension-CareConnect-RelatedProblemHeader-1"
        body["extension"] = [{"url": url, "extension": [target]}]
    yield body
    for name, (heading, targets) in zip(names, categories.items(), strict=True):
        yield _nested(visit, name, CODES["category"], heading, targets, person)


def _nested(visit: Entry, name: str, code: Code, title: str | None, targets: list[str], person: Json) -> Json:
    body: Json = {
        "resourceType": "List",
        "id": name,
        "meta": {"profile": [f"{NHS}/StructureDefinition/CareConnect-GPC-List-1"]},
        "status": "current",
        "mode": "snapshot",
        "code": concept(code),
        "subject": person,
        "encounter": {"reference": f"Encounter/{visit.id}"},
        "date": visit.recorded.isoformat(),
        "orderedBy": {"coding": [{"system": "http://hl7.org/fhir/list-order", "code": "system"}]},
        "entry": [{"item": {"reference": target}} for target in targets],
    }
    if title is not None:
        body["title"] = title
    return body
