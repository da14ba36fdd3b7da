"""A page of the record that somebody prints says whose record it is and of when; on the screen it says so once."""

import re
import uuid

import pytest
from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.clinical.kinds import Level
from openrecord.identity import queries as identity
from openrecord.web.language import COOKIE
from tests.integration.fhir.world import BY, OPENED, ORG, Record, made_record
from tests.integration.pages import world

LINE = re.compile(r'<p class="or-on-paper[^"]*">(.*?)</p>')


def on_paper(browser: Client, path: str) -> list[str]:
    return LINE.findall(browser.get(path).text)


def entry_of(browser: Client) -> str:
    found = re.search(r'"(/record/measurements/[0-9a-f-]+)"', browser.get("/record/measurements").text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", ["/record/measurements", "/record/timeline", "an entry"])
def test_a_printed_page_says_whose_record_it_is_and_of_when(record: Record, path: str) -> None:
    mine = world.patient(record)
    said = on_paper(mine, entry_of(mine) if path == "an entry" else path)
    assert said == ["Last name: Example · Date of birth: 10 May 1980 · As seen on: 3 March 2025 at 09:00"]


def test_in_welsh(record: Record) -> None:
    mine = world.patient(record)
    mine.cookies[COOKIE] = "cy"
    (said,) = on_paper(mine, "/record/measurements")
    assert said.startswith("Enw olaf: Example · Dyddiad geni: 10 Mai 1980 · ")
    assert said.endswith(" · Fel y'i gwelwyd ar: 3 Mawrth 2025 am 09:00".replace("'", "&#39;"))


def test_for_whoever_acts_for_somebody_it_is_the_patients_name(record: Record) -> None:
    carer = made_record(family="Carer", given="Kim")
    theirs = world.patient(carer)
    person = identity.person_by_nhs_number(carer.patient.nhs_number)
    assert person is not None
    act = events.ProxyGranted(viewer=uuid.uuid4(), basis="consent", listed_org=ORG, level=Level.FULL)
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=OPENED, behind=person.person_id)
    theirs.post("/people", {"viewer": str(act.viewer)})
    page = theirs.get("/record/measurements").text
    assert LINE.findall(page)[0].startswith("Name: Test Example · As seen on: ")
    assert "Carer" not in page


def test_a_page_without_entries_says_nothing(record: Record) -> None:
    mine = world.patient(record)
    assert [on_paper(mine, path) for path in ("/home", "/record/medicines", "/check-card")] == [[], [], []]
