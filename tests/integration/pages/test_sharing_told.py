"""What the pages say of a link is true: to whoever shares, and to whoever looks."""

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.taking import queries
from openrecord.taking.rules import MOST_WRONG
from tests.integration.fhir.world import AT, BY, Json, Record, observation
from tests.integration.pages import world
from tests.integration.pages.test_sharing import made, opened
from tests.integration.pages.test_summary import medicine


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


def report(*results: str) -> Json:
    """A report of a day, with its results."""
    return {
        "resourceType": "DiagnosticReport",
        "id": "report",
        "subject": {"reference": "Patient/p"},
        "status": "final",
        "code": {"text": "Full blood count"},
        "effectiveDateTime": "2025-02-05",
        "issued": "2025-02-05T12:00:00Z",
        "result": [{"reference": f"Observation/{result}"} for result in results],
    }


def test_a_report_is_not_parted_from_its_results_before_a_link_is_made(record: Record) -> None:
    names = [f"part{n}" for n in range(7)]
    results = [observation(name, "2025-02-05", "laboratory", code={"text": name}) for name in names]
    record.deliver(report(*names), *results, observation("old", "2025-01-05", "laboratory", code={"text": "Earlier"}))
    preview = world.patient(record).post("/share/new", {"section": ["test-results"], "life": "0"}).text
    assert [name for name in names if name not in preview] == []
    assert "Earlier" not in preview
    assert "And more entries." in preview


def test_what_goes_on_comes_first_as_on_the_patients_own_page(record: Record) -> None:
    old = {**medicine("long", "active", "1"), "dateAsserted": "2025-01-05"}
    record.deliver(old, *({**medicine(f"course{n}", "completed", "2"), "dateAsserted": "2025-02-05"} for n in range(9)))
    record.grant_history()
    asked = {"section": ["medicines"]}
    own = world.patient(record)
    assert "Medicine long" in own.post("/share/new", {**asked, "life": "0"}).text
    path, passcode = made(own, **asked)
    shown = opened(path, passcode).get(f"{path}/medicines").text
    assert shown.index("Medicine long") < shown.index("Medicine course")
