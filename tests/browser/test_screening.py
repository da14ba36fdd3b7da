"""A practice works through what waits in a real browser, by keyboard alone, at both widths."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from openrecord.flow import worker
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import DEFAULT_RELEASE, Policy, ReleaseMode, ReleaseRule
from openrecord.screening import tasks
from openrecord.web.session import SESSION
from tests.browser.accessibility import WIDTHS, check, signed_in, turn
from tests.browser.apart import apart
from tests.integration.fhir.world import AT, BY, OPENED, ORG, Json, Record, made_record, observation, stopped
from tests.integration.pages import world

pytestmark = pytest.mark.browser
WORDS = (
    "Her sister Janet says that she drinks. Asked not to be named.",
    "Urgent suspected cancer referral sent. Not yet told.",
    "Feels well. Blood pressure fine.",
)


@dataclass(frozen=True, slots=True)
class Desk:
    """25 entries that wait, sessions of a clinician and of the patient."""

    record: Record

    staff: str
    patient: str


@pytest.fixture
def desk(stored: None) -> Iterator[Desk]:  # noqa: ARG001
    """At a surgery that releases measurements and results by hand."""
    stopped()
    with apart() as call:
        yield call(_made)
        call(_left)


def _made() -> Desk:
    record = made_record(f"Okafor-{uuid.uuid4().hex[:8]}", "Ada")
    rules = dict.fromkeys(("observation", "result", "report"), ReleaseRule(ReleaseMode.BY_HAND))
    registry_actions.set_policy(ods=ORG, policy=Policy(release=dict(DEFAULT_RELEASE) | rules), by=BY, at=OPENED)
    record.deliver(*(_note(number) for number in range(25)))
    while tasks.look_at_new():
        pass
    staff, patient = world.staff(), world.patient(record)
    return Desk(record, str(staff.cookies[SESSION].value), str(patient.cookies[SESSION].value))


def _left() -> None:
    """The next test finds nothing that waits."""
    registry_actions.set_policy(ods=ORG, policy=Policy(), by=BY, at=OPENED)
    while worker.settle_waiting(AT):
        pass


def _note(number: int) -> Json:
    words = [{"text": WORDS[number % len(WORDS)]}]
    return observation(
        f"n{number}", f"2025-02-{number % 20 + 1:02d}", note=words, performer=[{"display": "Dr Anya Rao"}]
    )


def first_of(page: Page, desk: Desk) -> Locator:
    """The most pressing entry of this patient: what an earlier test left held waits before it."""
    own = page.locator(".or-queue__item").filter(has_text=desk.record.patient.family)
    return own.get_by_role("link").first


def tab_to(page: Page, name: str) -> int:
    """Press Tab until the button of that name has the focus; how often that was."""
    for presses in range(1, 60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return presses
    raise AssertionError(f"{name} is not reached by keyboard")


def test_twenty_five_entries_by_keyboard_alone(browser: Browser, origin: str, desk: Desk) -> None:
    with signed_in(browser, origin, desk.staff) as context:
        page = context.new_page()
        page.goto(origin + "/staff/queue")
        expect(page.get_by_role("definition").first).to_have_text("25")
        page.locator(".or-queue a").first.focus()
        page.keyboard.press("Enter")
        for left in range(25, 0, -1):
            expect(page.get_by_role("heading", level=1)).to_be_focused()
            assert tab_to(page, "Release") == 1
            page.keyboard.press("Enter")
            page.wait_for_url(f"**/staff/queue{'/**' if left > 1 else ''}?done=release**")
        expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
        check(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_hold_until_contacted_then_contact_then_release(browser: Browser, origin: str, desk: Desk, width: int) -> None:
    with signed_in(browser, origin, desk.staff, width) as context, signed_in(browser, origin, desk.patient) as theirs:
        page, seen = context.new_page(), theirs.new_page()
        page.goto(origin + "/staff/queue")
        check(page)
        turn(page, first_of(page, desk))
        check(page)
        address = page.url
        page.get_by_role("button", name="Hold until contacted").click()
        expect(page.get_by_text("Held until the patient has been contacted: 1.")).to_be_visible()
        check(page)
        page.goto(address)
        page.get_by_role("button", name="Patient was contacted").click()
        expect(page.get_by_text("Noted that the patient was contacted: 1.")).to_be_visible()
        seen.goto(origin + "/record/measurements")
        expect(seen.get_by_text("There is nothing to show here.")).to_be_visible()
        page.goto(address)
        expect(page.get_by_text("Patient contacted, waiting for a decision")).to_be_visible()
        page.get_by_role("button", name="Release").click()
        expect(page.get_by_text("Released: 1.")).to_be_visible()
        seen.reload()
        expect(seen.get_by_text("Body weight")).to_have_count(1)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Taken back: 1.")).to_be_visible()
        check(page)
        seen.reload()
        expect(seen.get_by_text("There is nothing to show here.")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_several_at_once_with_a_mistake_first(browser: Browser, origin: str, desk: Desk, width: int) -> None:
    with signed_in(browser, origin, desk.staff, width) as context:
        page = context.new_page()
        page.goto(origin + "/staff/queue?signal=third_party")
        for tick in page.get_by_role("checkbox").all()[:3]:
            tick.check()
        page.get_by_role("button", name="Do this").click()
        expect(page.get_by_role("alert")).to_contain_text("Choose what to do")
        expect(page.locator(".nhsuk-error-summary")).to_be_focused()
        expect(page).to_have_title("Error: Waiting for a decision \u2013 OpenRecord")
        check(page)
        page.get_by_label("Hide", exact=True).check()
        page.get_by_label("Another person", exact=True).last.check()
        page.get_by_role("button", name="Do this").click()
        expect(page.get_by_text("Hidden from the patient and everybody acting for them: 3.")).to_be_visible()
        check(page)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Taken back: 3.")).to_be_visible()


def _panel() -> tuple[Json, ...]:
    """A report of two results."""
    results = [observation(key, "2025-02-20", "laboratory") for key in ("sodium", "potassium")]
    report = {
        "resourceType": "DiagnosticReport",
        "id": "panel",
        "status": "final",
        "subject": {"reference": "Patient/p"},
        "code": {"text": "Urea and electrolytes"},
        "effectiveDateTime": "2025-02-20",
        "issued": "2025-02-20T12:00:00Z",
        "result": [{"reference": f"Observation/{key}"} for key in ("sodium", "potassium")],
    }
    return (*results, report)


def test_hiding_a_panel_hides_what_is_in_it(browser: Browser, origin: str, desk: Desk) -> None:
    with apart() as call:
        call(lambda: desk.record.deliver(*_panel()))
    with signed_in(browser, origin, desk.staff) as context, signed_in(browser, origin, desk.patient) as theirs:
        page, seen = context.new_page(), theirs.new_page()
        page.goto(origin + "/staff/queue?section=test-results")
        turn(page, page.get_by_role("link", name="Urea and electrolytes"))
        expect(page.get_by_text("If you hide this entry, all of these are hidden with it.")).to_be_visible()
        expect(page.locator(".or-lines .or-line")).to_have_count(2)
        page.get_by_text("Hide this entry").first.click()
        page.get_by_role("button", name="Hide this entry").click()
        expect(page.get_by_role("alert")).to_contain_text("Choose why the entry must be hidden")
        check(page)
        page.get_by_label("Another person", exact=True).check()
        page.get_by_role("button", name="Hide this entry").click()
        expect(page.get_by_text("Hidden from the patient and everybody acting for them: 1.")).to_be_visible()
        expect(page.get_by_text("No entry of this sort is waiting.")).to_be_visible()
        seen.goto(origin + "/record/test-results")
        expect(seen.get_by_text("There is nothing to show here.")).to_be_visible()


def test_enter_in_a_field_does_what_the_button_beside_it_says(browser: Browser, origin: str, desk: Desk) -> None:
    with signed_in(browser, origin, desk.staff) as context:
        page = context.new_page()
        page.goto(origin + "/staff/queue?signal=third_party")
        turn(page, first_of(page, desk))
        page.get_by_text("Hold until a date").first.click()
        page.get_by_label("Day").fill("24")
        page.get_by_label("Month").fill("12")
        page.get_by_label("Year").fill("2025")
        page.get_by_label("Year").press("Enter")
        expect(page.get_by_text("Held until a date: 1.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        turn(page, first_of(page, desk))
        page.get_by_text("Hide this entry").first.click()
        page.get_by_label("Serious harm").check()
        page.get_by_label("Responsible clinician").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Enter the clinician who is responsible for this decision")
        check(page)
