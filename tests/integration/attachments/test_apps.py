"""An app follows a document's address to its file, under the decision that serves it the document."""

import base64
import uuid

import pytest

from openrecord.access import actions as access
from openrecord.clinical.kinds import Level
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests import made_files
from tests.integration.attachments.world import document, scanned
from tests.integration.fhir.world import AT, BY, App, Record, made_record

PDF = made_files.pdf()


def _address(app: App) -> str:
    (resource,) = app.search("DocumentReference").resources
    (content,) = resource["content"]
    attachment = content["attachment"]
    assert attachment["size"] == len(PDF)
    assert "data" not in attachment
    return str(attachment["url"])


def test_an_app_reads_a_checked_file(record: Record, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(origin, record.token())
    record.deliver(document("d", ("application/pdf", PDF)))
    address = _address(app)
    assert app.ask(address).status == 404
    scanned(monkeypatch)
    reply = app.ask(address)
    assert reply.json == {
        "resourceType": "Binary",
        "id": address.partition("/")[2],
        "contentType": "application/pdf",
        "data": base64.b64encode(PDF).decode(),
    }
    assert reply.header("etag") is None
    served = uuid.UUID(app.search("DocumentReference").ids[0]).bytes
    assert record.trail()[-2][0] == "/fhir/Binary/id"
    assert record.trail()[-2][3] == served


def test_nobody_else_does(record: Record, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(origin, record.token())
    record.deliver(document("d", ("application/pdf", PDF)))
    scanned(monkeypatch)
    address = _address(app)
    entry = record.entry(app.search("DocumentReference").ids[0])
    never = app.ask(f"Binary/{uuid.uuid4()}")
    assert never.status == 404

    def is_nothing(asking: App) -> bool:
        return asking.ask(address) == never

    assert is_nothing(App(origin, made_record("Other").token()))
    assert is_nothing(App(origin, record.token("patient/Observation.rs")))
    assert App(origin, record.token("patient/Observation.rs")).ask(f"Binary/{uuid.uuid4()}") == never
    acts.hide(patient_id=record.patient.patient_id, entry_id=entry, reason=HideReason.OTHER, responsible=None,
              by=BY, at=AT)  # fmt: skip
    assert is_nothing(app)
    acts.unhide(patient_id=record.patient.patient_id, entry_id=entry, by=BY, at=AT)
    assert app.ask(address).status == 200
    record.lower(Level.DETAILED)
    assert is_nothing(app)
    assert App(origin, None).ask(address).status == 401
    access.revoke_every_token(by=BY, at=AT)
    assert app.ask(address).status == 401
