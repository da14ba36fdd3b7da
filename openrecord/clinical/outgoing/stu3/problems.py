"""Allergies, problems, immunisations and procedures, from R4 to STU3. Pure."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.outgoing.stu3.elements import (
    CARE_CONNECT,
    concept,
    concepts,
    extension,
    first,
    first_code,
    said,
)
from openrecord.clinical.stu3.elements import carry, put
from openrecord.clinical.stu3.problems import ALLERGY, CONDITION, EVENT_STATUS, IMMUNISATION, PROCEDURE

_NOT_KNOWN: JsonObject = {
    "coding": [{"system": "http://hl7.org/fhir/v3/NullFlavor", "code": "UNK", "display": "unknown"}]
}
"""GP Connect's vaccine where only the procedure says what was given."""

OLD_EVENT_STATUS = {new: old for old, new in EVENT_STATUS.items()} | {"not-done": "completed"}


def allergy_intolerance(body: JsonObject) -> JsonObject:
    """The STU3 AllergyIntolerance. One that ended stays a resource of its own: a contained one has no id outside."""
    return put(
        carry(body, (*ALLERGY, "note")),
        clinicalStatus=first_code(body, "clinicalStatus"),
        verificationStatus=first_code(body, "verificationStatus"),
        assertedDate=body.get("recordedDate"),
    )


def condition(body: JsonObject) -> JsonObject:
    """The STU3 Condition."""
    return put(
        carry(body, CONDITION),
        extension=extension(f"{CARE_CONNECT}ProblemSignificance", "valueCode", said(body, "Significance", "valueCode")),
        clinicalStatus=first_code(body, "clinicalStatus"),
        verificationStatus=first_code(body, "verificationStatus"),
        category=concepts(body, "category"),
        assertedDate=body.get("recordedDate"),
        stage=first(body, "stage"),
    )


def immunization(body: JsonObject) -> JsonObject:
    """The STU3 Immunization; GP Connect says by the procedure what was given."""
    procedure = said(body, "VaccinationProcedure", "valueCodeableConcept")
    vaccine = body.get("vaccineCode", {})
    if procedure is None and ("coding" in vaccine or "text" in vaccine):
        procedure, vaccine = vaccine, _NOT_KNOWN
    refused = body.get("statusReason")
    was_not_given = body.get("status") == "not-done"
    target = put(
        carry(body, IMMUNISATION),
        extension=[
            *extension(f"{CARE_CONNECT}DateRecorded", "valueDateTime", body.get("recorded")),
            *extension(f"{CARE_CONNECT}VaccinationProcedure", "valueCodeableConcept", procedure),
        ],
        vaccineCode=concept(vaccine),
        date=body.get("occurrenceDateTime"),
        practitioner=[_practitioner(item) for item in body.get("performer", ())],
        explanation=put({}, reason=body.get("reasonCode"), reasonNotGiven=[refused] if refused else None),
        reaction=body.get("reaction"),
        vaccinationProtocol=[_protocol(item) for item in body.get("protocolApplied", ())],
    )
    return {**target, "notGiven": was_not_given, **({"status": "completed"} if was_not_given else {})}


def _practitioner(item: JsonObject) -> JsonObject:
    role = item.get("function")
    return put(carry(item, ("actor",)), role=concept(role) if role else None)


def _protocol(item: JsonObject) -> JsonObject:
    return put(
        carry(item, ("series", "authority", "targetDisease")),
        doseSequence=item.get("doseNumberPositiveInt"),
        seriesDoses=item.get("seriesDosesPositiveInt"),
    )


def procedure(body: JsonObject) -> JsonObject:
    """The STU3 Procedure."""
    status = body.get("status")
    performers = [
        put(carry(item, ("actor", "onBehalfOf")), role=item.get("function")) for item in body.get("performer", ())
    ]
    target = put(carry(body, PROCEDURE), performer=performers, notDoneReason=body.get("statusReason"))
    if status is not None:
        target["status"] = OLD_EVENT_STATUS.get(status, status)
    return {**target, "notDone": True} if status == "not-done" else target
