"""A document with its files in a real browser: seen, saved, and nothing of them run."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page

from openrecord.attachments import tasks
from openrecord.web.language import COOKIE
from openrecord.web.session import SESSION
from openrecord_demo import scanner
from tests import made_files
from tests.browser.accessibility import WIDTHS, visit
from tests.integration.attachments.world import DOCUMENTS, document
from tests.integration.fhir.world import AT, App, made_record, stopped
from tests.integration.pages import world

pytestmark = pytest.mark.browser
SCRIPT = b"<html><script>document.title='run'</script><h1>not shown</h1></html>"
VIEWER = "chrome-extension://"


@dataclass(frozen=True, slots=True)
class Made:
    """The page of a document with four files, that of one that waits, and the patient's cookies."""

    page: str
    waiting: str
    cookies: dict[str, str]


def made(origin: str) -> Made:
    """Four files that the scanner has seen, and one that it has not."""
    stopped()
    record = made_record()
    letter = made_files.pdf("Thank you for coming to our clinic", pages=2)
    record.deliver(
        document(
            "four",
            ("application/pdf", letter),
            ("image/png", made_files.png()),
            ("application/rtf", made_files.rtf()),
            ("text/html", SCRIPT),
            description="Clinic letter, with scans.",
        )
    )
    app = App(origin, record.token())
    (four,) = app.search("DocumentReference").ids
    with scanner.running() as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENRECORD_CLAMAV", address)
        while tasks.check_waiting(AT):
            pass
    record.deliver(document("waits", ("application/pdf", made_files.pdf("new")), date="2025-02-20T12:00:00Z"))
    (waits,) = set(app.search("DocumentReference").ids) - {four}
    cookie = world.patient(record).cookies[SESSION].value
    connections.close_all()
    return Made(f"{DOCUMENTS}/{four}", f"{DOCUMENTS}/{waits}", {SESSION: cookie})


@pytest.fixture
def seen(stored: None, origin: str) -> Made:  # noqa: ARG001
    """Made in a thread of its own: beside Playwright's event loop Django takes every call for another task's."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(made, origin).result()


def _context(browser: Browser, origin: str, seen: Made, *, scripts: bool = True) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in seen.cookies.items()])
    return context


@pytest.fixture
def page(browser: Browser, origin: str, seen: Made) -> Iterator[Page]:
    with _opened(browser, origin, seen) as page:
        yield page


@contextmanager
def _opened(browser: Browser, origin: str, seen: Made) -> Iterator[Page]:
    context = _context(browser, origin, seen)
    page = context.new_page()
    page.goto(origin + seen.page)
    yield page
    context.close()


def _views(page: Page) -> list[str]:
    links = page.locator(".or-doc__view").all()
    return [str(link.get_attribute("href")) for link in links]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible(browser: Browser, origin: str, seen: Made, page: Page, width: int) -> None:
    for path in (seen.page, seen.waiting, *_views(page)):
        looked = visit(browser, origin, path, seen.cookies, width)
        assert looked.status == 200
        replace(looked, foreign=[url for url in looked.foreign if url.startswith("http")]).check()


def test_in_welsh(browser: Browser, origin: str, seen: Made) -> None:
    for path in (seen.page, seen.waiting):
        visit(browser, origin, path, {**seen.cookies, COOKIE: "cy"}, WIDTHS[1]).check()


def test_a_pdf_is_read_in_its_frame(whole_browser: Browser, origin: str, seen: Made) -> None:
    with _opened(whole_browser, origin, seen) as page:
        with page.expect_response(lambda answer: answer.url.endswith("/document")) as served:
            page.goto(origin + _views(page)[0])
        assert served.value.status == 200
        if not any(frame.url.startswith(VIEWER) for frame in page.frames):
            page.wait_for_event("framenavigated", lambda frame: frame.url.startswith(VIEWER))
        assert page.title().startswith("Document ")


def test_a_picture_is_drawn(page: Page, origin: str) -> None:
    page.goto(origin + _views(page)[1])
    picture = page.locator(".or-picture img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 240


def test_what_is_not_shown_is_saved_as_it_is(page: Page, tmp_path: Path) -> None:
    assert len(_views(page)) == 2
    names, contents = [], []
    for link in page.locator(".or-doc__save").all():
        with page.expect_download() as saving:
            link.click()
        names.append(saving.value.suggested_filename)
        saving.value.save_as(tmp_path / "saved")
        contents.append((tmp_path / "saved").read_bytes())
    assert names == [f"document-2025-02-04.{ending}" for ending in ("pdf", "png", "rtf", "bin")]
    assert contents[1:] == [made_files.png(), made_files.rtf(), SCRIPT]


def test_without_a_script_it_is_the_same(browser: Browser, origin: str, seen: Made) -> None:
    context = _context(browser, origin, seen, scripts=False)
    page = context.new_page()
    page.goto(origin + seen.page)
    page.locator(".or-doc__view").first.click()
    assert page.locator("h1").inner_text() == "Document 1 of 4"
    with page.expect_download() as saving:
        page.locator(".or-doc__save").click()
    assert saving.value.suggested_filename == "document-2025-02-04.pdf"
    page.locator(".nhsuk-back-link").click()
    assert page.url == origin + seen.page
    context.close()
