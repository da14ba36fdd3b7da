"""The record by date, searching it and what is on its way, as a person goes through them; accessible at every step."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, expect

from openrecord.web.language import COOKIE
from openrecord.web.session import SESSION
from tests.browser.accessibility import WIDTHS, check, turn
from tests.integration.fhir.world import Json, made_record, observation, stopped
from tests.integration.pages import world

pytestmark = pytest.mark.browser
_SUBJECT = {"reference": "Patient/p"}
NOTE = "Tired for 3/12, otherwise well. Seen in the respiratory clinic in May. Bloods today, review in two weeks."


def term(words: str) -> Json:
    return {"coding": [{"system": "urn:x", "code": words, "display": words}], "text": words}


def a_year() -> list[Json]:
    """A consultation with a note and a prescription, a report with results, a sample, a referral, and old weights."""
    note = {"coding": [{"system": "http://snomed.info/sct", "code": "37331000000100"}]}
    inside: Json = {"encounter": {"reference": "Encounter/e"}}
    written = observation("n", "2025-02-11", "exam", code=note, valueString=NOTE, **inside)
    del written["valueQuantity"]
    results = ("Haemoglobin concentration", "Platelet count", "Serum ferritin level")
    return [
        {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "AMB"}, "subject": _SUBJECT,
         "period": {"start": "2025-02-11"}, "reasonCode": [term("Tiredness")]},
        written,
        {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "plan", "subject": _SUBJECT,
         "authoredOn": "2025-02-11", "medicationCodeableConcept": term("Ferrous sulfate 200mg tablets"),
         "courseOfTherapyType": {"coding": [{"code": "repeat"}]}, **inside},
        {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "subject": _SUBJECT,
         "code": term("Full blood count"), "category": [{"coding": [{"code": "LAB"}]}],
         "effectiveDateTime": "2025-02-12", "issued": "2025-02-13T09:00:00Z",
         "result": [{"reference": f"Observation/b{number}"} for number in range(3)]},
        *(observation(f"b{at}", "2025-02-12", "laboratory", code=term(words)) for at, words in enumerate(results)),
        {"resourceType": "Specimen", "id": "s", "status": "available", "subject": _SUBJECT, "type": term("Urine"),
         "receivedTime": "2025-02-26", "collection": {"collectedDateTime": "2025-02-25"}},
        {"resourceType": "ServiceRequest", "id": "q", "status": "active", "intent": "order", "subject": _SUBJECT,
         "authoredOn": "2025-02-01", "code": term("Referral to physiotherapist")},
        *(observation(f"w{number}", f"2024-{number // 28 + 3:02d}-{number % 28 + 1:02d}") for number in range(60)),
    ]  # fmt: skip


def made() -> str:
    """The session of the patient whose record it is."""
    stopped()
    record = made_record()
    record.deliver(*a_year())
    session = world.patient(record).cookies[SESSION].value
    connections.close_all()
    return session


@pytest.fixture
def session(stored: None) -> str:  # noqa: ARG001
    """Made in a thread of its own: beside Playwright's event loop Django takes every call for another task's."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(made).result()


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def window(browser: Browser, origin: str, session: str, width: int, language: str, *, scripts: bool = True) -> Page:
    """A window with the patient signed in."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, base_url=origin, java_script_enabled=scripts
    )
    for name, value in {SESSION: session, COOKIE: language}.items():
        context.add_cookies([{"name": name, "value": value, "url": origin}])
    return context.new_page()


@pytest.fixture
def english(browser: Browser, origin: str, session: str, width: int) -> Iterator[Page]:
    page = window(browser, origin, session, width, "en-gb")
    yield page
    page.context.close()


@pytest.fixture
def welsh(browser: Browser, origin: str, session: str, width: int) -> Iterator[Page]:
    page = window(browser, origin, session, width, "cy")
    yield page
    page.context.close()


@pytest.fixture
def plain(browser: Browser, origin: str, session: str) -> Iterator[Page]:
    """Narrow, and without JavaScript; axe is a script and cannot look at it."""
    page = window(browser, origin, session, 320, "en-gb", scripts=False)
    yield page
    page.context.close()


def follow(page: Page, words: str) -> None:
    turn(page, page.get_by_role("link", name=words, exact=True))
    check(page)


def press(page: Page, words: str) -> None:
    turn(page, page.get_by_role("button", name=words, exact=True))
    check(page)


def test_words_are_found_read_and_come_back_to(english: Page) -> None:
    page = english
    page.goto("/home")
    check(page)
    page.get_by_label("Search the record").fill("respiratory cli")
    press(page, "Search")
    assert page.url.endswith("/record/search")
    expect(page.locator("mark")).to_have_text(["respiratory", "clinic"])
    follow(page, "Note")
    expect(page.get_by_text("Seen in the respiratory clinic in May.")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Words to look for")).to_have_value("respiratory cli")
    press(page, "Clear this search")
    expect(page.get_by_label("Words to look for")).to_have_value("")
    page.get_by_label("Words to look for").fill("z")
    press(page, "Search")
    expect(page.get_by_role("link", name="Enter at least two letters of a word to look for")).to_be_visible()


def test_the_record_by_date_in_parts(english: Page) -> None:
    page = english
    page.goto("/home")
    follow(page, "See everything by date")
    expect(page.get_by_role("heading", level=2).first).to_have_text("February 2025")
    follow(page, "Older entries")
    follow(page, "Newest entries")
    page.get_by_text("Show only some entries").click()
    page.get_by_label("Test results").check()
    page.get_by_label("From year").fill("2025")
    press(page, "Show")
    expect(page.get_by_role("heading", level=3)).to_have_text(["25 February 2025", "12 February 2025"])
    expect(page.get_by_role("link", name="Older entries")).to_have_count(0)
    follow(page, "Full blood count")
    page.go_back()
    follow(page, "Show everything")
    expect(page.get_by_role("link", name="Ferrous sulfate 200mg tablets")).to_be_visible()


def test_what_is_on_its_way_says_when_to_ask(english: Page) -> None:
    page = english
    page.goto("/home")
    follow(page, "See what is on its way")
    expect(page.get_by_text("in this record by 11 March 2025, ask your surgery")).to_be_visible()
    expect(page.get_by_text("If you have not heard about it, ask your surgery.")).to_be_visible()
    follow(page, "Referral to physiotherapist")


def test_the_main_path_in_welsh(welsh: Page) -> None:
    page = welsh
    page.goto("/home")
    check(page)
    page.get_by_label("Chwilio'r cofnod").fill("FERRÔUS")
    press(page, "Chwilio")
    expect(page.locator("mark")).to_have_text(["Ferrous"])
    page.goto("/home")
    follow(page, "Gweld popeth yn ôl dyddiad")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Chwefror 2025")
    page.goto("/home")
    follow(page, "Gweld beth sydd ar y ffordd")


def test_everything_works_without_javascript(plain: Page) -> None:
    page = plain
    page.goto("/home")
    page.get_by_label("Search the record").fill("body weight")
    turn(page, page.get_by_role("button", name="Search", exact=True))
    expect(page.locator("mark").first).to_have_text("Body")
    turn(page, page.get_by_role("link", name="Older entries"))
    expect(page.get_by_label("Words to look for")).to_have_value("body weight")
    expect(page.locator(".or-found .or-line")).to_have_count(10)
    page.goto("/record/timeline")
    page.get_by_text("Show only some entries").click()
    page.get_by_label("Referrals").check()
    turn(page, page.get_by_role("button", name="Show", exact=True))
    expect(page.get_by_role("link", name="Referral to physiotherapist")).to_be_visible()
