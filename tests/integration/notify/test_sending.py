"""From a first placement to the mail in somebody's box: content-free, when they want it, decided again when sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access.types import ViewerId
from openrecord.audit.models import ChangeRow
from openrecord.config.command import main
from openrecord.db import lean
from openrecord.gateways.mail import Mail
from openrecord.gateways.messaging import Letter
from openrecord.identity import queries as identity
from openrecord.identity.types import PersonId
from openrecord.kit import clock
from openrecord.notify import queries, tasks
from openrecord.notify.models import MessageRow
from openrecord.notify.rules import ATTEMPTS, LEASE
from openrecord.notify.types import State
from openrecord.screening.actions import acts
from tests.integration.fhir.world import AT, BY, Record, made_record, observation
from tests.integration.notify.carriers import Mailbox, mail_server
from tests.integration.pages import world

AT_ONCE, DAILY, OFF = {"email": "at_once"}, {"email": "daily"}, {"email": "off"}
MINUTE = timedelta(minutes=1)


@dataclass
class Post:
    """A patient who can be written to, their browser, and the server that takes mail for them."""

    record: Record
    browser: Client
    box: Mailbox
    address: str

    def choose(self, form: dict[str, str]) -> None:
        assert self.browser.post("/access/messages", form).status_code == 303

    def arrives(self, name: str, at: datetime = AT) -> None:
        clock.use(lambda: at)
        self.record.deliver(observation(name, "2025-02-01"), at=at)

    def sent(self, at: datetime) -> list[EmailMessage]:
        """What this patient has got after everything due was sent."""
        clock.use(lambda: at)
        while tasks.send_due(at):
            pass
        return [taken for taken in self.box.mails if taken["To"] == self.address]

    def rows(self) -> list[MessageRow]:
        return list(MessageRow.objects.filter(patient_id=self.record.patient.patient_id).order_by("id"))


@pytest.fixture
def post(stored: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:  # noqa: ARG001
    clock.use(lambda: AT)
    MessageRow.objects.all().delete()
    record = made_record("Featherstonehaugh", "Philippa")
    address = f"{record.patient.public_id.hex[:12]}@example.org"
    browser = world.patient(record, email=address, email_verified=True)
    with mail_server() as box:
        monkeypatch.setenv("OPENRECORD_SMTP_URL", f"smtp://127.0.0.1:{box.port}")
        monkeypatch.setenv("OPENRECORD_MAIL_FROM", "no-reply@openrecord.example")
        yield Post(record, browser, box, address)
    lean.close()


def test_a_message_says_that_there_is_something_new_and_nothing_else(post: Post) -> None:
    post.choose(AT_ONCE)
    post.arrives("a")
    [mail] = post.sent(AT)
    text = f"{mail['Subject']}\n{mail.get_content()}"
    assert "something new" in text
    assert "/access/messages" in text
    body = f"{text}\n{mail['From']}".lower()
    for word in (post.record.patient.family, "blood", "weight", "2025-02-01", "surgery"):
        assert word.lower() not in body
    assert post.record.patient.nhs_number not in body
    assert re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}", text) == [], "no id of anything"
    assert len(post.sent(AT + MINUTE)) == 1
    assert [row.state for row in post.rows()] == [State.SENT]
    trail = ChangeRow.objects.filter(patient_id=post.record.patient.patient_id, event="message_sent")
    assert trail.count() == 1


def test_nobody_is_told_who_has_not_asked(post: Post) -> None:
    post.arrives("a")
    assert post.sent(AT) == []
    assert post.rows() == []


@pytest.mark.parametrize("scope", [("all", ""), ("channel", "web")])
def test_news_wait_while_everything_is_closed(post: Post, scope: tuple[str, str]) -> None:
    """A stop of an hour, or a restore that nobody has opened yet: nobody could read them, and nobody misses them."""
    post.choose(AT_ONCE)
    post.arrives("a")
    access.close(scope=scope[0], which=scope[1], reason="a test", by=BY, at=AT)
    try:
        assert post.sent(AT) == []
        assert [row.state for row in post.rows()] == [State.WAITING]
    finally:
        access.reopen(scope=scope[0], which=scope[1], by=BY, at=AT)
    assert len(post.sent(AT + MINUTE)) == 1


def test_news_wait_for_the_morning_in_one_message(post: Post) -> None:
    post.choose(AT_ONCE)
    night = datetime(2025, 3, 3, 23, 30, tzinfo=UTC)
    post.arrives("a", night)
    post.arrives("b", night + MINUTE)
    assert post.sent(night + 2 * MINUTE) == []
    assert post.sent(datetime(2025, 3, 4, 5, 59, tzinfo=UTC)) == []
    assert len(post.sent(datetime(2025, 3, 4, 6, 0, tzinfo=UTC))) == 1


def test_once_a_day_is_one_message_for_all_of_the_day(post: Post) -> None:
    post.choose(DAILY)
    for hour, name in enumerate("abc"):
        post.arrives(name, AT + timedelta(hours=hour))
    assert post.sent(AT + timedelta(hours=5)) == []
    assert len(post.sent(datetime(2025, 3, 4, 8, 0, tzinfo=UTC))) == 1


def test_another_pace_holds_for_what_waits_already(post: Post) -> None:
    post.choose(DAILY)
    post.arrives("a")
    assert post.sent(AT + MINUTE) == []
    post.choose(AT_ONCE)
    assert len(post.sent(AT + MINUTE)) == 1
    night = datetime(2025, 3, 3, 23, 0, tzinfo=UTC)
    post.arrives("b", night)
    world.patient(post.record, night, email=post.address, email_verified=True).post("/access/messages", DAILY)
    assert len(post.sent(night + timedelta(hours=7, minutes=1))) == 1, "not at six"
    assert len(post.sent(night + timedelta(hours=9))) == 2


@pytest.mark.parametrize("meanwhile", ["hidden", "declined", "off", "unlinked"])
def test_what_changed_before_it_is_sent_counts(post: Post, meanwhile: str) -> None:
    post.choose(DAILY)
    post.arrives("a")
    patient_id = post.record.patient.patient_id
    if meanwhile == "hidden":
        [entry] = queries.told_of(patient_id, next(iter(queries.preferences(patient_id))))
        acts.hide(patient_id=patient_id, entry_id=entry, reason=acts.HideReason.OTHER, responsible=None, by=BY, at=AT)
    elif meanwhile == "declined":
        access.record(patient_id=patient_id, act=events.Paused(), by=BY, at=AT)
    elif meanwhile == "off":
        post.choose(OFF)
    else:
        access.unbind(patient_id=patient_id, behind=_person(post), by=BY, at=AT)
    assert post.sent(datetime(2025, 3, 4, 8, 0, tzinfo=UTC)) == []
    assert [row.state for row in post.rows()] == [State.DROPPED]


def _person(post: Post) -> PersonId:
    found = identity.person_by_nhs_number(post.record.patient.nhs_number)
    assert found is not None
    return found.person_id


def test_a_history_that_is_opened_is_no_news(post: Post) -> None:
    post.choose(AT_ONCE)
    post.record.deliver(observation("old", "2012-02-01"))
    post.record.grant_history()
    assert post.sent(AT) == []


def test_a_server_that_fails_is_asked_again_and_then_given_up(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    post.choose(AT_ONCE)
    post.box.answers[post.address] = "451 later"
    post.arrives("a")
    at = AT
    for attempt in range(1, ATTEMPTS + 1):
        assert post.sent(at) == []
        [row] = post.rows()
        assert row.attempts == attempt
        at += timedelta(days=1)
    assert [row.state for row in post.rows()] == [State.FAILED]
    assert main(["messages", "failed"]) == 0
    told = capsys.readouterr().out
    assert "address_refused" in told
    assert post.address not in told
    [dead] = queries.dead_letters(limit=5)
    post.box.answers.clear()
    assert main(["messages", "retry", str(dead.message_id)]) == 0
    assert len(post.sent(at)) == 1
    assert main(["messages", "retry", str(dead.message_id)]) == 1


def test_whoever_dies_while_sending_leaves_it_to_be_sent_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.choose(AT_ONCE)
    post.arrives("a")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "_send", dies)
        with pytest.raises(KeyboardInterrupt):
            tasks.send_due(AT)
    assert post.sent(AT + LEASE - MINUTE) == []
    assert len(post.sent(AT + LEASE)) == 1


def test_one_that_no_carrier_can_write_stops_no_other_and_is_given_up(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.choose(AT_ONCE)
    post.arrives("a")
    other = made_record("Other", "Olive")
    world.patient(other, email="olive@example.org", email_verified=True).post("/access/messages", AT_ONCE)
    other.deliver(observation("b", "2025-02-01"), at=AT)
    sends = Mail.send

    def stumbles(self: Mail, letter: Letter, *, at: datetime) -> str:
        if letter.to == post.address:
            raise ValueError("what nobody thought of")
        return sends(self, letter, at=at)

    monkeypatch.setattr(Mail, "send", stumbles)
    assert post.sent(AT) == []
    assert [taken["To"] for taken in post.box.mails] == ["olive@example.org"]
    for day in range(1, ATTEMPTS):
        post.sent(AT + timedelta(days=day))
    [row] = post.rows()
    assert (row.state, row.reason, row.attempts) == (State.FAILED, "unexpected", ATTEMPTS)


def test_it_is_written_in_the_language_in_which_it_was_chosen(post: Post) -> None:
    post.browser.get("/language/cy")
    post.choose(AT_ONCE)
    post.arrives("a")
    [mail] = post.sent(AT)
    assert mail["Content-Language"] == "cy"
    assert "something new" not in mail.get_content()


def test_the_page_offers_what_can_be_used(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    page = post.browser.get("/access/messages").text
    assert post.address not in page, "an address in full can be read over a shoulder"
    assert f"{post.address[0]}…@example.org" in page
    answer = post.browser.post("/access/messages", {"email": "hourly"})
    assert "There is a problem" in answer.text
    unknown = world.patient(made_record())
    assert "no confirmed email address" in unknown.get("/access/messages").text
    assert unknown.post("/access/messages", AT_ONCE).status_code == 200
    monkeypatch.delenv("OPENRECORD_SMTP_URL")
    assert "sends no messages" in post.browser.get("/access/messages").text


def test_a_carrier_that_is_set_up_wrongly_takes_no_choice_away(
    post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    post.choose(AT_ONCE)
    monkeypatch.setenv("OPENRECORD_PUSH_KEY_FILE", "/nowhere")
    monkeypatch.setenv("OPENRECORD_NHS_APP_CLIENT", "one-without-a-key")
    page = post.browser.get("/access/messages")
    assert page.status_code == 200
    assert "Emails to" in page.text
    assert "NHS App" not in page.text
    assert main(["doctor"]) == 1
    assert "OPENRECORD_PUSH_CONTACT" in capsys.readouterr().out
    post.choose(OFF)
    assert queries.preference(post.record.patient.patient_id, ViewerId(post.record.viewer)).channels == ()


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_address_that_nobody_has_verified_is_never_written_to(post: Post, verified: object) -> None:
    other = made_record()
    browser = world.patient(other, email="eve@example.org", email_verified=verified)
    assert "no confirmed email address" in browser.get("/access/messages").text
    assert post.sent(AT) == []
