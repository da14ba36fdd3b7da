"""Consultations, documents and questionnaires, from R4 to STU3. Pure."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.outgoing.stu3.elements import coding, concepts, first
from openrecord.clinical.stu3.documents import ATTACHMENT, DOCUMENT, ENCOUNTER
from openrecord.clinical.stu3.elements import carry, put


def encounter(body: JsonObject) -> JsonObject:
    """The STU3 Encounter."""
    kind = body.get("class")
    people = [
        put(carry(item, ("period", "individual")), type=concepts(item, "type")) for item in body.get("participant", ())
    ]
    return put(
        carry(body, ENCOUNTER),
        class_=coding(kind) if kind else None,
        participant=people,
        location=[carry(item, ("location",)) for item in body.get("location", ())],
        reason=body.get("reasonCode"),
    )


def document_reference(body: JsonObject) -> JsonObject:
    """The STU3 DocumentReference."""
    return put(
        carry(body, (*DOCUMENT, "context")),
        class_=first(body, "category"),
        indexed=body.get("date"),
        content=[_content(item) for item in body.get("content", ())],
    )


def _content(item: JsonObject) -> JsonObject:
    form = item.get("format")
    attachment = carry(item.get("attachment", {}), ATTACHMENT)
    return put({"attachment": attachment}, format=coding(form) if form else None)


def questionnaire_response(body: JsonObject) -> JsonObject:
    """The STU3 QuestionnaireResponse. Which questionnaire it answers is a reference there, which nothing here holds."""
    return carry(body, ("status", "authored", "author", "source", "item"))
