"""Made-up resources of every type that is served, as a practice may send them."""

import itertools
import random
from collections.abc import Iterable
from typing import Any

from tests.integration.fhir.world import Json

SYSTEMS = ("http://snomed.info/sct", "http://read.info/readv2", "urn:x", None)
CODES = ("27113001", "X1", "x1", "a%b", "a_b", "a|b", "a,b", "1\\2", "27113")
MEDICINES = ("MedicationRequest", "MedicationStatement")
WHAT = {"Immunization": "vaccineCode", "DocumentReference": "type", "Specimen": "type"}
ENCOUNTER = {"reference": "Encounter/Encounter0"}
LINKS: dict[str, Json] = {
    "Condition": {"encounter": ENCOUNTER, "evidence": [{"detail": [{"reference": "Observation/Observation0"}]}]},
    "DiagnosticReport": {
        "encounter": ENCOUNTER, "result": [{"reference": "Observation/Observation1"}],
        "specimen": [{"reference": "Specimen/Specimen0"}]},
    "DocumentReference": {"context": {"encounter": [ENCOUNTER]}},
    "Encounter": {"diagnosis": [{"condition": {"reference": "Condition/Condition0"}}]},
    "MedicationRequest": {"encounter": ENCOUNTER, "reasonReference": [{"reference": "Condition/Condition0"}]},
    "MedicationStatement": {"context": ENCOUNTER, "basedOn": [{"reference": "MedicationRequest/MedicationRequest0"}]},
    "Observation": {"encounter": ENCOUNTER},
    "QuestionnaireResponse": {"encounter": ENCOUNTER},
    "ServiceRequest": {"encounter": ENCOUNTER},
}  # fmt: skip
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def concept(chance: random.Random) -> Json:
    """A concept with up to three codings of the few there are, or words only."""
    codings = [
        {"code": chance.choice(CODES), **({"system": system} if (system := chance.choice(SYSTEMS)) else {})}
        for _ in range(chance.randint(0, 3))
    ]
    return {"coding": codings} if codings else {"text": "words"}


def some_of_every_type(chance: random.Random) -> Iterable[Json]:
    """Some of every type, as practices send them: now with codes, now in words; all recorded on one day."""
    day = "2025-02-10"
    about: dict[str, dict[str, Any]] = {
        "Observation": {"status": "final", "effectiveDateTime": day, "issued": f"{day}T12:00:00Z"},
        "Condition": {"recordedDate": day, "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]}},
        "AllergyIntolerance": {"recordedDate": day, "category": ["food"]},
        "MedicationRequest": {"status": "active", "authoredOn": day},
        "MedicationStatement": {"status": "active", "effectiveDateTime": day, "dateAsserted": day},
        "Immunization": {"status": "completed", "occurrenceDateTime": day, "recorded": day},
        "Procedure": {"status": "completed", "performedDateTime": day},
        "DiagnosticReport": {"status": "final", "issued": f"{day}T12:00:00Z", "effectiveDateTime": day},
        "DocumentReference": {"status": "current", "date": f"{day}T12:00:00Z", "content": [
            {"attachment": {"contentType": "text/plain", "data": "YQ=="}}]},
        "Encounter": {"status": "finished", "class": {"display": "visit"}, "period": {"start": day},
            "location": [{"status": "completed", "location": {"reference": "Location/unknown"}}]},
        "Specimen": {"status": "available", "collection": {"collectedDateTime": day}, "receivedTime": day},
        "ServiceRequest": {"status": "active", "intent": "order", "authoredOn": day},
        "QuestionnaireResponse": {"status": "completed", "authored": day, "item": [
            {"linkId": "1", "text": "Pain?", "answer": [{"valueString": "words"}]}]},
    }  # fmt: skip
    for number, (fhir_type, elements) in itertools.product(range(6), about.items()):
        whom = "patient" if fhir_type in {"AllergyIntolerance", "Immunization"} else "subject"
        made = {"resourceType": fhir_type, "id": f"{fhir_type}{number}", whom: {"reference": "Patient/p"}, **elements}
        if fhir_type in MEDICINES:
            made["medicationCodeableConcept"] = concept(chance)
            made["intent"] = chance.choice(("order", "plan"))
        elif fhir_type == "Encounter":
            made["type"] = [concept(chance) for _ in range(2)]
        elif fhir_type != "QuestionnaireResponse":
            made[WHAT.get(fhir_type, "code")] = concept(chance)
        yield made | in_words(chance).get(fhir_type, {}) | LINKS.get(fhir_type, {})


def in_words(chance: random.Random) -> dict[str, Json]:
    """Elements that R4 requires something of, which is now and then only words."""
    nobody = {"reference": "Practitioner/unknown"}
    return {
        "AllergyIntolerance": {"reaction": [
            {"substance": concept(chance), "manifestation": [concept(chance)], "severity": "severe"}]},
        "DocumentReference": {"category": [concept(chance)]},
        "Immunization": {
            "performer": [{"function": concept(chance), "actor": nobody}],
            "protocolApplied": [{"targetDisease": [concept(chance)], "doseNumberString": "second"}]},
        "MedicationRequest": {
            "category": [concept(chance)], "substitution": {"allowedCodeableConcept": concept(chance)}},
        "Observation": {
            "component": [{"code": concept(chance), "valueInteger": 1}],
            "referenceRange": [{"text": "as usual", "type": concept(chance)}]},
        "Procedure": {"performer": [{"function": concept(chance), "actor": nobody}]},
    }  # fmt: skip
