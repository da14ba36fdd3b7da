"""From "send messages to this device" to the notification: encrypted for that browser, without a word of the record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from openrecord.access.types import ViewerId
from openrecord.config.command import main
from openrecord.db import lean
from openrecord.gateways import web_push
from openrecord.kit import clock
from openrecord.kit.environment import MissingSetting
from openrecord.notify import queries, tasks
from openrecord.notify.models import DeviceRow, MessageRow
from openrecord.notify.rules import ATTEMPTS, MOST_DEVICES
from openrecord.notify.types import Channel, Pace, State
from openrecord.registry import actions as registry
from tests.integration.fhir.world import AT, BY, Record, made_record, observation
from tests.integration.notify.push import Browser, PushService, push_service, vapid_claims
from tests.integration.pages import world

DEVICES = "/access/messages/devices"
MORNING = datetime(2025, 3, 4, 8, 0, tzinfo=UTC)


@dataclass
class Home:
    """A patient, their signed-in browser, and the push service of its maker."""

    record: Record
    pages: Client
    service: PushService

    def device(self, name: str = "a") -> Browser:
        """A browser that was added on the page."""
        made = Browser(self.service, f"/push/{name}")
        assert self.pages.post(DEVICES, made.form).headers["Location"] == "/access/messages?saved"
        return made

    def news(self, name: str = "a", at: datetime = AT) -> None:
        """Something new comes and everything due is sent."""
        clock.use(lambda: at)
        self.record.deliver(observation(name, "2025-02-01"), at=at)
        self.send(at)

    def send(self, at: datetime) -> None:
        clock.use(lambda: at)
        while tasks.send_due(at):
            pass

    def states(self) -> list[str]:
        rows = MessageRow.objects.filter(patient_id=self.record.patient.patient_id).order_by("id")
        return [str(row.state) for row in rows]

    def known(self) -> int:
        return DeviceRow.objects.filter(patient_id=self.record.patient.patient_id).count()

    def pace(self) -> Pace:
        [preference] = queries.preferences(self.record.patient.patient_id).values()
        return preference.pace(Channel.PUSH)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[PushService]:
    """The only push service that the settings allow."""
    key = tmp_path / "push.pem"
    key.write_bytes(web_push.new_key())
    with push_service() as running:
        monkeypatch.setenv("OPENRECORD_PUSH_KEY_FILE", str(key))
        monkeypatch.setenv("OPENRECORD_PUSH_CONTACT", "mailto:push@openrecord.example")
        monkeypatch.setenv("OPENRECORD_PUSH_HOSTS", f"*.push.example, {running.host}")
        yield running


@pytest.fixture
def home(stored: None, service: PushService) -> Iterator[Home]:  # noqa: ARG001
    clock.use(lambda: AT)
    MessageRow.objects.all().delete()
    record = made_record("Featherstonehaugh", "Philippa")
    yield Home(record, world.patient(record), service)
    lean.close()


def _public_key() -> str:
    found = web_push.configured()
    assert found is not None
    return found.public_key


def test_a_device_is_told_that_there_is_something_new_and_nothing_else(home: Home) -> None:
    device = home.device()
    home.news()
    assert device.messages() == [{"title": "You have something new in OpenRecord", "lang": "en-gb"}]
    [pushed] = home.service.got
    claims = vapid_claims(pushed, _public_key())
    assert claims == {
        "aud": home.service.url,
        "exp": int((AT + timedelta(hours=12)).timestamp()),
        "sub": "mailto:push@openrecord.example",
    }
    told = {name.lower(): value for name, value in pushed.headers.items()}
    assert (told["content-encoding"], told["urgency"], told["topic"]) == ("aes128gcm", "normal", "news")
    assert int(told["ttl"]) == (datetime(2025, 3, 3, 22, 0, tzinfo=UTC) - AT).total_seconds(), "not in the night"
    assert home.states() == [State.SENT]
    outside = str(pushed.headers) + pushed.path
    for word in (home.record.patient.family, home.record.patient.nhs_number, str(home.record.patient.public_id)):
        assert word not in outside


def test_in_welsh_it_is_welsh_and_as_long(home: Home) -> None:
    home.pages.get("/language/cy")
    device = home.device()
    home.news()
    [message] = device.messages()
    assert message["lang"] == "cy"
    assert message["title"] != "You have something new in OpenRecord"
    assert len(home.service.got[0].body) == 16 + 4 + 1 + 65 + 256 + 16


def test_every_device_is_told_and_one_that_is_gone_is_forgotten(home: Home) -> None:
    gone, there = home.device("gone"), home.device("there")
    home.service.answers[gone.path] = 410
    home.news()
    assert len(there.messages()) == 1
    assert home.states() == [State.SENT]
    assert home.known() == 1
    home.service.answers[there.path] = 404
    home.news("b", AT + timedelta(hours=1))
    assert home.states() == [State.SENT, State.DROPPED]
    assert (home.known(), home.pace()) == (0, Pace.OFF)
    home.news("c", AT + timedelta(hours=2))
    assert len(home.service.got) == 3, "nobody is asked any more"


@pytest.mark.parametrize("status", [429, 500, 503, 302])
def test_a_service_that_fails_is_asked_again_and_then_given_up(home: Home, status: int) -> None:
    device = home.device()
    home.service.answers[device.path] = status
    home.news()
    assert home.states() == [State.WAITING]
    for day in range(1, ATTEMPTS + 1):
        home.send(AT + timedelta(days=day))
    assert home.states() == [State.FAILED]
    assert len(home.service.got) == ATTEMPTS
    [dead] = [one for one in queries.dead_letters(limit=5) if one.channel is Channel.PUSH]
    assert dead.reason == f"status_{status}"


def test_a_message_that_is_refused_is_not_sent_again(home: Home) -> None:
    home.service.answers[home.device().path] = 400
    home.news()
    assert home.states() == [State.FAILED]


def test_a_host_that_is_listed_no_more_is_not_asked(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.device()
    monkeypatch.setenv("OPENRECORD_PUSH_HOSTS", "*.push.example")
    home.news()
    assert home.states() == [State.FAILED]
    assert home.service.got == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:1/x",
        "https://evil.example/x",
        "http://localhost/x",
        "https://a.push.example/\x01",
        "https://a.push.example/a b",
        "",
    ],
)
def test_only_push_services_that_are_listed_are_taken(home: Home, endpoint: str) -> None:
    form = Browser(home.service, "/push/a").form
    assert home.pages.post(DEVICES, form | {"endpoint": endpoint}).status_code == 400
    assert home.pages.post(DEVICES, form | {"p256dh": "AAAA"}).status_code == 400
    assert home.known() == 0


def test_opting_out_and_removing_leave_nothing_of_a_device(home: Home) -> None:
    device = home.device()
    assert home.pace() is Pace.AT_ONCE
    assert 'name="push"' in home.pages.get("/access/messages").text
    assert home.pages.post("/access/messages", {"push": "daily"}).status_code == 303
    assert (home.pace(), home.known()) == (Pace.DAILY, 1)
    home.news()
    home.pages.post("/access/messages", {"push": "off"})
    assert home.known() == 0
    home.send(MORNING)
    assert (device.messages(), home.states()) == ([], [State.DROPPED])
    clock.use(lambda: AT)
    first = home.device("one")
    clock.use(lambda: AT + timedelta(minutes=1))
    second = home.device("two")
    [newer, older] = [row.device_id for row in queries.devices(home.record.patient.patient_id, _viewer(home))]
    home.pages.post(f"{DEVICES}/{older}/remove")
    assert home.pace() is Pace.AT_ONCE
    home.news("b", AT + timedelta(minutes=2))
    assert (len(first.messages()), len(second.messages())) == (0, 1)
    home.pages.post(f"{DEVICES}/{newer}/remove")
    assert (home.known(), home.pace()) == (0, Pace.OFF)


def _viewer(home: Home) -> ViewerId:
    return next(iter(queries.preferences(home.record.patient.patient_id)))


def test_a_browser_belongs_to_whoever_chose_last_in_it(home: Home) -> None:
    device = home.device()
    other = made_record()
    pages = world.patient(other)
    assert pages.post(DEVICES, device.form).status_code == 303
    assert home.known() == 0
    home.news()
    assert device.messages() == []


def test_nobody_removes_the_device_of_somebody_else(home: Home) -> None:
    home.device()
    [device] = queries.devices(home.record.patient.patient_id, _viewer(home))
    stranger = world.patient(made_record())
    assert stranger.post(f"{DEVICES}/{device.device_id}/remove").status_code == 303
    assert home.known() == 1
    assert Client().post(DEVICES, Browser(home.service, "/x").form).status_code == 303, "it leads to signing in"
    assert str(device.device_id) not in str(device.address)


def test_the_same_browser_is_known_once_and_there_are_not_many(home: Home) -> None:
    for _ in range(2):
        home.device()
    assert home.known() == 1
    for number in range(MOST_DEVICES + 2):
        home.device(f"n{number}")
    assert home.known() == MOST_DEVICES


def test_an_identity_that_is_given_up_leaves_no_device(home: Home) -> None:
    home.device()
    registry.withdraw(patient_id=home.record.patient.patient_id, by=BY, at=AT)
    assert home.known() == 0


def test_the_page_offers_it_only_where_it_is_set_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    page = home.pages.get("/access/messages")
    assert f'data-key="{_public_key()}"' in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    monkeypatch.delenv("OPENRECORD_PUSH_KEY_FILE")
    page = home.pages.get("/access/messages")
    assert "sends no messages" in page.text
    assert "script" not in page.headers["Content-Security-Policy"]
    assert home.pages.post(DEVICES, Browser(home.service, "/x").form).status_code == 404


def test_the_key_is_made_once_and_settings_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Home
) -> None:
    assert home.service.url
    file = tmp_path / "new.pem"
    assert main(["push-key", str(file)]) == 0
    made = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert main(["push-key", str(file)]) == 1
    assert file.read_bytes() == made
    monkeypatch.setenv("OPENRECORD_PUSH_KEY_FILE", str(file))
    assert len(web_push.to_octets(_public_key())) == 65
    monkeypatch.setenv("OPENRECORD_PUSH_CONTACT", "somebody")
    with pytest.raises(MissingSetting, match="CONTACT"):
        web_push.configured()
    monkeypatch.setenv("OPENRECORD_PUSH_CONTACT", "https://openrecord.example")
    file.write_text("no key")
    with pytest.raises(MissingSetting, match="no key"):
        web_push.configured()
