"""Cards in the hands of a reader that is not ours and that only knows what the framework says (vendor, from npm)."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from openrecord.cards import actions
from openrecord.cards.rules.signing import file_of, scans
from tests.browser.test_cards import Scene, changed, made, page, scene, text_of
from tests.integration.fhir.world import AT, BY
from tests.waiting import ended

__all__ = ["page", "scene"]
pytestmark = pytest.mark.browser
READER = (Path(__file__).parent / "vendor" / "kill-the-clipboard.min.js").read_text(encoding="utf-8")
READ = """async ([how, told, issuer]) => {
  const issuerDirectory = issuer ? await cards.Directory.fromURLs([issuer]) : null;
  const reader = new cards.SHCReader({ issuerDirectory, strictReferences: true, enableQROptimization: false });
  try {
    const bundle = await (await reader[how](told)).asBundle();
    return bundle.entry.map((each) => each.resource.resourceType).join(" ");
  } catch (error) {
    return error.code;
  }
}"""
"""What a card holds, or why it is refused. It fetches the keys, and with an issuer the list of withdrawn cards too."""

REFUSED = {"BAD_SIGNATURE", "JWS_ERROR", "VERIFICATION_ERROR"}
GENUINE = "Patient Immunization Immunization"


class _Blank(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """A page with nothing on it."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere(browser: Browser) -> Iterator[Page]:
    """The reader on a page of another origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Blank) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        context = browser.new_context()
        opened = context.new_page()
        opened.goto(f"http://127.0.0.1:{server.server_port}/")
        opened.evaluate(READER)
        yield opened
        context.close()
        server.shutdown()
        ended(thread)


def test_another_reader_takes_text_file_and_code(page: Page, scene: Scene, elsewhere: Page) -> None:
    made(page)
    text = text_of(page, scene)
    codes = [f"{scan.prefix}{scan.digits}" for scan in scans(text)]
    assert elsewhere.evaluate(READ, ["fromJWS", text]) == GENUINE
    assert elsewhere.evaluate(READ, ["fromFileContent", file_of(text).decode()]) == GENUINE
    assert elsewhere.evaluate(READ, ["fromQRNumeric", codes]) == GENUINE


def test_another_reader_refuses_a_changed_byte(page: Page, scene: Scene, elsewhere: Page) -> None:
    made(page)
    text = text_of(page, scene)
    for part in range(3):
        assert elsewhere.evaluate(READ, ["fromJWS", changed(text, part)]) in REFUSED


def test_another_reader_learns_that_a_card_was_withdrawn(
    page: Page, scene: Scene, elsewhere: Page, origin: str
) -> None:
    made(page)
    text, card = text_of(page, scene), scene.card()
    assert elsewhere.evaluate(READ, ["fromJWS", text, origin]) == GENUINE
    patient = scene.record.patient.patient_id
    scene.call(lambda: actions.withdraw(patient_id=patient, card_id=card.card_id, by=BY, at=AT))
    assert elsewhere.evaluate(READ, ["fromJWS", text, origin]) == "SHC_REVOKED"
