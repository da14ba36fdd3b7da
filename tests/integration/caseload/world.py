"""What people do with requests, in their browsers."""

import re
import uuid
from typing import Any

from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.caseload import queries
from openrecord.caseload.types import Request
from openrecord.clinical.kinds import Level
from openrecord.identity import queries as identity
from openrecord.identity.types import Role
from tests.integration.fhir.world import BY, OPENED, ORG, Record, made_record
from tests.integration.pages import world

HISTORY = {"level": "4", "words": "I am moving house"}
QUESTION = {"about": "3 March 2024, HbA1c", "words": "What does this mean?"}
CORRECTION = {"about": "3 March 2024, Asthma", "words": "I never had this"}
SEEN = re.compile(r'name="seen" value="(\d+)"')


def ask(browser: Client, kind: str, **form: Any) -> str:
    """Send the form of a kind; the address of the request's page."""
    answer = browser.post(f"/requests/new/{kind}", form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).partition("?")[0]


def only(record: Record) -> Request:
    """The patient's one request."""
    (found,) = queries.requests(record.patient.patient_id)
    return found


def desk(record: Record) -> str:
    """The practice's address of the patient's one request."""
    return f"/staff/requests/{record.patient.public_id}/{only(record).request_id}"


def take(browser: Client, here: str, step: str, *, outcome: str = "", **form: Any) -> Any:
    """Open the form of a step and send it with what was seen."""
    address = f"{here}/{step}?outcome={outcome}" if outcome else f"{here}/{step}"
    seen = SEEN.search(browser.get(address).text)
    assert seen is not None, address
    return browser.post(f"{here}/{step}", {"seen": seen[1], "outcome": outcome, **form})


def reviewer() -> Client:
    """The browser of a screener."""
    return world.staff(ORG, (Role.SCREENER,), "Rae Viewer")


def manager() -> Client:
    """The browser of a practice manager."""
    return world.staff(ORG, (Role.MANAGER,), "Max Manager")


def reader() -> Client:
    """The browser of somebody who only reads."""
    return world.staff(ORG, (Role.READER,), "Rob Reader")


def proxy(record: Record, **more: Any) -> Client:
    """The browser of somebody who acts for the patient, with the patient's record chosen; `more`: as world.patient."""
    other = made_record(family="Helper")
    browser = world.patient(other, **more)
    person = identity.person_by_nhs_number(other.patient.nhs_number)
    assert person is not None
    viewer = uuid.uuid4()
    granted = access_events.ProxyGranted(viewer=viewer, basis="consent", listed_org=ORG, level=int(Level.FULL))
    access.record(patient_id=record.patient.patient_id, act=granted, by=BY, at=OPENED, behind=person.person_id)
    assert browser.post("/people", {"viewer": str(viewer)}).status_code == 303
    return browser
