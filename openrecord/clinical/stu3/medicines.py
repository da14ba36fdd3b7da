"""Medication statements (what a person takes), plans (authorisations) and issues, from STU3 to R4."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.stu3.elements import (
    carry,
    code,
    concept_extension,
    extension_name,
    extension_value,
    extensions,
    listed,
    objects,
    one,
    put,
    quantity,
    reference,
    references,
    requester,
    wrong_type,
)

_UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"

DOSAGE = (
    "sequence",
    "text",
    "additionalInstruction",
    "patientInstruction",
    "timing",
    "asNeededBoolean",
    "asNeededCodeableConcept",
    "site",
    "route",
    "method",
    "maxDosePerPeriod",
    "maxDosePerAdministration",
    "maxDosePerLifetime",
)
DOSE_AND_RATE = ("doseRange", "doseQuantity", "rateRatio", "rateRange", "rateQuantity")

_STATEMENT_DATES = {
    "MedicationStatementLastIssueDate": "MedicationStatementLastIssueDate",
    "MedicationDosageLastChanged": "MedicationDosageLastChanged",
    "MedicationStatementDosageLastChanged": "MedicationDosageLastChanged",
}
"""CareConnect's name of an extension to UK Core's."""

_TAKEN = (None, "y", "n", "unk", "na")

_COUNTS = ("valuePositiveInt", "valueUnsignedInt", "valueInteger")

STATEMENT = (
    "status",
    "medicationCodeableConcept",
    "medicationReference",
    "effectiveDateTime",
    "effectivePeriod",
    "dateAsserted",
    "informationSource",
    "reasonCode",
    "reasonReference",
    "note",
)
REQUEST = (
    "status",
    "intent",
    "priority",
    "medicationCodeableConcept",
    "medicationReference",
    "authoredOn",
    "recorder",
    "reasonCode",
    "reasonReference",
    "groupIdentifier",
    "note",
)


def _dosage(source: JsonObject) -> JsonObject:
    return put(carry(source, DOSAGE), doseAndRate=[rate] if (rate := carry(source, DOSE_AND_RATE)) else None)


def medication_statement(source: JsonObject) -> JsonObject:
    """The R4 MedicationStatement. STU3's `taken` remains only as the status not-taken."""
    body = put(
        carry(source, STATEMENT),
        basedOn=references(source, "MedicationStatement.basedOn"),
        category=concept_extension(source, "PrescribingAgency") or one(source, "MedicationStatement.category"),
        extension=_dates(source),
        statusReason=objects(source, "MedicationStatement.reasonNotTaken"),
        dosage=[_dosage(item) for item in objects(source, "MedicationStatement.dosage")],
    )
    taken = code(source, "MedicationStatement.taken")
    if taken not in _TAKEN:
        raise wrong_type("MedicationStatement.taken", "one of y n unk na")
    if taken == "n" and body.get("status") != "entered-in-error":
        body["status"] = "not-taken"
    return body


def _dates(source: JsonObject) -> list[JsonObject]:
    """When it was last issued and its dosage last changed, by UK Core's names."""
    dates = []
    for item in listed(source.get("extension")):
        url, date = item.get("url"), item.get("valueDateTime")
        name = _STATEMENT_DATES.get(extension_name(url)) if isinstance(url, str) else None
        if name is not None and date:
            dates.append({"url": f"{_UK_CORE}{name}", "valueDateTime": date})
    return dates


def medication_request(source: JsonObject) -> JsonObject:
    """The R4 MedicationRequest of a plan (authorisation) or an order (issue)."""
    prior = one(source, "MedicationRequest.priorPrescription")
    category = one(source, "MedicationRequest.category")
    return put(
        carry(source, REQUEST),
        extension=_repeat_information(source),
        basedOn=references(source, "MedicationRequest.basedOn"),
        priorPrescription=reference(prior) if prior else None,
        category=[category] if category else None,
        requester=requester(source, "MedicationRequest.requester"),
        statusReason=_status_reason(source),
        courseOfTherapyType=concept_extension(source, "PrescriptionType"),
        dosageInstruction=[_dosage(item) for item in objects(source, "MedicationRequest.dosageInstruction")],
        dispenseRequest=_dispense_request(source),
        substitution=_substitution(source),
    )


def _status_reason(source: JsonObject) -> JsonObject | None:
    for item in extensions(source, "MedicationStatusReason"):
        reason = concept_extension(item, "statusReason")
        if reason is not None:
            return reason
    return None


def _repeat_information(source: JsonObject) -> list[JsonObject]:
    """How often it was issued and until when it is authorised, by UK Core's names."""
    parts: list[JsonObject] = []
    for item in extensions(source, "MedicationRepeatInformation"):
        issued = extension_value(item, "numberOfRepeatPrescriptionsIssued", *_COUNTS)
        if issued is not None:
            parts.append({"url": "numberOfPrescriptionsIssued", "valueUnsignedInt": issued})
        expires = extension_value(item, "authorisationExpiryDate", "valueDateTime")
        if expires is not None:
            parts.append({"url": "authorisationExpiryDate", "valueDateTime": expires})
    return [{"url": f"{_UK_CORE}MedicationRepeatInformation", "extension": parts}] if parts else []


def _dispense_request(source: JsonObject) -> JsonObject:
    given = one(source, "MedicationRequest.dispenseRequest") or {}
    body = put(
        carry(given, ("validityPeriod", "numberOfRepeatsAllowed", "performer")),
        expectedSupplyDuration=quantity(given, "MedicationRequest.dispenseRequest.expectedSupplyDuration"),
    )
    amount = quantity(given, "MedicationRequest.dispenseRequest.quantity")
    if amount is not None:
        unit = amount.get("unit") or extension_value(amount, "MedicationQuantityText", "valueString")
        body["quantity"] = put(carry(amount, ("value", "comparator", "system", "code")), unit=unit)
    issues = _issues_allowed(source)
    if issues is not None and "numberOfRepeatsAllowed" not in body:
        body["numberOfRepeatsAllowed"] = issues - 1
    return body


def _issues_allowed(source: JsonObject) -> int | None:
    """How many issues are authorised in all.

    GP Connect counts every issue ("there is no concept of an initial dispense"), R4 those after the first.
    """
    for item in extensions(source, "MedicationRepeatInformation"):
        value = extension_value(item, "numberOfRepeatPrescriptionsAllowed", *_COUNTS)
        if isinstance(value, int) and value > 0:
            return value
    return None


def _substitution(source: JsonObject) -> JsonObject | None:
    given = one(source, "MedicationRequest.substitution")
    if given is None:
        return None
    return put(carry(given, ("reason",)), allowedBoolean=given.get("allowed"))
