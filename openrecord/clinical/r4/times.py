"""When an entry was recorded and when it happened: one table each (architecture "Historical"). Pure.

Release goes by the recorded date, display by the clinical date. Never from our arrival time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from openrecord.clinical.dates import earliest_or_none
from openrecord.clinical.incoming import JsonObject

RECORDED = {
    "Observation": "issued",
    "Condition": "recordedDate",
    "AllergyIntolerance": "recordedDate",
    "MedicationRequest": "authoredOn",
    "MedicationStatement": "dateAsserted",
    "Immunization": "recorded",
    "DocumentReference": "date",
    "DiagnosticReport": "issued",
    "ServiceRequest": "authoredOn",
    "QuestionnaireResponse": "authored",
    "Specimen": "receivedTime",
    "Task": "authoredOn",
}
"""Resource type to the element that says when the entry was recorded. Missing there means: the source has none."""

NO_RECORDED_DATE = frozenset({"Encounter", "Procedure"})
"""R4 gives these no recorded date; the clinical date stands for it, and the explanation says so."""

CLINICAL = {
    "Observation": ("effectiveDateTime", "effectiveInstant", "effectivePeriod.start"),
    "Condition": ("onsetDateTime", "onsetPeriod.start", "recordedDate"),
    "AllergyIntolerance": ("onsetDateTime", "onsetPeriod.start", "recordedDate"),
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("effectiveDateTime", "effectivePeriod.start"),
    "Immunization": ("occurrenceDateTime",),
    "DocumentReference": ("context.period.start", "content.attachment.creation", "date"),
    "DiagnosticReport": ("effectiveDateTime", "effectivePeriod.start", "issued"),
    "ServiceRequest": ("authoredOn", "occurrenceDateTime", "occurrencePeriod.start"),
    "QuestionnaireResponse": ("authored",),
    "Specimen": ("collection.collectedDateTime", "collection.collectedPeriod.start"),
    "Task": ("authoredOn",),
    "Encounter": ("period.start",),
    "Procedure": ("performedDateTime", "performedPeriod.start"),
}
"""Resource type to the elements that say when it happened, the first that can be read counts."""

_CLINICAL_PATHS = {kind: tuple(tuple(path.split(".")) for path in paths) for kind, paths in CLINICAL.items()}


class Times(NamedTuple):
    """Earliest instants (UTC). `inferred`: `recorded` is the clinical date, because the type has none of its own."""

    recorded: datetime | None
    clinical: datetime | None
    inferred: bool


def times_of(resource: JsonObject, recorded: datetime | None = None) -> Times:
    """When `resource` was recorded and when it happened; `recorded` overrules, where the format says it elsewhere."""
    kind = resource["resourceType"]
    clinical = _happened(resource)[1]
    if recorded is not None:
        return Times(recorded, clinical, inferred=False)
    if kind in NO_RECORDED_DATE:
        return Times(clinical, clinical, inferred=clinical is not None)
    element = RECORDED.get(kind)
    return Times(earliest_or_none(resource.get(element)) if element else None, clinical, inferred=False)


def happened(resource: Mapping[str, Any]) -> str:
    """When it happened as the record says it, which may be only a year or a month ("2019"); empty where unknown."""
    return _happened(resource)[0]


def _happened(resource: Mapping[str, Any]) -> tuple[str, datetime | None]:
    for path in _CLINICAL_PATHS.get(resource["resourceType"], ()):
        value = resource.get(path[0])
        if value is None:
            continue
        if type(value) is not str or len(path) > 1:
            value = _first(resource, path)
        if isinstance(value, str) and (clinical := earliest_or_none(value)) is not None:
            return value, clinical
    return "", None


def _first(value: object, path: tuple[str, ...]) -> object:
    """The value at `path`, the first item of each list on the way; None where there is none."""
    for name in path:
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    if isinstance(value, list):
        return value[0] if value else None
    return value
