"""Diary entries, test requests and referrals."""

import pytest

from openrecord.clinical.incoming import IncomingLink, LinkKind
from openrecord.clinical.kinds import EntryKind
from tests.unit.clinical.stu3.records import Resource, body, entry_of, listing, read, read_one, ref, resource, snomed

DIARY_SECTION = "714311000000108"


def request(**elements: object) -> Resource:
    return resource("ProcedureRequest", "pr", **{"status": "active", "intent": "order", **elements})


def referral(**elements: object) -> Resource:
    given = {"status": "unknown", "intent": "order", "reasonCode": [snomed("183444007")]}
    return resource("ReferralRequest", "rr", **{**given, **elements})


def test_what_the_diary_section_names_is_a_diary_entry() -> None:
    assert read_one(request(), listing(DIARY_SECTION, "ProcedureRequest/pr")).kind is EntryKind.DIARY


def test_a_planned_procedure_is_a_diary_entry_without_its_section() -> None:
    assert read_one(request(intent="plan")).kind is EntryKind.DIARY


def test_a_request_that_a_report_answers_is_a_task_and_the_report_is_linked_to_it() -> None:
    report = resource("DiagnosticReport", "rep", status="unknown", basedOn=[ref("ProcedureRequest/pr")])
    message = read(request(intent="plan"), report)
    assert entry_of(message, "ServiceRequest/pr").kind is EntryKind.TASK
    assert entry_of(message, "DiagnosticReport/rep").links == (IncomingLink(LinkKind.BASED_ON, "ServiceRequest/pr"),)


def test_no_procedure_request_is_ever_a_referral() -> None:
    assert read_one(request()).kind is EntryKind.TASK


def test_referral_is_a_service_request_with_reason_recipient_and_text() -> None:
    given = referral(
        description="please see",
        note=[{"text": "Mode:Written"}],
        recipient=[ref("Organization/org")],
        specialty=snomed("394579002"),
        serviceRequested=[snomed("306206005"), snomed("183452005")],
        priority="routine",
    )
    entry = read_one(given)
    shown = body(given)
    assert entry.kind is EntryKind.REFERRAL
    assert "ReferralRequest/rr" in entry.aliases
    assert [note["text"] for note in shown["note"]] == ["please see", "Mode:Written"]
    assert shown["performer"][0]["display"] == "Synthetic Surgery"
    assert shown["code"]["coding"][0]["code"] == "306206005"
    assert shown["orderDetail"][0]["coding"][0]["code"] == "183452005"
    assert shown["performerType"]["coding"][0]["code"] == "394579002"
    assert shown["priority"] == "routine"


@pytest.mark.parametrize(("stu3", "r4"), [("suspended", "on-hold"), ("cancelled", "revoked"), ("active", "active")])
def test_request_states_have_their_r4_names(stu3: str, r4: str) -> None:
    assert body(referral(status=stu3))["status"] == r4
