"""A person changes their access in a real browser, step by step, without JavaScript; and leaves quickly."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.identity import queries as identity
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import Policy
from openrecord.web.session import SESSION
from tests.browser.accessibility import WIDTHS, check, signed_in, turn
from tests.browser.apart import apart
from tests.integration.fhir.world import BY, OPENED, ORG, Record, made_record, observation, stopped
from tests.integration.pages import world

pytestmark = pytest.mark.browser
SEEN = "/record/measurements"


@dataclass(frozen=True, slots=True)
class Seen:
    """A record with a measurement, an app and somebody who acts for the patient; sessions of the patient and staff."""

    record: Record
    tokens: tuple[str, str]
    staff: str


@pytest.fixture
def seen(stored: None) -> Iterator[Seen]:  # noqa: ARG001
    """At a surgery that lets patients see who looked."""
    stopped()
    with apart() as call:
        yield call(_made)
        call(lambda: registry_actions.set_policy(ods=ORG, policy=Policy(), by=BY, at=OPENED))


def _made() -> Seen:
    record, carer = made_record(), made_record("Carer", "Kim")
    record.deliver(observation("a"))
    world.patient(carer)
    person = identity.person_by_nhs_number(carer.patient.nhs_number)
    assert person is not None
    granted = events.ProxyGranted(viewer=uuid.uuid4(), basis="consent", listed_org=str(ORG), level=4)
    access.record(patient_id=record.patient.patient_id, act=granted, by=BY, at=OPENED, behind=person.person_id)
    registry_actions.set_policy(ods=ORG, policy=Policy(lookers_offered=True), by=BY, at=OPENED)
    one, other = (world.patient(record, email="ida@example.org", email_verified=True) for _ in range(2))
    staff = world.staff()
    return Seen(record, (_token(one), _token(other)), _token(staff))


def _token(browser: Client) -> str:
    return str(browser.cookies[SESSION].value)


def press(page: Page, name: str) -> None:
    turn(page, page.get_by_role("button", name=name, exact=True))
    check(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_stopping_on_one_device_closes_the_other_and_is_undone(
    browser: Browser, origin: str, seen: Seen, width: int
) -> None:
    with (
        signed_in(browser, origin, seen.tokens[0], width) as one,
        signed_in(browser, origin, seen.tokens[1]) as other,
    ):
        here, there = one.new_page(), other.new_page()
        there.goto(origin + SEEN)
        expect(there.get_by_text("Body weight")).to_be_visible()
        here.goto(origin + "/home")
        turn(here, here.get_by_role("link", name="Your access").first)
        check(here)
        press(here, "Stop my online access")
        press(here, "Stop my online access")
        expect(here.get_by_text("You stopped online access")).to_be_visible()
        there.reload()
        expect(there.get_by_text("Body weight")).to_have_count(0)
        there.goto(origin + "/home")
        check(there)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en-gb", "cy"])
def test_every_page_of_the_part_is_accessible(
    browser: Browser, origin: str, seen: Seen, width: int, language: str
) -> None:
    with signed_in(browser, origin, seen.tokens[0], width, language) as context:
        page = context.new_page()
        parts = ("level", "messages", "people", "apps", "looked", "kept", "kept/new")
        for path in ("/access", *(f"/access/{part}" for part in parts), "/people/code", "/messages", "/profile", SEEN):
            page.goto(origin + path)
            check(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_messages_are_chosen(
    browser: Browser, origin: str, seen: Seen, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENRECORD_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("OPENRECORD_MAIL_FROM", "no-reply@openrecord.example")
    with signed_in(browser, origin, seen.tokens[0], width) as context:
        page = context.new_page()
        page.goto(origin + "/access/messages")
        check(page)
        page.get_by_label("At most once a day, in the morning").check()
        press(page, "Save")
        expect(page.get_by_text("Saved. It applies from now on.")).to_be_visible()
        expect(page.get_by_label("At most once a day, in the morning")).to_be_checked()
        check(page)


def test_pause_less_and_back(browser: Browser, origin: str, seen: Seen) -> None:
    with signed_in(browser, origin, seen.tokens[0], WIDTHS[1]) as context:
        page = context.new_page()
        page.goto(origin + "/access")
        press(page, "Pause my access")
        press(page, "Pause my access")
        press(page, "Start my access again")
        press(page, "Start my access again")
        turn(page, page.get_by_role("button", name="Choose how much to see"))
        press(page, "Continue")
        expect(page.get_by_role("alert")).to_contain_text("Choose how much you want to see")
        page.get_by_label("Medicines and allergies").check()
        press(page, "Continue")
        press(page, "See less")
        expect(page.get_by_text("You chose to see less than your surgery shares")).to_be_visible()
        press(page, "See as much as my surgery shares")
        press(page, "See as much as my surgery shares")
        expect(page.get_by_text("The record with letters and notes")).to_be_visible()


def test_guests_are_shown_out(browser: Browser, origin: str, seen: Seen) -> None:
    with signed_in(browser, origin, seen.tokens[0], WIDTHS[1]) as context:
        page = context.new_page()
        page.goto(origin + "/access/people")
        press(page, "End access (Kim Carer)")
        press(page, "End their access")
        expect(page.get_by_text("Nobody acts for you here.")).to_be_visible()
        page.goto(origin + "/access/apps")
        turn(page, page.get_by_role("button", name="Disconnect"))
        check(page)
        press(page, "Disconnect this app")
        expect(page.get_by_text("No app is connected to your record.")).to_be_visible()


def test_leaving_quickly_says_nothing_and_back_shows_nothing(browser: Browser, origin: str, seen: Seen) -> None:
    with signed_in(browser, origin, seen.tokens[0], WIDTHS[1]) as context:
        page = context.new_page()
        page.goto(origin + "/access")
        page.get_by_role("link", name="Leave this page quickly").click()
        check(page)
        assert "OpenRecord" not in page.content()
        assert page.title() == "Closed"
        page.go_back()
        expect(page.get_by_text("What you can see now")).to_have_count(0)
        check(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_staff_record_a_wish_and_end_a_proxy(browser: Browser, origin: str, seen: Seen, width: int) -> None:
    with signed_in(browser, origin, seen.staff, width) as context:
        page = context.new_page()
        base = f"{origin}/staff/patients/{seen.record.patient.public_id}"
        page.goto(f"{base}/people")
        check(page)
        press(page, "End access (Kim Carer)")
        press(page, "End their access")
        expect(page.get_by_role("alert")).to_contain_text("Choose why their access must end")
        page.goto(base)
        check(page)
        turn(page, page.get_by_role("link", name="Patient's wishes about their access"))
        check(page)
        press(page, "Continue")
        expect(page.get_by_role("alert")).to_contain_text("Choose how they told you")
        page.get_by_label("No online access (code 103)").check()
        page.get_by_label("By phone").check()
        press(page, "Continue")
        press(page, "Record this wish")
        expect(page.get_by_text("They do not want online access")).to_be_visible()
        page.get_by_label("Online access again after all").check()
        page.get_by_label("In person").check()
        press(page, "Continue")
        press(page, "Record this wish")
        expect(page.get_by_text("The patient has chosen nothing.")).to_be_visible()
