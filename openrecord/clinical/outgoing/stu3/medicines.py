"""Medication statements, plans and issues, from R4 to STU3. Pure."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.outgoing.stu3.elements import (
    GP_CONNECT,
    agent,
    concept,
    extension,
    first,
    said,
)
from openrecord.clinical.stu3.elements import carry, put
from openrecord.clinical.stu3.medicines import DOSAGE, DOSE_AND_RATE, REQUEST, STATEMENT

_AGENCY = "https://fhir.hl7.org.uk/CodeSystem/UKCore-MedicationPrescribingAgency"


def _dosage(item: JsonObject) -> JsonObject:
    rates = item.get("doseAndRate") or [{}]
    return {**carry(item, DOSAGE), **carry(rates[0], DOSE_AND_RATE)}


def medication_statement(body: JsonObject) -> JsonObject:
    """The STU3 MedicationStatement; `taken` says what R4's status not-taken does."""
    category = body.get("category", {})
    by_agency = any(item.get("system") == _AGENCY for item in category.get("coding", ()))
    last_issued, changed = (said(body, end, "valueDateTime") for end in ("LastIssueDate", "DosageLastChanged"))
    is_taken = body.get("status") != "not-taken"
    target = put(
        carry(body, STATEMENT),
        extension=[
            *extension(f"{GP_CONNECT}MedicationStatementLastIssueDate", "valueDateTime", last_issued),
            *extension(f"{GP_CONNECT}MedicationDosageLastChanged", "valueDateTime", changed),
            *extension(
                f"{GP_CONNECT}PrescribingAgency", "valueCodeableConcept", concept(category) if by_agency else None
            ),
        ],
        category=None if by_agency else category,
        reasonNotTaken=body.get("statusReason"),
        dosage=[_dosage(item) for item in body.get("dosage", ())],
    )
    return {**target, "taken": "unk"} if is_taken else {**target, "taken": "n", "status": "completed"}


def medication_request(body: JsonObject) -> JsonObject:
    """The STU3 MedicationRequest."""
    reason, course = body.get("statusReason"), body.get("courseOfTherapyType")
    supply = body.get("dispenseRequest", {})
    why = None if reason is None else [{"url": "statusReason", "valueCodeableConcept": concept(reason)}]
    kind = None if course is None else concept(course)
    return put(
        carry(body, REQUEST),
        extension=[
            *_repeats(body),
            *extension(f"{GP_CONNECT}MedicationStatusReason", "extension", why),
            *extension(f"{GP_CONNECT}PrescriptionType", "valueCodeableConcept", kind),
        ],
        category=first(body, "category"),
        requester=agent(body.get("requester")),
        dosageInstruction=[_dosage(item) for item in body.get("dosageInstruction", ())],
        dispenseRequest=_supply(supply),
        substitution=_substitution(body),
    )


def _supply(supply: JsonObject) -> JsonObject:
    names = ("validityPeriod", "numberOfRepeatsAllowed", "performer", "quantity", "expectedSupplyDuration")
    return carry(supply, names)


def _repeats(body: JsonObject) -> list[JsonObject]:
    """How often it was issued, until when it is authorised, and how many issues that is in all."""
    parts: list[JsonObject] = []
    held = said(body, "MedicationRepeatInformation", "extension")
    for part in held if isinstance(held, list) else ():
        if part["url"] == "numberOfPrescriptionsIssued":
            parts.append({"url": "numberOfRepeatPrescriptionsIssued", "valuePositiveInt": part["valueUnsignedInt"]})
        else:
            parts.append(part)
    after_first = body.get("dispenseRequest", {}).get("numberOfRepeatsAllowed")
    if after_first is not None:
        parts.append({"url": "numberOfRepeatPrescriptionsAllowed", "valuePositiveInt": after_first + 1})
    return extension(f"{GP_CONNECT}MedicationRepeatInformation", "extension", parts or None)


def _substitution(body: JsonObject) -> JsonObject | None:
    given = body.get("substitution")
    return None if given is None else put(carry(given, ("reason",)), allowed=given.get("allowedBoolean"))
