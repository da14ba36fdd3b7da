"""What GOV.UK Notify says became of a message, from the placement to the second try."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from openrecord.db import lean
from openrecord.kit import clock
from openrecord.notify import actions, queries, tasks
from openrecord.notify.models import MessageRow
from openrecord.notify.rules import ASK_FOR, LEASE
from openrecord.notify.types import State
from tests.integration.fhir.world import AT, BY, Record, made_record, observation
from tests.integration.notify.carriers import Notify, notify_server
from tests.integration.pages import world

KEY = "key-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"
PHONE = "+447700900123"


@pytest.fixture
def notify(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Notify]:
    """The only carrier, for text messages."""
    key = tmp_path / "key"
    key.write_text(KEY)
    with notify_server() as server:
        monkeypatch.setenv("OPENRECORD_NOTIFY_URL", server.url)
        monkeypatch.setenv("OPENRECORD_NOTIFY_KEY_FILE", str(key))
        monkeypatch.setenv("OPENRECORD_NOTIFY_SMS_TEMPLATE", "text")
        yield server


@pytest.fixture
def record(stored: None, notify: Notify) -> Iterator[Record]:  # noqa: ARG001
    """A patient who was sent a text message about something new."""
    clock.use(lambda: AT)
    MessageRow.objects.all().delete()
    made = made_record("Featherstonehaugh", "Philippa")
    browser = world.patient(made, phone_number=PHONE, phone_number_verified=True)
    assert browser.post("/access/messages", {"sms": "at_once"}).status_code == 303
    made.deliver(observation("a", "2025-02-01"))
    tasks.send_due(AT)
    yield made
    lean.close()


def state(record: Record) -> str:
    [row] = MessageRow.objects.filter(patient_id=record.patient.patient_id)
    return str(row.state)


def newest(notify: Notify) -> str:
    """What Notify calls the last message that it took."""
    return list(notify.sent)[-1]


def test_a_receipt_ends_it(record: Record, notify: Notify) -> None:
    assert [one["phone_number"] for one in notify.sent.values()] == [PHONE]
    assert state(record) == State.SENT
    tasks.ask_fates(AT + LEASE)
    assert state(record) == State.SENT
    notify.fates[newest(notify)] = "delivered"
    tasks.ask_fates(AT + 2 * LEASE)
    assert state(record) == State.DELIVERED


def test_what_did_not_arrive_is_sent_again_and_followed_for_as_long(record: Record, notify: Notify) -> None:
    notify.fates[newest(notify)] = "permanent-failure"
    tasks.ask_fates(AT + LEASE)
    assert state(record) == State.FAILED
    [dead] = queries.dead_letters(limit=5)
    later = AT + 2 * ASK_FOR
    assert actions.retry(message_id=dead.message_id, by=BY, at=later)
    tasks.send_due(later)
    assert len(notify.sent) == 2
    for asked in (later + LEASE, later + ASK_FOR - timedelta(hours=1)):
        tasks.ask_fates(asked)
        assert state(record) == State.SENT
    notify.fates[newest(notify)] = "temporary-failure"
    tasks.ask_fates(later + ASK_FOR - timedelta(minutes=1))
    assert state(record) == State.FAILED


def test_nobody_is_asked_for_ever(record: Record, notify: Notify) -> None:
    tasks.ask_fates(AT + ASK_FOR)
    asked = len(notify.tokens)
    assert tasks.ask_fates(AT + 2 * ASK_FOR) == 0
    assert len(notify.tokens) == asked
    assert state(record) == State.SENT
