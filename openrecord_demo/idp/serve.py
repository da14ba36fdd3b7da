"""Running the provider on a socket of its own, in a thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from openrecord_demo.idp.provider import Provider


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, RUF100
        """Write nothing: addresses hold codes."""


@contextmanager
def running(build: Callable[[str], Provider], *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Provider]:
    """Serve the provider that `build(issuer)` makes until the block ends; port 0 takes a free one."""
    server = _Server((host, port), _Quiet)
    try:
        provider = build(f"http://{host}:{server.server_port}")
        server.set_app(provider)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
    finally:
        server.server_close()
