"""A whole record as GP Connect Access Record: Structured answers it: one STU3 collection Bundle."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import orjson

from openrecord_demo.england import stu3, stu3_results
from openrecord_demo.england.model import ID_SYSTEM, Entry, GeneratedPatient, Json, Kind, Practice, PracticeRecord
from openrecord_demo.england.practices import PRACTICES
from openrecord_demo.england.r4_people import staff_id
from openrecord_demo.england.stu3_lists import consultation, reference, sections

_PROFILE = f"{stu3.NHS}/StructureDefinition"


def bundle(patient: GeneratedPatient, record: PracticeRecord, as_of: date) -> bytes:
    """The record of one practice. Raises ValueError for unfiled entries: GP Connect never returns those."""
    if any(not entry.filed for entry in record.entries):
        raise ValueError("a GP Connect record holds only what the practice has filed")
    practice = PRACTICES[record.ods]
    person = stu3.subject(patient.person.nhs_number, practice)
    at = datetime.combine(as_of, time(4, tzinfo=UTC))
    items = [
        _patient(patient, practice),
        *sections(record.entries, person, at),
        *_entries(record.entries, practice, person),
        *_directory(practice),
        *_medications(record.entries, practice),
    ]
    whole = {
        "resourceType": "Bundle",
        "meta": {"profile": [f"{_PROFILE}/GPConnect-StructuredRecord-Bundle-1"]},
        "type": "collection",
        "entry": [{"resource": item} for item in items],
    }
    return orjson.dumps(whole)


def _entries(entries: tuple[Entry, ...], practice: Practice, person: Json) -> Iterator[Json]:
    by_id = {entry.id: entry for entry in entries}
    kinds = {entry.id: entry.kind for entry in entries}
    members: dict[str, list[Entry]] = {}
    about: dict[str, list[str]] = {}
    for entry in entries:
        if entry.inside is not None:
            members.setdefault(entry.inside, []).append(entry)
        if entry.kind is Kind.CONSULTATION and entry.problem is not None:
            about.setdefault(entry.problem, []).append(reference(entry))
    for entry in entries:
        inside = members.get(entry.id, [])
        if entry.kind is Kind.CONSULTATION:
            problem = by_id[entry.problem] if entry.problem else None
            yield stu3.encounter(entry, practice, person)
            yield from consultation(entry, inside, problem, person)
        elif entry.kind is Kind.CONDITION:
            related = [*([f"Encounter/{entry.inside}"] if entry.inside else []), *about.get(entry.id, [])]
            yield stu3.condition(entry, practice, person, kinds, related)
        elif entry.kind is Kind.REPORT:
            yield stu3_results.report(entry, practice, person, [m for m in inside if m.kind is not Kind.SPECIMEN])
        elif entry.inside is not None and kinds[entry.inside] in (Kind.REPORT, Kind.RESULT):
            yield _reported(entry, practice, person, inside, kinds)
        else:
            yield _plain(entry, practice, person, kinds)


def _reported(entry: Entry, practice: Practice, person: Json, inside: list[Entry], kinds: dict[str, Kind]) -> Json:
    if entry.kind is Kind.SPECIMEN:
        return stu3_results.specimen(entry, practice, person)
    group = entry.inside if entry.inside is not None and kinds[entry.inside] is Kind.RESULT else None
    return stu3_results.result(entry, practice, person, inside, group)


def _plain(entry: Entry, practice: Practice, person: Json, kinds: dict[str, Kind]) -> Json:
    if entry.kind in (Kind.PLAN, Kind.ISSUE):
        return stu3.request(entry, practice, person, kinds)
    if entry.kind is Kind.REFERRAL:
        return stu3.referral(entry, practice, person, kinds)
    simple = {
        Kind.MEDICATION: stu3.statement,
        Kind.ALLERGY: stu3.allergy,
        Kind.IMMUNISATION: stu3.immunisation,
        Kind.DIARY: stu3.diary,
        Kind.DOCUMENT: stu3.document,
    }
    if entry.kind in simple:
        return simple[entry.kind](entry, practice, person)
    return stu3.observation(entry, practice, person, kinds)


def _patient(patient: GeneratedPatient, practice: Practice) -> Json:
    person = patient.person
    status = {
        "url": f"{_PROFILE}/Extension-CareConnect-GPC-NHSNumberVerificationStatus-1",
        "valueCodeableConcept": {
            "coding": [
                {
                    "system": f"{stu3.NHS}/CodeSystem/CareConnect-NHSNumberVerificationStatus-1",
                    "code": "01",
                    "display": "Number present and verified",
                }
            ]
        },
    }
    line, town, postcode = person.address
    resource: Json = {
        "resourceType": "Patient",
        "id": stu3.subject(person.nhs_number, practice)["reference"].partition("/")[2],
        "meta": {"versionId": "1", "profile": [f"{_PROFILE}/CareConnect-GPC-Patient-1"]},
        "identifier": [
            {"extension": [status], "system": "https://fhir.nhs.uk/Id/nhs-number", "value": person.nhs_number}
        ],
        "name": [{"use": "official", "family": person.family, "given": [person.given]}],
        "telecom": [{"system": "phone", "value": person.phone, "use": "mobile"}],
        "gender": person.sex,
        "birthDate": person.born.isoformat(),
        "address": [{"use": "home", "type": "physical", "line": [line], "city": town, "postalCode": postcode}],
        "generalPractitioner": [{"reference": f"Practitioner/{staff_id(practice, 0)}"}],
        "managingOrganization": {"reference": f"Organization/{practice.ods}"},
    }
    if patient.died is not None:
        resource["deceasedDateTime"] = patient.died.isoformat()
    return resource


def _directory(practice: Practice) -> Iterator[Json]:
    yield {
        "resourceType": "Organization",
        "id": practice.ods,
        "meta": {"versionId": "1", "profile": [f"{_PROFILE}/CareConnect-GPC-Organization-1"]},
        "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": practice.ods}],
        "name": practice.name,
        "address": [{"use": "work", "city": practice.town, "postalCode": practice.postcode}],
    }
    for position, name in enumerate(practice.staff):
        prefix, _, rest = name.partition(" ")
        given, _, family = rest.partition(" ")
        who = staff_id(practice, position)
        yield {
            "resourceType": "Practitioner",
            "id": who,
            "meta": {"versionId": "1", "profile": [f"{_PROFILE}/CareConnect-GPC-Practitioner-1"]},
            "identifier": [{"system": f"{ID_SYSTEM}/staff", "value": who}],
            "name": [{"use": "official", "family": family, "given": [given], "prefix": [prefix]}],
        }


def _medications(entries: tuple[Entry, ...], practice: Practice) -> Iterator[Json]:
    medicines = {entry.code for entry in entries if entry.kind in (Kind.MEDICATION, Kind.PLAN, Kind.ISSUE)}
    for code in sorted(medicines, key=lambda code: code.term):
        name = stu3.medication_id(code, practice)
        yield {
            "resourceType": "Medication",
            "id": name,
            "meta": {"profile": [f"{_PROFILE}/CareConnect-GPC-Medication-1"]},
            "identifier": [{"system": f"{ID_SYSTEM}/medicine", "value": name}],
            "code": stu3.concept(code),
        }
