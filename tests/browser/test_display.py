"""Light, dark, high contrast, big text, no movement: every sort of page in each, as somebody chose it or the device."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from openrecord.web import display
from openrecord.web.session import SESSION
from tests.browser.accessibility import BY_LOOKS, OVERFLOWS, TAGS, WIDTHS, turn, violations
from tests.browser.test_cards import Scene, check_files, made, picture, says, scene
from tests.browser.test_screening import Desk, desk
from tests.browser.test_whole_record import session

__all__ = ["desk", "scene", "session"]
pytestmark = pytest.mark.browser

DARK, HIGH, LARGEST = {"colours": "dark"}, {"contrast": "high"}, {"text": "largest"}
CHOSEN = {
    "dark": DARK,
    "high contrast": HIGH,
    "high contrast in the dark": DARK | HIGH,
    "largest": LARGEST,
    "everything": DARK | HIGH | LARGEST | {"movement": "none"},
}
"""What the cookie says."""

DEVICE = {"dark device": {"color_scheme": "dark"}, "device with contrast": {"contrast": "more"}}
"""What the device says, where nothing was chosen."""

PATIENTS = ("/", "/display", "/home", "/record/measurements", "/record/timeline", "/record/search", "/access",
            "/access/messages", "/messages", "/profile", "/requests", "/check-card", "/no-such-page")  # fmt: skip
STAFF = ("/staff/home", "/staff/queue", "/staff/requests", "/staff/practice", "/staff/find")
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT_PAGE, YELLOW = "rgb(240, 244, 245)", "rgb(255, 235, 59)"


@contextmanager
def window(
    browser: Browser, origin: str, token: str, width: int = 1280, chosen: dict[str, str] | None = None, **device: Any
) -> Iterator[Page]:
    """A window of somebody who is signed in, who chose something or whose device says something."""
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=origin, **device)
    cookies = {SESSION: token}
    if chosen:
        cookies[display.COOKIE] = ".".join(f"{name}:{value}" for name, value in chosen.items())
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
    try:
        yield context.new_page()
    finally:
        context.close()


def look(page: Page, *, strict: bool, whole: bool = False) -> None:
    """Fail with what is wrong. `strict`: every word has seven to one, as high contrast promises; `whole`: by all rules
    and not only by those that looks can break."""
    rules = TAGS if whole else BY_LOOKS + ["color-contrast-enhanced"] * strict
    assert violations(page, {"runOnly": rules}) == [], page.url
    assert not page.evaluate(OVERFLOWS), f"{page.url} scrolls sideways"


def went(page: Page, path: str) -> None:
    """Open a page; it is the one that was meant."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.ok or path == "/no-such-page", path


def walk(browser: Browser, origin: str, token: str, paths: tuple[str, ...], width: int) -> None:
    """Every page in every mode; in the narrow window in those that change how much fits, colours are the same there."""
    for mode, chosen in CHOSEN.items():
        if width != WIDTHS[0] and "text" not in chosen:
            continue
        with window(browser, origin, token, width, chosen) as page:
            for path in paths:
                went(page, path)
                look(page, strict=chosen.get("contrast") == "high", whole=mode == "everything")
    for name, device in DEVICE.items() if width == WIDTHS[0] else ():
        with window(browser, origin, token, width, **device) as page:
            for path in paths:
                went(page, path)
                look(page, strict=device.get("contrast") == "more")
                assert page.evaluate(BACKGROUND) != LIGHT_PAGE, name


@pytest.mark.parametrize("width", WIDTHS)
def test_every_patients_page_in_every_mode(browser: Browser, origin: str, session: str, width: int) -> None:
    walk(browser, origin, session, PATIENTS, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_an_entry_with_its_chart_in_every_mode(browser: Browser, origin: str, session: str, width: int) -> None:
    with window(browser, origin, session) as page:
        page.goto("/record/measurements")
        turn(page, page.locator("a.or-line__title").first)
        expect(page.locator(".or-chart")).to_be_visible()
        entry = page.url.removeprefix(origin)
    walk(browser, origin, session, (entry,), width)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_staff_page_in_every_mode(browser: Browser, origin: str, desk: Desk, width: int) -> None:
    with window(browser, origin, desk.staff) as page:
        page.goto("/staff/queue")
        entry = page.locator(".or-queue__what a").first.get_attribute("href") or ""
    walk(browser, origin, desk.staff, (*STAFF, entry), width)


def test_choosing_and_going_back(browser: Browser, origin: str, session: str) -> None:
    """Without a script, from any page, kept until it is chosen otherwise."""
    with window(browser, origin, session, java_script_enabled=False) as page:
        page.goto("/record/measurements")
        turn(page, page.get_by_role("link", name="Text size and colours"))
        page.get_by_label("Largest").check()
        page.get_by_label("Dark").check()
        turn(page, page.get_by_role("button", name="Save"))
        expect(page.get_by_role("status")).to_contain_text("Saved on this device.")
        expect(page.get_by_label("Dark")).to_be_checked()
        turn(page, page.get_by_role("link", name="Go back to where you were"))
        assert page.url == f"{origin}/record/measurements"
        expect(page.locator("html")).to_have_attribute("data-colours", "dark")
        expect(page.locator("html")).to_have_attribute("data-text", "largest")
        turn(page, page.get_by_role("button", name="Sign out"))
        expect(page.locator("html")).to_have_attribute("data-text", "largest")
        page.goto("/display")
        page.get_by_label("Standard").first.check()
        page.get_by_label("As this device is set").first.check()
        turn(page, page.get_by_role("button", name="Save"))
        assert [cookie["name"] for cookie in page.context.cookies()] == ["csrftoken"]


def test_the_longest_words_fit_in_welsh(browser: Browser, origin: str, session: str) -> None:
    """The largest text on the narrowest screen: 320 pixels are 1280 at 400 per cent."""
    with window(browser, origin, session, 320, LARGEST) as page:
        page.goto("/language/cy")
        for path in PATIENTS:
            went(page, path)
            assert not page.evaluate(OVERFLOWS), f"{path} scrolls sideways"


ADDED_TO_LINKS = (
    "[...document.querySelectorAll('a')].map(link => getComputedStyle(link, '::after').content)"
    ".filter(text => text.includes('Link') || text.includes('/'))"
)


def _shown(page: Page, selector: str, what: str) -> Any:
    return page.evaluate("([where, what]) => getComputedStyle(document.querySelector(where))[what]", [selector, what])


def test_paper_is_light_and_the_device_may_be_overruled(browser: Browser, origin: str, session: str) -> None:
    with window(browser, origin, session, chosen=DARK) as page:
        page.goto("/record/measurements")
        assert page.evaluate(BACKGROUND) != LIGHT_PAGE
        expect(page.get_by_text("Date of birth:")).to_be_hidden()
        page.emulate_media(media="print")
        expect(page.get_by_text("Date of birth:")).to_be_visible()
        assert _shown(page, "a.or-line__title", "color") == "rgb(0, 0, 0)"
        assert _shown(page, ".or-lines", "backgroundColor") == "rgb(255, 255, 255)"
        assert _shown(page, "h1", "color") == "rgb(33, 43, 50)"
        assert page.evaluate(ADDED_TO_LINKS) == [], "an address on paper is of no use, and ours hold ids"
    with window(browser, origin, session, chosen={"colours": "light"}, color_scheme="dark") as page:
        page.goto("/home")
        assert page.evaluate(BACKGROUND) == LIGHT_PAGE
    with window(browser, origin, session, chosen={"contrast": "standard"}, contrast="more") as page:
        page.goto("/home")
        assert page.evaluate(BACKGROUND) == LIGHT_PAGE


def test_nothing_moves_where_that_is_wanted(browser: Browser, origin: str, session: str) -> None:
    cases: tuple[tuple[dict[str, str], dict[str, Any], bool], ...] = (
        ({}, {}, True),
        ({"movement": "none"}, {}, False),
        ({}, {"reduced_motion": "reduce"}, False),
        ({"movement": "all"}, {"reduced_motion": "reduce"}, True),
    )
    for chosen, device, moves in cases:
        with window(browser, origin, session, chosen=chosen, **device) as page:
            page.goto("/home")
            assert (_shown(page, ".or-hub__link", "transitionDuration") != "0s") is moves, (chosen, device)


def test_the_focus_is_seen_in_every_mode(browser: Browser, origin: str, session: str) -> None:
    """Yellow behind dark words, or a yellow line around a field, whatever else was chosen."""
    for chosen in ({}, *CHOSEN.values()):
        with window(browser, origin, session, chosen=chosen) as page:
            page.goto("/home")
            page.get_by_role("link", name="Messages", exact=True).first.focus()
            assert _shown(page, ":focus", "color") == "rgb(33, 43, 50)"
            assert _shown(page, ":focus", "backgroundColor") == YELLOW
            page.get_by_label("Search the record").focus()
            assert _shown(page, ":focus", "outlineColor") == YELLOW


def test_forced_colours_leave_every_part_in_sight(browser: Browser, origin: str, session: str) -> None:
    with window(browser, origin, session, forced_colors="active") as page:
        for path in ("/home", "/record/measurements", "/display"):
            page.goto(path)
            look(page, strict=False)


def test_a_code_is_read_off_the_page_in_every_mode(browser: Browser, origin: str, scene: Scene) -> None:
    for chosen in CHOSEN.values():
        with window(browser, origin, scene.token, chosen=chosen) as page:
            made(page)
            check_files(page, ("code.png", "image/png", picture(page)))
            says(page, "This card is genuine")
            look(page, strict=chosen.get("contrast") == "high")


def test_on_paper_a_long_panel_breaks_and_no_heading_stands_alone(browser: Browser, origin: str, session: str) -> None:
    """What must stay together moves to the next page whole: a panel of forty results would leave a page empty."""
    with window(browser, origin, session) as page:
        page.goto("/record/test-results")
        page.emulate_media(media="print")
        assert _shown(page, ".or-line:has(.or-line)", "breakInside") == "auto"
        assert _shown(page, ".or-line .or-line", "breakInside") == "avoid"
        assert _shown(page, "h2", "breakAfter") == "avoid"
        expect(page.get_by_role("link", name="See what is on its way")).to_be_hidden()
