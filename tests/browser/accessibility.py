"""What every page must be in a real browser: accessible, ours alone, in a free typeface, without sideways scrolling.

axe-core is evaluated in the page and not added as a script, because the page's own policy allows none.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request

from openrecord.web.language import COOKIE
from openrecord.web.session import SESSION

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "how => axe.run(how).then(all => all.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))"
WHOLE_CHROMIUM = "/usr/bin/chromium"
CHROMIUM = next(filter(os.path.exists, ("/usr/bin/chromium-headless-shell", WHOLE_CHROMIUM)), WHOLE_CHROMIUM)
"""Debian's; where it is there, that without windows, which opens a page in a third of the time."""

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BY_LOOKS = ["color-contrast", "link-in-text-block", "target-size"]
"""The rules of these tags whose outcome hangs on colours and sizes; the others read the page's structure."""

WIDTHS = (1280, 320)
FONTS = "[...new Set([...document.querySelectorAll('body *')].map(e => getComputedStyle(e).fontFamily))]"
OVERFLOWS = "document.documentElement.scrollWidth > window.innerWidth"


@dataclass(slots=True)
class Visit:
    """What was seen on one page at one width."""

    path: str
    status: int
    violations: list[str]
    foreign: list[str]
    fonts: list[str]
    overflows: bool
    complaints: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Fail with everything that is wrong with the page."""
        assert self.violations == [], (self.path, self.violations)
        assert self.foreign == [], (self.path, self.foreign)
        assert self.fonts == ["Arial, sans-serif"], (self.path, self.fonts)
        assert not self.overflows, f"{self.path} scrolls sideways"
        assert self.complaints == [], (self.path, self.complaints)


def visit(browser: Browser, origin: str, path: str, cookies: dict[str, str], width: int) -> Visit:
    """Open `path` and look at it. `cookies`: names and values for our own host."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    try:
        if cookies:
            context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
        return _look(context.new_page(), origin, path)
    finally:
        context.close()


def _look(page: Page, origin: str, path: str) -> Visit:
    foreign: list[str] = []
    complaints: list[str] = []

    def on_request(request: Request) -> None:
        if not request.url.startswith(origin + "/"):
            foreign.append(request.url)

    page.on("request", on_request)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    response = page.goto(origin + path)
    assert response is not None
    return Visit(
        path,
        response.status,
        _violations(page),
        foreign,
        page.evaluate(FONTS),
        page.evaluate(OVERFLOWS),
        complaints,
    )


@contextmanager
def signed_in(
    browser: Browser, origin: str, token: str, width: int = WIDTHS[0], language: str = "en-gb"
) -> Iterator[BrowserContext]:
    """A browser window of its own in which somebody is signed in."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    cookies = {SESSION: token, COOKIE: language}
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
    try:
        yield context
    finally:
        context.close()


def check(page: Page) -> None:
    """The step that is open is accessible and scrolls in one direction only."""
    assert _violations(page) == [], page.url
    assert not page.evaluate(OVERFLOWS), f"{page.url} scrolls sideways"


def _violations(page: Page) -> list[str]:
    return violations(page, {"runOnly": TAGS})


def violations(page: Page, how: dict[str, Any]) -> list[str]:
    """What axe finds wrong with the open page; `how`: its options."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, {"resultTypes": ["violations"], **how})
    return found


def turn(page: Page, to: Locator) -> None:
    """Click what leads to another page, and wait until that has come."""
    with page.expect_navigation():
        to.click()
