"""The one entry of the server: /fhir to Falcon, all else to Django, in one process.

Both see the same request: the address that it counts for, and the scheme under which people reach us, whatever the
proxy in front speaks to us (Django compares the origin of a form with it).
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse

from openrecord.ops.migrate import restore_mark
from openrecord.web import bodies, callers
from openrecord.web.headers import HEADERS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openrecord.config.settings")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


NOT_NOW = (("Cache-Control", "no-store"), ("Content-Length", "0"), ("Retry-After", "120"))
"""While a restore is under way nobody is served, not even by a server that nobody stopped: nothing is closed yet."""


def _mounted() -> Application:
    pages: Application = get_wsgi_application()
    from openrecord.fhir import app  # noqa: PLC0415  Django's stations must be loaded first

    fhir: Application = app.make()
    trusted: callers.Proxies = settings.PROXIES
    scheme = settings.PUBLIC_URL.partition(":")[0]

    mark = os.fspath(restore_mark())

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if os.path.exists(mark):  # noqa: PTH110  a Path takes four times the time, of each request
            start_response("503 Service Unavailable", [*HEADERS.items(), *NOT_NOW])
            return [b""]
        environ["REMOTE_ADDR"] = callers.caller(environ, trusted)
        environ["wsgi.url_scheme"] = scheme
        bodies.take(environ)
        path = environ.get("PATH_INFO", "")
        chosen = fhir if path == app.PREFIX or path.startswith(app.PREFIX + "/") else pages
        return _in_one_piece(chosen(environ, start_response))

    return serve


def _in_one_piece(answer: Iterable[bytes]) -> Iterable[bytes]:
    """A page is sent with its length, in one piece; as an iterator the server would ask for it from another thread."""
    if not isinstance(answer, HttpResponse):
        return answer
    content = answer.content
    answer.close()
    return [content]


application = _mounted()
