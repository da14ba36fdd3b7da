"""The International Patient Summary: a FHIR document by R4 and by the guide's structure, that claims no absence."""

import json
import random
import re
from xml.etree import ElementTree as ET

import fhirkit
import pytest
from django.test import Client

from openrecord.clinical.kinds import Level
from tests.integration.fhir.sent import some_of_every_type
from tests.integration.fhir.test_conformance import parts
from tests.integration.fhir.world import Json, Record, made_record, observation
from tests.integration.pages import world
from tests.integration.pages.test_taking import content
from tests.unit.web.test_pdf import tags

LOINC = "http://loinc.org"
TYPES = {
    "48765-2": {"AllergyIntolerance"},
    "10160-0": {"MedicationStatement", "MedicationRequest"},
    "11450-4": {"Condition"},
    "11369-6": {"Immunization"},
    "30954-2": {"Observation"},
}
EMPTY = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
SNOMED = "http://snomed.info/sct"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def summary(browser: Client) -> Json:
    found = content(browser, "summary")
    assert [str(issue) for issue in fhirkit.validate(found)] == []
    told: Json = json.loads(found)
    assert all(part not in (None, [], {}, "") for part in parts(told))
    return told


def check(bundle: Json) -> dict[str, list[Json]]:
    """The structure that the guide asks for; the resources of each section by its code."""
    assert bundle["type"] == "document"
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bundle["identifier"]["value"])
    assert bundle["timestamp"]
    by_url = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    assert len(by_url) == len(bundle["entry"])
    root = "http://127.0.0.1:8000/fhir/"
    for url, each in by_url.items():
        assert url == f"{root}{each['resourceType']}/{each['id']}"
    objects = [part for part in parts(bundle) if isinstance(part, dict)]
    assert {root + part["reference"] for part in objects if "reference" in part} <= by_url.keys()
    first, person = bundle["entry"][0]["resource"], bundle["entry"][1]["resource"]
    assert (first["resourceType"], person["resourceType"]) == ("Composition", "Patient")
    assert first["status"] == "final"
    assert first["type"]["coding"] == [{"system": LOINC, "code": "60591-5"}]
    assert first["subject"] == {"reference": f"Patient/{person['id']}"}
    assert {each["resourceType"] for each in by_url.values()} - {"Composition", "Patient", "Device"} <= set().union(
        *TYPES.values()
    )
    found: dict[str, list[Json]] = {}
    for section in first["section"]:
        (coding,) = section["code"]["coding"]
        assert coding["system"] == LOINC
        assert section["title"]
        div = ET.fromstring(section["text"]["div"])  # noqa: S314 - we wrote it
        assert div.tag == "{http://www.w3.org/1999/xhtml}div"
        assert ("entry" in section) != ("emptyReason" in section)
        inside = [by_url[root + entry["reference"]] for entry in section.get("entry", [])]
        assert {each["resourceType"] for each in inside} <= TYPES[coding["code"]]
        found[coding["code"]] = inside
    assert found.keys() == TYPES.keys()
    return found


@pytest.mark.parametrize("level", [Level.FULL, Level.DETAILED, Level.SUMMARY])
@pytest.mark.parametrize("seed", [5, 6])
def test_it_is_a_document_of_r4_and_of_the_guide(record: Record, level: Level, seed: int) -> None:
    record.deliver(*some_of_every_type(random.Random(seed)))
    record.grant_history()
    record.lower(level)
    check(summary(world.patient(record)))


def test_what_the_guide_requires_is_there_or_said_to_be_absent(record: Record) -> None:
    record.deliver(*some_of_every_type(random.Random(5)))
    record.grant_history()
    found = check(summary(world.patient(record)))
    for medicine in found["10160-0"]:
        assert any(name.lstrip("_").startswith("effective") for name in medicine) or medicine["intent"]
    for result in found["30954-2"]:
        assert any(name.lstrip("_").startswith("effective") for name in result)
        assert result["performer"]


def test_an_empty_section_is_unavailable_and_never_none_known(record: Record) -> None:  # noqa: ARG001
    told = summary(world.patient(made_record()))
    assert set(map(len, check(told).values())) == {0}
    for section in told["entry"][0]["resource"]["section"]:
        assert section["emptyReason"] == {"coding": [{"system": EMPTY, "code": "unavailable"}]}
        assert "does not mean that there" in section["text"]["div"]
    words = json.dumps(told).lower()
    assert "nilknown" not in words
    assert "withheld" not in words


def condition(key: str, status: str) -> Json:
    return {
        "resourceType": "Condition",
        "id": key,
        "subject": {"reference": "Patient/p"},
        "clinicalStatus": {"coding": [{"system": CONDITION_CLINICAL, "code": status}]},
        "code": {"coding": [{"system": SNOMED, "code": "27113001", "display": f"Condition {key}"}]},
        "recordedDate": "2025-02-01T12:00:00Z",
    }


def medicine(key: str, status: str, code: str) -> Json:
    return {
        "resourceType": "MedicationStatement",
        "id": key,
        "subject": {"reference": "Patient/p"},
        "status": status,
        "medicationCodeableConcept": {"coding": [{"system": SNOMED, "code": code, "display": f"Medicine {key}"}]},
        "dateAsserted": "2025-02-01",
    }


def test_it_holds_what_goes_on_and_the_newest_of_each_test(record: Record) -> None:
    record.deliver(
        condition("now", "active"),
        condition("past", "resolved"),
        medicine("taken", "active", "1"),
        medicine("stopped", "stopped", "2"),
        observation("old", "2025-01-01", "laboratory"),
        observation("new", "2025-02-01", "laboratory", valueQuantity={"value": 7.10, "unit": "kg"}),
        observation("other", "2025-01-01", "laboratory", code={"coding": [{"system": SNOMED, "code": "1234"}]}),
    )
    record.grant_history()
    found = check(summary(world.patient(record)))
    assert [each["code"]["coding"][0]["display"] for each in found["11450-4"]] == ["Condition now"]
    names = [each["medicationCodeableConcept"]["coding"][0]["display"] for each in found["10160-0"]]
    assert names == ["Medicine taken"]
    assert [each["effectiveDateTime"] for each in found["30954-2"]] == ["2025-02-01", "2025-01-01"]
    (taken,) = found["10160-0"]
    assert taken["_effectiveDateTime"]["extension"][0]["valueCode"] == "unknown"


def test_it_does_not_say_that_there_is_no_information_where_there_is(record: Record) -> None:
    prescribed = {
        "resourceType": "MedicationRequest",
        "id": "issue",
        "subject": {"reference": "Patient/p"},
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": SNOMED, "code": "1", "display": "Metformin"}]},
        "authoredOn": "2025-02-01",
    }
    record.deliver(prescribed, condition("past", "resolved"))
    record.grant_history()
    told = summary(world.patient(record))
    assert check(told)["10160-0"] == check(told)["11450-4"] == []
    composition = told["entry"][0]["resource"]
    said = {each["code"]["coding"][0]["code"]: each["text"]["div"] for each in composition["section"]}
    assert "Past medicines and prescriptions stand in the GP record." in said["10160-0"]
    assert "No condition that goes on can be seen here." in said["11450-4"]
    assert "No information is available here about allergies" in said["48765-2"]


def test_a_number_keeps_its_digits(record: Record) -> None:
    record.deliver(observation("new", "2025-02-01", "laboratory"))
    whole, part = content(world.patient(record), "fhir"), content(world.patient(record), "summary")
    assert b'"value":70,' in whole
    assert b'"value":70,' in part


def test_words_of_the_record_are_words_in_the_narrative(record: Record) -> None:
    named = {"coding": [{"system": SNOMED, "code": "27113001", "display": "<b>1 & 2</b>"}]}
    record.deliver({**condition("odd", "active"), "code": named})
    first = summary(world.patient(record))["entry"][0]["resource"]
    div = next(each for each in first["section"] if each["code"]["coding"][0]["code"] == "11450-4")["text"]["div"]
    assert "&lt;b&gt;1 &amp; 2&lt;/b&gt;" in div


def test_it_is_there_on_paper_too(record: Record) -> None:
    found = content(world.patient(record), "summary-pdf")
    assert found.startswith(b"%PDF-1.7")
    assert tags(found) >= {"Document", "Title", "H1", "P"}
