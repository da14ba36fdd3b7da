"""Processes: a pool that survives its members, a server and a worker that end when they should."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from openrecord.ops.pool import Died, spread
from tests.integration.ops.conftest import COMMAND, Installation

PATIENCE = 60.0


def _half_or_die(item: int) -> int:
    if item % 2:
        os._exit(3)
    return item // 2


def _half() -> Callable[[int], int]:
    return _half_or_die


def _nobody() -> Callable[[int], int]:
    os._exit(4)


def test_a_process_that_dies_costs_its_own_item_only() -> None:
    outcomes = dict(spread([2, 3, 4, 5, 6, 8], prepare=_half, processes=2))
    assert {item: outcome for item, outcome in outcomes.items() if not isinstance(outcome, Died)} == {
        2: 1, 4: 2, 6: 3, 8: 4,
    }  # fmt: skip
    assert set(outcomes) == {2, 3, 4, 5, 6, 8}


def test_where_no_process_can_live_every_item_is_told() -> None:
    outcomes = list(spread(range(12), prepare=_nobody, processes=2))
    assert sorted(item for item, _ in outcomes) == list(range(12))
    assert all(isinstance(outcome, Died) for _, outcome in outcomes)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def _becomes(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true within the time that anybody may expect."""
    began, pause = time.monotonic(), threading.Event()
    while time.monotonic() - began < PATIENCE:
        if condition():
            return True
        pause.wait(0.05)
    return False


@contextmanager
def _started(installation: Installation, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    child = subprocess.Popen([*COMMAND, *arguments], env=installation.settings, stdout=subprocess.PIPE)
    try:
        yield child
    finally:
        child.kill()
        child.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_ends_cleanly_when_told(installation: Installation, number: signal.Signals) -> None:
    with _started(installation, "worker") as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"OpenRecord's worker runs\n"
        worker.send_signal(number)
        assert worker.wait(PATIENCE) == 0


def test_the_worker_until_idle_ends_by_itself(installation: Installation) -> None:
    assert installation.run("worker", "--until-idle").returncode == 0


def test_a_server_does_not_outlive_a_killed_parent(installation: Installation) -> None:
    port = _free_port()
    with _started(installation, "serve", "--port", str(port)) as server:
        assert _becomes(partial(_answers, port))
        server.kill()
        server.wait(PATIENCE)
        assert _becomes(lambda: not _answers(port))


FORM = (
    b"Host: 127.0.0.1\r\nCookie: csrftoken=" + b"a" * 32 + b"\r\nAuthorization: Bearer " + b"b" * 64 + b"\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nbegun="
)


def test_who_sends_slowly_keeps_nobody_from_reading(installation: Installation) -> None:
    port = _free_port()
    with _started(installation, "serve", "--port", str(port)), ExitStack() as sending:
        assert _becomes(partial(_answers, port))
        for path in (b"/staff/find", b"/fhir/Observation/_search") * 4:
            sender = sending.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            sender.sendall(b"POST " + path + b" HTTP/1.1\r\n" + FORM)
        for path in (b"/", b"/fhir/metadata") * 4:
            assert _said(port, b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").startswith(b"HTTP/1.1 200")
        refused = _said(port, b"POST /sign-out HTTP/1.1\r\n" + FORM)
        assert refused.startswith(b"HTTP/1.1 429")
        assert b"retry-after: 1\r\n" in refused.lower()


def test_only_the_plain_protocol_is_spoken(installation: Installation) -> None:
    port = _free_port()
    with _started(installation, "serve", "--port", str(port)):
        assert _becomes(partial(_answers, port))
        assert not _said(port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").startswith(b"\x00")


def test_a_page_comes_with_its_length(installation: Installation) -> None:
    port = _free_port()
    with _started(installation, "serve", "--port", str(port)):
        assert _becomes(partial(_answers, port))
        for method, has_body in ((b"GET", True), (b"HEAD", False)):
            asked = method + b" / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            head, _, body = _whole(port, asked).partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0])
            assert len(body) == (length if has_body else 0)
            assert length


def _whole(port: int, sent: bytes) -> bytes:
    """The answer to its end."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as asking:
        asking.sendall(sent)
        return b"".join(iter(partial(asking.recv, 65536), b""))


def _said(port: int, sent: bytes) -> bytes:
    """The beginning of the answer."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as asking:
        asking.sendall(sent)
        return asking.recv(65536)


def test_a_taken_port_is_refused(installation: Installation) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        done = installation.run("serve", "--port", str(holder.getsockname()[1]))
    assert done.returncode == 1
    assert b"is taken" in done.stderr


def test_the_embedded_database_takes_one_server_process(tmp_path: Path) -> None:
    done = Installation(tmp_path).run("serve", "--processes", "2", "--port", str(_free_port()))
    assert done.returncode == 1
    assert b"one server process" in done.stderr
