"""The list of files to take along: which is which, and one for each that was asked for."""

from datetime import date, timedelta

from openrecord.access.models import InvitationRow
from openrecord.clinical.codes import DATA_ABSENT_REASON
from openrecord.clinical.kinds import Level
from openrecord.identity.models import PersonRow
from openrecord.kit import clock
from openrecord.taking import actions, making, queries
from openrecord.taking.contents.paper import Maker
from openrecord.taking.rules import LIFE, MOST_KEPT
from tests.integration.fhir.world import AT, Record, observation
from tests.integration.pages import world
from tests.integration.pages.test_covid import proxy_of
from tests.integration.pages.test_taking import CSV, PDF, ask, content, made, proxy_viewer, rows


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


def test_what_stands_for_an_unknown_test_is_no_code(record: Record) -> None:
    """Of a test without a code the words are free text, which not every level has: a stand-in takes their place."""
    record.deliver(observation("named", "2025-02-05", "laboratory", code={"text": "Named in words alone"}))
    record.lower(Level.DETAILED)
    (row,) = rows(content(world.patient(record), CSV, section="test-results"))
    assert (row[1], *row[-2:]) == ("Test result", "", "")
    assert DATA_ABSENT_REASON not in row


def test_two_files_of_a_day_are_told_apart_and_what_makes_room_is_said(record: Record) -> None:
    """The page of a file says until when it can be had: not that a sixth takes its place before."""
    browser, room = world.patient(record), "the next one takes the place of the oldest"
    for number in range(MOST_KEPT):
        clock.use(lambda minutes=number: AT + timedelta(minutes=minutes))
        assert room not in browser.get("/take").text
        made(browser, CSV)
    listed = browser.get("/take").text
    assert all(f"3 March 2025 at 09:0{number}" in listed for number in range(MOST_KEPT))
    assert room in listed
    actions.forget_over(AT + LIFE + timedelta(minutes=MOST_KEPT))


def test_the_file_names_who_acts_for_the_patient_as_the_practice_wrote_it(record: Record) -> None:
    """Who is no patient here proved a last name at most: of two parents nobody knew which had it made."""
    proxy, viewer = proxy_of(record), proxy_viewer(record)
    PersonRow.objects.filter(family__iexact="Carer").update(patient_id=None)
    written = {"given": "Kim", "family": "Carer", "born": date(1980, 5, 10)}
    InvitationRow.objects.create(patient_id=record.patient.patient_id, id=viewer.bytes, **written)
    made(proxy, PDF)
    (found,) = queries.downloads(record.patient.patient_id, viewer, at=AT)
    assert making.maker_of(found, at=AT) == Maker("Kim Carer")
