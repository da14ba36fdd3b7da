"""Staff see the whole record as the patient does; a page that shows nothing says why. Accessible at every step."""

import uuid
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.clinical.kinds import Level, Section
from openrecord.web.session import SESSION
from tests.browser.accessibility import WIDTHS, check, signed_in, turn
from tests.browser.apart import apart
from tests.integration.fhir.world import BY, OPENED, ORG, made_record, observation, stopped
from tests.integration.pages import world
from tests.integration.pages.test_preview_as import carer_of

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Seen:
    """The patient's and a clinician's sessions, where the preview begins, and who acts for the patient."""

    patient: str
    staff: str
    preview: str
    proxy: str


def made() -> Seen:
    """Some weights of two years, and no letters for this patient."""
    stopped()
    record = made_record()
    record.deliver(*(observation(f"w{n}", f"2024-{n % 12 + 1:02d}-{n % 27 + 1:02d}") for n in range(70)))
    act = events.LevelGiven(org=ORG, level=int(Level.DETAILED))
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=OPENED)
    sections = (Section.OBSERVATIONS, Section.MEDICATIONS)
    carer = carer_of(record, sections=sections, relation=events.Relation.CHILD)
    record.let_in(uuid.uuid4(), ("patient/Condition.rs", "patient/Observation.rs"))
    patient, staff = (browser.cookies[SESSION].value for browser in (world.patient(record), world.staff()))
    return Seen(patient, staff, f"/staff/patients/{record.patient.public_id}/preview", str(carer.viewer))


@pytest.fixture
def seen(stored: None) -> Seen:  # noqa: ARG001
    with apart() as work:
        return work(made)


@pytest.mark.parametrize("width", WIDTHS)
def test_staff_see_everything_by_date_and_search_as_the_patient_does(
    browser: Browser, origin: str, seen: Seen, width: int
) -> None:
    with signed_in(browser, origin, seen.staff, width) as desk:
        page = desk.new_page()
        page.goto(origin + seen.preview)
        check(page)
        turn(page, page.get_by_role("link", name="See everything by date"))
        check(page)
        turn(page, page.get_by_role("link", name="Older entries"))
        expect(page.locator(".or-line__title")).to_have_count(20)
        check(page)
        page.goto(origin + seen.preview)
        page.get_by_label("Search the record").fill("weight")
        turn(page, page.get_by_role("button", name="Search"))
        expect(page.locator("mark")).to_have_count(50)
        assert "weight" not in page.url
        check(page)
        turn(page, page.get_by_role("button", name="Clear this search"))
        check(page)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en-gb", "cy"])
def test_a_page_that_shows_nothing_leads_to_what_the_access_includes(
    browser: Browser, origin: str, seen: Seen, language: str, width: int
) -> None:
    with signed_in(browser, origin, seen.patient, width, language) as home:
        page = home.new_page()
        page.goto(f"{origin}/record/documents")
        check(page)
        turn(page, page.locator(".nhsuk-inset-text").get_by_role("link"))
        assert page.url == f"{origin}/access"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en-gb", "cy"])
def test_staff_choose_whose_view_it_is_and_are_told_on_every_page(
    browser: Browser, origin: str, seen: Seen, language: str, width: int
) -> None:
    with signed_in(browser, origin, seen.staff, width, language) as desk:
        page = desk.new_page()
        page.goto(origin + seen.preview)
        band, choice = page.locator(".or-acting--preview"), page.locator("#viewer")
        expect(band.locator("strong")).to_contain_text("Test Example")
        choice.select_option(seen.proxy)
        turn(page, page.locator(".or-choose button"))
        assert page.url == f"{origin}{seen.preview}/as/{seen.proxy}"
        expect(choice).to_have_value(seen.proxy)
        check(page)
        for link in ("a[href$='/measurements']", ".or-line__title >> nth=0", ".or-acting--preview a >> nth=0"):
            expect(band.locator("strong")).to_contain_text("Kim Carer")
            turn(page, page.locator(link))
            check(page)
        assert page.url == origin + seen.preview
        choice.select_option(index=choice.locator("option").count() - 1)
        turn(page, page.locator(".or-choose button"))
        expect(band.locator("strong")).to_contain_text("2024")
        check(page)
        turn(page, page.locator("a[href$='/on-its-way']"))
        expect(band.locator("strong")).to_contain_text("2024")
        check(page)
