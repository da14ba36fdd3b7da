"""Whoever asked the surgery for something gets a message when it answers, needs longer or waits for them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from openrecord.access import queries as access
from openrecord.access.types import ViewerId, ViewerKind
from openrecord.audit.types import Actor, ActorKind
from openrecord.caseload import actions, events
from openrecord.caseload.types import Ground, Kind, Outcome, Proof, RequestId, Wait, Wish
from openrecord.db import lean
from openrecord.kit import clock
from openrecord.notify import tasks
from openrecord.notify.models import MessageRow
from openrecord.registry import actions as registry
from tests.integration.caseload.world import proxy
from tests.integration.fhir.world import AT, BY, ORG, Record, made_record
from tests.integration.notify.carriers import Mailbox, mail_server
from tests.integration.pages import world

STAFF = Actor(ActorKind.STAFF, "f1", "manager", "staff:requests", str(ORG))
MINUTE = timedelta(minutes=1)
REFUSED = events.Decided(Outcome.REFUSED, Ground.NOT_CHANGED, "We looked at it and it is right.")


@dataclass
class Asker:
    """A patient who gets mail and has asked for a correction; what was done with it so far."""

    record: Record
    box: Mailbox
    own: ViewerId
    request_id: RequestId
    seen: int = 1

    def do(self, event: events.AnyEvent, at: datetime = AT) -> None:
        """The practice does something with the request."""
        mine = self.record.patient.patient_id
        actions.act(patient_id=mine, request_id=self.request_id, event=event, seen=self.seen, by=STAFF, at=at)
        self.seen += 1

    def mails(self, at: datetime = AT) -> list[str]:
        """The texts of all mails sent until then."""
        clock.use(lambda: at)
        while tasks.send_due(at):
            pass
        return [mail.get_content() for mail in self.box.mails]


@pytest.fixture
def asker(stored: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asker]:  # noqa: ARG001
    clock.use(lambda: AT)
    MessageRow.objects.all().delete()
    record = made_record()
    browser = world.patient(record, email="ada@example.org", email_verified=True)
    mine = record.patient.patient_id
    viewers = access.facts(mine, at=AT).viewers.values()
    own = next(viewer.viewer_id for viewer in viewers if viewer.kind is ViewerKind.SELF)
    with mail_server() as box:
        monkeypatch.setenv("OPENRECORD_SMTP_URL", f"smtp://127.0.0.1:{box.port}")
        monkeypatch.setenv("OPENRECORD_MAIL_FROM", "no-reply@openrecord.example")
        assert browser.post("/access/messages", {"email": "at_once"}).status_code == 303
        request_id = actions.make(
            patient_id=mine, ods=ORG, kind=Kind.CORRECTION, asker=own, wish=Wish(about="Asthma", words="wrong"),
            by=Actor(ActorKind.PERSON, "p", "person", "own record"), at=AT,
        )  # fmt: skip
        yield Asker(record, box, own, request_id)
    lean.close()


def test_an_answer_is_told_once_and_says_nothing(asker: Asker) -> None:
    assert asker.mails() == []
    asker.do(events.IdentityChecked(Proof.VOUCHING))
    asker.do(events.Assigned(None))
    assert asker.mails() == [], "that is the practice's own business"
    asker.do(REFUSED, AT + MINUTE)
    (text,) = asker.mails(AT + MINUTE)
    assert "There is something new for you in OpenRecord." in text
    for word in ("Asthma", "wrong", "right", "request", "surgery"):
        assert word not in text
    assert len(asker.mails(AT + timedelta(days=1))) == 1


@pytest.mark.parametrize(
    "event", [events.ClockPaused(Wait.CLARIFICATION), events.Extended("Two people are ill.")], ids=["waits", "longer"]
)
def test_that_the_practice_waits_or_needs_longer_is_told(asker: Asker, event: events.AnyEvent) -> None:
    asker.do(events.IdentityChecked(Proof.VOUCHING))
    asker.do(event)
    assert len(asker.mails()) == 1


def test_whoever_chose_no_messages_or_did_not_ask_gets_none(asker: Asker) -> None:
    other = made_record("Example", "Bea")
    world.patient(other, email="bea@example.org", email_verified=True)
    asker.do(events.IdentityChecked(Proof.VOUCHING))
    asker.do(REFUSED)
    asker.mails()
    assert [str(mail["To"]) for mail in asker.box.mails] == ["ada@example.org"]


@pytest.mark.parametrize("protected", [False, True])
def test_an_answer_is_not_told_to_whoever_may_not_read_it(asker: Asker, *, protected: bool) -> None:
    """Somebody who acts for the patient asked, and sees nothing any more."""
    mine = asker.record.patient.patient_id
    browser = proxy(asker.record, email="kim@example.org", email_verified=True)
    assert browser.post("/access/messages", {"email": "at_once"}).status_code == 303
    asked = browser.post("/requests/new/question", {"about": "Asthma", "words": "What is it?"})
    request_id = RequestId(UUID(str(asked.headers["Location"]).partition("?")[0].rpartition("/")[2]))
    helped = replace(asker, request_id=request_id, seen=1)
    helped.do(events.IdentityChecked(Proof.VOUCHING))
    if protected:
        registry.flag_address(patient_id=mine, by=BY, at=AT)
    helped.do(events.Decided(Outcome.GRANTED, None, "It is a condition of the lungs."))
    asker.mails()
    assert [str(mail["To"]) for mail in asker.box.mails] == ([] if protected else ["kim@example.org"])
