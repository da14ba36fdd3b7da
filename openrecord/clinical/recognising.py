"""Which release of FHIR a document is written in. Pure.

A profile of STU3 or a type that only STU3 has settles it. Elements that only one release has are counted: senders mix
them up, and what few resources say must not decide how all are read.
"""

from collections.abc import Iterator
from functools import lru_cache

from openrecord.clinical.incoming import JsonObject

_STU3_PROFILES = ("/STU3/", "CareConnect-GPC")
_STU3_TYPES = frozenset({"ProcedureRequest", "ReferralRequest"})

_STU3_ELEMENTS: dict[str, frozenset[str]] = {
    "AllergyIntolerance": frozenset({"assertedDate"}),
    "Condition": frozenset({"assertedDate", "context"}),
    "DiagnosticReport": frozenset({"context", "codedDiagnosis"}),
    "DocumentReference": frozenset({"indexed", "created", "class"}),
    "Immunization": frozenset({"notGiven", "vaccinationProtocol", "explanation", "practitioner"}),
    "MedicationRequest": frozenset({"context", "definition"}),
    "MedicationStatement": frozenset({"taken", "reasonNotTaken"}),
    "Observation": frozenset({"comment", "context", "related"}),
    "Procedure": frozenset({"context", "notDone", "notDoneReason"}),
    "QuestionnaireResponse": frozenset({"context", "parent"}),
}
"""Elements of STU3 that R4 has no more, by type."""

_R4_ELEMENTS: dict[str, frozenset[str]] = {
    "AllergyIntolerance": frozenset({"recordedDate", "encounter"}),
    "Condition": frozenset({"recordedDate", "recorder", "encounter"}),
    "DiagnosticReport": frozenset({"encounter", "resultsInterpreter", "conclusionCode"}),
    "DocumentReference": frozenset({"category", "date"}),
    "Immunization": frozenset({"occurrenceDateTime", "recorded", "performer", "protocolApplied"}),
    "MedicationRequest": frozenset({"encounter", "courseOfTherapyType"}),
    "MedicationStatement": frozenset({"statusReason"}),
    "Observation": frozenset({"note", "encounter", "hasMember", "derivedFrom", "partOf"}),
    "Procedure": frozenset({"encounter", "asserter", "recorder", "statusReason"}),
    "QuestionnaireResponse": frozenset({"encounter", "partOf"}),
}
"""Elements of R4 that STU3 does not have yet, by type."""


def is_stu3(document: JsonObject) -> bool:
    """Whether a document is FHIR STU3."""
    older = 0
    for resource in _resources(document):
        kind = resource.get("resourceType")
        if type(kind) is not str:
            continue
        if kind in _STU3_TYPES or _names_stu3(resource):
            return True
        if kind in _STU3_ELEMENTS and not _STU3_ELEMENTS[kind].isdisjoint(resource):
            older += 1
    return older > 0 and older > _newer(document)


def _newer(document: JsonObject) -> int:
    """How many resources have an element of R4."""
    kinds = ((resource.get("resourceType"), resource) for resource in _resources(document))
    known = ((_R4_ELEMENTS.get(kind), resource) for kind, resource in kinds if type(kind) is str)
    return sum(elements is not None and not elements.isdisjoint(resource) for elements, resource in known)


def holds_patient(bundle: JsonObject) -> bool:
    """Whether a Bundle brings the patient along, so that it can be understood by itself."""
    return any(resource.get("resourceType") == "Patient" for resource in _resources(bundle))


def _resources(document: JsonObject) -> Iterator[JsonObject]:
    """The document and what it wraps."""
    yield document
    kind = document.get("resourceType")
    wrapped = document.get("entry") if kind == "Bundle" else document.get("parameter") if kind == "Parameters" else None
    for entry in wrapped if type(wrapped) is list else ():
        resource = entry.get("resource") if type(entry) is dict else None
        if type(resource) is not dict:
            continue
        if resource.get("resourceType") in ("Bundle", "Parameters"):
            yield from _resources(resource)
        else:
            yield resource


def _names_stu3(resource: JsonObject) -> bool:
    meta = resource.get("meta")
    profiles = meta.get("profile") if type(meta) is dict else None
    if type(profiles) is not list:
        return False
    return any(type(name) is str and _is_stu3_profile(name) for name in profiles)


@lru_cache(maxsize=256)
def _is_stu3_profile(name: str) -> bool:
    return any(mark in name for mark in _STU3_PROFILES)
