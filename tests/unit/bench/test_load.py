"""The load generator asks as often as it is told, reads each answer to its end, and counts what is wrong."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from openrecord_demo.bench.load import Target, generate, percentile
from tests.waiting import ended

LONG = b"0\r\n" * 100_000


class Answering(BaseHTTPRequestHandler):
    """/long: with its length; /chunked: without; anything else is not found."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[tuple[str, str, str]]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Cookie"], self.client_address[0]))
        if self.path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nhello\r\n")
            self.wfile.write(b"6\r\n world\r\n0\r\n\r\n")
            return
        self.send_response(200 if self.path == "/long" else 404)
        self.send_header("Content-Length", str(len(LONG)))
        self.end_headers()
        self.wfile.write(LONG)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def answering() -> Iterator[int]:
    Answering.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            ended(thread)


def test_every_target_is_asked_in_turn() -> None:
    targets = [Target("/long", "Cookie: a"), Target("/chunked", "Cookie: b")]
    with answering() as port:
        load = generate(port, targets, requests=41, connections=4)
    assert (load.requests, load.wrong) == (41, 0)
    assert Counter((path, cookie) for path, cookie, _ in Answering.seen) == {("/long", "a"): 21, ("/chunked", "b"): 20}
    assert len({address for _, _, address in Answering.seen}) == 4
    assert load.bytes > 21 * len(LONG)
    assert 0 < load.p50_ms <= load.p99_ms <= load.seconds * 1000


def test_errors_are_counted() -> None:
    with answering() as port:
        load = generate(
            port, [Target("/nowhere", "Cookie: a"), Target("/long", "Cookie: a")], requests=10, connections=1
        )
    assert load.wrong == 5


def test_a_server_that_goes_away_is_an_error() -> None:
    with answering() as port:
        pass
    with pytest.raises(OSError, match="refused"):
        generate(port, [Target("/long", "Cookie: a")], requests=1, connections=1)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([7], 50, 7), ([7], 99, 7), (list(range(1, 101)), 50, 50), (list(range(1, 101)), 99, 99), ([], 50, 0)],
)
def test_percentiles(values: list[int], percent: int, expected: int) -> None:
    assert percentile(values, percent) == expected
