"""One STU3 resource as an R4 resource. Pure and without knowledge of the Bundle; see `structure` for that.

Version numbers are left behind: suppliers write hashes there, which say nothing about order.
"""

from collections.abc import Callable

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.stu3.documents import document_reference, encounter, questionnaire_response
from openrecord.clinical.stu3.elements import carry
from openrecord.clinical.stu3.medicines import medication_request, medication_statement
from openrecord.clinical.stu3.problems import allergy_intolerance, condition, immunization, procedure
from openrecord.clinical.stu3.requests import procedure_request, referral_request
from openrecord.clinical.stu3.results import diagnostic_report, observation, specimen

CONVERTERS: dict[str, tuple[str, Callable[[JsonObject], JsonObject]]] = {
    "AllergyIntolerance": ("AllergyIntolerance", allergy_intolerance),
    "Condition": ("Condition", condition),
    "DiagnosticReport": ("DiagnosticReport", diagnostic_report),
    "DocumentReference": ("DocumentReference", document_reference),
    "Encounter": ("Encounter", encounter),
    "Immunization": ("Immunization", immunization),
    "MedicationRequest": ("MedicationRequest", medication_request),
    "MedicationStatement": ("MedicationStatement", medication_statement),
    "Observation": ("Observation", observation),
    "Procedure": ("Procedure", procedure),
    "ProcedureRequest": ("ServiceRequest", procedure_request),
    "QuestionnaireResponse": ("QuestionnaireResponse", questionnaire_response),
    "ReferralRequest": ("ServiceRequest", referral_request),
    "Specimen": ("Specimen", specimen),
}
"""STU3 types that are record entries: R4's name for the type, and how its elements are mapped."""


_ALIKE = ("id", "implicitRules", "identifier", "subject", "patient", "contained")


def to_r4(source: JsonObject) -> JsonObject:
    """The R4 resource of an STU3 resource; one of an unknown type stays as it is. Raises UnusableResource."""
    known = CONVERTERS.get(source["resourceType"])
    if known is None:
        return source
    kind, convert = known
    body = {"resourceType": kind, **carry(source, _ALIKE)}
    meta = source.get("meta")
    if meta is not None:
        body["meta"] = carry(meta, ("versionId", "lastUpdated", "security")) if isinstance(meta, dict) else meta
    body.update(convert(source))
    return body
