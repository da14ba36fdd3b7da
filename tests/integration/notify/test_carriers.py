"""What goes over the wire to a mail server and to GOV.UK Notify, and what their answers mean."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from openrecord.gateways import govuk_notify, mail, patience
from openrecord.gateways.messaging import Letter, NotSent
from openrecord.kit.environment import MissingSetting
from tests.dripping import Dripping
from tests.integration.notify.carriers import Mailbox, Notify, mail_server, notify_server

AT = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
SERVICE, SECRET = str(uuid.uuid4()), str(uuid.uuid4())
LETTER = Letter(uuid.uuid4(), "ada@example.org", "Something new", "Sign in ŵ here.\n", "en-gb")


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that the settings name."""
    with mail_server() as box:
        monkeypatch.setenv("OPENRECORD_SMTP_URL", f"smtp://127.0.0.1:{box.port}")
        monkeypatch.setenv("OPENRECORD_MAIL_FROM", "no-reply@openrecord.example")
        yield box


@pytest.fixture
def notify(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Notify]:
    """GOV.UK Notify as the settings name it."""
    key = tmp_path / "key"
    key.write_text(f"team-key-{SERVICE}-{SECRET}\n")
    with notify_server() as server:
        monkeypatch.setenv("OPENRECORD_NOTIFY_URL", server.url)
        monkeypatch.setenv("OPENRECORD_NOTIFY_KEY_FILE", str(key))
        monkeypatch.setenv("OPENRECORD_NOTIFY_EMAIL_TEMPLATE", "english, welsh")
        monkeypatch.setenv("OPENRECORD_NOTIFY_SMS_TEMPLATE", "text")
        yield server


def _mail() -> mail.Mail:
    found = mail.configured()
    assert found is not None
    return found


def _notify(kind: str = "email") -> govuk_notify.GovukNotify:
    found = govuk_notify.configured(kind)
    assert found is not None
    return found


def test_a_mail_says_what_it_is_and_can_be_told_from_its_copy(mailbox: Mailbox) -> None:
    references = [_mail().send(LETTER, at=AT) for _ in range(2)]
    assert references[0] == references[1] == f"<{LETTER.key}@openrecord.example>"
    got = mailbox.mails[0]
    assert (got["To"], got["From"], got["Subject"]) == (LETTER.to, "no-reply@openrecord.example", LETTER.subject)
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"] == references[0]
    assert got.get_content().splitlines() == LETTER.text.splitlines()


@pytest.mark.parametrize(("answer", "for_good"), [("550 no such mailbox", True), ("451 later", False)])
def test_a_refused_address(mailbox: Mailbox, answer: str, *, for_good: bool) -> None:
    mailbox.answers[LETTER.to] = answer
    with pytest.raises(NotSent) as refused:
        _mail().send(LETTER, at=AT)
    assert (refused.value.reason, refused.value.for_good) == ("address_refused", for_good)
    assert LETTER.to not in str(refused.value)


def test_a_mail_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as gone:
        port = gone.port
    monkeypatch.setenv("OPENRECORD_SMTP_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("OPENRECORD_MAIL_FROM", "no-reply@openrecord.example")
    with pytest.raises(NotSent) as refused:
        _mail().send(LETTER, at=AT)
    assert (refused.value.reason, refused.value.for_good) == ("unreachable", False)


def test_a_server_elsewhere_has_to_offer_encryption(mailbox: Mailbox) -> None:
    abroad = replace(_mail(), host="127.0.0.2")
    with pytest.raises(NotSent):
        abroad.send(LETTER, at=AT)
    assert mailbox.mails == []


@pytest.mark.parametrize("address", ["http://example.org", "smtp://", "mail.example.org", "smtp://a:port"])
def test_settings_that_name_no_mail_server(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("OPENRECORD_SMTP_URL", address)
    monkeypatch.setenv("OPENRECORD_MAIL_FROM", "no-reply@openrecord.example")
    with pytest.raises(MissingSetting, match="OPENRECORD_SMTP_URL"):
        mail.configured()


def test_nobody_is_written_to_in_clear_or_by_half(monkeypatch: pytest.MonkeyPatch, notify: Notify) -> None:  # noqa: ARG001  it is configured
    monkeypatch.setenv("OPENRECORD_NOTIFY_URL", "http://notify.example.org")
    with pytest.raises(MissingSetting, match="https"):
        govuk_notify.configured("email")
    monkeypatch.delenv("OPENRECORD_NOTIFY_KEY_FILE")
    with pytest.raises(MissingSetting, match="OPENRECORD_NOTIFY_KEY_FILE is not"):
        govuk_notify.configured("sms")
    monkeypatch.delenv("OPENRECORD_NOTIFY_SMS_TEMPLATE")
    assert govuk_notify.configured("sms") is None


def test_notify_is_called_with_a_signed_token_and_no_word(notify: Notify) -> None:
    reference = _notify().send(LETTER, at=AT)
    token = jwt.decode(notify.tokens[-1], OctKey.import_key(SECRET), algorithms=["HS256"])
    assert token.claims == {"iss": SERVICE, "iat": int(AT.timestamp())}
    assert notify.sent[reference] == {
        "kind": "email", "email_address": LETTER.to, "template_id": "english", "reference": str(LETTER.key),
    }  # fmt: skip
    welsh = _notify().send(replace(LETTER, key=uuid.uuid4(), language="cy"), at=AT)
    assert notify.sent[welsh]["template_id"] == "welsh"
    text = _notify("sms").send(replace(LETTER, key=uuid.uuid4(), to="+447700900123", language="cy"), at=AT)
    assert notify.sent[text]["phone_number"] == "+447700900123"
    assert notify.sent[text]["template_id"] == "text"


def test_what_notify_has_already_is_not_sent_twice(notify: Notify) -> None:
    assert _notify().send(LETTER, at=AT) == _notify().send(LETTER, at=AT)
    assert len(notify.sent) == 1


@pytest.mark.parametrize("fate", ["permanent-failure", "temporary-failure", "technical-failure"])
def test_what_did_not_arrive_is_sent_anew_when_it_is_tried_again(notify: Notify, fate: str) -> None:
    first = _notify().send(LETTER, at=AT)
    notify.fates[first] = fate
    again = _notify().send(LETTER, at=AT)
    assert again != first
    assert _notify().send(LETTER, at=AT) == again, "and that once"


@pytest.mark.parametrize(("status", "for_good"), [(400, True), (403, False), (429, False), (500, False), (302, False)])
def test_notify_refuses(notify: Notify, status: int, *, for_good: bool) -> None:
    notify.status = status
    with pytest.raises(NotSent) as refused:
        _notify().send(LETTER, at=AT)
    assert refused.value.for_good is for_good


@pytest.mark.parametrize(
    ("status", "fate"),
    [("delivered", True), ("permanent-failure", False), ("temporary-failure", False), ("sending", None), ("new", None)],
)
def test_what_became_of_it(notify: Notify, status: str, *, fate: bool | None) -> None:
    reference = _notify().send(LETTER, at=AT)
    notify.fates[reference] = status
    assert _notify().fate(reference, at=AT) is fate


def test_nothing_is_carried_where_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENRECORD_SMTP_URL", raising=False)
    assert mail.configured() is None
    assert govuk_notify.configured("email") is None
    monkeypatch.setenv("OPENRECORD_NOTIFY_KEY_FILE", "/nowhere")
    monkeypatch.setenv("OPENRECORD_NOTIFY_SMS_TEMPLATE", "text")
    with pytest.raises(MissingSetting, match="cannot be read"):
        govuk_notify.configured("sms")


@pytest.mark.parametrize("leave", ["250 still here", "421 closing", ""], ids=["odd", "in a hurry", "hung up"])
def test_a_mail_that_was_taken_was_sent_however_the_server_takes_leave(mailbox: Mailbox, leave: str) -> None:
    """Else it would be sent again, and again."""
    mailbox.leave = leave
    assert _mail().send(LETTER, at=AT)
    assert len(mailbox.mails) == 1


@pytest.fixture
def dripping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], Dripping]]:
    """Begins a service that never comes to an end; a whole call may take a moment only."""
    monkeypatch.setattr(patience, "WHOLE_CALL", 0.3)
    monkeypatch.setattr(mail, "WHOLE_CALL", 0.3)
    begun: list[Dripping] = []

    def begin(said: bytes) -> Dripping:
        begun.append(Dripping(said, again=True))
        return begun[-1]

    yield begin
    for one in begun:
        one.end()


def test_a_mail_server_that_greets_without_end(
    monkeypatch: pytest.MonkeyPatch, dripping: Callable[[bytes], Dripping]
) -> None:
    server = dripping(b"220-hello\r\n")
    monkeypatch.setenv("OPENRECORD_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
    monkeypatch.setenv("OPENRECORD_MAIL_FROM", "no-reply@openrecord.example")
    with pytest.raises(NotSent) as refused:
        _mail().send(LETTER, at=AT)
    assert (refused.value.reason, refused.value.for_good) == ("unreachable", False)


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\nX-More: ", b"HTTP/1.1 200 OK\r\n\r\n [", b"\x15\x03\x01"])
def test_a_carrier_that_never_ends_its_answer(
    monkeypatch: pytest.MonkeyPatch, notify: Notify, dripping: Callable[[bytes], Dripping], said: bytes
) -> None:
    monkeypatch.setenv("OPENRECORD_NOTIFY_URL", dripping(said).issuer)
    with pytest.raises(NotSent) as refused:
        _notify().send(LETTER, at=AT)
    assert (refused.value.reason, refused.value.for_good) == ("unreachable", False)
    assert notify.sent == {}


def test_an_answer_without_measure_is_not_understood(
    monkeypatch: pytest.MonkeyPatch,
    notify: Notify,  # noqa: ARG001  it is configured
) -> None:
    monkeypatch.setattr(patience, "MOST_BYTES", 10)
    with pytest.raises(NotSent, match="not_understood"):
        _notify().send(LETTER, at=AT)
