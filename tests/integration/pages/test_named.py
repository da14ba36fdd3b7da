"""What an entry belongs together with is named, so that people know which it is; what is hidden is not."""

import re
from uuid import UUID

import pytest
from django.test import Client

from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from tests.integration.fhir.world import AT, BY, App, Json, Record, observation
from tests.integration.pages import world

DAY = "2025-02-10"


def resource(kind: str, key: str, **elements: object) -> Json:
    return {"resourceType": kind, "id": key, "subject": {"reference": "Patient/p"}, **elements}


@pytest.fixture
def condition(record: Record, app: App) -> UUID:
    """The outside id of a condition of one visit."""
    active = {"coding": [{"code": "active"}]}
    record.deliver(
        resource("Encounter", "visit", status="finished", period={"start": f"{DAY}T10:00:00Z"},
                 type=[{"text": "Telephone call"}], **{"class": {"code": "VR"}}),
        resource("Condition", "gout", clinicalStatus=active, code={"text": "Gout"}, recordedDate=DAY,
                 encounter={"reference": "Encounter/visit"}, evidence=[{"detail": [{"reference": "Observation/toe"}]}]),
        observation("toe", DAY, "exam", code={"text": "Swollen toe"}),
    )  # fmt: skip
    (found,) = app.search("Condition").ids
    return UUID(found)


def links(html: str) -> list[str]:
    """What stands under "Belongs together with"."""
    _, heading, rest = html.partition("Belongs together with</h2>")
    listed = re.findall(r"<li><a [^>]+>(.*?)</a></li>", rest.partition("</ul>")[0]) if heading else []
    return [re.sub("<[^>]+>", "", each) for each in listed]


def test_it_is_named_with_its_sort_and_date(record: Record, condition: UUID) -> None:
    html = world.patient(record).get(f"/record/health-conditions/{condition}").content.decode()
    assert links(html) == ["Consultation: Telephone call, 10 February 2025", "Swollen toe, 10 February 2025"]
    assert "/record/measurements/" in html.partition("Belongs together with")[2]


def test_whoever_reads_its_name_has_been_served_it(record: Record, condition: UUID) -> None:
    browser = world.patient(record)
    before = len(record.trail())
    browser.get(f"/record/health-conditions/{condition}")
    ((_, _, _, served),) = record.trail()[before:]
    assert len(served) == 3 * 16


def test_what_is_hidden_is_neither_named_nor_linked(record: Record, app: App, condition: UUID) -> None:
    browser: Client = world.patient(record)
    (visit,) = app.search("Encounter").ids
    key = EntryId(record.entry(visit))
    acts.hide(
        patient_id=record.patient.patient_id, entry_id=key, reason=HideReason.OTHER, responsible=None, by=BY, at=AT
    )
    answer = browser.get(f"/record/health-conditions/{condition}")
    html = answer.content.decode()
    assert answer.status_code in {200, 404}
    assert "Telephone call" not in html
    assert not any("Consultation" in link for link in links(html))
