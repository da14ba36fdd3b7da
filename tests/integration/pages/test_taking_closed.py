"""Nothing of the record is open: no file and no link is offered, and why is said as on every empty page (R5)."""

from datetime import date

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.clinical.kinds import Level
from openrecord.registry.types import Policy
from openrecord.taking import making, queries
from openrecord.taking.types import Download
from tests.integration.fhir.world import AT, BY, Json, Record
from tests.integration.pages import world
from tests.integration.pages.test_absent import told
from tests.integration.pages.test_sharing import MEASURED
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
