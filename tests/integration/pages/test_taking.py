"""Files to take along: what the pages of the same viewer show at that instant, and refused once that has changed."""

import csv
import io
import json
import re

import fhirkit
import pytest
from django.test import Client

from openrecord.clinical.kinds import Level
from openrecord.kit import clock
from openrecord.taking import files, tasks
from tests.integration.fhir.world import AT, App, Record, observation
from tests.integration.pages import world
from tests.integration.pages.test_covid import TOKEN, proxy_of
from tests.unit.web.test_pdf import tags, unpacked

PDF, CSV, FHIR = "pdf", "csv", "fhir"


def ask(browser: Client, format: str, **typed: object) -> str:
    """Ask for a file; its address."""
    answer = browser.post("/take", {"format": format, **typed})
    assert answer.status_code == 303
    return answer.headers["Location"]


def made(browser: Client, format: str, **typed: object) -> str:
    """Have a file made; its address."""
    address = ask(browser, format, **typed)
    while tasks.make_next(clock.now()):
        pass
    return address


def content(browser: Client, format: str, **typed: object) -> bytes:
    """A file, asked for, made and fetched."""
    answer = browser.get(made(browser, format, **typed) + "/file")
    assert answer.status_code == 200
    return answer.content


def rows(content: bytes) -> list[list[str]]:
    """The rows of a table, without its head."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]


def test_a_bundle_holds_what_the_interface_serves(record: Record, app: App) -> None:
    bundle = json.loads(content(world.patient(record), FHIR))
    assert fhirkit.validate(json.dumps(bundle).encode()) == []
    assert (bundle["type"], bundle["timestamp"]) == ("collection", "2025-03-03T09:00:00.000000Z")
    served = app.search("Patient").resources + app.search("Observation").resources
    assert [entry["resource"] for entry in bundle["entry"]] == served
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert urls == [f"http://127.0.0.1:8000/fhir/{each['resourceType']}/{each['id']}" for each in served]


def test_a_pdf_is_tagged_and_says_whose_it_is_and_when(record: Record) -> None:
    found = content(world.patient(record), PDF)
    inside = unpacked(found)
    assert found.startswith(b"%PDF-1.7")
    for part in (b"/StructTreeRoot", b"/MarkInfo", b"/Outlines"):
        assert part in inside
    assert re.search(rb"/Lang\s*\(en", inside)
    assert re.search(rb"pdfuaid:part[^0-9]{1,20}1", inside)
    assert tags(found) >= {"Document", "Title", "H1", "H2", "Table", "THead", "TBody", "TR", "TH", "TD", "P"}


def test_a_table_has_a_row_for_each_value(record: Record) -> None:
    assert rows(content(world.patient(record), CSV)) == [
        [f"2025-02-0{day}", "Body weight", "", "", "70", "kg", "", "", f"2025-02-0{day}", "", "http://snomed.info/sct", "27113001"]
        for day in (3, 2, 1)
    ]
