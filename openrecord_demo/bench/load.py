"""The load generator, a process of its own: bounded GETs over kept connections, each answer read to its end.

It reads an Order as JSON from standard input and writes a Load to standard output. Each connection comes from an
address of its own (127.0.0.2 and on): the limits of pages count per address and per session, and stay as they are.
"""

import json
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

FIRST_ADDRESS = 2
SECONDS = 60.0
OK = b"HTTP/1.1 200"
LAST_CHUNK = b"\r\n0\r\n\r\n"
"""No line of what is asked for here is a lone 0."""

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """One address to get, with the header that says who asks, such as "Cookie: …"."""

    path: str
    header: str


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured. `wrong`: answers other than 200; `bytes`: of all answers, headers included."""

    requests: int
    wrong: int
    seconds: float
    p50_ms: float
    p99_ms: float
    bytes: int


def generate(port: int, targets: Sequence[Target], *, requests: int, connections: int) -> Load:
    """Get the targets in turn, over and over, until `requests` are answered. Raises OSError where a connection ends."""
    wires = [f"GET {t.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{t.header}\r\n\r\n".encode() for t in targets]
    clients = [_Client(port, number) for number in range(connections)]
    shares = [range(number, requests, connections) for number in range(connections)]
    threads = [
        threading.Thread(target=client.run, args=([wires[turn % len(wires)] for turn in share],))
        for client, share in zip(clients, shares, strict=True)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    for client in clients:
        if client.error is not None:
            raise client.error
    took = sorted(ns for client in clients for ns in client.took)
    wrong, size = sum(client.wrong for client in clients), sum(client.bytes for client in clients)
    return Load(len(took), wrong, seconds, percentile(took, 50) / NS_PER_MS, percentile(took, 99) / NS_PER_MS, size)


def percentile(ordered: Sequence[int], percent: int) -> int:
    """The smallest value that at least `percent` of all do not exceed (nearest rank); 0 of nothing."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else 0


class _Client:
    """One connection and what it has seen."""

    def __init__(self, port: int, number: int) -> None:
        source = (f"127.0.0.{FIRST_ADDRESS + number}", 0)
        self._socket = socket.create_connection(("127.0.0.1", port), SECONDS, source)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.took: list[int] = []
        self.wrong = self.bytes = 0
        self.error: OSError | None = None

    def run(self, wires: Sequence[bytes]) -> None:
        try:
            for wire in wires:
                began = time.perf_counter_ns()
                self._socket.sendall(wire)
                self._answer()
                self.took.append(time.perf_counter_ns() - began)
        except OSError as error:
            self.error = error
        finally:
            self._socket.close()

    def _answer(self) -> None:
        """Read one answer to its end, as long as it says, or in chunks."""
        received = self._more()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].lower()
        if b"\r\ntransfer-encoding: chunked" in head:
            while not received.endswith(LAST_CHUNK):
                received += self._more()
            size = len(received)
        else:
            whole = end + 4 + int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0] or 0)
            size = len(received)
            while size < whole:
                size += len(self._more())
        self.bytes += size
        self.wrong += not received.startswith(OK)

    def _more(self) -> bytes:
        part = self._socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part


def main() -> int:
    """Do what standard input says."""
    told = json.load(sys.stdin)
    targets = [Target(**target) for target in told["targets"]]
    load = generate(told["port"], targets, requests=told["requests"], connections=told["connections"])
    json.dump(asdict(load), sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
