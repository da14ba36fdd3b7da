"""Our own server on a real socket, in a thread of the test, so that the test sets the clock it sees."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.waiting import PATIENCE, ended


class _Quiet(WSGIRequestHandler):
    timeout = PATIENCE
    """Of a connection on which nothing comes: there is one thread for all."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: requests carry ids that belong in no log."""


@contextmanager
def serving() -> Iterator[str]:
    """The origin ("http://127.0.0.1:port") of a running server."""
    from django.db import connections

    from openrecord.config.wsgi import application
    from openrecord.db import lean

    server = make_server("127.0.0.1", 0, application, WSGIServer, _Quiet)

    def run() -> None:
        server.serve_forever(poll_interval=0.05)
        lean.close()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        ended(thread)
        server.server_close()
