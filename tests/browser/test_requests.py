"""Requests in a real browser, patient and practice side by side; every page on the way is accessible and fits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from openrecord.caseload.types import Request, State
from openrecord.kit import clock
from openrecord.web.session import SESSION
from tests.browser.accessibility import WIDTHS, check, turn
from tests.browser.apart import apart
from tests.integration.caseload import world as caseload
from tests.integration.fhir.world import AT, Record, made_record, observation
from tests.integration.pages import world

pytestmark = pytest.mark.browser
Opened = Callable[[str], Page]


@dataclass(frozen=True, slots=True)
class Scene:
    """A patient with weights of 2014, 2016 and 2025, of which the last is open, and who is signed in."""

    record: Record
    patient: str
    manager: str
    reviewer: str
    call: Callable[[Callable[[], Any]], Any]

    def request(self) -> Request:
        """The patient's one request."""
        found: Request = self.call(lambda: caseload.only(self.record))
        return found

    def desk(self) -> str:
        """The practice's address of it."""
        return f"/staff/requests/{self.record.patient.public_id}/{self.request().request_id}"


@pytest.fixture
def scene(stored: None) -> Iterator[Scene]:  # noqa: ARG001
    """Made in the thread that stores."""
    clock.use(lambda: AT)
    with apart() as call:
        record, clients = call(_made)
        yield Scene(record, *(client.cookies[SESSION].value for client in clients), call)


def _made() -> tuple[Record, tuple[Client, Client, Client]]:
    record = made_record()
    record.deliver(observation("a", "2014-02-01"), observation("b", "2016-02-02"), observation("c", "2025-02-03"))
    return record, (world.patient(record), caseload.manager(), caseload.reviewer())


@pytest.fixture(params=WIDTHS)
def opened(browser: Browser, origin: str, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Opens a window in which the holder of a session is signed in."""
    contexts = []

    def window(token: str) -> Page:
        viewport = {"width": request.param, "height": 900}
        context = browser.new_context(viewport=viewport, base_url=origin)  # type: ignore[arg-type]
        contexts.append(context)
        context.add_cookies([{"name": SESSION, "value": token, "url": origin}])
        return context.new_page()

    yield window
    for context in contexts:
        context.close()


def follow(page: Page, words: str) -> None:
    """Follow a link and look at where it leads."""
    turn(page, page.get_by_role("link", name=words, exact=True))
    check(page)


def press(page: Page, words: str) -> None:
    """Press a button and look at what comes."""
    turn(page, page.get_by_role("button", name=words, exact=True))
    check(page)


def look_through(reviewer: Page, first: str | None) -> None:
    """Look through what is not open yet, from April of that year on where it is given, and go on to opening it."""
    follow(reviewer, "Look through the history")
    if first is not None:
        reviewer.get_by_text("Choose another part or order").click()
        for part, value in (("Day", "1"), ("Month", "4"), ("Year", first)):
            reviewer.get_by_role("group", name="From").get_by_label(part).fill(value)
        press(reviewer, "Show")
    expect(reviewer.locator(".or-lines .or-line")).to_have_count(1)
    turn(reviewer, reviewer.get_by_role("button", name="Open or close this part"))
    check(reviewer)


def test_history_is_granted_in_two_chunks(opened: Opened, scene: Scene) -> None:
    patient = opened(scene.patient)
    patient.goto("/home")
    follow(patient, "Ask your surgery for something, or report a mistake")
    turn(patient, patient.get_by_role("link", name="See older entries"))
    check(patient)
    patient.get_by_label("Why do you need them? (optional)").fill("I am moving house")
    press(patient, "Send request")
    expect(patient.get_by_role("status")).to_have_text("Your request was sent to your surgery.")

    manager, reviewer = opened(scene.manager), opened(scene.reviewer)
    manager.goto("/staff/requests")
    check(manager)
    manager.goto(scene.desk())
    check(manager)
    follow(manager, "Record the identity check")
    manager.get_by_label("NHS login with photo ID (level P9)").check()
    press(manager, "Save")

    reviewer.goto(scene.desk())
    press(reviewer, "Assign to me")
    for first in ("2015", None):
        look_through(reviewer, first)
        reviewer.get_by_label("Open it to the patient").check()
        press(reviewer, "Save")
        patient.reload()
        check(patient)
        opened_now = patient.get_by_role("listitem").filter(has_text="All sections")
        expect(opened_now).to_have_count(2 if first is not None else 4)
        patient.goto("/record/measurements")
        expect(patient.get_by_text("February 2016")).to_be_visible()
        expect(patient.get_by_text("February 2014")).to_have_count(0 if first is not None else 1)
        patient.goto(f"/requests/{scene.request().request_id}")

    expect(reviewer.get_by_text("100% of what was asked for is reviewed")).to_be_visible()
    manager.goto(scene.desk())
    follow(manager, "Grant")
    assert "You can now see them online" in manager.get_by_label("Letter to the patient").input_value()
    press(manager, "Send the answer")
    patient.reload()
    check(patient)
    expect(patient.get_by_role("heading", name="What your surgery answered")).to_be_visible()
    expect(patient.get_by_role("heading", name="If you are not happy with this")).to_be_visible()


def test_a_mistake_is_reported_and_answered(opened: Opened, scene: Scene) -> None:
    patient = opened(scene.patient)
    patient.goto("/requests/new/correction")
    patient.get_by_label("What is wrong, and what should it say?").fill("I never had asthma")
    press(patient, "Send request")
    expect(patient.get_by_role("alert")).to_contain_text("Enter which entry is wrong")
    expect(patient.get_by_label("What is wrong, and what should it say?")).to_have_value("I never had asthma")
    patient.get_by_label("Which entry is wrong?").fill("3 March 2024, Asthma")
    press(patient, "Send request")

    manager = opened(scene.manager)
    manager.goto(scene.desk())
    follow(manager, "Record the identity check")
    press(manager, "Save")
    expect(manager.get_by_role("alert")).to_contain_text("Choose how you made sure who asks")
    manager.get_by_label("Vouching").check()
    press(manager, "Save")
    follow(manager, "Refuse")
    manager.get_by_label("Looked at, and the entry stays as it is").check()
    press(manager, "Send the answer")
    assert scene.request().state is State.REFUSED
    patient.reload()
    check(patient)
    expect(patient.get_by_text("Your surgery looked at the entry and did not change it.")).to_be_visible()
    expect(patient.get_by_role("link", name="Withdraw this request")).to_have_count(0)


def test_a_question_begins_at_the_entry_and_is_answered(opened: Opened, scene: Scene) -> None:
    patient = opened(scene.patient)
    patient.goto("/record/measurements")
    turn(patient, patient.get_by_role("link", name="Body weight").first)
    check(patient)
    follow(patient, "Ask your surgery about this entry")
    expect(patient.get_by_label("Which entry do you want to ask about?")).to_have_value("3 February 2025, Body weight")
    patient.get_by_label("What would you like to know?").fill("Is this in stones?")
    press(patient, "Send question")

    manager = opened(scene.manager)
    manager.goto(scene.desk())
    check(manager)
    follow(manager, "Record the identity check")
    manager.get_by_label("NHS login with photo ID (level P9)").check()
    press(manager, "Save")
    follow(manager, "Answer the question")
    manager.get_by_label("Letter to the patient").fill("It is in kilograms.")
    press(manager, "Send the answer")
    expect(manager.get_by_text("Answered")).to_be_visible()
    patient.reload()
    check(patient)
    expect(patient.get_by_text("Answered", exact=True)).to_be_visible()
    expect(patient.get_by_text("It is in kilograms.")).to_be_visible()


def test_withdrawing_is_confirmed_first(opened: Opened, scene: Scene) -> None:
    patient = opened(scene.patient)
    patient.goto("/requests/new/subject-access")
    check(patient)
    press(patient, "Send request")
    follow(patient, "Withdraw this request")
    press(patient, "Withdraw this request")
    expect(patient.get_by_role("status")).to_have_text("You withdrew this request.")
