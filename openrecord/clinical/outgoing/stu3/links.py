"""Where STU3 says how one resource refers to another. Pure. Links that it has no place for are left out."""

from uuid import UUID

from openrecord.clinical.incoming import JsonObject, LinkKind
from openrecord.clinical.outgoing.stu3.elements import CARE_CONNECT
from openrecord.clinical.outgoing.types import OutgoingEntry
from openrecord.clinical.stu3.structure import SHARED_TYPES

_MANY = {
    LinkKind.BASED_ON: ("basedOn", {"Specimen": "request"}),
    LinkKind.REASON: ("reasonReference", {}),
    LinkKind.RESULT: ("result", {}),
    LinkKind.SPECIMEN: ("specimen", {}),
    LinkKind.REPLACES: ("replaces", {}),
    LinkKind.PART_OF: ("partOf", {"QuestionnaireResponse": "parent"}),
    LinkKind.DERIVED_FROM: ("parent", {}),
    LinkKind.PRIOR_PRESCRIPTION: ("priorPrescription", {}),
    LinkKind.ENCOUNTER: ("context", {"Immunization": "encounter"}),
}
"""Kind of link to the element that carries it, and to another one in some types."""

_SINGLE = frozenset({"context", "encounter", "priorPrescription", "partOf"})

_REQUESTS = frozenset({"ProcedureRequest", "ReferralRequest"})
_HOLD = {
    LinkKind.BASED_ON: _REQUESTS
    | {"Observation", "DiagnosticReport", "MedicationStatement", "MedicationRequest", "Procedure"}
    | {"QuestionnaireResponse", "Specimen"},
    LinkKind.REASON: _REQUESTS | {"MedicationStatement", "MedicationRequest", "Procedure"},
    LinkKind.RESULT: {"DiagnosticReport"},
    LinkKind.SPECIMEN: {"DiagnosticReport", "Observation", "ProcedureRequest"},
    LinkKind.REPLACES: _REQUESTS,
    LinkKind.PART_OF: {"Encounter", "QuestionnaireResponse"},
    LinkKind.DERIVED_FROM: {"Specimen"},
    LinkKind.PRIOR_PRESCRIPTION: {"MedicationRequest"},
    LinkKind.ENCOUNTER: _REQUESTS
    | {"Observation", "DiagnosticReport", "MedicationStatement", "MedicationRequest", "Procedure", "Condition"}
    | {"QuestionnaireResponse", "Immunization"},
}
"""Kind of link to the types in which STU3 has a place for it."""

_RELATED = {LinkKind.HAS_MEMBER: "has-member", LinkKind.DERIVED_FROM: "derived-from"}
_MAKE_PARTS = frozenset({(LinkKind.DERIVED_FROM, "Observation"), (LinkKind.PART_OF, "QuestionnaireResponse")})
_RELATES_TO = {LinkKind.REPLACES: "replaces", LinkKind.RELATES_TO: "appends"}
_ASSOCIATED = "http://hl7.org/fhir/StructureDefinition/encounter-associatedEncounter"


def invents(entry: OutgoingEntry, resource_type: str, kind: LinkKind, target: UUID) -> bool:
    """Whether a reader of STU3 makes the entry part of what it only refers to here.

    It would be hidden, and the words around it too, where nothing here is. Such a link is left out.
    """
    if target in entry.containers:
        return False
    if kind is LinkKind.ENCOUNTER:
        encounters = [one for each, one in entry.links if each is LinkKind.ENCOUNTER]
        is_shared = resource_type in SHARED_TYPES
        return not is_shared and not (resource_type == "MedicationRequest" and len(encounters) > 1)
    return (kind, resource_type) in _MAKE_PARTS


def add(resource: JsonObject, kind: LinkKind, target: str) -> None:
    """Write a reference to `target` ("Type/id") into `resource`, where there is a place for it."""
    own, said = resource["resourceType"], {"reference": target}
    if kind in _HOLD and own in _HOLD[kind]:
        _add_plain(resource, kind, said)
    elif own == "Observation" and kind in _RELATED:
        _append(resource, "related", {"type": _RELATED[kind], "target": said})
    elif own == "QuestionnaireResponse" and kind is LinkKind.HAS_MEMBER:
        _append(resource, "item", {"linkId": target, "answer": [{"valueReference": said}]})
    elif own == "DocumentReference" and kind in _RELATES_TO:
        _append(resource, "relatesTo", {"code": _RELATES_TO[kind], "target": said})
    elif own == "DocumentReference" and kind is LinkKind.ENCOUNTER:
        resource["context"] = {"encounter": said, **resource.get("context", {})}
    elif own == "AllergyIntolerance" and kind is LinkKind.ENCOUNTER:
        _append(resource, "extension", {"url": _ASSOCIATED, "valueReference": said})
    elif own == "Condition" and kind is LinkKind.EVIDENCE:
        _append(resource, "extension", {"url": f"{CARE_CONNECT}RelatedClinicalContent-1", "valueReference": said})


def _add_plain(resource: JsonObject, kind: LinkKind, said: JsonObject) -> None:
    element, otherwise = _MANY[kind]
    element = otherwise.get(resource["resourceType"], element)
    if element in _SINGLE or (resource["resourceType"], element) == ("Observation", "specimen"):
        resource.setdefault(element, said)
    else:
        _append(resource, element, said)


def _append(resource: JsonObject, element: str, item: JsonObject) -> None:
    resource[element] = [*resource.get(element, ()), item]


def contain(resource: JsonObject, part: JsonObject) -> None:
    """Say in a container that `part` belongs to it, where no link says so. Consultations say it by their Lists."""
    kinds = (resource["resourceType"], part["resourceType"])
    target = f"{kinds[1]}/{part['id']}"
    if kinds == ("DiagnosticReport", "Observation"):
        add(resource, LinkKind.RESULT, target)
    elif kinds == ("DiagnosticReport", "Specimen"):
        add(resource, LinkKind.SPECIMEN, target)
    elif kinds[0] in ("Observation", "QuestionnaireResponse"):
        add(resource, LinkKind.HAS_MEMBER, target)
