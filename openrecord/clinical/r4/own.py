"""What a container shows by itself, without its members: coded content, only free text, or nothing. Pure."""

from openrecord.clinical.elements import Rendering
from openrecord.clinical.incoming import OwnContent

ADMINISTRATIVE: dict[str, frozenset[str]] = {
    "Encounter": frozenset(
        {"resourceType", "status", "class", "period", "length", "participant", "serviceProvider", "location"}
    ),
    "DiagnosticReport": frozenset(
        {
            *("resourceType", "status", "category", "effectiveDateTime", "effectivePeriod", "issued"),
            *("performer", "resultsInterpreter"),
        }
    ),
    "DocumentReference": frozenset(
        {"resourceType", "status", "docStatus", "date", "author", "authenticator", "custodian", "context"}
    ),
    "QuestionnaireResponse": frozenset({"resourceType", "status", "questionnaire", "authored", "author", "source"}),
}
"""Elements that say who, when and in what state, but nothing about the patient's health."""


def own_content(resource_type: str, rendering: Rendering) -> OwnContent:
    """The content of a container's own; CODED for a type that is no container."""
    administrative = ADMINISTRATIVE.get(resource_type)
    if administrative is None or _says(resource_type, rendering.coded, administrative):
        return OwnContent.CODED
    if _says(resource_type, rendering.full, administrative):
        return OwnContent.TEXT
    return OwnContent.NONE


def _says(resource_type: str, body: dict[str, object], administrative: frozenset[str]) -> bool:
    if body.keys() <= administrative:
        return False
    return resource_type != "QuestionnaireResponse" or _answered(body.get("item"))


def _answered(items: object) -> bool:
    """Whether any question has an answer: questions alone say nothing of the patient."""
    listed = items if isinstance(items, list) else ()
    return any(item.get("answer") or _answered(item.get("item")) for item in listed)
