"""Staff open the files of their own entries, placed or not, and see the patient's page as the patient does."""

import re
import uuid

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.audit.sources import READ
from openrecord.identity import queries as identity
from openrecord.registry.types import OdsCode
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests import made_files
from tests.integration.attachments.world import DOCUMENTS, document, pages_of, scanned, sent
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record
from tests.integration.pages import world

PDF = made_files.pdf()
ELSEWHERE = OdsCode("Y90778")


def _staff_page(record: Record, address: str) -> tuple[str, str]:
    """The entry's page for staff, and there the address of the same file."""
    _, _, _, public, _, file_id = address.split("/")
    page = f"/staff/patients/{record.patient.public_id}/entries/{uuid.UUID(bytes=record.entry(public))}"
    return page, f"{page}/files/{file_id}"


def test_staff_open_what_is_hidden_from_the_patient(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, desk = world.patient(record), world.staff()
    (address,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    page, file = _staff_page(record, address)
    acts.hide(patient_id=record.patient.patient_id, entry_id=record.entry(address.split("/")[3]),
              reason=HideReason.OTHER, responsible=None, by=BY, at=AT)  # fmt: skip
    assert mine.get(f"{address}/document").status_code == 404
    assert f'href="{file}/view"' in desk.get(page).text
    assert f'src="{file}/document' in desk.get(f"{file}/view").text
    shown = desk.get(f"{file}/document")
    assert shown.getvalue() == PDF
    assert shown.headers["Content-Security-Policy"].startswith("sandbox; ")
    assert desk.get(f"{file}/save").headers["Content-Disposition"].startswith("attachment")
    rows = READ.fetch("SELECT route FROM audit_read WHERE patient_id = %s", (record.patient.patient_id,))
    assert [route for (route,) in rows].count("/staff/file") == 3


def test_nobody_opens_what_was_not_checked_or_is_another_practices(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, desk = world.patient(record), world.staff()
    (address,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    _, file = _staff_page(record, address)
    assert world.staff(ods=ELSEWHERE).get(f"{file}/document").status_code == 404
    assert world.nobody().get(f"{file}/document").status_code == 303
    assert mine.get(f"{file}/document").status_code == 403
    record.deliver(document("waits", ("application/pdf", made_files.pdf("waits")), date="2025-02-20T12:00:00Z"))
    (waits,) = set(pages_of(mine)) - {f"{DOCUMENTS}/{address.split('/')[3]}"}
    page, _ = _staff_page(record, f"{waits}/files/{uuid.uuid4()}")
    text = desk.get(page).text
    assert "it waits for the virus scanner" in text
    assert f"{page}/files/" not in text


def test_the_preview_shows_what_the_patient_gets(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, desk = world.patient(record), world.staff()
    (address,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    base = f"/staff/patients/{record.patient.public_id}/preview"
    previewed = address.replace("/record", base, 1)
    page = desk.get(previewed.partition("/files/")[0]).text
    assert f'href="{previewed}/view"' in page
    assert desk.get(f"{previewed}/document").getvalue() == PDF
    assert desk.get(f"{previewed}/save").getvalue() == PDF
    acts.hide(patient_id=record.patient.patient_id, entry_id=record.entry(address.split("/")[3]),
              reason=HideReason.OTHER, responsible=None, by=BY, at=AT)  # fmt: skip
    for ending in ("view", "document", "save"):
        assert desk.get(f"{previewed}/{ending}").status_code == 404


def test_a_proxy_from_whom_it_is_kept_finds_nothing(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = world.patient(record), made_record("Carer")
    (address,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    proxy = world.patient(other)
    person = identity.person_by_nhs_number(other.patient.nhs_number)
    assert person is not None
    viewer = uuid.uuid4()
    granted = events.ProxyGranted(viewer=viewer, basis="lpa", listed_org=str(ORG), level=4)
    access.record(patient_id=record.patient.patient_id, act=granted, by=BY, at=OPENED, behind=person.person_id)
    proxy.post("/people", {"viewer": str(viewer)})
    assert proxy.get(f"{address}/document").getvalue() == PDF
    desk, start = world.staff(), f"/staff/patients/{record.patient.public_id}/preview/as/{viewer}"
    previewed = address.replace("/record", start, 1)
    assert f'href="{previewed}/view"' in desk.get(previewed.partition("/files/")[0]).text
    assert "Test Carer" in desk.get(f"{previewed}/view").text
    assert desk.get(f"{previewed}/document").getvalue() == PDF
    entry = record.entry(address.split("/")[3])
    acts.set_proxy_rule(patient_id=record.patient.patient_id, entry_id=entry, everyone=True, excluded=(), by=BY, at=AT)
    unknown = f"{DOCUMENTS}/{uuid.uuid4()}/files/{uuid.uuid4()}"
    for ending in ("view", "document", "save"):
        refused, never = proxy.get(f"{address}/{ending}"), proxy.get(f"{unknown}/{ending}")
        assert refused.status_code == never.status_code == 404
        assert len(refused.content) == len(never.content)
        assert desk.get(f"{previewed}/{ending}").status_code == 404
    assert mine.get(f"{address}/document").status_code == 200


def test_a_letter_that_waits_for_a_decision_can_be_read_in_the_queue(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, mine = world.staff(), world.patient(record)
    (address,) = sent(record, mine, monkeypatch, ("application/pdf", PDF))
    entry = record.entry(address.split("/")[3])
    acts.hold(patient_id=record.patient.patient_id, entry_id=entry, until=None, by=BY, at=AT)
    assert scanned(monkeypatch) == 0
    _, file = _staff_page(record, address)
    item = f"/staff/queue/{record.patient.public_id}/{uuid.UUID(bytes=entry)}"
    assert f'href="{file}/view"' in desk.get(item).text


def test_only_the_patient_is_sent_to_the_surgery_for_a_file_that_did_not_come(record: Record) -> None:
    letter = {"resourceType": "DocumentReference", "id": "l", "status": "current", "docStatus": "final",
              "subject": {"reference": "Patient/p"}, "date": "2025-02-20T12:00:00Z",
              "content": [{"attachment": {"contentType": "application/pdf"}}]}  # fmt: skip
    record.deliver(letter)
    mine, desk = world.patient(record), world.staff()
    (address,) = re.findall(r'"(/record/documents/[0-9a-f-]{36})"', mine.get("/record/documents").text)
    page, _ = _staff_page(record, f"{address}/files/none")
    assert "Ask your GP surgery for a copy." in mine.get(address).text
    told = desk.get(page).text
    assert "Its source sent no file with it." in told
    assert "Ask your GP surgery" not in told
