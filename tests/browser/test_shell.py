"""What stays on a device: how the pages look and one page for when there is no connection, and nothing else."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from openrecord.web import shell
from openrecord.web.session import SESSION
from tests.browser.accessibility import OVERFLOWS, WIDTHS, check, turn
from tests.browser.test_display import BACKGROUND
from tests.browser.test_whole_record import NOTE, session

__all__ = ["session"]
pytestmark = pytest.mark.browser
READY = """async () => {
  await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller === null) {
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
  }
}"""
RENEWED = """async () => {
  const known = await navigator.serviceWorker.ready;
  const fresh = new Promise((done) => known.addEventListener("updatefound", () => {
    const worker = known.installing;
    worker.addEventListener("statechange", () => worker.state === "activated" && done());
  }));
  await known.update();
  await fresh;
}"""
ANOTHER = """async (before) => {
  for (;;) {
    const names = await caches.keys();
    if (names.length === 1 && names[0] !== before) return;
    await new Promise((done) => setTimeout(done, 100));
  }
}"""
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found.push([name, request.url, await (await cache.match(request)).text()]);
    }
  }
  return found;
}"""
ELSEWHERE = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]"""


@pytest.fixture(name="browser", scope="module")
def _browser(whole_browser: Browser) -> Browser:
    return whole_browser


@pytest.fixture(params=WIDTHS)
def context(browser: Browser, origin: str, session: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """Somebody who is signed in, and has been on the start page."""
    made = browser.new_context(viewport={"width": request.param, "height": 900}, base_url=origin)
    made.add_cookies([{"name": SESSION, "value": session, "url": origin}])
    yield made
    made.close()


def started(context: BrowserContext) -> Page:
    """The start page, when its worker is at work."""
    page = context.new_page()
    page.goto("/")
    page.evaluate(READY)
    return page


def kept(page: Page) -> list[tuple[str, str, str]]:
    """What is in Cache Storage: cache, path, text."""
    return [(name, urlsplit(url).path, text) for name, url, text in page.evaluate(KEPT)]


def test_it_can_be_installed(context: BrowserContext) -> None:
    page = started(context)
    chrome = context.new_cdp_session(page)
    told = chrome.send("Page.getAppManifest")
    assert told["errors"] == []
    manifest = json.loads(told["data"])
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    wrong = [error["errorId"] for error in chrome.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert wrong == ["in-incognito"], "it is the test's own window alone that does not install"
    for icon in manifest["icons"]:
        answer = page.request.get(f"/static/{icon['src']}")
        assert answer.headers["content-type"] == icon["type"]
        if icon["type"] == "image/png":
            body = answer.body()
            assert body[:8] == b"\x89PNG\r\n\x1a\n"
            size = f"{int.from_bytes(body[16:20])}x{int.from_bytes(body[20:24])}"
            assert size == icon["sizes"]
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}


def test_nothing_of_a_record_stays_on_the_device(context: BrowserContext) -> None:
    page = started(context)
    assert sorted(path for _name, path, _text in kept(page)) == sorted(shell.shell())
    for path in ("/home", "/record/timeline", "/record/measurements", "/record/consultations", "/profile", "/messages"):
        assert page.request.get(path).ok, path
        page.goto(path)
    turn(page, page.get_by_role("link", name="Home"))
    page.get_by_label("Search the record").fill("respiratory")
    turn(page, page.get_by_role("button", name="Search", exact=True))
    turn(page, page.get_by_role("link", name="Note", exact=True))
    expect(page.get_by_text(NOTE[:20])).to_be_visible()
    turn(page, page.get_by_role("button", name="Sign out"))
    found = kept(page)
    assert sorted(path for _name, path, _text in found) == sorted(shell.shell())
    assert len({name for name, _path, _text in found}) == 1
    for _name, path, text in found:
        assert not any(word in text for word in ("Tired", "respiratory", "Body weight", "Sign out", "csrf")), path
    assert page.evaluate(ELSEWHERE) == [0, 0, 0]


def test_without_a_connection_it_says_so(context: BrowserContext) -> None:
    page = started(context)
    page.goto("/record/measurements")
    context.set_offline(True)
    page.goto("/record/timeline")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(page.get_by_role("heading", name="Rydych all-lein")).to_be_visible()
    expect(page.get_by_text("No part of a record is stored here.")).to_be_visible()
    expect(page.get_by_text("Body weight")).to_have_count(0)
    assert page.title() == "You are offline"
    check(page)
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("Arial"), "its style is kept too"
    context.set_offline(False)
    turn(page, page.get_by_role("button", name="Try again"))
    expect(page.get_by_role("heading", name="Everything by date")).to_be_visible()


def test_without_a_connection_it_looks_as_it_was_chosen(context: BrowserContext) -> None:
    """Chosen after the worker came, and changed: the browser finds the new worker by itself."""
    page = started(context)
    for colours, size in (("Dark", "Largest"), ("Light", "Standard")):
        (before,) = {name for name, _path, _text in kept(page)}
        page.goto("/display")
        page.get_by_role("group", name="Colours").get_by_label(colours, exact=True).check()
        page.get_by_role("group", name="Size of the text").get_by_label(size, exact=True).check()
        turn(page, page.get_by_role("button", name="Save"))
        page.evaluate(ANOTHER, before)
        online = page.locator("html")
        chosen = [online.get_attribute(name) for name in ("data-colours", "data-text")]
        background = page.evaluate(BACKGROUND)
        assert chosen[0] == colours.lower()
        context.set_offline(True)
        page.goto("/record/timeline")
        expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
        assert [page.locator("html").get_attribute(name) for name in ("data-colours", "data-text")] == chosen
        assert page.evaluate(BACKGROUND) == background
        assert not page.evaluate(OVERFLOWS)
        context.set_offline(False)
    assert len(kept(page)) == len(shell.shell()), "the page of other looks is gone"


def test_a_changed_shell_replaces_the_older_one(context: BrowserContext, monkeypatch: pytest.MonkeyPatch) -> None:
    page = started(context)
    (before,) = {name for name, _path, _text in kept(page)}
    shell.shell.cache_clear()
    shell._worker.cache_clear()
    monkeypatch.setattr(shell, "STATIC", shell.STATIC[:1])
    try:
        page.evaluate(RENEWED)
        found = kept(page)
        assert before not in {name for name, _path, _text in found}
        assert sorted(path for _name, path, _text in found) == sorted(shell.shell())
    finally:
        shell.shell.cache_clear()
        shell._worker.cache_clear()


def test_leaving_quickly_takes_the_worker_along(context: BrowserContext, origin: str) -> None:
    page = started(context)
    page.goto("/leave")
    page.goto("/no-such-page")
    assert page.evaluate(KEPT) == []
    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    assert [cookie["name"] for cookie in page.context.cookies(origin)] == []


def test_without_scripts_nothing_is_kept(browser: Browser, origin: str, session: str) -> None:  # noqa: ARG001
    context = browser.new_context(base_url=origin, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert context.service_workers == []
    context.close()
