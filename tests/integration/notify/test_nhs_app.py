"""A message in the NHS App: who is asked with which token, what is said, and what became of it."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey

from openrecord.db import lean
from openrecord.gateways import nhs_app as gateway
from openrecord.gateways.messaging import Letter, NotSent
from openrecord.kit import clock
from openrecord.kit.environment import MissingSetting
from openrecord.notify import tasks
from openrecord.notify.models import MessageRow
from openrecord.notify.rules import LEASE
from openrecord.notify.types import State
from tests.integration.fhir.world import AT, made_record, observation
from tests.integration.notify.app import CLIENT, KEY_ID, App, nhs_app
from tests.integration.pages import world

LETTER = Letter(uuid.uuid4(), "9990000018", "Something new", "Sign in ŵ here.\n", "en-gb")
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture
def app(key: RSAKey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[App]:
    """The App as the settings name it."""
    file = tmp_path / "app.pem"
    file.write_bytes(key.as_pem(private=True))
    with nhs_app(key) as running:
        monkeypatch.setenv("OPENRECORD_NHS_APP_URL", f"{running.url}/nhs-app/")
        monkeypatch.setenv("OPENRECORD_NHS_APP_TOKEN_URL", f"{running.url}/oauth2/token")
        monkeypatch.setenv("OPENRECORD_NHS_APP_CLIENT", CLIENT)
        monkeypatch.setenv("OPENRECORD_NHS_APP_KEY_FILE", str(file))
        monkeypatch.setenv("OPENRECORD_NHS_APP_KEY_ID", KEY_ID)
        yield running


def _carrier() -> gateway.NhsApp:
    found = gateway.configured()
    assert found is not None
    return found


def test_a_message_goes_to_one_number_with_a_signed_token(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENRECORD_NHS_APP_ODS", "B82041")
    reference = _carrier().send(LETTER, at=AT)
    assert app.sent[reference] == {
        "resourceType": "CommunicationRequest",
        "identifier": [{"system": "https://fhir.nhs.uk/NHSApp/request-id", "value": str(LETTER.key)}],
        "status": "active",
        "payload": [{"contentString": LETTER.text}],
        "sender": {"display": "OpenRecord"},
        "recipient": [
            {"type": "Patient", "identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": LETTER.to}}
        ],
        "requester": {
            "type": "Organization",
            "identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "B82041"},
        },
    }
    [claims] = app.assertions
    assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT, CLIENT, f"{app.url}/oauth2/token")
    assert 0 < claims["exp"] - AT.timestamp() <= 300
    assert uuid.UUID(claims["jti"])


def test_a_token_is_used_until_it_is_old_or_refused(app: App) -> None:
    for minute in (0, 5, 9):
        _carrier().send(LETTER, at=AT + timedelta(minutes=minute))
    assert len(app.tokens) == 1
    _carrier().send(LETTER, at=AT + timedelta(minutes=10))
    assert len(app.tokens) == 2
    app.tokens.append("another")
    with pytest.raises(NotSent, match="status_401"):
        _carrier().send(LETTER, at=AT + timedelta(minutes=10))
    assert _carrier().send(LETTER, at=AT + timedelta(minutes=10))


@pytest.mark.parametrize(("status", "for_good"), [(400, True), (403, False), (429, False), (500, False), (302, False)])
def test_what_the_app_refuses(app: App, status: int, *, for_good: bool) -> None:
    app.status = status
    with pytest.raises(NotSent) as refused:
        _carrier().send(LETTER, at=AT)
    assert (refused.value.reason, refused.value.for_good) == (f"status_{status}", for_good)
    assert LETTER.to not in str(refused.value)


def test_no_token_no_message(app: App) -> None:
    app.token_status = 401
    with pytest.raises(NotSent, match="token_401"):
        _carrier().send(LETTER, at=AT)
    assert app.sent == {}


def test_a_message_that_is_too_long_is_never_cut(app: App) -> None:
    with pytest.raises(NotSent, match="too_long"):
        _carrier().send(replace(LETTER, text="x" * 5001), at=AT)
    assert app.sent == {}


@pytest.mark.parametrize(
    ("codes", "fate"),
    [
        ((), None),
        (("Unnotified",), None),
        (("Rejected",), False),
        (("Delivered",), True),
        (("Unnotified", "Delivered"), True),
        (("Delivered", "NotificationAttempted", "Notified", "Read"), True),
    ],
)
def test_what_became_of_it_stands_in_the_report(app: App, codes: tuple[str, ...], *, fate: bool | None) -> None:
    carrier = _carrier()
    reference = carrier.send(LETTER, at=AT)
    app.receipts["2025-03-03"] = [("another", "Read"), *((reference, code) for code in codes)]
    assert carrier.fate(reference, at=AT) is fate
    asked = len(app.asked)
    assert carrier.fate("another", at=AT) is True
    assert len(app.asked) == asked, "one report serves every message"
    app.receipts["2025-03-03"] = [(reference, "Rejected")]
    assert carrier.fate(reference, at=AT + HOUR) is False
    assert carrier.fate(reference, at=AT + 24 * HOUR) is False, "yesterday's is read too"


def test_settings_that_cannot_be_used(app: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert app.url
    monkeypatch.setenv("OPENRECORD_NHS_APP_SENDER", "x" * 51)
    with pytest.raises(MissingSetting, match="50 characters"):
        gateway.configured()
    monkeypatch.delenv("OPENRECORD_NHS_APP_SENDER")
    other = tmp_path / "none.pem"
    other.write_text("no key")
    monkeypatch.setenv("OPENRECORD_NHS_APP_KEY_FILE", str(other))
    with pytest.raises(MissingSetting, match="RSA key"):
        gateway.configured()
    monkeypatch.setenv("OPENRECORD_NHS_APP_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(MissingSetting, match="cannot be read"):
        gateway.configured()
    monkeypatch.delenv("OPENRECORD_NHS_APP_CLIENT")
    assert gateway.configured() is None


@pytest.mark.usefixtures("stored")
def test_from_a_placement_to_the_inbox_without_a_word_of_the_record(app: App) -> None:
    clock.use(lambda: AT)
    MessageRow.objects.all().delete()
    record = made_record("Featherstonehaugh", "Philippa")
    browser = world.patient(record)
    assert "Messages in the NHS App" in browser.get("/access/messages").text
    browser.post("/access/messages", {"nhs_app": "at_once"})
    record.deliver(observation("a", "2025-02-01"))
    while tasks.send_due(AT):
        pass
    [(reference, sent)] = app.sent.items()
    assert sent["recipient"][0]["identifier"]["value"] == record.patient.nhs_number
    [said] = [one["contentString"] for one in sent["payload"]]
    for word in (record.patient.family, record.patient.nhs_number, "weight", "blood", "2025-02-01", "surgery"):
        assert word.lower() not in said.lower()
    assert re.search(r"<(.|\n)*?>", said) is None, "the App refuses what looks like markup"
    assert len(said) <= gateway.LONGEST_MESSAGE
    app.receipts["2025-03-03"] = [(reference, "Delivered")]
    assert tasks.ask_fates(AT + LEASE) == 1
    [row] = MessageRow.objects.filter(patient_id=record.patient.patient_id)
    assert row.state == State.DELIVERED
    lean.close()
