"""What a resource is: its entry kind, its category slot, and whether it speaks about access itself (103, 104, 106).

Whatever is not recognised becomes UNKNOWN, which is accepted and never shown. Pure.
"""

from openrecord.clinical.codes import (
    COMMENT_NOTE,
    CONTROL_CODES,
    LABORATORY_CATEGORIES,
    codes_of,
    codings,
)
from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.kinds import OBSERVATION_SLOTS, EntryKind, Slot, slot_of

NOT_ENTRIES = frozenset(
    {
        *("Patient", "RelatedPerson", "Group", "Practitioner", "PractitionerRole", "Organization", "Location"),
        *("HealthcareService", "Device", "Medication", "Binary", "CareTeam", "CarePlan", "Goal", "List", "Composition"),
        *("Appointment", "Slot", "Schedule", "Coverage", "Claim", "ExplanationOfBenefit", "Provenance"),
        *("Bundle", "MessageHeader", "OperationOutcome", "Parameters", "CapabilityStatement"),
    }
)
"""Types that are no record entries: people and places, plans and lists over entries, administration, transport."""

_KINDS = {
    "MedicationStatement": EntryKind.MEDICATION,
    "AllergyIntolerance": EntryKind.ALLERGY,
    "Encounter": EntryKind.CONSULTATION,
    "Condition": EntryKind.CONDITION,
    "Immunization": EntryKind.IMMUNISATION,
    "DiagnosticReport": EntryKind.REPORT,
    "DocumentReference": EntryKind.DOCUMENT,
    "Procedure": EntryKind.PROCEDURE,
    "Specimen": EntryKind.SPECIMEN,
    "QuestionnaireResponse": EntryKind.QUESTIONNAIRE,
    "Task": EntryKind.TASK,
}

KNOWN_TYPES = (
    NOT_ENTRIES
    | _KINDS.keys()
    | {"Observation", "MedicationRequest", "ServiceRequest"}
    | {"ProcedureRequest", "ReferralRequest"}  # of STU3
)
"""The types that any rule here speaks of."""

_BY_ANY_CASE = {kind.lower(): kind for kind in KNOWN_TYPES}

_STRICTEST_FIRST = ("104", "103", "106")

_MEDICATION_INTENTS = {
    **dict.fromkeys(("plan", "proposal", "option"), EntryKind.PLAN),
    **dict.fromkeys(
        ("order", "original-order", "reflex-order", "filler-order", "instance-order"),
        EntryKind.ISSUE,
    ),
}

_SERVICE_INTENTS = {
    # what is merely planned is a diary entry ("recall in six months")
    **dict.fromkeys(("plan", "proposal", "option"), EntryKind.DIARY),
    **dict.fromkeys(
        ("order", "directive", "original-order", "reflex-order", "filler-order", "instance-order"),
        EntryKind.REFERRAL,
    ),
}

_CODED_VALUES = (
    *("valueQuantity", "valueCodeableConcept", "valueBoolean", "valueInteger", "valueRange", "valueRatio"),
    *("valueSampledData", "valueTime", "valueDateTime", "valuePeriod", "component"),
)


def said_type(kind: object) -> str:
    """A type as it may be repeated to people: whatever else stands in resourceType may be anything."""
    return kind if type(kind) is str and kind in KNOWN_TYPES else "resource"


def type_meant(kind: str) -> str:
    """The type that is meant where only capitals are wrong ("observation")."""
    return _BY_ANY_CASE.get(kind.lower(), kind)


def kind_of(resource: JsonObject) -> EntryKind:
    """The entry kind of a resource that is an entry; a control code counts before everything else."""
    match resource.get("resourceType"):
        case "Observation":
            return _observation(resource)
        case "Condition" | "Procedure" if control_code(resource) is not None:
            return EntryKind.CODE
        case "MedicationRequest":
            return _by(_MEDICATION_INTENTS, resource.get("intent"))
        case "ServiceRequest":
            # a request to the laboratory is an event of testing, not a referral of the patient
            if not LABORATORY_CATEGORIES.isdisjoint(codes_of(resource.get("category"))):
                return EntryKind.TASK
            return _by(_SERVICE_INTENTS, resource.get("intent"))
        case other:
            return _by(_KINDS, other)


def control_code(resource: JsonObject) -> str | None:
    """ "103", "104" or "106" where the entry is that statement about access itself."""
    if resource.get("resourceType") not in ("Observation", "Condition", "Procedure"):
        return None
    found = {CONTROL_CODES[code] for _, code in codings(resource.get("code")) if code in CONTROL_CODES}
    return min(found, key=_STRICTEST_FIRST.index, default=None)


def slot(resource: JsonObject, kind: EntryKind) -> Slot:
    """The entry's bit in a Sight mask, by its kind and category."""
    if kind is EntryKind.OBSERVATION:
        categories = codes_of(resource.get("category"))
        return slot_of(kind, next((code for code in categories if code in OBSERVATION_SLOTS), None))
    if kind is EntryKind.CONDITION:
        return slot_of(kind, "encounter-diagnosis" if is_encounter_diagnosis(resource) else None)
    return slot_of(kind, None)


def is_encounter_diagnosis(resource: JsonObject) -> bool:
    """Whether a Condition is only what was found at one encounter, not an item of the problem list."""
    categories = codes_of(resource.get("category"))
    return "encounter-diagnosis" in categories and "problem-list-item" not in categories


def _observation(resource: JsonObject) -> EntryKind:
    codes = codes_of(resource.get("code"))
    if not CONTROL_CODES.keys().isdisjoint(codes):
        return EntryKind.CODE
    if COMMENT_NOTE in codes:
        return EntryKind.COMMENT  # shown only at full, whatever it comments on (domain 1.4)
    if not LABORATORY_CATEGORIES.isdisjoint(codes_of(resource.get("category"))):
        return EntryKind.RESULT
    if not codes and not any(element in resource for element in _CODED_VALUES):
        return EntryKind.COMMENT
    return EntryKind.OBSERVATION


def _by(table: dict[str, EntryKind], value: object) -> EntryKind:
    return table.get(value, EntryKind.UNKNOWN) if isinstance(value, str) else EntryKind.UNKNOWN
