"""Nothing of the record is open: no file and no link is offered, and why is said as on every empty page (R5)."""

from datetime import date

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.clinical.codes import COMMENT_NOTE, SNOMED
from openrecord.clinical.kinds import Level
from openrecord.registry.types import Policy
from openrecord.taking import making, queries
from openrecord.taking.types import Download
from tests.integration.fhir.world import AT, BY, Json, Record, observation
from tests.integration.pages import world
from tests.integration.pages.test_absent import told
from tests.integration.pages.test_sharing import MEASURED
from tests.integration.pages.test_sharing_told import report
from tests.integration.pages.test_taking import made


def files(record: Record) -> tuple[Download, ...]:
    return queries.downloads(record.patient.patient_id, record.viewer, at=AT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Policy(level=Level.NONE), "has not opened your record online"),
        (Policy(go_live=date(2030, 1, 1)), "does not offer its records online"),
    ],
)
def test_why_nothing_is_offered_is_said(record: Record, policy: Policy, words: str) -> None:  # noqa: ARG001
    moved = world.moved(policy)
    browser = world.patient(moved)
    for path, offered in (("/take", "Make the file"), ("/share", "/share/new")):
        text = browser.get(path).text
        assert words in text
        assert offered not in text
    assert browser.get("/share/new").headers["Location"] == "/share"
    assert browser.post("/share/new", MEASURED).headers["Location"] == "/share"
    assert browser.post("/take", {"format": "pdf"}).headers["Location"] == "/take"
    assert not files(moved)


def test_who_paused_their_access_finds_where_to_go_on(record: Record) -> None:
    browser = world.patient(record)
    assert "Make the file" in browser.get("/take").text
    access.record(patient_id=record.patient.patient_id, act=events.Paused(), by=BY, at=AT)
    text = browser.get("/take").text
    assert "Make the file" not in text
    assert told(record, "timeline") in text
    assert 'href="/access"' in text


def test_a_record_on_paper_says_why_a_section_is_empty(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Json] = []
    monkeypatch.setattr(making, "pdf", lambda _template, data, **_: written.append(data) or b"")
    record.lower(Level.DETAILED)
    made(world.patient(record), "pdf")
    none = {part["heading"]: part["none"] for part in written[0]["parts"]}
    assert none["Documents"] == "Your access does not include this part of the record."
    assert none["Medicines"] == "There is nothing to show here."


def test_a_record_on_paper_has_what_was_said_of_a_report_beside_it(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among the consultations it read "Needs discussion" and nobody knew of what."""
    written: list[Json] = []
    monkeypatch.setattr(making, "pdf", lambda _template, data, **_: written.append(data) or b"")
    code = {"coding": [{"system": SNOMED, "code": COMMENT_NOTE, "display": "Comment note"}]}
    said = observation("said", "2025-02-05", code=code, note=[{"text": "Needs discussion."}])
    del said["valueQuantity"]
    record.deliver(
        report("value", "said"),
        observation("value", "2025-02-05", "laboratory", code={"text": "Haemoglobin"}),
        said,
    )
    made(world.patient(record), "pdf", section=["test-results", "consultations"])
    told = {part["heading"]: part for part in written[0]["parts"]}
    (year,) = told["Test results"]["years"]
    assert [row[1] for row in year["rows"]] == ["Full blood count", "Haemoglobin", "Note"]
    assert year["rows"][2][6] == ["Needs discussion."]
    assert told["Consultations and events"]["years"] == []
    made(world.patient(record), "pdf", section=["consultations"])
    (year,) = written[1]["parts"][0]["years"]
    assert [row[6] for row in year["rows"]] == [["Needs discussion."]]
