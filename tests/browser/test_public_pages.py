"""Every page that needs no sign-in, in both languages, wide and narrow."""

import pytest
from playwright.sync_api import Browser

from openrecord.web.language import COOKIE
from tests.browser.accessibility import WIDTHS, visit

pytestmark = pytest.mark.browser
PAGES = {"/": 200, "/?signed-out": 200, "/staff/": 200, "/no-such-page": 404}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en-gb", "cy"])
@pytest.mark.parametrize("path", PAGES)
def test_public_pages_are_accessible_and_ask_no_other_host(
    browser: Browser, origin: str, path: str, language: str, width: int
) -> None:
    seen = visit(browser, origin, path, {COOKIE: language}, width)
    assert seen.status == PAGES[path]
    seen.check()


@pytest.mark.parametrize("path", ["/home", "/people", "/record/test-results"])
def test_pages_behind_sign_in_lead_to_it(browser: Browser, origin: str, path: str) -> None:
    seen = visit(browser, origin, path, {}, WIDTHS[0])
    assert seen.status == 403
    seen.check()
