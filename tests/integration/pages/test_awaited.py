"""What is on its way: told from visible samples and requests, and never from whether a result has arrived."""

import re

import pytest
from django.test import Client

from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from tests.integration.fhir.world import AT, BY, App, Json, Record, observation
from tests.integration.pages import world
from tests.integration.pages.test_taking import content

PATH = "/record/on-its-way"
_SUBJECT = {"reference": "Patient/p"}


def sample(key: str, taken: str, **more: object) -> Json:
    """A sample and when it was taken."""
    return {
        "resourceType": "Specimen", "id": key, "subject": _SUBJECT, "status": "available",
        "type": {"text": "Urine", "coding": [{"system": "urn:x", "code": "u", "display": "Urine"}]},
        "receivedTime": taken, "collection": {"collectedDateTime": taken}, **more,
    }  # fmt: skip


def request(key: str, day: str, status: str = "active", **more: object) -> Json:
    """A request to another service."""
    code = {"coding": [{"system": "urn:x", "code": "r", "display": "Referral to a clinic"}]}
    return {
        "resourceType": "ServiceRequest", "id": key, "subject": _SUBJECT, "status": status, "intent": "order",
        "authoredOn": day, "code": code, **more,
    }  # fmt: skip


def result(key: str, specimen: str, **more: object) -> Json:
    """A result of a sample."""
    return observation(key, "2025-02-28", "laboratory", specimen={"reference": f"Specimen/{specimen}"}, **more)


@pytest.fixture
def browser(record: Record) -> Client:
    return world.patient(record)


def read(browser: Client) -> str:
    answer = browser.get(PATH)
    assert answer.status_code == 200
    return answer.content.decode()


def told(browser: Client) -> list[tuple[str, str]]:
    """Everything that is on its way: what is known of it, and the advice; without tags."""
    known = re.findall(r'<h2 class="or-awaited__title">(.*?)</ol>', read(browser), re.DOTALL)
    advice = re.findall(r'<p class="or-awaited__advice">([^<]*)', read(browser))
    words = [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in known]
    return list(zip(words, advice, strict=True))


def test_what_is_known_of_each_and_when_to_ask(record: Record, browser: Client) -> None:
    record.deliver(
        sample("s1", "2025-02-25", receivedTime="2025-02-26"),
        sample("s2", "2025-02-17"),
        sample("s3", "2025-02-16", status="unsatisfactory"),
        request("r1", "2025-02-24"),
        request("r2", "2025-02-01", "on-hold"),
        request("r3", "2025-02-02", "completed"),
        request("r4", "2025-02-02", "revoked"),
    )
    in_lab = "Sample: Urine Taken %s February 2025 Received by the laboratory %s February 2025"
    assert told(browser) == [
        (
            in_lab % (25, 26),
            "If you cannot find the result in this record by 11 March 2025, ask your surgery about it.",
        ),
        (
            "Referral to a clinic Asked for 24 February 2025",
            "If you have not heard about it by 10 March 2025, ask your surgery.",
        ),
        (in_lab % (17, 17), "If you cannot find the result in this record, ask your surgery about it."),
        (in_lab % (16, 16), "The laboratory could not use this sample. Ask your surgery if a new one is needed."),
        (
            "Referral to a clinic Asked for 1 February 2025 Status Paused",
            "If you have not heard about it, ask your surgery.",
        ),
    ]


def test_a_result_that_nobody_may_see_changes_nothing(record: Record, app: App, browser: Client) -> None:
    record.deliver(sample("s1", "2025-02-25"), request("r1", "2025-02-24"))
    waiting = read(browser)
    assert waiting.count("or-awaited__title") == 2
    record.deliver(result("draft", "s1", status="preliminary"))
    assert read(browser) == waiting
    record.deliver(result("final", "s1", basedOn=[{"reference": "ServiceRequest/r1"}]))
    assert told(browser) == []
    ids = set(app.search("Observation", date="2025-02-28").ids)
    (public_id,) = ids
    acts.hide(
        patient_id=record.patient.patient_id,
        entry_id=EntryId(record.entry(public_id)),
        reason=HideReason.OTHER,
        responsible=None,
        by=BY,
        at=AT,
    )
    assert read(browser) == waiting


def test_only_what_is_shown_is_on_the_trail(record: Record, app: App, browser: Client) -> None:
    record.deliver(sample("s1", "2025-02-25"), sample("s2", "2025-02-26"), result("final", "s1"))
    read(browser)
    (served,) = [served for route, _query, _refused, served in record.trail() if route == PATH]
    shown = [each["id"] for each in app.search("Specimen").resources if "2025-02-26" in str(each)]
    assert served.hex() == shown[0].replace("-", "")


def test_what_is_older_than_a_year_is_not_on_its_way(record: Record, browser: Client) -> None:
    record.deliver(sample("s1", "2024-02-25"))
    record.grant_history()
    assert told(browser) == []
    assert "There is nothing to show here." in read(browser)


def test_results_and_referrals_lead_to_it(browser: Client) -> None:
    for section in ("test-results", "referrals"):
        assert browser.get(f"/record/{section}").content.decode().count(f'href="{PATH}"') == 1
    assert PATH not in browser.get("/record/medicines").content.decode()


def test_a_sample_that_says_nothing_more_is_printed_too(record: Record, browser: Client) -> None:
    record.deliver(sample("bare", "2025-02-26T10:00:00Z"))
    assert content(browser, "pdf").startswith(b"%PDF")
