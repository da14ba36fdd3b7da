"""Observations, reports and specimens, from STU3 to R4."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.stu3.elements import (
    carry,
    concept,
    concept_extension,
    objects,
    one,
    put,
    reference,
    references,
)

LABORATORY: JsonObject = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]
}

VALUE = (
    "valueQuantity",
    "valueCodeableConcept",
    "valueString",
    "valueBoolean",
    "valueRange",
    "valueRatio",
    "valueSampledData",
    "valueTime",
    "valueDateTime",
    "valuePeriod",
    "valueAttachment",
)
OBSERVATION = (
    "status",
    "code",
    "effectiveDateTime",
    "effectivePeriod",
    "issued",
    "performer",
    "bodySite",
    "method",
    "specimen",
    "device",
    *VALUE,
)
REPORT = ("status", "code", "effectiveDateTime", "effectivePeriod", "issued", "conclusion", "presentedForm")
SPECIMEN = ("accessionIdentifier", "status", "type", "receivedTime", "container", "note")
COLLECTION = ("collector", "collectedDateTime", "collectedPeriod", "duration", "quantity", "method", "bodySite")


def observation(source: JsonObject) -> JsonObject:
    """The R4 Observation; `comment` becomes a note, `related` becomes hasMember and derivedFrom."""
    related = objects(source, "Observation.related") if "related" in source else []
    comment = source.get("comment")
    return put(
        carry(source, OBSERVATION),
        basedOn=references(source, "Observation.basedOn"),
        category=[concept(item) for item in objects(source, "Observation.category")],
        note=[{"text": comment}] if comment else None,
        hasMember=_related(related, "has-member"),
        derivedFrom=_related(related, "derived-from"),
        component=[_component(item) for item in objects(source, "Observation.component")],
        **_reading(source, "Observation"),
    )


def _related(related: list[JsonObject], kind: str) -> list[JsonObject]:
    targets = (one(item, "Observation.related.target") for item in related if item.get("type") == kind)
    return [reference(target) for target in targets if target]


def _component(source: JsonObject) -> JsonObject:
    return put(carry(source, ("code", *VALUE)), **_reading(source, "Observation.component"))


def _reading(source: JsonObject, path: str) -> dict[str, object]:
    """What an Observation and its components have in common besides code and value."""
    interpretation = one(source, f"{path}.interpretation")
    absent = one(source, f"{path}.dataAbsentReason")
    return {
        "interpretation": [concept(interpretation)] if interpretation else None,
        "dataAbsentReason": concept(absent) if absent else None,
        "referenceRange": [_range(item) for item in objects(source, f"{path}.referenceRange")],
    }


def _range(source: JsonObject) -> JsonObject:
    kind = one(source, "Observation.referenceRange.type")
    return put(carry(source, ("low", "high", "appliesTo", "age", "text")), type=concept(kind) if kind else None)


def diagnostic_report(source: JsonObject) -> JsonObject:
    """The R4 DiagnosticReport."""
    category = one(source, "DiagnosticReport.category")
    return put(
        carry(source, REPORT),
        basedOn=references(source, "DiagnosticReport.basedOn"),
        category=[concept(category)] if category else None,
        performer=[item["actor"] for item in objects(source, "DiagnosticReport.performer") if item.get("actor")],
        specimen=references(source, "DiagnosticReport.specimen"),
        result=references(source, "DiagnosticReport.result"),
        conclusionCode=objects(source, "DiagnosticReport.codedDiagnosis"),
    )


def specimen(source: JsonObject) -> JsonObject:
    """The R4 Specimen."""
    collection = one(source, "Specimen.collection") or {}
    return put(
        carry(source, SPECIMEN),
        processing=objects(source, "Specimen.processing"),
        parent=references(source, "Specimen.parent"),
        request=references(source, "Specimen.request"),
        collection=put(
            carry(collection, COLLECTION), fastingStatusCodeableConcept=concept_extension(collection, "FastingStatus")
        ),
    )
