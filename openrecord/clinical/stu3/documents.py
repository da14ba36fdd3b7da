"""Consultations, documents and questionnaires, from STU3 to R4."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.stu3.elements import (
    carry,
    coding,
    concept,
    local_reference,
    objects,
    one,
    put,
    reference,
    references,
)

ENCOUNTER = ("status", "type", "priority", "period", "length", "serviceProvider")
DOCUMENT = (
    "masterIdentifier",
    "status",
    "docStatus",
    "type",
    "author",
    "authenticator",
    "custodian",
    "description",
    "securityLabel",
)
ATTACHMENT = ("contentType", "language", "data", "size", "hash", "title", "creation")
ANSWERS = (
    "valueBoolean",
    "valueDecimal",
    "valueInteger",
    "valueDate",
    "valueDateTime",
    "valueTime",
    "valueString",
    "valueUri",
    "valueCoding",
    "valueQuantity",
    "valueAttachment",
)


def encounter(source: JsonObject) -> JsonObject:
    """The R4 Encounter. The headings of a consultation (List titles) have no place in it and are not kept."""
    parent = one(source, "Encounter.partOf")
    kind = one(source, "Encounter.class")
    return put(
        carry(source, ENCOUNTER),
        class_=coding(kind) if kind else None,
        participant=[_participant(item) for item in objects(source, "Encounter.participant")],
        location=[carry(item, ("location",)) for item in objects(source, "Encounter.location")],
        reasonCode=objects(source, "Encounter.reason"),
        diagnosis=[_diagnosis(item) for item in objects(source, "Encounter.diagnosis")],
        partOf=reference(parent) if parent else None,
    )


def _participant(source: JsonObject) -> JsonObject:
    return put(
        carry(source, ("period", "individual")),
        type=[concept(item) for item in objects(source, "Encounter.participant.type")],
    )


def _diagnosis(source: JsonObject) -> JsonObject:
    target = one(source, "Encounter.diagnosis.condition")
    role = one(source, "Encounter.diagnosis.role")
    return put(
        carry(source, ("rank",)), condition=reference(target) if target else None, use=concept(role) if role else None
    )


def document_reference(source: JsonObject) -> JsonObject:
    """The R4 DocumentReference. A file's address leads to a Binary of the same message; it is never fetched or kept."""
    context = one(source, "DocumentReference.context") or {}
    category = one(source, "DocumentReference.class")
    return put(
        carry(source, DOCUMENT),
        category=[category] if category else None,
        date=source.get("indexed"),
        relatesTo=[_relation(item) for item in objects(source, "DocumentReference.relatesTo")],
        content=[_content(item, source.get("created")) for item in objects(source, "DocumentReference.content")],
        context=carry(context, ("event", "period", "facilityType", "practiceSetting")),
    )


def _relation(source: JsonObject) -> JsonObject:
    target = one(source, "DocumentReference.relatesTo.target")
    return put(carry(source, ("code",)), target=reference(target) if target else None)


def _content(source: JsonObject, created: object) -> JsonObject:
    attachment = carry(one(source, "DocumentReference.content.attachment") or {}, (*ATTACHMENT, "url"))
    if isinstance(attachment.get("url"), str):
        attachment["url"] = local_reference(attachment["url"])
    if created and "creation" not in attachment:
        attachment["creation"] = created
    form = one(source, "DocumentReference.content.format")
    return put({"attachment": attachment}, format=coding(form) if form else None)


def questionnaire_response(source: JsonObject) -> JsonObject:
    """The R4 QuestionnaireResponse; answers that are entries themselves are links, not answers (`structure`)."""
    return put(
        carry(source, ("status", "authored", "author", "source")),
        partOf=references(source, "QuestionnaireResponse.parent"),
        basedOn=references(source, "QuestionnaireResponse.basedOn"),
        item=_items(source, ""),
    )


def _items(source: JsonObject, number: str) -> list[JsonObject]:
    items = []
    for position, item in enumerate(objects(source, "QuestionnaireResponse.item"), start=1):
        own_number = f"{number}{position}"
        answers = [
            put(carry(answer, ANSWERS), item=_items(answer, f"{own_number}."))
            for answer in objects(item, "QuestionnaireResponse.item.answer")
        ]
        body = put(
            carry(item, ("text",)),
            answer=[answer for answer in answers if answer],
            item=_items(item, f"{own_number}."),
        )
        if body:
            items.append({"linkId": item.get("linkId") or own_number, **body})
    return items
