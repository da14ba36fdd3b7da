"""Breaking the glass in a real browser: a restricted record is opened for a reason, and somebody else checks it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from openrecord.identity.types import Role
from openrecord.web.session import SESSION
from tests.browser.accessibility import WIDTHS, check, signed_in, turn
from tests.browser.apart import apart
from tests.integration.fhir.world import made_record, observation, stopped
from tests.integration.pages import world

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Surgery:
    """A patient, sessions of a clinician and of the information governance lead."""

    patient: str
    family: str
    clinician: str
    lead: str


@pytest.fixture
def surgery(stored: None) -> Iterator[Surgery]:  # noqa: ARG001
    """Whose record lies at the practice of the tests."""
    stopped()
    with apart() as call:
        yield call(_made)


def _made() -> Surgery:
    record = made_record(f"Ahlberg-{uuid.uuid4().hex[:8]}", "Ida")
    record.deliver(observation("a", "2025-02-01"))
    clinician = world.staff(roles=(Role.CLINICIAN,), name="Dr Anya Rao")
    lead = world.staff(roles=(Role.IG_LEAD,), name="Lee Governs")
    sessions = [str(browser.cookies[SESSION].value) for browser in (clinician, lead)]
    return Surgery(str(record.patient.public_id), record.patient.family, *sessions)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_restricted_record_is_opened_and_checked(browser: Browser, origin: str, surgery: Surgery, width: int) -> None:
    with (
        signed_in(browser, origin, surgery.clinician, width) as context,
        signed_in(browser, origin, surgery.lead, width) as other,
    ):
        page, checks = context.new_page(), other.new_page()
        page.goto(f"{origin}/staff/patients/{surgery.patient}")
        turn(page, page.get_by_role("link", name="Restrict this record"))
        check(page)
        page.get_by_role("radio", name="The patient works here").check()
        turn(page, page.get_by_role("button", name="Restrict this record"))
        expect(page.get_by_role("heading", level=1)).to_have_text("This record is restricted")
        check(page)
        turn(page, page.get_by_role("button", name="Open this record"))
        expect(page.get_by_text("There is a problem")).to_be_visible()
        check(page)
        page.get_by_role("radio", name="The patient needs care now").check()
        page.get_by_label("In your own words").fill("She collapsed in the waiting room.")
        turn(page, page.get_by_role("button", name="Open this record"))
        expect(page.get_by_text("This record is restricted. You opened it for a reason")).to_be_visible()
        check(page)
        checks.goto(f"{origin}/staff/home")
        turn(checks, checks.get_by_role("link", name="Closed records that were opened"))
        check(checks)
        turn(checks, checks.get_by_role("link", name=surgery.family))
        expect(checks.get_by_text("She collapsed in the waiting room.")).to_be_visible()
        check(checks)
        checks.get_by_role("radio", name="It was justified").check()
        turn(checks, checks.get_by_role("button", name="Record what you found"))
        expect(checks.get_by_text("Your finding is recorded.")).to_be_visible()
        check(checks)
