"""On a Welsh page the record's own words are marked as English, for a voice that reads them, and ours are not."""

import re

import pytest

from openrecord.web.language import COOKIE
from tests.integration.fhir.world import Json, Record
from tests.integration.pages import world

FACT = re.compile(r'<dd class="nhsuk-summary-list__value"(.*?)>(.*?)</dd>')
MEDICINE: Json = {
    "resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "plan",
    "subject": {"reference": "Patient/p"}, "authoredOn": "2025-02-11",
    "medicationCodeableConcept": {"text": "Ramipril 5mg capsules"},
    "dosageInstruction": [{"text": "One to be taken each morning"}], "requester": {"display": "Dr Rao"},
    "dispenseRequest": {"quantity": {"value": 28, "unit": "capsule"}, "numberOfRepeatsAllowed": 3},
}  # fmt: skip


@pytest.mark.parametrize("language", ["en-gb", "cy"])
def test_the_facts_of_an_entry(record: Record, language: str) -> None:
    record.deliver(MEDICINE)
    browser = world.patient(record)
    browser.cookies[COOKIE] = language
    found = re.search(r'"(/record/medicines/[0-9a-f-]{36})"', browser.get("/record/medicines").text)
    assert found is not None
    facts = FACT.findall(browser.get(found[1]).text)
    marked = {value for lang, value in facts if lang == ' lang="en-GB"'}
    said = {value for lang, value in facts if lang == ""}
    english = {"One to be taken each morning", "28 capsule", "Dr Rao"}
    assert (marked, english <= said) == ((english, False) if language == "cy" else (set(), True))
    assert ("11 Chwefror 2025" if language == "cy" else "11 February 2025") in said
