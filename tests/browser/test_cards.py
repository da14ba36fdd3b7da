"""A vaccination card from the record to whoever checks it: made, scanned off the page, changed, withdrawn, expired."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import Browser, Page, expect

from openrecord.cards import keyring, queries
from openrecord.cards.rules.content import claims
from openrecord.cards.rules.signing import file_of, scans, signed
from openrecord.kit import clock
from openrecord.web import qr
from openrecord.web.language import COOKIE
from openrecord.web.session import SESSION
from tests.browser.accessibility import ARGUMENTS, CHROMIUM, WIDTHS, check, turn, visit
from tests.browser.apart import apart
from tests.browser.test_requests import press
from tests.integration.fhir.world import AT, Record, made_record
from tests.integration.pages import world
from tests.integration.pages.test_covid import vaccination

pytestmark = pytest.mark.browser
Call = Callable[[Callable[[], Any]], Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """A vaccinated patient who is signed in, and the keys that sign here."""

    record: Record
    token: str
    ring: keyring.Keyring
    call: Call

    def card(self) -> Any:
        """The patient's newest card."""
        return self.call(lambda: queries.cards(self.record.patient.patient_id))[0]


@pytest.fixture
def scene(stored: None, origin: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:  # noqa: ARG001
    """Made in the thread that stores. Cards name the address that the browser has open."""
    clock.use(lambda: AT)
    monkeypatch.setenv("OPENRECORD_CARD_ISSUER", origin)
    ring = keyring.parsed(keyring.with_new_key(keyring.EMPTY))
    keyring.use(ring)
    with apart() as call:
        record, token = call(_made)
        yield Scene(record, token, ring, call)
    keyring.use(None)


def _made() -> tuple[Record, str]:
    record = made_record(family="Okafor", given="Ada Ngozi")
    place = {"location": {"display": "Elland Road Vaccination Centre"}}
    record.deliver(vaccination("a", **place), vaccination("b", "2025-02-22", "39114911000001105", **place))
    return record, world.patient(record).cookies[SESSION].value


@pytest.fixture(params=WIDTHS)
def page(browser: Browser, origin: str, scene: Scene, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The patient's window."""
    viewport = {"width": request.param, "height": 900}
    context = browser.new_context(viewport=viewport, base_url=origin)  # type: ignore[arg-type]
    context.add_cookies([{"name": SESSION, "value": scene.token, "url": origin}])
    yield context.new_page()
    context.close()


def made(page: Page) -> None:
    """Make a card by hand; the page shows it."""
    page.goto("/covid")
    press(page, "Make a card")
    expect(page.get_by_role("img", name="QR code of the Covid-19 vaccination card")).to_be_visible()


def picture(page: Page) -> bytes:
    """The QR code as it stands on the page."""
    return page.locator(".or-qr").screenshot()


def check_files(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Open the page that checks and choose files."""
    page.goto("/check-card")
    choose(page, *files)


def choose(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Choose files in the page that checks, and look at what comes of it."""
    listed = [{"name": name, "mimeType": kind, "buffer": data} for name, kind, data in files]
    page.get_by_label("A picture of the QR code").set_input_files(listed)  # type: ignore[arg-type]
    expect(page.locator("#verdict")).to_be_focused()
    check(page)


def says(page: Page, heading: str) -> None:
    """The verdict has this heading."""
    expect(page.locator("#verdict")).to_have_text(heading)


def text_of(page: Page, scene: Scene) -> str:
    """The signed text of the card that was made, out of its file."""
    answer = page.request.get(f"/covid/cards/{scene.card().card_id}/file")
    (text,) = json.loads(answer.body())["verifiableCredential"]
    return str(text)


def paste(page: Page, text: str) -> None:
    """Check a text by pasting it."""
    page.goto("/check-card")
    page.get_by_text("Paste the text of a card").click()
    page.get_by_label("The text of the QR code").fill(text)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#verdict")).to_be_focused()


def test_a_card_is_made_and_scans_back_from_the_page(page: Page) -> None:
    page.goto("/record/vaccinations")
    turn(page, page.get_by_role("link", name="Covid-19 vaccination, and a card that proves it"))
    check(page)
    made(page)
    asked: list[str] = []
    code = picture(page)
    page.on("request", lambda request: asked.append(f"{request.method} {request.url} {request.post_data or ''}"))
    check_files(page, ("code.png", "image/png", code))
    says(page, "This card is genuine")
    answer = page.locator("#answer")
    for words in ("Ada Ngozi Okafor", "10 May 1980", "1 February 2025", "Comirnaty (Pfizer)", "Batch number: FK01a"):
        expect(answer).to_contain_text(words)
    sent = [one for one in asked if "/static/" not in one and "/check-card" not in one]
    assert [one.split("/.well-known/")[1].split(".json")[1] for one in sent] == [" ", " "]
    assert {one.split("/.well-known/")[1].split("/")[0].strip() for one in sent} == {"jwks.json", "crl"}


def test_the_file_is_checked_and_a_changed_byte_is_refused(page: Page, scene: Scene) -> None:
    made(page)
    text = text_of(page, scene)
    check_files(page, ("my.smart-health-card", "application/smart-health-card", file_of(text)))
    says(page, "This card is genuine")
    for part in range(3):
        paste(page, changed(text, part))
        says(page, "This card is not genuine")
    expect(page.locator("#answer")).not_to_contain_text("Okafor")


def changed(text: str, part: int) -> str:
    """The text with one byte in the middle of a part changed."""
    parts = text.split(".")
    raw = bytearray(urlsafe_b64decode(parts[part] + "=" * (-len(parts[part]) % 4)))
    raw[len(raw) // 2] ^= 1
    parts[part] = urlsafe_b64encode(raw).decode().rstrip("=")
    return ".".join(parts)


def test_a_changed_code_is_refused(page: Page, scene: Scene, tmp_path: Path) -> None:
    made(page)
    (scan,) = scans(changed(text_of(page, scene), 1))
    code = qr.drawing(scan.prefix, scan.digits)
    page.set_content(f'<svg viewBox="0 0 {code.size} {code.size}"><path d="{code.path}"/></svg>')
    page.locator("svg").screenshot(path=tmp_path / "forged.png")
    check_files(page, ("forged.png", "image/png", (tmp_path / "forged.png").read_bytes()))
    says(page, "This card is not genuine")


def test_a_withdrawn_card_is_told(page: Page) -> None:
    made(page)
    code = picture(page)
    turn(page, page.get_by_role("link", name="Withdraw this card"))
    check(page)
    press(page, "Withdraw this card")
    expect(page.get_by_text("This card was withdrawn on 3 March 2025")).to_be_visible()
    check_files(page, ("code.png", "image/png", code))
    says(page, "This card was withdrawn")


def test_a_practice_withdraws_a_card(page: Page, scene: Scene, browser: Browser, origin: str) -> None:
    made(page)
    code = picture(page)
    token = scene.call(lambda: world.staff().cookies[SESSION].value)
    context = browser.new_context(viewport=page.viewport_size, base_url=origin)
    context.add_cookies([{"name": SESSION, "value": token, "url": origin}])
    staff = context.new_page()
    staff.goto(f"/staff/patients/{scene.record.patient.public_id}")
    turn(staff, staff.get_by_role("link", name="Vaccination cards"))
    check(staff)
    turn(staff, staff.get_by_role("button", name="Withdraw (3 March 2025)"))
    check(staff)
    press(staff, "Withdraw this card")
    expect(staff.get_by_role("status")).to_contain_text("The card is withdrawn")
    context.close()
    check_files(page, ("code.png", "image/png", code))
    says(page, "This card was withdrawn")


def test_expired_early_and_foreign_cards_and_no_card(page: Page, scene: Scene, origin: str) -> None:
    key = scene.ring.signing
    assert key is not None
    said = b'{"resourceType":"Bundle","type":"collection","entry":[]}'
    told = orjson.loads(claims(said, issuer=origin, issued=AT, rid="none"))
    far = int((AT + timedelta(days=36500)).timestamp())
    cases = (
        (told | {"exp": told["nbf"] + 60}, "This card has expired"),
        (told | {"nbf": far}, "This card does not count yet"),
        (told | {"iss": "https://elsewhere.example"}, "This card was issued by somebody else"),
        (told, "This card is genuine"),
    )
    for each, heading in cases:
        paste(page, signed(orjson.dumps(each), key))
        says(page, heading)
        check(page)
    paste(page, "shc:/12")
    says(page, "No card was found")
    strange = keyring.parsed(keyring.with_new_key(keyring.EMPTY)).signing
    assert strange is not None
    paste(page, signed(orjson.dumps(told), strange))
    says(page, "This card is not genuine")
    paste(page, signed(orjson.dumps(told | {"iss": "https://elsewhere.example"}), strange))
    says(page, "This card was issued by somebody else")
    expect(page.locator("#answer")).to_contain_text("https://elsewhere.example")


def test_a_large_card_is_read_from_several_codes_in_any_order(page: Page, scene: Scene, tmp_path: Path) -> None:
    def deliver() -> None:
        places = ({"display": f"A vaccination centre with a long name, number {n * 7919}"} for n in range(30))
        many = [vaccination(f"m{n}", f"2025-01-{n + 1:02d}", location=place) for n, place in enumerate(places)]
        scene.record.deliver(*many)

    scene.call(deliver)
    page.goto("/covid")
    press(page, "Make a card")
    codes = page.locator(".or-qr")
    assert codes.count() > 1
    files = []
    for n in reversed(range(codes.count())):
        codes.nth(n).screenshot(path=tmp_path / f"{n}.png")
        files.append((f"{n}.png", "image/png", (tmp_path / f"{n}.png").read_bytes()))
    page.locator(".or-pass__codes").screenshot(path=tmp_path / "whole.png")
    check_files(page, files[0])
    says(page, "There is more to this card")
    choose(page, *files[1:])
    says(page, "This card is genuine")
    choose(page, ("whole.png", "image/png", (tmp_path / "whole.png").read_bytes()))
    says(page, "This card is genuine")


def test_each_of_several_files_has_its_verdict(page: Page, scene: Scene) -> None:
    made(page)
    text = text_of(page, scene)
    kind = "application/smart-health-card"
    texts = (text, changed(text, 1), "no card at all")
    check_files(page, *((f"{n}.smart-health-card", kind, file_of(each)) for n, each in enumerate(texts)))
    headings = page.locator("#answer h2")
    expect(headings).to_have_text(["This card is genuine", "This card is not genuine", "No card was found"])


def test_of_a_pdf_it_is_said_that_its_code_has_to_be_shown(page: Page, scene: Scene) -> None:
    made(page)
    printed = page.request.get(f"/covid/cards/{scene.card().card_id}/pdf").body()
    check_files(page, ("covid-19-vaccination.pdf", "application/pdf", printed))
    says(page, "A PDF cannot be read here")


def test_when_the_keys_cannot_be_fetched_nothing_is_said_of_the_card(page: Page, scene: Scene) -> None:
    made(page)
    text = text_of(page, scene)
    page.route("**/.well-known/**", lambda route: route.abort())
    paste(page, text)
    says(page, "The card could not be checked")


def filmed(code: qr.Drawing, rows: Sequence[Sequence[int]], path: Path) -> None:
    """A film (YUV4MPEG2) of one code that stands still, four pixels a module, in the middle of a white picture."""
    width, height, each = 640, 480, 4
    left, top = ((side - len(rows) * each) // 2 for side in (width, height))
    luma = bytearray(b"\xeb" * (width * height))
    for y, row in enumerate(rows):
        line = b"".join((b"\x10" if dark else b"\xeb") * each for dark in row)
        for step in range(each):
            start = (top + y * each + step) * width + left
            luma[start : start + len(line)] = line
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (width * height // 2)
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F5:1 Ip A1:1 C420jpeg\n".encode() + frame * 5)
    assert code.size * each <= height


def test_the_camera_reads_a_card_and_is_switched_off(
    browser: Browser, scene: Scene, origin: str, tmp_path: Path
) -> None:
    key = scene.ring.signing
    assert key is not None
    said = b'{"resourceType":"Bundle","type":"collection","entry":[]}'
    (scan,) = scans(signed(claims(said, issuer=origin, issued=AT, rid="none"), key))
    film = tmp_path / "code.y4m"
    filmed(qr.drawing(scan.prefix, scan.digits), qr.matrix(scan.prefix, scan.digits), film)
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with browser.browser_type.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, *camera, f"--use-file-for-fake-video-capture={film}"]
    ) as filming:
        page = filming.new_page(base_url=origin)
        page.goto("/check-card")
        page.get_by_role("button", name="Use the camera").click()
        expect(page.locator("#verdict")).to_have_text("This card is genuine")
        expect(page.get_by_role("button", name="Use the camera")).to_be_visible()
        assert page.evaluate("document.getElementById('picture').srcObject") is None


def test_the_keyboard_stays_with_the_camera(browser: Browser, scene: Scene, origin: str) -> None:
    del scene
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with browser.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *camera]) as filming:
        page = filming.new_page(base_url=origin)
        page.goto("/check-card")
        page.get_by_role("button", name="Use the camera").press("Enter")
        expect(page.get_by_role("button", name="Stop the camera")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Use the camera")).to_be_focused()


def test_a_camera_that_does_not_answer_is_said(page: Page) -> None:
    page.goto("/check-card")
    page.get_by_role("button", name="Use the camera").click()
    says(page, "The camera does not answer")
    check(page)


def test_without_javascript_the_page_says_that_it_needs_it(browser: Browser, scene: Scene, origin: str) -> None:
    del scene
    context = browser.new_context(java_script_enabled=False, base_url=origin)
    page = context.new_page()
    page.goto("/check-card")
    expect(page.get_by_text("This page needs JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Use the camera")).to_be_hidden()
    context.close()


def test_a_welsh_verdict_has_welsh_dates(page: Page, origin: str) -> None:
    made(page)
    code = picture(page)
    page.context.add_cookies([{"name": COOKIE, "value": "cy", "url": origin}])
    page.goto("/check-card")
    files = [{"name": "code.png", "mimeType": "image/png", "buffer": code}]
    page.locator("#file").set_input_files(files)  # type: ignore[arg-type]
    says(page, "Mae'r cerdyn hwn yn ddilys")
    expect(page.locator("#answer")).to_contain_text("10 Mai 1980")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en-gb", "cy"])
def test_the_page_that_checks_is_accessible(
    browser: Browser, scene: Scene, origin: str, language: str, width: int
) -> None:
    del scene
    seen = visit(browser, origin, "/check-card", {COOKIE: language}, width)
    assert seen.status == 200
    seen.check()
