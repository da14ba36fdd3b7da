"""What a page weighs: little on the first visit, less afterwards, and nothing from another host."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.integration.fhir.world import Record, observation
from tests.integration.pages import world

FIRST_VISIT, AFTERWARDS = 60_000, 15_000
"""Bytes, as they are sent."""

MOST_REQUESTS = 5
"""The style sheet, the mark, the manifest, on the first page the shell's script, and the page."""

PAGES = (
    "/",
    "/home",
    "/record/measurements",
    "/record/medicines",
    "/record/timeline",
    "/record/on-its-way",
    "/covid",
    "/check-card",
    "/take",
    "/share/new",
    "/access",
    "/messages",
    "/profile",
    "/access/messages",
    "/access/kept/new",
    "/requests",
    "/requests/new/history",
    "/display",
)
_FETCHED = re.compile(r'<(?:link|script|img|source|iframe)\b[^>]*?(?:href|src)="([^"]+)"')


def weight(browser: Client, path: str) -> int:
    """What a browser gets, which can read what is compressed."""
    return len(browser.get(path, headers={"accept-encoding": "gzip, deflate, br"}).content)


def fetched(html: str) -> list[str]:
    """What a browser fetches for a page by itself, each once."""
    return sorted(set(_FETCHED.findall(html)))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_weighs_little(record: Record, path: str) -> None:
    record.deliver(*(observation(f"w{n}", f"2025-01-{n % 28 + 1:02d}") for n in range(60)))
    browser = world.patient(record)
    page = browser.get(path)
    assert page.status_code == 200
    parts = fetched(page.text)
    assert all(not urlsplit(part).netloc for part in parts), "everything comes from our own host"
    assert len(parts) + 1 <= MOST_REQUESTS
    own = weight(browser, path)
    assert own <= AFTERWARDS
    assert own + sum(weight(browser, part) for part in parts) <= FIRST_VISIT


def test_what_is_sent_is_what_was_made_and_only_for_those_who_can_read_it(record: Record) -> None:
    browser = world.patient(record)
    plain = browser.get("/record/medicines")
    sent = browser.get("/record/medicines", headers={"accept-encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert (sent.headers["Content-Encoding"], sent.headers["Vary"]) == ("gzip", plain.headers["Vary"])
    assert gzip.decompress(sent.content) == plain.content
    again = browser.get("/record/medicines", headers={"accept-encoding": "gzip"})
    assert again.content == sent.content, "what is the same is as long"
    for refuses in ("gzip;q=0", "identity", "br, gzip;q=0.0, deflate"):
        assert browser.get("/record/medicines", headers={"accept-encoding": refuses}).content == plain.content


def test_the_size_of_a_page_tells_nobody_whether_a_guess_stands_in_it(record: Record) -> None:
    """Pages that differ in one word alone differ in length by more than that word."""
    browser = world.patient(record)
    sizes = set()
    for guess in range(20):
        page = browser.get(f"/record/timeline?first=guess{guess:02d}", headers={"accept-encoding": "gzip"})
        assert page.headers["Content-Encoding"] == "gzip"
        sizes.add(len(page.content))
    assert max(sizes) - min(sizes) > 20
