"""Calls of others that end: limits of sockets begin anew with every byte, so that who drips would hold us for ever."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import httpx

from openrecord.gateways import trust
from openrecord.gateways.messaging import NotSent

STEP = 10.0
"""Seconds that each step of a call may take: to connect, to send, to hear the next bytes."""

WHOLE_CALL = 45.0
"""Seconds that a call may take with all its steps."""

MOST_BYTES = 8 << 20
_OF_THE_LINE = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""They speak of the content as it came."""

Answer = TypeVar("Answer")


def within(seconds: float, ask: Callable[[], Answer]) -> Answer:
    """What `ask` returns or raises; TimeoutError where that takes longer.

    It runs in a thread of its own, which is left to itself then: it ends with the connection, and holds up no exit.
    """
    answer: Future[Answer] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # noqa: BLE001  it is raised where it is waited for
            answer.set_exception(error)

    threading.Thread(target=run, name="outside", daemon=True).start()
    return answer.result(seconds)


def asked(method: str, url: str, **rest: Any) -> httpx.Response:
    """Status, headers and content of a carrier's answer, whatever it is; no redirect is followed. Raises NotSent."""
    try:
        return within(WHOLE_CALL, lambda: _asked(method, url, **rest))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise NotSent("unreachable", for_good=False) from error


def _asked(method: str, url: str, **rest: Any) -> httpx.Response:
    with (
        httpx.Client(verify=trust.authorities(), timeout=STEP, follow_redirects=False) as http,
        http.stream(method, url, **rest) as answer,
    ):
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise NotSent("not_understood", for_good=False)
    kept = [(name, text) for name, text in answer.headers.multi_items() if name not in _OF_THE_LINE]
    return httpx.Response(answer.status_code, headers=kept, content=bytes(body))
