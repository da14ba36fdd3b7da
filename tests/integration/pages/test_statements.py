"""How many statements a page of the record asks: few, however much belongs to what it shows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from openrecord.clinical.kinds import Level
from openrecord.db import sql
from openrecord.web.records.sections import SECTIONS
from tests.integration.fhir.world import Json, Record, stopped
from tests.integration.pages import world

MOST = 6
DAY = "2025-02-01"


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement of this thread, of Django's own cursors, too."""
    asked: list[str] = []
    run = sql.run

    def noted(statement: str, parameters: Any = ()) -> Any:
        asked.append(statement)
        return run(statement, parameters)

    def wrapped(execute: Any, statement: str, *rest: Any) -> Any:
        asked.append(statement)
        return execute(statement, *rest)

    with monkeypatch.context() as patch, connection.execute_wrapper(wrapped):
        patch.setattr(sql, "run", noted)
        yield asked


def resource(kind: str, name: str, **elements: Any) -> Json:
    person = {"reference": "Patient/p"}
    code = {"text": name, "coding": [{"system": "http://snomed.info/sct", "code": "27113001", "display": name}]}
    return {"resourceType": kind, "id": f"{kind}-{name}", "status": "final", "subject": person, "patient": person,
            "code": code, **elements}  # fmt: skip


def everything() -> list[Json]:
    """Of each kind one entry, each with what it belongs to and what belongs to it."""
    moment = f"{DAY}T12:00:00Z"
    quantity = {"value": 70, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}
    visit = {"encounter": {"reference": "Encounter/Encounter-visit"}}
    both: Json = {"effectiveDateTime": DAY, "issued": moment, "valueQuantity": quantity}
    laboratory = {"category": [{"coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}]}  # fmt: skip
    medicine = {"medicationCodeableConcept": {"text": "Ramipril"}, "authoredOn": DAY, "status": "active"}
    plan = {"reference": "MedicationRequest/MedicationRequest-plan"}
    result = {"reference": "Observation/Observation-result"}
    return [
        resource("Encounter", "visit", status="finished", period={"start": DAY}, **{"class": {"code": "AMB"}}),
        resource("Observation", "weight", **both, **visit),
        resource("Observation", "result", **both, **laboratory),
        resource("DiagnosticReport", "report", effectiveDateTime=DAY, issued=moment, result=[result], **laboratory),
        resource("Condition", "asthma", recordedDate=DAY, evidence=[{"detail": [result]}], **visit),
        resource("MedicationRequest", "plan", **medicine, intent="plan"),
        resource("MedicationRequest", "issue", **medicine, intent="order", basedOn=[plan]),
        resource("MedicationStatement", "going on", **medicine, effectiveDateTime=DAY, dateAsserted=DAY,
                 basedOn=[plan]),
        resource("AllergyIntolerance", "nuts", recordedDate=DAY),
        resource("Immunization", "flu", status="completed", occurrenceDateTime=DAY, recorded=DAY,
                 vaccineCode={"text": "flu"}),
        resource("ServiceRequest", "referral", status="active", intent="order", authoredOn=DAY),
        resource("DocumentReference", "letter", status="current", docStatus="final", date=moment,
                 content=[{"attachment": {"contentType": "application/pdf"}}]),
    ]  # fmt: skip


def _asked(mine: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> int:
    mine.get(path)  # a Sight is computed once, and not for each page
    with counted(monkeypatch) as statements:
        assert mine.get(path).status_code == 200
    return len(statements)


ENTRY = re.compile(r'"(/record/[a-z-]+/[0-9a-f]{8}-[0-9a-f-]{27})"')
CLOSED = "Your access does not include this part of the record."
LISTS = ["/record/timeline", *(f"/record/{section.slug}" for section in SECTIONS)]


@pytest.mark.parametrize("level", [Level.FULL, Level.DETAILED, Level.SUMMARY])
def test_every_page_of_the_record_asks_six_statements_at_most(
    record: Record, monkeypatch: pytest.MonkeyPatch, level: Level
) -> None:
    stopped()
    record.deliver(*everything())
    record.lower(level)
    mine = world.patient(record)
    entries = {link for path in LISTS for link in ENTRY.findall(mine.get(path).text)}
    assert len(entries) >= {Level.FULL: 12, Level.DETAILED: 10, Level.SUMMARY: 4}[level]
    assert (CLOSED in mine.get("/record/documents").text) == (level is not Level.FULL)
    found = {path: _asked(mine, path, monkeypatch) for path in [*LISTS, *sorted(entries)]}
    assert {path: count for path, count in found.items() if count > MOST} == {}


def test_a_list_in_which_there_just_is_nothing_asks_no_more(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped()
    mine = world.patient(record)
    found = {path: _asked(mine, path, monkeypatch) for path in LISTS}
    assert any("There is nothing to show here." in mine.get(path).text for path in LISTS)
    assert {path: count for path, count in found.items() if count > MOST} == {}
