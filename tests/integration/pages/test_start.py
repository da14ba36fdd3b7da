"""The start page: the way in, and for whoever is signed in the way to their record."""

from tests.integration.fhir.world import Record
from tests.integration.pages import world

SIGN_IN, HOME = 'href="/sign-in"', 'href="/home"'


def test_the_start_page_leads_on(record: Record) -> None:
    for browser, leads_to in ((world.nobody(), SIGN_IN), (world.patient(record), HOME), (world.staff(), SIGN_IN)):
        told = browser.get("/").text
        assert [link for link in (SIGN_IN, HOME) if link in told] == [leads_to]
