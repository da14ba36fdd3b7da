"""Documents with files, sent as practices send them, and scanners that look at them."""

import base64
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.test import Client

from openrecord.attachments import tasks
from openrecord_demo import scanner
from tests.integration.fhir.world import AT, Json, Record
from tests.waiting import ended

DOCUMENTS = "/record/documents"


def document(key: str, *files: tuple[str | None, bytes], **elements: Any) -> Json:
    """A filed document with these files, each with the type that the source gives it."""
    content = [
        {"attachment": {"data": base64.b64encode(data).decode(), **({} if kind is None else {"contentType": kind})}}
        for kind, data in files
    ]
    return {
        "resourceType": "DocumentReference",
        "id": key,
        "status": "current",
        "docStatus": "final",
        "subject": {"reference": "Patient/p"},
        "date": "2025-02-04T12:00:00Z",
        "type": {"coding": [{"system": "http://snomed.info/sct", "code": "823691000000103", "display": "Letter"}]},
        "author": [{"type": "Organization", "display": "Made-up Hospital", "identifier": {"value": "x"}}],
        "content": content,
        **elements,
    }


def scanned(monkeypatch: Any, at: datetime = AT) -> int:
    """The worker has its scanner look at what waits; how many files it looked at."""
    with scanner.running() as address:
        monkeypatch.setenv("OPENRECORD_CLAMAV", address)
        done = 0
        while number := tasks.check_waiting(at):
            done += number
        return done


def pages_of(browser: Client) -> list[str]:
    """The addresses of the documents that a person sees."""
    text = browser.get(DOCUMENTS).text
    return [part.partition('"')[0] for part in text.split('href="') if part.startswith(f"{DOCUMENTS}/")]


def addresses_in(browser: Client, page: str) -> list[str]:
    """The addresses of the files that a document's page offers, without what is done with them, each once."""
    text = browser.get(page).text
    found = (part.partition('"')[0] for part in text.split('href="') if part.startswith(f"{page}/files/"))
    return list(dict.fromkeys(address.rpartition("/")[0] for address in found))


def sent(record: Record, browser: Client, monkeypatch: Any, *files: tuple[str | None, bytes]) -> list[str]:
    """A document with these files is sent and checked; the addresses of its files, as this person sees them."""
    record.deliver(document("sent", *files))
    scanned(monkeypatch)
    (page,) = pages_of(browser)
    return addresses_in(browser, page)


@contextmanager
def clamd(answering: Callable[[Any, Any], None]) -> Iterator[str]:
    """A daemon that does what `answering(rfile, wfile)` does; its address as the settings take it."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            answering(self.rfile, self.wfile)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            ended(thread)
