"""Adding a device for messages in a real browser: what its script asks for, what the worker shows, and no script.

Chromium as it is built here has no push service behind it. The browser's own answer to "subscribe" is therefore given
by the test; permission, worker, form, server and notification are real.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, BrowserContext, expect

from openrecord.gateways import web_push
from openrecord.web.language import COOKIE
from openrecord.web.session import SESSION
from tests.browser.accessibility import WIDTHS, check, turn
from tests.browser.test_shell import READY
from tests.browser.test_whole_record import session

__all__ = ["session"]
pytestmark = pytest.mark.browser
SUBSCRIBES = """(answer) => {
  PushManager.prototype.subscribe = async function (wanted) {
    const key = document.getElementById("push").dataset.key;
    if (!wanted.userVisibleOnly || wanted.applicationServerKey !== key) throw new Error("not as it should ask");
    return { toJSON: () => answer };
  };
}"""
SHOWN = """async () => {
  const known = await navigator.serviceWorker.ready;
  let shown = [];
  while (!shown.length) shown = await known.getNotifications();
  return shown.map((one) => [one.title, one.body]);
}"""


@pytest.fixture(name="browser", scope="module")
def _browser(whole_browser: Browser) -> Browser:
    return whole_browser


def _answer() -> dict[str, object]:
    raw = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    public = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(*raw)
    keys = {"p256dh": web_push.to_text(public), "auth": web_push.to_text(os.urandom(16))}
    return {"endpoint": "https://web.push.example/a", "keys": keys}


@pytest.fixture(autouse=True)
def _set_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = tmp_path / "push.pem"
    key.write_bytes(web_push.new_key())
    monkeypatch.setenv("OPENRECORD_PUSH_KEY_FILE", str(key))
    monkeypatch.setenv("OPENRECORD_PUSH_CONTACT", "mailto:push@openrecord.example")
    monkeypatch.setenv("OPENRECORD_PUSH_HOSTS", "*.push.example")


@pytest.fixture(params=WIDTHS)
def context(browser: Browser, origin: str, session: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": request.param, "height": 900}, base_url=origin)
    made.add_cookies([{"name": SESSION, "value": session, "url": origin}])
    yield made
    made.close()


def test_a_device_is_added_and_removed(context: BrowserContext) -> None:
    context.grant_permissions(["notifications"])
    page = context.new_page()
    page.goto("/access/messages")
    check(page)
    expect(page.get_by_text("you need a browser that can show messages")).to_be_hidden()
    page.evaluate(SUBSCRIBES, _answer())
    turn(page, page.get_by_role("button", name="Send messages to this device"))
    expect(page.get_by_text("A device, since")).to_be_visible()
    expect(page.get_by_role("group", name="Messages on your devices").get_by_label("When there is")).to_be_checked()
    check(page)
    turn(page, page.get_by_role("button", name="Remove this device"))
    expect(page.get_by_text("A device, since")).to_have_count(0)


def test_a_browser_that_refuses_is_told_what_to_do(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/access/messages")
    page.evaluate("() => { Notification.requestPermission = async () => 'denied'; }")
    page.get_by_role("button", name="Send messages to this device").click()
    expect(page.get_by_role("alert")).to_have_text(
        "This browser does not allow messages from these pages. You can change that in its settings."
    )
    check(page)


def test_the_worker_shows_that_there_is_something_and_not_what(context: BrowserContext, origin: str) -> None:
    context.grant_permissions(["notifications"])
    page = context.new_page()
    page.goto("/")
    page.evaluate(READY)
    chrome = context.new_cdp_session(page)
    versions: list[dict[str, str]] = []
    chrome.on("ServiceWorker.workerRegistrationUpdated", lambda told: versions.extend(told["registrations"]))
    chrome.send("ServiceWorker.enable")
    page.evaluate(READY)
    (known,) = {one["registrationId"] for one in versions if one["scopeURL"] == f"{origin}/"}
    for _ in range(2):
        message = json.dumps({"title": "You have something new in OpenRecord", "lang": "en-gb"})
        chrome.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": known, "data": message})
    shown = page.evaluate(SHOWN)
    assert shown == [["You have something new in OpenRecord", ""]], "a second one takes the place of the first"


def test_without_a_script_it_says_what_is_needed(browser: Browser, origin: str, session: str) -> None:
    context = browser.new_context(base_url=origin, java_script_enabled=False)
    context.add_cookies(
        [{"name": name, "value": value, "url": origin} for name, value in {SESSION: session, COOKIE: "cy"}.items()]
    )
    page = context.new_page()
    page.goto("/access/messages")
    expect(page.get_by_text("mae angen porwr")).to_be_visible()
    expect(page.get_by_role("button", name="Anfon negeseuon i'r ddyfais hon")).to_be_hidden()
    context.close()
