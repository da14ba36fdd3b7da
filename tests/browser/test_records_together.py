"""A manager makes one record of two and parts them again, in a real browser; each page is looked at, also narrow."""

import pytest
from playwright.sync_api import Browser, Page, expect

from openrecord.identity.types import Role
from openrecord.kit.ids import spelt
from openrecord.registry.tasks import look_at
from openrecord.screening import queries as screening
from openrecord.web.session import SESSION
from tests.browser.accessibility import OVERFLOWS, WIDTHS, check, signed_in, turn
from tests.browser.aside import aside
from tests.integration.fhir.world import AT, Record, made_record, stopped
from tests.integration.flow.two_records import World, new_world
from tests.integration.pages import world
from tests.integration.pages.test_covid import vaccination

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _stored(stored: None) -> None:  # noqa: ARG001
    stopped()


def _two() -> tuple[World, str]:
    """Two records, of which one hides what the other has on the same day, and a manager's session."""
    made = new_world()
    made.arrive(0, "one", 0)
    made.arrive(1, "one", 0)
    made.decide(1, "one", "hide")
    look_at(made.town.ods, at=AT)
    manager = world.staff(made.town.ods, (Role.MANAGER,), at=AT)
    return made, str(manager.cookies[SESSION].value)


def _vaccinated() -> tuple[Record, str, str]:
    """A record with a dose, the inside id of that, and a session of a clinician who is the lead too."""
    record = made_record("Okafor", "Ada")
    record.deliver(vaccination("dose"))
    staff = world.staff(roles=(Role.CLINICIAN, Role.IG_LEAD))
    (entry,) = map(spelt, screening.states(record.patient.patient_id))
    return record, entry, str(staff.cookies[SESSION].value)


def look(page: Page) -> None:
    """The step is accessible, and fits the narrowest window."""
    check(page)
    page.set_viewport_size({"width": WIDTHS[1], "height": 900})
    assert not page.evaluate(OVERFLOWS), f"{page.url} scrolls sideways"
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def test_merging_two_records_and_parting_them(browser: Browser, origin: str) -> None:
    two, token = aside(_two)
    with signed_in(browser, origin, token) as context:
        page = context.new_page()
        page.goto(f"{origin}/staff/home")
        turn(page, page.get_by_role("link", name="Records that may be one person's"))
        look(page)
        turn(page, page.get_by_role("button", name="See what merging would do"))
        turn(page, page.get_by_role("link", name="Cancel"))
        page.goto(f"{origin}/staff/find")
        page.get_by_label("NHS number").fill(two.sides[0].number)
        turn(page, page.get_by_role("button", name="Find"))
        turn(page, page.get_by_role("link", name="Two records of one person"))
        page.get_by_label("NHS number of the other record").fill("999 000 0018")
        turn(page, page.get_by_role("button", name="See what merging would do"))
        page.get_by_role("link", name="No patient of your practice matches").click()
        expect(page.get_by_label("NHS number of the other record")).to_be_focused()
        expect(page.get_by_label("NHS number of the other record")).to_have_value("999 000 0018")
        look(page)
        page.get_by_label("NHS number of the other record").fill(two.sides[1].number)
        turn(page, page.get_by_role("button", name="See what merging would do"))
        expect(page.locator("main")).to_contain_text("copies of what is kept back in the other record: 1.")
        page.get_by_label("The person was registered twice").check()
        turn(page, page.get_by_role("button", name="Merge the records"))
        expect(page.get_by_role("alert")).to_contain_text("Confirm that you made sure")
        expect(page.get_by_label("The person was registered twice")).to_be_checked()
        look(page)
        page.get_by_label("I made sure").check()
        turn(page, page.get_by_role("button", name="Merge the records"))
        expect(page.get_by_role("alert")).to_contain_text("The two records are one now.")
        look(page)
        turn(page, page.get_by_role("link", name="Part them again"))
        page.get_by_label("They are two people").check()
        page.get_by_label("I looked at both").check()
        look(page)
        turn(page, page.get_by_role("button", name="Part the records"))
        expect(page.get_by_role("alert")).to_contain_text("The records are two again.")
        expect(page.get_by_role("link", name="Part them again")).to_have_count(0)


def test_an_entry_is_somebody_elses_and_may_be_erased(browser: Browser, origin: str) -> None:
    record, entry, token = aside(_vaccinated)
    here = f"{origin}/staff/patients/{record.patient.public_id}"
    with signed_in(browser, origin, token) as context:
        page = context.new_page()
        page.goto(f"{here}/preview/vaccinations")
        turn(page, page.get_by_role("link", name="Covid-19 vaccination, and a card"))
        expect(page.locator(".or-dose")).to_have_count(1)
        look(page)
        page.goto(f"{here}/entries/{entry}")
        turn(page, page.get_by_role("link", name="This entry belongs to somebody else"))
        look(page)
        turn(page, page.get_by_role("button", name="It belongs to somebody else"))
        expect(page.get_by_role("alert")).to_contain_text("Nobody sees the entry here any more.")
        page.goto(f"{origin}/staff/home")
        turn(page, page.get_by_role("link", name="Entries that are somebody else's"))
        expect(page.locator("main")).to_contain_text(f"openrecord patient erase {record.patient.public_id}")
        look(page)
        page.goto(f"{here}/preview/covid")
        expect(page.locator(".or-dose")).to_have_count(0)
