"""A result with its chart and a note with short forms, as the patient sees them, wide and narrow, in both languages."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page

from openrecord.web import display
from openrecord.web.language import COOKIE
from openrecord.web.session import SESSION
from tests.browser.accessibility import WIDTHS, visit
from tests.integration.fhir.world import App, Json, made_record, observation, stopped
from tests.integration.pages import world

pytestmark = pytest.mark.browser
SODIUM = {
    "coding": [{"system": "http://snomed.info/sct", "code": "1000661000000107", "display": "Serum sodium level"}],
    "text": "Serum sodium level",
}
NOTE = {"coding": [{"system": "http://snomed.info/sct", "code": "37331000000100"}]}
WORDS = (
    "LBP 3/52 after lifting. No red flags, no CES sx. BO reg.\n"
    "O/E: temp 36.8, HR 80, BP 128/80 mmHg. SLR R 70, power 5/5 LLs. Abdo SNT.\n"
    "?mechanical. NSAID 5/7 with PPI, physio self-referral. Query PID. RV 2/52."
)


def sodium(key: str, day: str, value: float, low: float, **more: object) -> Json:
    """A laboratory result with its range."""
    bounds = [{"low": {"value": low, "unit": "mmol/L"}, "high": {"value": 146, "unit": "mmol/L"}}]
    quantity = {"value": value, "unit": "mmol/L", **more}
    return observation(key, day, "laboratory", code=SODIUM, valueQuantity=quantity, referenceRange=bounds)


@dataclass(frozen=True, slots=True)
class Made:
    """The addresses of a result and of a note, and the cookies of the browser in which the patient is signed in."""

    result: str
    note: str
    cookies: dict[str, str]


def made(origin: str) -> Made:
    """Six results over a year, one of them a bound, one in a unit that does not convert; and a note."""
    stopped()
    record = made_record()
    record.deliver(
        sodium("s1", "2024-02-01", 139, 135),
        sodium("s2", "2024-05-20", 131, 135),
        sodium("s3", "2024-08-11", 148, 133),
        sodium("s4", "2024-11-02", 120, 133, comparator="<"),
        sodium("s5", "2025-01-03", 322, 133, unit="mg/dL"),
        sodium("s6", "2025-02-20", 141, 133),
        observation("n", "2025-02-20", "exam", code=NOTE, valueString=WORDS),
    )
    app = App(origin, record.token())
    result = app.search("Observation", code="1000661000000107").ids[0]
    note = app.search("Observation", code="37331000000100").ids[0]
    cookie = world.patient(record).cookies[SESSION].value
    connections.close_all()
    return Made(f"/record/test-results/{result}", f"/record/consultations/{note}", {SESSION: cookie})


def over(origin: str, years: int, least: float) -> tuple[str, dict[str, str]]:
    """The address of the newest of three results over some years, and the cookies of whoever sees it."""
    stopped()
    record = made_record()
    record.deliver(
        *(sodium(f"y{years * part}", f"{2025 - years * part // 2}-02-20", least * (1 + part), 133) for part in range(3))
    )
    record.grant_history()
    result = App(origin, record.token()).search("Observation", code="1000661000000107").ids[0]
    cookies = {SESSION: world.patient(record).cookies[SESSION].value}
    connections.close_all()
    return f"/record/test-results/{result}", cookies


@pytest.fixture
def seen(stored: None, origin: str) -> Made:  # noqa: ARG001
    """Made in a thread of its own: beside Playwright's event loop Django takes every call for another task's."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(made, origin).result()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en-gb", "cy"])
@pytest.mark.parametrize("which", ["result", "note"])
def test_the_pages_are_accessible(
    browser: Browser, origin: str, seen: Made, which: str, language: str, width: int
) -> None:
    path = seen.result if which == "result" else seen.note
    found = visit(browser, origin, path, {**seen.cookies, COOKIE: language}, width)
    assert found.status == 200
    found.check()


@pytest.fixture
def opened(browser: Browser, origin: str, seen: Made) -> Iterator[Page]:
    """The note, with JavaScript off."""
    context = browser.new_context(viewport={"width": 320, "height": 900}, java_script_enabled=False)
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in seen.cookies.items()])
    page = context.new_page()
    page.goto(origin + seen.note)
    yield page
    context.close()


def test_a_short_form_opens_by_tap_and_by_keyboard_without_javascript(opened: Page) -> None:
    word = opened.get_by_role("button", name="LBP", exact=True)
    meaning = opened.locator(".or-meaning", has_text="low back pain")
    assert not meaning.is_visible()
    word.click()
    assert meaning.is_visible()
    opened.keyboard.press("Escape")
    assert not meaning.is_visible()
    word.focus()
    opened.keyboard.press("Enter")
    assert meaning.is_visible()
    assert meaning.bounding_box() is not None


def test_the_drawing_tells_its_name_and_what_it_shows(browser: Browser, origin: str, seen: Made) -> None:
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in seen.cookies.items()])
    page = context.new_page()
    page.goto(origin + seen.result)
    drawing = page.get_by_role("img", name="Serum sodium level (mmol/L)")
    assert drawing.count() == 1
    assert page.get_by_role("row").count() == 7
    assert drawing.locator("use").count() == 5
    context.close()


WRITTEN = """() => [...document.querySelectorAll(".or-chart span:not([hidden]), .or-chart text")]
  .filter((one) => getComputedStyle(one).display !== "none").map((one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    return { size: getComputedStyle(one).fontSize, left, right, top, bottom };
  })"""
BESIDE = """() => {
  const plot = document.querySelector(".or-chart__plot").getBoundingClientRect();
  return [...document.querySelectorAll(".or-chart__values span")].every((one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return range.getClientRects().length === 1 && range.getBoundingClientRect().right <= plot.left;
  });
}"""
"""Every figure stands in one line, and all of it beside the plot."""

SIZES = {"": "16px", "text:large": "20px", "text:largest": "24px"}


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(("years", "least"), [(1, 120), (12, 120), (1, 1_250_000), (1, 1.25e15), (1, 1.25e-6)])
@pytest.mark.parametrize("width", WIDTHS)
def test_what_the_drawing_says_is_as_big_as_was_chosen(
    browser: Browser, origin: str, width: int, years: int, least: float
) -> None:
    """Nothing of it is cut, and no word lies on another."""
    with ThreadPoolExecutor(1) as executor:
        path, cookies = executor.submit(over, origin, years, least).result()
    for chosen, size in SIZES.items():
        context = browser.new_context(viewport={"width": width, "height": 900})
        held = {**cookies, **({display.COOKIE: chosen} if chosen else {})}
        context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in held.items()])
        page = context.new_page()
        page.goto(origin + path)
        words = page.evaluate(WRITTEN)
        assert len(words) > 3
        assert {word["size"] for word in words} == {size}
        assert all(word["left"] >= 0 and word["right"] <= width for word in words), (chosen, words)
        assert page.evaluate(BESIDE), chosen
        for one, other in itertools.combinations(words, 2):
            apart = one["right"] <= other["left"] or other["right"] <= one["left"]
            assert apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"], (chosen, one, other)
        context.close()
