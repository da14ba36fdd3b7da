"""Taking the record along in a real browser: a file from the form to the disk, a link from end to end."""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from openrecord.kit import clock
from openrecord.taking import tasks
from openrecord.web.language import COOKIE
from openrecord.web.session import SESSION
from tests import made_files
from tests.browser.accessibility import WIDTHS, check, turn
from tests.browser.apart import apart
from tests.browser.test_requests import press
from tests.integration.attachments.world import document, scanned
from tests.integration.fhir.world import AT, made_record, observation
from tests.integration.pages import world
from tests.integration.pages.test_covid import vaccination

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Scene:
    """A patient who is signed in. `work`: one file is made."""

    token: str
    work: Callable[[], int]


@pytest.fixture
def scene(stored: None, origin: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:  # noqa: ARG001
    """Made in the thread that stores. Links name the address that the browser has open."""
    clock.use(lambda: AT)
    monkeypatch.setenv("OPENRECORD_PUBLIC_URL", origin)
    with apart() as call:
        yield Scene(call(_made), lambda: call(lambda: tasks.make_next(AT)))


def _made() -> str:
    record = made_record(family="Okafor", given="Ada Ngozi")
    lab: dict[str, Any] = {
        "referenceRange": [{"low": {"value": 60, "unit": "kg"}, "high": {"value": 65, "unit": "kg"}}],
        "note": [{"text": "Discussed with the patient, repeat in six months."}],
    }
    letter = document("letter", ("application/rtf", made_files.rtf()))
    record.deliver(vaccination("a"), letter, *(observation(f"m{n}", f"2025-02-{n:02d}", **lab) for n in range(1, 9)))
    with pytest.MonkeyPatch.context() as patch:
        scanned(patch)
    return world.patient(record).cookies[SESSION].value


@pytest.fixture(params=WIDTHS)
def context(browser: Browser, origin: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser in which nobody is signed in. Looking at pages needs a script of the test, none of ours."""
    made = browser.new_context(viewport={"width": request.param, "height": 900}, base_url=origin, accept_downloads=True)
    yield made
    made.close()


def patients(context: BrowserContext, origin: str, scene: Scene, **cookies: str) -> Page:
    """The patient's window."""
    every = {SESSION: scene.token, **cookies}
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in every.items()])
    return context.new_page()


def test_a_file_is_asked_for_made_and_saved(context: BrowserContext, origin: str, scene: Scene) -> None:
    page = patients(context, origin, scene)
    page.goto("/home")
    turn(page, page.get_by_role("link", name="Take the record with you"))
    check(page)
    press(page, "Make the file")
    expect(page.get_by_role("alert")).to_contain_text("Choose what you need it for")
    check(page)
    page.get_by_label("GP record to read or print (PDF)").check()
    page.get_by_label("Measurements and findings", exact=True).check()
    press(page, "Make the file")
    expect(page.get_by_role("progressbar")).to_be_visible()
    check(page)
    assert scene.work() == 1
    expect(page.get_by_text("The file is ready.")).to_be_visible(timeout=15_000)
    check(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name=re.compile("^Download")).click()
    assert saved.value.suggested_filename == "gp-record-2025-03-03.pdf"
    assert saved.value.path().read_bytes().startswith(b"%PDF-1.7")
    page.goto("/take")
    expect(page.get_by_role("link", name="GP record to read or print (PDF)")).to_be_visible()
    check(page)


def test_documents_go_along_in_a_zip(context: BrowserContext, origin: str, scene: Scene) -> None:
    page = patients(context, origin, scene)
    page.goto("/take")
    page.get_by_label("Results and measurements as a table (CSV)").check()
    page.get_by_label("Yes, the letters and pictures themselves").check()
    press(page, "Make the file")
    page.get_by_role("link", name="Documents go with a GP record only").click()
    expect(page.get_by_label("Yes, the letters and pictures themselves")).to_be_focused()
    check(page)
    page.get_by_label("GP record to read or print (PDF)").check()
    press(page, "Make the file")
    assert scene.work() == 1
    expect(page.get_by_text("The file is ready.")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("GP record to read or print (PDF), with documents")
    check(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name=re.compile("^Download")).click()
    assert saved.value.suggested_filename == "gp-record-2025-03-03.zip"
    with zipfile.ZipFile(saved.value.path()) as packed:
        assert [Path(name).suffix for name in packed.namelist()] == [".pdf", ".rtf"]


def test_a_link_is_previewed_made_opened_and_ended(
    browser: Browser, context: BrowserContext, origin: str, scene: Scene
) -> None:
    page = patients(context, origin, scene)
    page.goto("/take")
    turn(page, page.get_by_role("link", name=re.compile("^Make a link")))
    check(page)
    turn(page, page.get_by_role("button", name="Make a link"))
    check(page)
    page.get_by_label("Measurements and findings", exact=True).check()
    press(page, "See what they will see")
    expect(page.get_by_text("And more entries.")).to_be_visible()
    check(page)
    press(page, "Make the link")
    check(page)
    address, passcode = page.locator(".or-secret__address").inner_text(), page.locator(".or-secret__code").inner_text()
    width = page.viewport_size["width"] if page.viewport_size else 0
    other = browser.new_context(viewport={"width": width, "height": 900}, base_url=origin)
    theirs = other.new_page()
    theirs.goto(address)
    check(theirs)
    theirs.get_by_label("Passcode").fill("ABCD")
    press(theirs, "Continue")
    expect(theirs.get_by_role("alert")).to_contain_text("did not open anything")
    check(theirs)
    theirs.get_by_label("Passcode").fill(passcode.lower())
    press(theirs, "Continue")
    expect(theirs.get_by_text("Ada Ngozi Okafor")).to_be_visible()
    check(theirs)
    turn(theirs, theirs.get_by_role("link", name="Measurements"))
    expect(theirs.get_by_text("Body weight").first).to_be_visible()
    check(theirs)
    page.goto("/share")
    expect(page.get_by_text("Opened on 3 March 2025 at 09:00")).to_be_visible()
    check(page)
    turn(page, page.get_by_role("button", name=re.compile("^End this link now")))
    check(page)
    theirs.reload()
    expect(theirs.get_by_label("Passcode")).to_be_visible()
    other.close()


def test_a_letter_that_was_shared_is_saved(context: BrowserContext, origin: str, scene: Scene) -> None:
    page = patients(context, origin, scene)
    page.goto("/share/new")
    page.get_by_label("Documents", exact=True).check()
    press(page, "See what they will see")
    expect(page.get_by_text("Document (Text document (RTF)")).to_be_visible()
    check(page)
    press(page, "Make the link")
    address, passcode = page.locator(".or-secret__address").inner_text(), page.locator(".or-secret__code").inner_text()
    page.goto(address)
    page.get_by_label("Passcode").fill(passcode)
    press(page, "Continue")
    turn(page, page.get_by_role("link", name="Documents"))
    check(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name=re.compile("^Download: Document")).click()
    assert saved.value.suggested_filename == "document-2025-02-04.rtf"
    assert saved.value.path().read_bytes() == made_files.rtf()


def test_it_is_there_in_welsh(context: BrowserContext, origin: str, scene: Scene) -> None:
    page = patients(context, origin, scene, **{COOKIE: "cy"})
    for path in ("/take", "/share", "/share/new", f"/shared/{'0' * 64}"):
        page.goto(path)
        check(page)
        assert page.locator("html").get_attribute("lang") == "cy"
