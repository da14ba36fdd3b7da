"""Diary entries, test requests and referrals: STU3 ProcedureRequest and ReferralRequest to R4 ServiceRequest."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.stu3.elements import carry, code, objects, one, put, references, requester

REQUEST_STATUS = {"suspended": "on-hold", "cancelled": "revoked"}
"""STU3 request status codes that have another name in R4."""

COMMON = (
    "intent",
    "priority",
    "authoredOn",
    "occurrenceDateTime",
    "occurrencePeriod",
    "reasonCode",
    "reasonReference",
    "note",
)
PROCEDURE = (
    "doNotPerform",
    "category",
    "code",
    "occurrenceTiming",
    "asNeededBoolean",
    "asNeededCodeableConcept",
    "bodySite",
    "performerType",
)


def _status(source: JsonObject, path: str) -> str | None:
    status = code(source, path)
    return REQUEST_STATUS.get(status, status) if status else None


def procedure_request(source: JsonObject) -> JsonObject:
    """The R4 ServiceRequest of a diary entry or a test request."""
    performer = one(source, "ProcedureRequest.performer")
    return put(
        carry(source, (*COMMON, *PROCEDURE)),
        status=_status(source, "ProcedureRequest.status"),
        basedOn=references(source, "ProcedureRequest.basedOn"),
        replaces=references(source, "ProcedureRequest.replaces"),
        requester=requester(source, "ProcedureRequest.requester"),
        performer=[performer] if performer else None,
        specimen=references(source, "ProcedureRequest.specimen"),
    )


def referral_request(source: JsonObject) -> JsonObject:
    """The R4 ServiceRequest of a referral; the description stands as the first note."""
    wanted = objects(source, "ReferralRequest.serviceRequested")
    kind = one(source, "ReferralRequest.type")
    description = source.get("description")
    return put(
        carry(source, COMMON),
        status=_status(source, "ReferralRequest.status"),
        basedOn=references(source, "ReferralRequest.basedOn"),
        replaces=references(source, "ReferralRequest.replaces"),
        category=[kind] if kind else None,
        code=wanted[0] if wanted else None,
        orderDetail=wanted[1:],
        requester=requester(source, "ReferralRequest.requester"),
        performerType=one(source, "ReferralRequest.specialty"),
        performer=objects(source, "ReferralRequest.recipient"),
        note=[*([{"text": description}] if description else []), *objects(source, "ReferralRequest.note")],
    )
