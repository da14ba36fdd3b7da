"""The list of files to take along: which is which, and one for each that was asked for."""

from tests.integration.fhir.world import Record
from tests.integration.pages import world
from tests.integration.pages.test_taking import CSV, PDF, ask, made


def test_the_list_says_which_part_a_file_is_of(record: Record) -> None:
    browser = world.patient(record)
    address = made(browser, CSV, section="measurements", **{"first-day": "1", "first-month": "2", "first-year": "2025"})
    made(browser, CSV)
    assert browser.get("/take").text.count("Measurements and findings; from 1 February 2025") == 1
    assert "Measurements and findings; from 1 February 2025" in browser.get(address).text


def test_asked_for_twice_before_it_is_made_it_is_one_file(record: Record) -> None:
    browser = world.patient(record)
    address = ask(browser, PDF)
    assert ask(browser, PDF) == address
    assert ask(browser, PDF, section="measurements") != address
    assert ask(browser, CSV) != address
    assert made(browser, PDF) == address
    assert made(browser, PDF) != address
