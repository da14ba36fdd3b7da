"""Whoever acts for a patient, and the patient, get a message ahead of the day on which that access turns (R26)."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.db import lean
from openrecord.flow.steps import check_duties
from openrecord.identity import queries as identity
from openrecord.kit import clock
from openrecord.notify import tasks
from openrecord.notify.models import MessageRow
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Record, made_record, observation
from tests.integration.notify.carriers import Mailbox, mail_server
from tests.integration.pages import world

AT_ONCE = {"email": "at_once"}
MINUTE = timedelta(minutes=1)


@dataclass
class Family:
    """A child who is 11 tomorrow, and a parent: both get mail."""

    child: Record
    mine: Client
    theirs: Client
    box: Mailbox
    viewer: uuid.UUID

    def check(self, at: datetime = AT) -> None:
        """The worker's daily round, and what is due after it."""
        clock.use(lambda: at)
        check_duties({self.child.patient.patient_id: None}, at=at)

    def sent(self, at: datetime = AT) -> list[str]:
        """To whom something was sent, in order."""
        clock.use(lambda: at)
        while tasks.send_due(at):
            pass
        return sorted(str(mail["To"]).partition("@")[0] for mail in self.box.mails)


@pytest.fixture
def family(stored: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Family]:  # noqa: ARG001
    clock.use(lambda: AT)
    MessageRow.objects.all().delete()
    child, parent = made_record("Example", "Ada", date(2014, 3, 4)), made_record("Carer", "Kim")
    mine = world.patient(child, email="ada@example.org", email_verified=True)
    theirs = world.patient(parent, email="kim@example.org", email_verified=True)
    person = identity.person_by_nhs_number(parent.patient.nhs_number)
    assert person is not None
    act = events.ProxyGranted(viewer=uuid.uuid4(), basis="parental", listed_org=str(ORG), level=4)
    with mail_server() as box:
        monkeypatch.setenv("OPENRECORD_SMTP_URL", f"smtp://127.0.0.1:{box.port}")
        monkeypatch.setenv("OPENRECORD_MAIL_FROM", "no-reply@openrecord.example")
        clock.use(lambda: OPENED)
        access.record(patient_id=child.patient.patient_id, act=act, by=BY, at=OPENED, behind=person.person_id)
        clock.use(lambda: AT)
        made = Family(child, mine, theirs, box, act.viewer)
        assert theirs.post("/people", {"viewer": str(act.viewer)}).status_code == 303
        for browser in (mine, theirs):
            assert browser.post("/access/messages", AT_ONCE).status_code == 303
        yield made
    lean.close()


def test_both_are_told_once_and_find_it_on_their_first_page(family: Family) -> None:
    family.check()
    assert family.sent() == ["ada", "kim"]
    family.check(AT + MINUTE)
    assert family.sent(AT + MINUTE) == ["ada", "kim"], "once"
    text = "".join(str(mail.get_content()) for mail in family.box.mails)
    for word in ("review", "access ends", "Ada", "Kim", "4 March"):
        assert word not in text
    for page in ("/home", "/messages"):
        assert "On 4 March 2025 the surgery reviews your access." in family.theirs.get(page).text
        assert "The access of somebody who acts for you is soon reviewed or ends." in family.mine.get(page).text
        assert 'href="/access/people"' in family.mine.get(page).text


@pytest.mark.parametrize("told", [[], ["proxies"], ["patient"]])
def test_nobody_is_written_to_against_safeguarding(family: Family, told: list[str]) -> None:
    act = events.NoticesSilenced(proxies="proxies" not in told, patient="patient" not in told)
    access.record(patient_id=family.child.patient.patient_id, act=act, by=BY, at=AT)
    family.check()
    expected = {"proxies": ["kim"], "patient": ["ada"]}
    assert family.sent() == [name for one in told for name in expected[one]]
    assert ("is soon reviewed" in family.mine.get("/home").text) is ("patient" in told)


def test_what_was_decided_before_it_is_sent_is_not_told(family: Family) -> None:
    family.check()
    act = events.AgeReviewed(viewer=family.viewer, age=11, carries_on=True)
    access.record(patient_id=family.child.patient.patient_id, act=act, by=BY, at=AT)
    assert family.sent() == []


def test_an_entry_that_was_hidden_is_not_told_because_access_turns(family: Family) -> None:
    """A message about an entry stays one: it must not tell that there was something."""
    family.check()
    assert family.sent() == ["ada", "kim"]
    later = AT + timedelta(hours=1)
    clock.use(lambda: later)
    family.child.deliver(observation("a", "2025-02-01"), at=later)
    assert MessageRow.objects.filter(state="waiting").count() == 1
    for entry in _entries(family.child):
        acts.hide(
            patient_id=family.child.patient.patient_id, entry_id=entry, reason=HideReason.OTHER, responsible="",
            by=BY, at=later,
        )  # fmt: skip
    assert family.sent(later) == ["ada", "kim"]


def _entries(record: Record) -> list[EntryId]:
    return list(screening.states(record.patient.patient_id))
