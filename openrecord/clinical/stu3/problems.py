"""Allergies, problems, immunisations and procedures, from STU3 to R4."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.stu3.elements import (
    carry,
    code,
    concept,
    concept_extension,
    extension_value,
    extensions,
    listed,
    objects,
    one,
    put,
    references,
    truth,
)

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_SIGNIFICANCE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ProblemSignificance"
_NULL_FLAVOUR = _TERMINOLOGY + "v3-NullFlavor"

_ONSET = ("onsetDateTime", "onsetAge", "onsetPeriod", "onsetRange", "onsetString")
ALLERGY = ("type", "category", "criticality", "code", "recorder", "asserter", "lastOccurrence", "reaction", *_ONSET)
_ABATEMENT = ("abatementDateTime", "abatementAge", "abatementPeriod", "abatementRange", "abatementString")
CONDITION = ("code", "severity", "bodySite", "asserter", "note", *_ONSET, *_ABATEMENT)
IMMUNISATION = (
    "status",
    "primarySource",
    "reportOrigin",
    "location",
    "manufacturer",
    "lotNumber",
    "expirationDate",
    "site",
    "route",
    "doseQuantity",
    "note",
)
EVENT_STATUS = {"suspended": "on-hold", "aborted": "stopped"}
"""STU3 status codes of events that have another name in R4."""

PROCEDURE = (
    "status",
    "category",
    "code",
    "performedDateTime",
    "performedPeriod",
    "location",
    "reasonCode",
    "reasonReference",
    "bodySite",
    "outcome",
    "complication",
    "followUp",
    "usedCode",
    "note",
)


def _status(source: JsonObject, path: str, system: str) -> JsonObject | None:
    value = code(source, path)
    return {"coding": [{"system": _TERMINOLOGY + system, "code": value}]} if value else None


def allergy_intolerance(source: JsonObject) -> JsonObject:
    """The R4 AllergyIntolerance; when and why an allergy ended becomes a note."""
    return put(
        carry(source, ALLERGY),
        clinicalStatus=_status(source, "AllergyIntolerance.clinicalStatus", "allergyintolerance-clinical"),
        verificationStatus=_status(source, "AllergyIntolerance.verificationStatus", "allergyintolerance-verification"),
        recordedDate=source.get("assertedDate"),
        note=[*objects(source, "AllergyIntolerance.note"), *_ended(source)],
    )


def _ended(source: JsonObject) -> list[JsonObject]:
    notes = []
    for item in [*extensions(source, "AllergyIntoleranceEnd"), *extensions(source, "allergyEnd")]:
        date = extension_value(item, "endDate", "valueDateTime")
        reason = extension_value(item, "reasonEnded", "valueString")
        ended = f"Ended {date}" if isinstance(date, str) and date else None
        text = ": ".join(part for part in (ended, reason) if isinstance(part, str) and part)
        if text:
            notes.append({"text": text})
    return notes


def condition(source: JsonObject) -> JsonObject:
    """The R4 Condition of a problem header; its significance stays an extension, by UK Core's address."""
    verification = code(source, "Condition.verificationStatus")
    stage = one(source, "Condition.stage")
    return put(
        carry(source, CONDITION),
        clinicalStatus=_status(source, "Condition.clinicalStatus", "condition-clinical"),
        verificationStatus=_status(source, "Condition.verificationStatus", "condition-ver-status")
        if verification != "unknown"
        else None,
        category=[concept(item) for item in objects(source, "Condition.category")],
        extension=_significance(source),
        recordedDate=source.get("assertedDate"),
        stage=[stage] if stage else None,
        evidence=[{"code": item["code"]} for item in objects(source, "Condition.evidence") if item.get("code")],
    )


def _significance(source: JsonObject) -> list[JsonObject]:
    value = extension_value(source, "ProblemSignificance", "valueCode")
    return [{"url": _SIGNIFICANCE, "valueCode": value}] if isinstance(value, str) else []


def immunization(source: JsonObject) -> JsonObject:
    """The R4 Immunization; GP Connect keeps the SNOMED procedure and the recorded date in extensions."""
    explanation = one(source, "Immunization.explanation") or {}
    not_given = objects(explanation, "Immunization.explanation.reasonNotGiven")
    body = put(
        carry(source, IMMUNISATION),
        vaccineCode=_vaccine(source),
        occurrenceDateTime=source.get("date"),
        recorded=extension_value(source, "DateRecorded", "valueDateTime"),
        performer=_performers(source),
        reasonCode=objects(explanation, "Immunization.explanation.reason"),
        statusReason=not_given[0] if not_given else None,
        reaction=[carry(item, ("date", "reported")) for item in objects(source, "Immunization.reaction")],
        protocolApplied=_protocols(source),
    )
    if truth(source, "Immunization.notGiven") and body.get("status") != "entered-in-error":
        body["status"] = "not-done"
    return body


def _vaccine(source: JsonObject) -> JsonObject | None:
    """The vaccine's codings, but for "unknown", and after them those of the procedure that says what was given."""
    given = one(source, "Immunization.vaccineCode")
    product = concept(given) if given else {}
    procedure = concept_extension(source, "VaccinationProcedure")
    if procedure is None:
        return product or None
    known = [item for item in listed(product.get("coding")) if item.get("system") != _NULL_FLAVOUR]
    return put(
        {},
        coding=[*known, *listed(procedure.get("coding"))],
        text=(product.get("text") if known else None) or procedure.get("text") or product.get("text"),
    )


def _performers(source: JsonObject) -> list[JsonObject]:
    performers = []
    for item in objects(source, "Immunization.practitioner"):
        role = one(item, "Immunization.practitioner.role")
        performers.append(put(carry(item, ("actor",)), function=concept(role) if role else None))
    return performers


def _protocols(source: JsonObject) -> list[JsonObject]:
    return [
        put(
            carry(item, ("series", "authority")),
            targetDisease=objects(item, "Immunization.vaccinationProtocol.targetDisease"),
            doseNumberPositiveInt=item.get("doseSequence"),
            seriesDosesPositiveInt=item.get("seriesDoses"),
        )
        for item in objects(source, "Immunization.vaccinationProtocol")
    ]


def procedure(source: JsonObject) -> JsonObject:
    """The R4 Procedure."""
    body = put(
        carry(source, PROCEDURE),
        basedOn=references(source, "Procedure.basedOn"),
        performer=[
            put(carry(item, ("actor", "onBehalfOf")), function=one(item, "Procedure.performer.role"))
            for item in objects(source, "Procedure.performer")
        ],
        statusReason=one(source, "Procedure.notDoneReason"),
    )
    status = body.get("status")
    if isinstance(status, str):
        body["status"] = EVENT_STATUS.get(status, status)
    if truth(source, "Procedure.notDone") and body.get("status") != "entered-in-error":
        body["status"] = "not-done"
    return body
