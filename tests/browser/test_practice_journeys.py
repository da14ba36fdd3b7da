"""What a practice does about access, in a real browser: go live after a dry run, answer a 104, end a disagreement."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from openrecord.access import events
from openrecord.access import queries as access
from openrecord.access.types import ViewerId
from openrecord.flow import worker
from openrecord.identity.types import Role
from openrecord.notify import actions as notify
from openrecord.notify.models import MessageRow
from openrecord.notify.types import Channel, Pace, Preference, State
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient, Policy
from openrecord.web.language import COOKIE
from openrecord.web.session import SESSION
from openrecord_demo.scanner import EICAR
from tests.browser.accessibility import WIDTHS, turn, visit
from tests.browser.aside import aside
from tests.integration.attachments.world import document, scanned
from tests.integration.fhir.world import AT, Record, made_record, observation, stopped
from tests.integration.pages import town as made
from tests.integration.pages import world

pytestmark = pytest.mark.browser
EVERYTHING = (Role.CLINICIAN, Role.MANAGER)


@pytest.fixture(autouse=True)
def _stored(stored: None) -> None:  # noqa: ARG001
    stopped()


def cookies(client: Client) -> dict[str, str]:
    """The cookie of somebody who has signed in."""
    return {SESSION: client.cookies[SESSION].value}


@contextmanager
def window(browser: Browser, origin: str, client: Client, width: int = WIDTHS[0]) -> Iterator[Page]:
    """A window in which somebody has signed in."""
    held: Any = [{"name": name, "value": value, "url": origin} for name, value in cookies(client).items()]
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=origin)
    try:
        context.add_cookies(held)
        context.set_default_timeout(10_000)
        yield context.new_page()
    finally:
        context.close()


def check(browser: Browser, origin: str, client: Client, *paths: str) -> None:
    """Every page in both languages, wide and narrow."""
    for path in paths:
        for width in WIDTHS:
            for language in ("en-gb", "cy"):
                seen = visit(browser, origin, path, {**cookies(client), COOKIE: language}, width)
                assert seen.status == 200, path
                seen.check()


def _waiting_to_go_live() -> tuple[made.Town, Client]:
    """A practice with four patients, and its manager."""
    town = made.new_town()
    for family in ("Able", "Baker"):
        made.account(town.patient(family))
    made.code(town.patient("Decliner"), "103")
    town.patient("Fledgling", made.CHILD)
    return town, world.staff(town.ods, EVERYTHING)


def _settle(town: made.Town) -> None:
    """The worker moves every record of the practice."""
    while access.count_awaiting_policy(registry.patients_ever_at(town.ods)):
        worker.settle_waiting(AT)


@pytest.mark.parametrize("width", WIDTHS)
def test_going_live_with_a_dry_run(browser: Browser, origin: str, width: int) -> None:
    town, manager = aside(_waiting_to_go_live)
    with window(browser, origin, manager, width) as page:
        page.goto("/staff/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Hilltop Surgery")
        turn(page, page.get_by_role("link", name="What your patients see"))
        turn(page, page.get_by_role("button", name="Change what patients see"))
        page.get_by_label("Day", exact=True).fill("31")
        page.get_by_label("Month").fill("2")
        page.get_by_label("Year").fill("2025")
        turn(page, page.get_by_role("button", name="See what this would do"))
        page.get_by_role("link", name="Enter a real date, or leave it empty").click()
        expect(page.get_by_label("Day", exact=True)).to_be_focused()
        page.get_by_label("Day", exact=True).fill("1")
        turn(page, page.get_by_role("button", name="See what this would do"))
        gain = page.get_by_role("row", name=re.compile("Gain access"))
        expect(gain).to_contain_text("2")
        turn(page, page.get_by_role("link", name="Held back"))
        for text in ("Decliner, Test", "Fledgling, Test", "has declined online access", "under 16"):
            expect(page.locator("main")).to_contain_text(text)
        address = page.url.removeprefix(origin)
        turn(page, page.get_by_role("button", name="Put this into force"))
        expect(page.get_by_role("alert")).to_contain_text("The change is in force.")
        expect(page.locator("main")).to_contain_text("0 of 4 records have moved")
        check(browser, origin, manager, "/staff/practice")
        aside(_settle, town)
        turn(page, page.get_by_role("link", name="Look again"))
        expect(page.locator("main")).not_to_contain_text("records have moved")
    if width == WIDTHS[0]:
        check(browser, origin, manager, "/staff/home", "/staff/practice/change", address, "/staff/practice/readiness",
              "/staff/practice/readiness/lead")  # fmt: skip


def _live() -> tuple[Record, Client, Client]:
    """A record that is read, its patient, and a clinician of the practice."""
    record = made_record(family=f"Live{uuid4().hex[:8]}")
    record.deliver(observation("a"))
    return record, world.patient(record), world.staff(roles=EVERYTHING)


def test_a_104_that_arrives_on_live_access(browser: Browser, origin: str) -> None:
    record, patient, clinician = aside(_live)
    with window(browser, origin, clinician) as desk, window(browser, origin, patient) as own:
        desk.goto("/staff/decisions")
        expect(desk.locator("main")).not_to_contain_text(record.patient.family)
        aside(made.code, record.patient, "104")
        desk.reload()
        check(browser, origin, clinician, "/staff/decisions",
              f"/staff/decisions/{record.patient.public_id}/enhanced-review")  # fmt: skip
        own.goto("/record/measurements")
        expect(own.locator("main")).to_contain_text("Body weight")
        turn(desk, desk.get_by_role("link", name=record.patient.family))
        turn(desk, desk.get_by_role("button", name="Decide"))
        expect(desk.get_by_role("alert")).to_contain_text("Choose what happens")
        desk.get_by_label("Remove access").check()
        turn(desk, desk.get_by_role("button", name="Decide"))
        expect(desk.get_by_role("alert")).to_contain_text("Your decision is recorded")
        expect(desk.locator("main")).not_to_contain_text(record.patient.family)
        own.reload()
        expect(own.locator("main")).not_to_contain_text("Body weight")
        expect(own.locator("body")).not_to_contain_text("review")


def _manager() -> Client:
    return world.staff(made.new_town(Policy()).ods, (Role.MANAGER,), "Mo Ledger")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_manager_says_who_works_here(
    browser: Browser, origin: str, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("OPENRECORD_STAFF_ISSUER", world.ISSUER)
    manager = aside(_manager)
    with window(browser, origin, manager, width) as page:
        page.goto("/staff/practice")
        turn(page, page.get_by_role("link", name="See who can sign in"))
        turn(page, page.get_by_role("button", name="Let somebody work here"))
        page.get_by_label("Name", exact=True).fill("Nia New")
        turn(page, page.get_by_role("button", name="Save"))
        page.get_by_role("link", name="Choose what they may do").click()
        expect(page.get_by_label("Reader")).to_be_focused()
        expect(page.get_by_label("Name", exact=True)).to_have_value("Nia New")
        page.get_by_label("Their account").fill(str(uuid4()))
        page.get_by_label("Reader").check()
        turn(page, page.get_by_role("button", name="Save"))
        expect(page.get_by_role("alert")).to_contain_text("They can sign in now.")
        turn(page, page.get_by_role("link", name="Nia New"))
        expect(page.get_by_label("Reader")).to_be_checked()
        page.get_by_label("Screener").check()
        address = page.url.removeprefix(origin)
        turn(page, page.get_by_role("button", name="Save"))
        expect(page.get_by_role("listitem").filter(has_text="Nia New")).to_contain_text("reader, screener")
        check(browser, origin, manager, "/staff/practice/staff", "/staff/practice/staff/new", address, f"{address}/end")
        turn(page, page.get_by_role("link", name="Nia New"))
        turn(page, page.get_by_role("link", name="End their access"))
        page.get_by_label("They no longer work here").check()
        turn(page, page.get_by_role("button", name="End their access"))
        expect(page.get_by_role("alert")).to_contain_text("they are signed out")
        expect(page.locator("main")).not_to_contain_text("Nia New")


def _many() -> Client:
    town = made.new_town(Policy())
    for number in range(3):
        made.code(town.patient(f"Able{number}"), "104")
    return world.staff(town.ods, (Role.MANAGER,))


def test_many_enhanced_reviews_are_explained(browser: Browser, origin: str) -> None:
    manager = aside(_many)
    address = "/staff/practice/enhanced-reviews"
    check(browser, origin, manager, "/staff/home", address)
    refused = visit(
        browser, origin, "/staff/patients/6a6a4d2e-3a0e-4b43-9f0e-8a3f0d7f7a55", cookies(manager), WIDTHS[1]
    )
    assert refused.status == 404
    refused.check()
    with window(browser, origin, manager, WIDTHS[1]) as page:
        page.goto("/staff/home")
        turn(page, page.get_by_role("link", name="Many enhanced reviews"))
        turn(page, page.get_by_role("button", name="Save"))
        expect(page.get_by_role("alert")).to_contain_text("Enter why so many patients need an enhanced review")
        page.get_by_label("Why so many patients").fill("A refuge registered.")
        turn(page, page.get_by_role("button", name="Save"))
        expect(page.locator("main")).to_contain_text("There is nothing to explain")
        page.goto("/staff/home")
        expect(page.locator("main")).not_to_contain_text("Many enhanced reviews")


def _open() -> tuple[Patient, Client]:
    """A patient with an account, and a clinician of the practice."""
    town = made.new_town(Policy())
    patient = town.patient("Paused")
    made.account(patient)
    return patient, world.staff(town.ods, EVERYTHING)


def test_the_drift_list(browser: Browser, origin: str) -> None:
    patient, clinician = aside(_open)
    with window(browser, origin, clinician) as page:
        page.goto("/staff/home")
        card = page.get_by_role("link", name="Codes and settings that disagree")
        expect(card).to_contain_text("None open")
        aside(made.record, patient, events.Paused())
        page.reload()
        expect(card).to_contain_text("1 open")
        card.click()
        expect(page.locator("main")).to_contain_text("Paused here, but not declined in the clinical system")
        check(browser, origin, clinician, "/staff/drift")
        aside(made.record, patient, events.Resumed())
        page.reload()
        expect(page.locator("main")).to_contain_text("Every code agrees with what is set here.")


def _gone_wrong() -> Client:
    """A practice with a letter that the scanner refused and a message that nobody took, and its manager."""
    town = made.new_town(Policy())
    record = Record(town.patient("Hindered"))
    record.deliver(document("letter", ("text/plain", EICAR)), org=town.ods)
    with pytest.MonkeyPatch.context() as patch:
        scanned(patch)
    MessageRow.objects.filter(state=State.WAITING).delete()
    chosen = Preference({Channel.EMAIL: Pace.AT_ONCE})
    notify.put(record.patient.patient_id, {ViewerId(record.viewer): chosen}, at=AT)
    [message] = notify.take((State.WAITING,), at=AT, limit=2)
    notify.note_failed(message, "address_refused", for_good=True, at=AT)
    return world.staff(town.ods, EVERYTHING)


def test_what_was_refused_and_what_was_not_delivered(browser: Browser, origin: str) -> None:
    manager = aside(_gone_wrong)
    with window(browser, origin, manager, WIDTHS[1]) as page:
        page.goto("/staff/home")
        check(browser, origin, manager, "/staff/documents/refused", "/staff/messages")
        turn(page, page.get_by_role("link", name="Documents that were refused"))
        expect(page.locator("main")).to_contain_text("the virus scanner found Eicar-Signature")
        turn(page, page.get_by_role("link", name="Letter"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Record entry")
        page.goto("/staff/documents/refused")
        turn(page, page.get_by_role("button", name=re.compile("Seen")))
        expect(page.get_by_role("alert")).to_contain_text("The document is off this list.")
        check(browser, origin, manager, page.url.removeprefix(origin))
        turn(page, page.get_by_role("button", name="Undo"))
        expect(page.locator("main")).to_contain_text("the virus scanner found Eicar-Signature")
        page.goto("/staff/home")
        turn(page, page.get_by_role("link", name="Messages that were not delivered"))
        turn(page, page.get_by_role("button", name=re.compile("Take off the list")))
        expect(page.get_by_role("alert")).to_contain_text("The message is off this list.")
        expect(page.locator("main")).to_contain_text("Every message was delivered")
