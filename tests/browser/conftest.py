"""A browser, and our own application on a real port. The world that it shows is made by the tests' own fixtures."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.accessibility import ARGUMENTS, CHROMIUM, WHOLE_CHROMIUM
from tests.waiting import PATIENCE, ended


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = PATIENCE

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers.

    It keeps an event loop in this thread, which Django takes for asynchronous code: hence the variable.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as running:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield running


@contextmanager
def _launched(playwright: Playwright, program: str) -> Iterator[Browser]:
    if not Path(program).exists():
        pytest.skip(f"no browser at {program}")
    running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
    yield running
    running.close()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium without windows."""
    with _launched(playwright, CHROMIUM) as running:
        yield running


@pytest.fixture(scope="module")
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's whole Chromium, for what the other has not: an installed application, messages on a device, PDFs.

    It is closed as soon as may be, because it is busy when nothing is asked of it, too.
    """
    with _launched(playwright, WHOLE_CHROMIUM) as running:
        yield running


@pytest.fixture
def origin() -> Iterator[str]:
    """Where the application answers, as the composition root builds it."""
    from openrecord.config.wsgi import application

    server = make_server("127.0.0.1", 0, application, _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    ended(thread)
