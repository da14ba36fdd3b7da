"""What could not be delivered lies in front of the managers of the patient's practice, without an address or a word."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client

from openrecord.access.types import ViewerId
from openrecord.audit.models import ChangeRow
from openrecord.db import lean
from openrecord.identity.types import Role
from openrecord.notify import actions, queries
from openrecord.notify.models import MessageRow
from openrecord.notify.types import Channel, MessageId, Pace, Preference, State
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import MergeReason, OdsCode, PartReason, Policy, Practice
from openrecord.staff.views import undelivered
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record, stopped
from tests.integration.pages import world

HERE, LINE, TITLE = "/staff/messages", "or-line__title", "Messages that were not delivered"
BY_EMAIL, BY_TEXT = (Preference({channel: Pace.AT_ONCE}) for channel in (Channel.EMAIL, Channel.SMS))


@pytest.fixture
def there(stored: None) -> Iterator[OdsCode]:  # noqa: ARG001
    """A practice of its own."""
    stopped()
    ods = OdsCode(f"Z{uuid.uuid4().int % 10**8}")
    practice = Practice(ods, "Quiet Surgery", policy=Policy())
    registry_actions.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=BY, at=OPENED)
    yield ods
    lean.close()


def _patient(ods: OdsCode) -> Record:
    record, start = made_record("Featherstone", "Philippa"), date(2020, 1, 2)
    registry_actions.deduct(patient_id=record.patient.patient_id, ods=ORG, end=start, by=BY, at=OPENED)
    registry_actions.register(patient_id=record.patient.patient_id, ods=ods, start=start, by=BY, at=OPENED)
    return record


def _failed(record: Record, reason: str, chosen: Preference = BY_EMAIL) -> MessageId:
    """A message that could not be delivered; nothing else is left waiting."""
    MessageRow.objects.filter(state=State.WAITING).delete()
    actions.put(record.patient.patient_id, {ViewerId(record.viewer): chosen}, at=AT)
    [message] = actions.take((State.WAITING,), at=AT + timedelta(minutes=1), limit=5)
    actions.note_failed(message, reason, for_good=True, at=AT)
    return message.message_id


def _manager(ods: OdsCode) -> Client:
    return world.staff(ods, (Role.MANAGER,))


def test_managers_read_to_whom_and_why_and_send_it_again(there: OdsCode) -> None:
    desk, record = _manager(there), _patient(there)
    assert TITLE not in desk.get("/staff/home").text
    assert "Every message was delivered" in desk.get(HERE).text
    message = _failed(record, "address_refused")
    assert f'href="{HERE}"' in desk.get("/staff/home").text
    text = desk.get(HERE).text
    assert text.count(LINE) == 1
    for told in (
        "Featherstone, Philippa",
        "Email to the patient",
        "3 March 2025",
        "check the address in their NHS login",
    ):
        assert told in text
    for kept in ("@example.org", "address_refused"):
        assert kept not in text
    answer = desk.post(HERE, {"again": str(message)})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{HERE}?done=again")
    assert MessageRow.objects.get(id=message.bytes).state == State.WAITING
    assert desk.get(HERE).text.count(LINE) == 0
    assert ChangeRow.objects.filter(patient_id=record.patient.patient_id, event="message_retried").count() == 1
    assert desk.post(HERE, {"again": str(message)}).headers["Location"] == f"{HERE}?done=gone"
    MessageRow.objects.filter(state=State.WAITING).delete()


def test_what_is_dealt_with_leaves_the_list(there: OdsCode) -> None:
    desk, record = _manager(there), _patient(there)
    message = _failed(record, "unreachable", BY_TEXT)
    text = desk.get(HERE).text
    assert "Text message to the patient" in text
    assert "Whoever runs OpenRecord can find out why" in text
    assert desk.post(HERE, {"away": str(message)}).headers["Location"] == f"{HERE}?done=away"
    assert MessageRow.objects.get(id=message.bytes).state == State.DROPPED
    assert TITLE not in desk.get("/staff/home").text


def test_nothing_of_another_practice_is_read_or_done(there: OdsCode) -> None:
    desk, others = _manager(there), _manager(ORG)
    before = desk.get(HERE).text, desk.get("/staff/home").text
    message = _failed(made_record(), "unreachable")
    assert (desk.get(HERE).text, desk.get("/staff/home").text) == before
    for what in ("again", "away"):
        theirs, nobodys = (desk.post(HERE, {what: str(one)}) for one in (message, uuid.uuid4()))
        assert (theirs.status_code, theirs.headers["Location"]) == (nobodys.status_code, nobodys.headers["Location"])
    assert MessageRow.objects.get(id=message.bytes).state == State.FAILED
    assert others.get(HERE).text.count(LINE) >= 1
    assert queries.count_undelivered(there) == {}
    MessageRow.objects.filter(id=message.bytes).delete()


def test_whom_the_practice_never_had_after_all_is_neither_listed_nor_counted(there: OdsCode) -> None:
    """The message failed while the patient was taken for one of the practice's."""
    desk, record, other = _manager(there), made_record(), _patient(there)
    ids = {"survivor": record.patient.patient_id, "other": other.patient.patient_id}
    registry_actions.deduct(patient_id=ids["survivor"], ods=ORG, end=date(2020, 1, 2), by=BY, at=OPENED)
    registry_actions.merge(**ids, reason=MergeReason.REGISTERED_TWICE, by=BY, at=AT)
    _failed(record, "unreachable"), _failed(other, "unreachable")
    assert desk.get(HERE).text.count(LINE) == 2
    assert "2 open" in desk.get("/staff/home").text
    registry_actions.part(other=ids["other"], reason=PartReason.MISTAKE, by=BY, at=AT)
    assert desk.get(HERE).text.count(LINE) == 1
    assert "1 open" in desk.get("/staff/home").text


def test_who_does_not_govern_is_refused(there: OdsCode) -> None:
    _failed(_patient(there), "unreachable")
    for roles in ((Role.READER,), (Role.SCREENER, Role.CLINICIAN)):
        desk = world.staff(there, roles)
        assert desk.get(HERE).status_code == desk.post(HERE, {}).status_code == 403
        assert TITLE not in desk.get("/staff/home").text
    assert world.nobody().get(HERE).status_code == 303


def test_page_by_page_each_once(there: OdsCode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undelivered, "PAGE_SIZE", 2)
    desk, record = _manager(there), _patient(there)
    made = {str(_failed(record, "unreachable")) for _each in range(5)}
    address, seen = HERE, []
    while address:
        text = desk.get(address).text
        seen += [part.partition('"')[0] for part in text.split('name="again" value="')[1:]]
        hrefs = [part.partition('"')[0] for part in text.split('href="')]
        address = next((href for href in hrefs if href.startswith(f"{HERE}?after=")), "")
    assert len(seen) == 5
    assert set(seen) == made
