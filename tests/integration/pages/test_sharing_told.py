"""What the pages say of a link is true: to whoever shares, and to whoever looks."""

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.taking import queries
from openrecord.taking.rules import MOST_WRONG
from tests.integration.fhir.world import AT, BY, Record
from tests.integration.pages import world
from tests.integration.pages.test_sharing import made, opened


@pytest.mark.parametrize("typed", ["", "  ", "-"])
def test_who_typed_nothing_is_asked_for_the_passcode_and_has_not_tried(record: Record, typed: str) -> None:
    """A button that is pressed too early five times would close the link for good."""
    path, passcode = made(world.patient(record))
    visitor = world.nobody()
    for _ in range(MOST_WRONG):
        assert visitor.post(path, {"passcode": typed}).text.count("Enter the passcode") == 2
    assert not queries.uses(record.patient.patient_id)
    assert opened(path, passcode)
    assert "Enter the passcode" in visitor.post(f"/shared/{'0' * 64}", {"passcode": typed}).text


def test_a_link_that_shows_nothing_was_not_opened(record: Record) -> None:
    own = world.patient(record)
    path, passcode = made(own)
    access.record(patient_id=record.patient.patient_id, act=events.Paused(), by=BY, at=AT)
    assert "did not open anything" in world.nobody().post(path, {"passcode": passcode}).text
    text = own.get("/share").text
    assert "Opened on" not in text
    assert "Not used yet." in text
    assert "It shows nothing either while your record is not shown to you." in text
    access.record(patient_id=record.patient.patient_id, act=events.Resumed(), by=BY, at=AT)
    opened(path, passcode)
    text = own.get("/share").text
    assert text.count("Opened on") == 1
    assert "shows nothing either" not in text


def test_every_page_that_a_link_shows_says_whose_record_it_is(record: Record) -> None:
    """One page may be printed alone, and lies beside another patient's then."""
    patient = record.patient
    path, passcode = made(world.patient(record))
    assert f"{patient.given} {patient.family}, born on " in opened(path, passcode).get(f"{path}/measurements").text
