"""Observations, reports and specimens, from R4 to STU3. Pure."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.outgoing.stu3.elements import CARE_CONNECT, concept, concepts, extension, first
from openrecord.clinical.stu3.elements import carry, put
from openrecord.clinical.stu3.results import COLLECTION, OBSERVATION, REPORT, SPECIMEN, VALUE


def observation(body: JsonObject) -> JsonObject:
    """The STU3 Observation; its notes become one comment, an exact moment a time."""
    notes = [note["text"] for note in body.get("note", ()) if "text" in note]
    moment = body.get("effectiveInstant")
    return put(
        carry(body, OBSERVATION),
        **({"effectiveDateTime": moment} if moment else {}),
        **_reading(body),
        category=concepts(body, "category"),
        comment="\n\n".join(notes),
        component=[_component(item) for item in body.get("component", ())],
    )


def _component(item: JsonObject) -> JsonObject:
    return put(carry(item, ("code", *VALUE)), **_reading(item))


def _reading(item: JsonObject) -> dict[str, object]:
    """What an Observation and its components have in common besides code and value; STU3 has no whole numbers."""
    interpretation, absent, whole = (
        first(item, "interpretation"),
        item.get("dataAbsentReason"),
        item.get("valueInteger"),
    )
    return {
        **({} if whole is None else {"valueQuantity": {"value": whole}}),
        "interpretation": concept(interpretation) if interpretation else None,
        "dataAbsentReason": concept(absent) if absent else None,
        "referenceRange": [_range(each) for each in item.get("referenceRange", ())],
    }


def _range(item: JsonObject) -> JsonObject:
    kind = item.get("type")
    return put(carry(item, ("low", "high", "appliesTo", "age", "text")), type=concept(kind) if kind else None)


def diagnostic_report(body: JsonObject) -> JsonObject:
    """The STU3 DiagnosticReport."""
    category = first(body, "category")
    return put(
        carry(body, REPORT),
        category=concept(category) if category else None,
        performer=[{"actor": item} for item in body.get("performer", ())],
        codedDiagnosis=body.get("conclusionCode"),
    )


def specimen(body: JsonObject) -> JsonObject:
    """The STU3 Specimen."""
    collection = body.get("collection", {})
    fasting = collection.get("fastingStatusCodeableConcept")
    said = None if fasting is None else concept(fasting)
    return put(
        carry(body, SPECIMEN),
        processing=body.get("processing"),
        collection=put(
            carry(collection, COLLECTION),
            extension=extension(f"{CARE_CONNECT}FastingStatus", "valueCodeableConcept", said),
        ),
    )
