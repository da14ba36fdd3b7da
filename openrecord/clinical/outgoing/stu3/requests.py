"""Diary entries, test requests and referrals, from R4's ServiceRequest to STU3. Pure."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.outgoing.stu3.elements import agent, first
from openrecord.clinical.stu3.elements import carry, put
from openrecord.clinical.stu3.requests import COMMON, PROCEDURE, REQUEST_STATUS

_OLD_STATUS = {new: old for old, new in REQUEST_STATUS.items()}


def _status(body: JsonObject) -> str | None:
    status: str | None = body.get("status")
    return _OLD_STATUS.get(status, status) if status else None


def procedure_request(body: JsonObject) -> JsonObject:
    """The STU3 ProcedureRequest of a diary entry or a test request."""
    return put(
        carry(body, (*COMMON, *PROCEDURE)),
        status=_status(body),
        requester=agent(body.get("requester")),
        performer=first(body, "performer"),
    )


def referral_request(body: JsonObject) -> JsonObject:
    """The STU3 ReferralRequest."""
    wanted = [body["code"]] if "code" in body else []
    return put(
        carry(body, COMMON),
        status=_status(body),
        type=first(body, "category"),
        serviceRequested=[*wanted, *body.get("orderDetail", ())],
        requester=agent(body.get("requester")),
        specialty=body.get("performerType"),
        recipient=body.get("performer"),
    )
